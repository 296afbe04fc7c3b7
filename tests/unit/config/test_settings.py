"""Where settings come from, how a wrong one is named, and that every one is documented."""

import os
import re

import pytest
from pydantic import SecretStr

from config.catalogue import as_markdown, entries, known_variables
from config.env_file import require_env_file, unknown_variables
from config.errors import SettingsInvalid
from config.loading import load_settings
from config.settings import ROOT, Settings

EXAMPLE = ROOT / "config" / ".env.example"


@pytest.fixture(autouse=True)
def _empty_place(monkeypatch, tmp_path):
    """No ``.env`` and no variable of the developer's."""

    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.upper().startswith("ASSISTANT408_"):
            monkeypatch.delenv(name)


def test_every_setting_has_a_meaning_in_chinese():
    for entry in entries():
        assert re.search("[\u4e00-\u9fff]", entry.meaning), entry.variable


def test_numbers_say_their_unit():
    for entry in entries():
        if entry.path[-1].endswith("_seconds"):
            assert "秒" in entry.meaning, entry.variable
        if entry.path[-1].endswith("_minutes"):
            assert "分钟" in entry.meaning, entry.variable
        if entry.path[-1].endswith("_hours"):
            assert "小时" in entry.meaning, entry.variable


def test_the_page_of_settings_is_the_generated_one():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert page == as_markdown(), "python -m config.catalogue > docs/settings.md"


@pytest.mark.parametrize("entry", list(entries()), ids=lambda entry: entry.variable)
def test_every_setting_is_in_the_page_and_the_example_with_its_default_and_meaning(entry):
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    default = f"`{entry.default}`" if entry.default else "（空）"
    row = f"| `{entry.variable}` | {default} | {entry.values} | {entry.meaning} |"
    assert row in page

    example = EXAMPLE.read_text("utf-8")
    assert f"\n# {entry.meaning}\n# {entry.variable}={entry.default}\n" in example


def test_the_example_has_nothing_that_is_no_setting():
    named = re.findall(r"^# (ASSISTANT408_\w+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)

    assert named == [entry.variable for entry in entries()]


def test_the_example_with_every_line_switched_on_gives_the_defaults(tmp_path):
    text = re.sub(r"^# (ASSISTANT408_)", r"\1", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(text, "utf-8")

    require_env_file()
    loaded, default = load_settings(), Settings.model_construct()

    for group in Settings.model_fields:
        if group != "content_dir":  # relative in the example, absolute in the default
            assert getattr(loaded, group) == getattr(default, group), group


def test_the_example_as_it_is_changes_nothing(tmp_path):
    (tmp_path / ".env").write_text(EXAMPLE.read_text("utf-8"), "utf-8")

    require_env_file()

    assert load_settings() == Settings()


def test_the_default_file_agrees_with_the_defaults_in_the_code():
    assert load_settings() == Settings.model_construct()


def test_the_environment_wins_over_the_env_file_and_both_over_the_default(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ASSISTANT408_HTTP__PORT=1001\nASSISTANT408_HTTP__HOST=::1\n")
    monkeypatch.setenv("ASSISTANT408_HTTP__PORT", "1002")

    settings = load_settings()

    assert (settings.http.port, settings.http.host) == (1002, "::1")
    assert settings.log_level == "INFO"


def test_an_empty_value_counts_as_not_given(monkeypatch):
    monkeypatch.setenv("ASSISTANT408_ANSWERING__ANSWER_LINE", "")
    monkeypatch.setenv("ASSISTANT408_HTTP__PORT", "")

    settings = load_settings()

    assert settings.answering.answer_line is None
    assert settings.http.port == 8408


def test_no_secret_is_shown_by_printing_the_settings(monkeypatch):
    secrets = [entry for entry in entries() if isinstance(_default(entry.path), SecretStr)]
    for entry in secrets:
        monkeypatch.setenv(entry.variable, "hunter2")

    assert "hunter2" not in repr(load_settings())
    assert {entry.path[-1] for entry in secrets} >= {"access_token", "url", "api_key", "token"}


@pytest.mark.parametrize(
    "name", ["ONEBOT__API_TIMEOUT_SECONDS", "LIMITS__QUEUE", "HISTORY__MAX_TURNS", "HTTP__PORT"]
)
def test_a_wrong_value_is_named_with_what_was_given(monkeypatch, name):
    monkeypatch.setenv(f"ASSISTANT408_{name}", "-1")

    with pytest.raises(SettingsInvalid) as raised:
        load_settings()

    assert f"ASSISTANT408_{name}" in str(raised.value)
    assert "-1" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "address", "secure"),
    [
        ("DISCORD__API_BASE", "http://discord.example/api", "https"),
        ("DISCORD__GATEWAY_URL", "ws://192.168.1.2:8080/", "wss"),
        ("QQ__API_BASE", "http://10.0.0.1/", "https"),
        ("QQ__AUTH_BASE", "http://bots.qq.com/app/getAppAccessToken", "https"),
        ("WECOM__URL", "ws://openws.work.weixin.qq.com", "wss"),
        ("WECHAT__API_BASE", "http://api.weixin.qq.com", "https"),
    ],
)
def test_no_secret_of_a_platform_crosses_the_network_in_the_clear(
    monkeypatch, name, address, secure
):
    monkeypatch.setenv(f"ASSISTANT408_{name}", address)
    with pytest.raises(SettingsInvalid, match=f"{secure}://"):
        load_settings()
    here = address.partition("://")[0] + "://127.0.0.1:9"
    monkeypatch.setenv(f"ASSISTANT408_{name}", here)
    part, _, field = name.lower().partition("__")
    assert getattr(getattr(load_settings(), part), field) == here


@pytest.mark.parametrize("given", ["12,34", "12， 34", '["12", "34"]', "[12, 34]"])
def test_numbers_to_ignore_are_a_list_or_have_commas_between_them(monkeypatch, given):
    monkeypatch.setenv("ASSISTANT408_ONEBOT__IGNORED_USERS", given)

    assert load_settings().onebot.ignored_users == ("12", "34")


@pytest.mark.parametrize("given", ['["12"', "12,x", '["x"]', "{}"])
def test_what_is_no_list_of_numbers_is_named(monkeypatch, given):
    monkeypatch.setenv("ASSISTANT408_ONEBOT__IGNORED_USERS", given)

    with pytest.raises(SettingsInvalid, match="设置 ASSISTANT408_ONEBOT__IGNORED_USERS 的值"):
        load_settings()


@pytest.mark.parametrize("name", ["LLM__BASE_URL", "MILVUS__URI"])
@pytest.mark.parametrize(
    "given", ["nonsense", "http:///v1", "ftp://h", "http://h:99999", "http://u:hunter2@h:1"]
)
def test_an_address_that_is_none_is_named_and_not_repeated(monkeypatch, name, given):
    monkeypatch.setenv(f"ASSISTANT408_{name}", given)

    with pytest.raises(SettingsInvalid, match=f"ASSISTANT408_{name}") as raised:
        load_settings()

    assert given not in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("given", ["hunter2", '"redis://:hunter2@h"', '{"url": "hunter2"'])
def test_a_group_that_is_no_object_is_named_and_not_repeated(monkeypatch, given):
    monkeypatch.setenv("ASSISTANT408_REDIS", given)

    with pytest.raises(SettingsInvalid, match="设置 ASSISTANT408_REDIS 是一组") as raised:
        load_settings()

    assert "hunter2" not in str(raised.value)


def test_a_misspelt_name_in_a_group_is_named(monkeypatch):
    monkeypatch.setenv("ASSISTANT408_LLM__MODLE", "x")

    with pytest.raises(SettingsInvalid, match="没有 ASSISTANT408_LLM__MODLE 这个设置"):
        load_settings()


def test_settings_cannot_be_changed_after_reading():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().http.port = 1


def test_unknown_variables_are_found_with_the_one_that_was_meant():
    names = [
        "PATH",
        "ASSISTANT408_DATA_DIR",
        "assistant408_http__port",
        "ASSISTANT408_HTTP",
        "ASSISTANT408_HTTP_PORT",
        "ASSISTANT408_ACCESS_TOKEN",
        "ASSISTANT408_XYZ",
    ]

    assert list(unknown_variables(names)) == [
        ("ASSISTANT408_ACCESS_TOKEN", "ASSISTANT408_ONEBOT__ACCESS_TOKEN"),
        ("ASSISTANT408_HTTP_PORT", "ASSISTANT408_HTTP__PORT"),
        ("ASSISTANT408_XYZ", None),
    ]


def test_an_absent_env_file_is_fine_and_a_strange_one_named_by_line(tmp_path):
    require_env_file(tmp_path / "none")
    strange = tmp_path / "env"
    strange.write_text("# 注释\nexport ASSISTANT408_LOG_LEVEL='INFO'\n\n\nwhat is this\n", "utf-8")

    with pytest.raises(SettingsInvalid, match="第 5 行"):
        require_env_file(strange)


def test_known_variables_hold_every_setting_and_its_group():
    known = known_variables()

    assert {entry.variable for entry in entries()} < known
    assert "ASSISTANT408_LIMITS" in known


def _default(path):
    value = Settings.model_construct()
    for name in path:
        value = getattr(value, name)
    return value
