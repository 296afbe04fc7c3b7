"""The transcripts in the READMEs are what the program says."""

import json
import re

import pytest

from tests.e2e.processes import ROOT, run


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_transcript_is_real(data_dir, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    [transcript] = re.findall(r"```text\n(.*?)\n```", text, flags=re.DOTALL)
    turns = [turn.split("\n", 1) for turn in f"\n\n{transcript}".split("\n\n> ")[1:]]

    lines = [json.dumps({"text": message}) for message, _ in turns]
    done = run("bot", "chat", "--json", data_dir=data_dir, lines=lines)

    assert [reply["reply"] for reply in done.replies] == [reply for _, reply in turns]
