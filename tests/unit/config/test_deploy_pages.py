"""The pages on serving models give whole settings."""

import re

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
