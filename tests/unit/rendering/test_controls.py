"""Characters that turn a line around or are no text reach no platform."""

import unicodedata

import pytest

from bot.rendering.markups import messages

CONTROLS = "\0\x07\x08\x1b\x7f\x9f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PLACES = (
    "死{0}锁\n\n```\nint{0} n;\n```\n\n- 项`a{0}b`\n\n| 名 | 值 |\n|---|---|\n| 栈{0} | $x{0}$ |"
)


@pytest.mark.parametrize("markup", ["plain", "qq", "discord", "wecom"])
@pytest.mark.parametrize("control", CONTROLS, ids=unicodedata.category)
def test_control_characters_are_dropped(markup, control):
    assert messages(PLACES.format(control), markup, 1000) == messages(
        PLACES.format(""), markup, 1000
    )
