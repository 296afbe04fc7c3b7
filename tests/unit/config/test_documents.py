"""What the operator's pages say is what the code has."""

import re
from typing import get_args

import pytest

from backend.knowledge.aspects import Aspect
from bot.platforms.onebot.codec import CAPS
from bot.platforms.onebot.platform import PATH
from bot.platforms.terminal_json import Request, reply_line
from config.catalogue import entries, known_variables
from config.settings import ROOT
from plugins.messages import SILENT, Decision

DOCS = ROOT / "docs"
NOT_SETTINGS = {"ASSISTANT408_PORT"}
"""The example of a misspelt name."""


@pytest.mark.parametrize("page", sorted(DOCS.glob("**/*.md")), ids=lambda page: page.name)
def test_every_setting_that_a_page_names_exists(page):
    named = set(re.findall(r"ASSISTANT408_\w*[A-Z]\b", page.read_text("utf-8")))

    assert named - known_variables() - NOT_SETTINGS == set()


@pytest.mark.parametrize("page", ["platforms/onebot.md"])
def test_every_default_that_the_page_for_qq_names_is_right(page):
    text = (DOCS / page).read_text("utf-8")
    defaults = {entry.variable: entry.default for entry in entries()}
    rows = re.findall(r"^\| `(ASSISTANT408_\w+)` \| `?([^|`]+)`? \|", text, re.MULTILINE)

    assert len(rows) >= 10
    for variable, told in rows:
        assert defaults[variable] == ("" if told.strip() == "空" else told), variable


def test_the_page_of_the_json_interface_has_every_field_decision_and_aspect():
    text = (DOCS / "json.md").read_text("utf-8")
    fields_out = re.findall(r'"(\w+)":', reply_line(1, SILENT, 0.0))
    words = [*Request.__dataclass_fields__, *fields_out, *get_args(Decision)]

    assert len(words) > 20
    for word in [*words, *(aspect.value for aspect in Aspect)]:
        assert f"`{word}`" in text, word


def test_the_page_for_qq_tells_the_path_and_the_length_of_a_message():
    text = (DOCS / "platforms" / "onebot.md").read_text("utf-8")

    assert f"ws://127.0.0.1:8408{PATH}" in text
    assert f"每条最多 {CAPS.max_chars} 字" in text


@pytest.mark.parametrize("page", sorted(DOCS.glob("**/*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
