"""Characters that turn a line around or are no text reach no platform."""

import unicodedata

import pytest

from bot.rendering.markups import messages, verbatim

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


@pytest.mark.parametrize("markup", ["plain", "qq", "discord", "wecom"])
@pytest.mark.parametrize("control", CONTROLS, ids=unicodedata.category)
def test_control_characters_are_dropped_from_files(markup, control):
    assert verbatim(f"死{control}锁\n{control}完", markup, 100) == verbatim("死锁\n完", markup, 100)


@pytest.mark.parametrize("says", [messages, verbatim])
@pytest.mark.parametrize("control", "\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029", ids=ascii)
def test_what_parts_words_goes_on_parting_them(control, says):
    assert says(f"死锁{control}进程", "plain", 100) == ("死锁\n进程",)
