"""Every command of ``deploy/vllm`` is one that the installed vLLM understands."""

import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from config.catalogue import known_variables
from finetune.serving_memory import GIB, Memory, memory
from finetune.serving_quantise import QUANTIZATION
from tests.model.vllm.checkpoint import ROOT, python
from tests.unit.finetune.internlm2_folder import CONFIG

DEPLOY = ROOT / "deploy" / "vllm"
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
ENVIRONMENT = (DEPLOY / ".env.example").read_text(encoding="utf-8")
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def written_settings(commented: bool = False) -> dict[str, str]:
    """Return what ``.env.example`` sets; with what is commented out, when asked."""
    lines = ENVIRONMENT.splitlines()
    pattern = re.compile(r"^# ([A-Z_]+)=(.*)$" if commented else r"^([A-Z_]+)=(.*)$")
    return dict(match.groups() for line in lines if (match := pattern.match(line)))


def service(name: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return one service of the compose file as Docker Compose would read it."""

    def value(match: re.Match[str]) -> str:
        variable, kind, rest = match.groups()
        found = settings.get(variable, "")
        assert found or kind == "-", f"{variable}: {rest}"
        return found or rest

    return yaml.safe_load(_VARIABLE.sub(value, COMPOSE))["services"][name]


def readme_commands() -> list[list[str]]:
    """Return the ``vllm serve`` commands of the README, without ``vllm``."""
    blocks = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("vllm serve ")]


def compose_command(name: str, **settings: str) -> list[str]:
    given = {"MODELS_DIR": "/srv/models", "VLLM_API_KEY": "sk", **settings}
    made = service(name, given)
    assert made["entrypoint"] == ["vllm", "serve"]
    return ["serve", *shlex.split(made["command"])]


@pytest.fixture(scope="module")
def parsed() -> dict[str, list[dict[str, Any]]]:
    """What vLLM understood: of the README, and of each service."""
    small = written_settings() | written_settings(commented=True)
    lines = {
        "readme": readme_commands(),
        "chat": [
            compose_command("chat"),
            compose_command("chat", **written_settings() | {"VLLM_API_KEY": "sk"}),
            compose_command("chat", **small | {"VLLM_API_KEY": "sk"}),
        ],
        "embedding": [compose_command("embedding")],
        "reranker": [compose_command("reranker")],
    }
    done = subprocess.run(
        [python(), "-W", "ignore", "-m", "tests.model.vllm.parse_commands"],
        input=json.dumps([words for group in lines.values() for words in group]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    values = iter(json.loads(done.stdout.splitlines()[-1]))
    return {name: [next(values) for _ in group] for name, group in lines.items()}


def test_vllm_understands_every_command_of_the_readme(parsed):
    models = [values["model_tag"] for values in parsed["readme"]]

    assert len(models) == 5
    assert all(model.startswith("/srv/models/") for model in models)


def test_every_chat_command_has_the_converted_configuration_and_the_prefix_cache(parsed):
    chats = [v for v in [*parsed["readme"], *parsed["chat"]] if "internlm2" in v["model_tag"]]

    assert len(chats) == 6
    for values in chats:
        config = f"{values['model_tag']}-vllm"
        assert values["hf_config_path"] == values["generation_config"] == config
        assert values["tokenizer"] == config
        assert values["enable_prefix_caching"] is True
        assert not values["trust_remote_code"]
        assert values["served_model_name"] == ["internlm2-chat-7b"]


def test_lora_is_off_until_there_is_an_adapter(parsed):
    default, example, small = parsed["chat"]

    assert not default["enable_lora"]
    assert not example["enable_lora"]
    assert small["enable_lora"]
    assert small["lora_modules"] == [["jiangyi", "/models/jiangyi"]]
    assert [v["lora_modules"] for v in parsed["readme"] if v["enable_lora"]] == [
        [["jiangyi", "/srv/models/jiangyi"]]
    ]


def test_the_small_cards_settings_are_those_of_the_quantised_model(parsed):
    small = parsed["chat"][2]

    assert small["model_tag"] == "/models/internlm2-chat-7b-w4a16"
    assert small["max_model_len"] == 4096
    assert small["gpu_memory_utilization"] == 0.92


def test_bge_and_the_reranker_are_run_as_pooling_models(parsed):
    pooling = [v for v in parsed["readme"] if "bge" in v["model_tag"]]

    for values in [*pooling, *parsed["embedding"], *parsed["reranker"]]:
        assert values["runner"] == "pooling"
        assert values["max_model_len"] == 512
    assert len(pooling) == 2


def test_compose_keeps_to_this_machine_and_asks_for_what_must_be_set():
    given = {"MODELS_DIR": "/srv/models", "VLLM_API_KEY": "sk"}
    for name in ("chat", "embedding", "reranker"):
        made = service(name, given)
        assert all(port.startswith("127.0.0.1:") for port in made["ports"])
        assert made["image"] == "vllm/vllm-openai:v0.32.0"
        assert made["environment"]["VLLM_API_KEY"] == "sk"
        assert made["healthcheck"]["test"][0] == "CMD"
        [gpu] = made["deploy"]["resources"]["reservations"]["devices"]
        assert gpu["driver"] == "nvidia"
        assert made["volumes"] == ["/srv/models:/models:ro"]
    for missing in given:
        rest = {name: value for name, value in given.items() if name != missing}
        with pytest.raises(AssertionError, match=missing):
            service("chat", rest)


def test_every_variable_of_the_compose_file_is_explained():
    used = {match[1] for match in _VARIABLE.finditer(COMPOSE)}
    explained = set(written_settings()) | set(written_settings(commented=True))

    assert used - explained == {"EMBEDDING_GPU_SHARE", "RERANKER_GPU_SHARE"}
    assert explained <= used


@pytest.mark.parametrize("page", ["deploy/vllm/README.md", "docs/models/vllm.md"])
def test_every_setting_of_the_bot_that_a_page_names_exists(page):
    named = set(re.findall(r"ASSISTANT408_\w*[A-Z]\b", (ROOT / page).read_text("utf-8")))

    assert named <= known_variables()


def fitting(needed: Memory, card_gib: int, share: float) -> float:
    """Return how many tokens a card has room for, in the way that the README tells."""
    return (card_gib * GIB * share - needed.weights - GIB) / needed.per_token


def test_the_memory_that_the_readme_promises_is_what_the_numbers_give():
    full, small = memory(CONFIG), memory(CONFIG | {"quantization_config": QUANTIZATION})

    assert f"| bf16 | {full.weights / GIB:.1f} GiB |" in README
    assert f"| W4A16 | {small.weights / GIB:.1f} GiB |" in README
    assert full.per_token == small.per_token == 128 * 1024
    assert round(fitting(full, 24, 0.90), -4) == 50_000
    assert round(fitting(small, 8, 0.92), -3) == 13_000
    assert round(fitting(small, 12, 0.92), -3) == 43_000
    assert fitting(full, 12, 0.90) < 0
