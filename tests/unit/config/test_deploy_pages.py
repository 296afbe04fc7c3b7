"""The pages on serving models give whole settings, and calls that vLLM takes."""

import json
import re
import shlex

import pytest

from config.settings import ROOT

SERVING = ROOT / "deploy" / "vllm" / "README.md"
EMBEDDINGS = ROOT / "docs" / "models" / "embeddings.md"


def blocks(page, language=""):
    """Return the fenced blocks of a page that are marked as ``language``."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.M)
    return [text for marked, text in found if marked == language]


@pytest.mark.parametrize("page", [SERVING, EMBEDDINGS], ids=lambda page: page.parent.name)
def test_settings_that_name_an_endpoint_of_the_compose_file_give_its_key(page):
    lines = [line for block in blocks(page) for line in block.splitlines()]
    endpoints = re.findall(r"ASSISTANT408_(\w+)__BASE_URL=http://127", "\n".join(lines))

    assert {"EMBEDDER", "RERANKER"} <= set(endpoints)
    for name in endpoints:
        assert f"ASSISTANT408_{name}__API_KEY=和 VLLM_API_KEY 相同" in lines


def test_the_call_that_changes_an_adapter_replaces_one_that_is_served():
    """vLLM answers 400 for a name that it has, and keeps cached prefixes of a path that it has."""
    lines = "".join(blocks(SERVING, "bash")).replace("\\\n", " ").splitlines()
    [started] = [shlex.split(line) for line in lines if "--lora-modules" in line]
    [call] = [shlex.split(line) for line in lines if "load_lora_adapter" in line]
    name, path = started[started.index("--lora-modules") + 1].split("=")
    body = json.loads(call[call.index("-d") + 1])

    assert "--enable-lora" in started
    assert (body["lora_name"], body["load_inplace"]) == (name, True)
    assert body["lora_path"] != path
