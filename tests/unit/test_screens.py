"""The tool that draws the screens of the documentation runs, and the documents show its screens."""

import importlib.util
import re

import pytest

from tests.e2e.processes import ROOT
from tests.screens import SCREENS, group_at, make, play

DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    ROOT / "docs" / "learning.md",
    *sorted((ROOT / "docs" / "platforms").glob("*.md")),
)
MAX_BYTES = 300_000
PNG = b"\x89PNG\r\n\x1a\n"
_SHORT = 7


@pytest.mark.skipif(importlib.util.find_spec("typst") is None, reason="typst is not installed")
async def test_the_tool_writes_every_screen(tmp_path):
    await make(tmp_path, days=_SHORT)

    assert {path.stem for path in tmp_path.iterdir()} == set(SCREENS)
    for path in tmp_path.iterdir():
        assert path.read_bytes().startswith(PNG)


async def test_the_group_is_asked_once_a_day_and_everybody_named_answers(tmp_path):
    async with group_at(tmp_path) as group:
        days = await play(group, _SHORT)

        assert len(days) == _SHORT + 1
        assert all("每日一题" in day.question.text for day in days)
        assert [said.name for said in days[-1].talk] == [
            "408 助手",
            "小满",
            "408 助手",
            "阿青",
            "408 助手",
        ]
        assert days[-1].talk[2].what.text.startswith("收到，选 ")


def test_the_screens_that_are_shown_were_drawn_and_are_small_enough_for_a_page():
    folder = ROOT / "docs" / "images"
    drawn = {path.stem for path in folder.iterdir()}
    others = ("replies-", "platform-")  # tests.golden --pictures, tests.platform_screens
    assert {name for name in drawn if not name.startswith(others)} == set(SCREENS)
    assert all(path.stat().st_size < MAX_BYTES for path in folder.iterdir())
    shown = {
        name for page in DOCUMENTS for name in re.findall(r"images/([\w-]+)\.png", page.read_text())
    }
    assert shown == drawn
