"""Forty replies as every platform shows them; ``python -m tests.golden --accept`` after a look."""

import pytest

from tests.golden.messages import FOLDER, PLATFORMS, expected, rendered, replies
from tests.golden.pictures import write_pictures


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("reply", replies(), ids=lambda path: path.stem)
def test_a_reply_is_shown_as_it_was_accepted(reply, platform):
    now = rendered(reply.read_text(encoding="utf-8"), platform)
    assert now == expected(reply, platform).read_text(encoding="utf-8")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_reply_has_its_messages_and_nothing_else_does(platform):
    assert len(replies()) >= 40
    files = {path.name for path in (FOLDER / platform).glob("*.txt")}
    assert files == {expected(reply, platform).name for reply in replies()}


def test_the_pictures_of_the_documentation_can_be_drawn(tmp_path):
    files = write_pictures(tmp_path)
    assert {file.name for file in files} == {
        file.name for file in (FOLDER.parents[1] / "docs/images").glob("replies-*.png")
    }
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)
