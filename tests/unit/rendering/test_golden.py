"""Forty replies as every platform shows them; ``python -m tests.golden --accept`` after a look."""

import pytest

from tests.golden.messages import FOLDER, LIMITS, expected, rendered, replies


@pytest.mark.parametrize("markup", LIMITS)
@pytest.mark.parametrize("reply", replies(), ids=lambda path: path.stem)
def test_a_reply_is_shown_as_it_was_accepted(reply, markup):
    now = rendered(reply.read_text(encoding="utf-8"), markup)
    assert now == expected(reply, markup).read_text(encoding="utf-8")


@pytest.mark.parametrize("markup", LIMITS)
def test_every_reply_has_its_messages_and_nothing_else_does(markup):
    assert len(replies()) >= 40
    files = {path.name for path in (FOLDER / markup).glob("*.txt")}
    assert files == {expected(reply, markup).name for reply in replies()}
