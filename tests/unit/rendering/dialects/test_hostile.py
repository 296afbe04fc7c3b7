"""Text stays text: no mention, link or mark comes out of what a user or a model wrote."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.markups import messages, verbatim
from bot.rendering.plain import render_plain
from tests.unit.rendering.dialects.hostile import HOSTILE, MARKS, PLACES
from tests.unit.rendering.dialects.readers import OURS, READERS, read_common, read_discord


@pytest.mark.parametrize("markup", READERS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_gets_power(text, place, markup):
    markdown = PLACES[place].format(text)
    for limit in (2000, 100):
        for message in messages(markdown, markup, limit):
            kinds, _ = READERS[markup](message)
            assert kinds <= OURS, message
            assert len(message) <= limit


@pytest.mark.parametrize("markup", READERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_files_as_messages_have_no_power(text, markup):
    for message in verbatim(text, markup, 100):
        assert READERS[markup](message)[0] <= {"fence"}


@pytest.mark.parametrize("markup", READERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_every_letter_is_shown(text, markup):
    shown = "".join(READERS[markup](part)[1] for part in messages(text, markup, 2000))
    expected = Counter(re.findall(r"\w", render_plain(text)))
    assert expected - Counter(re.findall(r"\w", shown)) == {}


def test_the_readers_see_the_power_of_what_is_not_rendered():
    """Else the tests above would pass whatever the renderers do."""
    assert sum(not read_discord(text)[0] <= OURS for text in HOSTILE) >= 40
    assert sum(not read_common(text)[0] <= OURS for text in HOSTILE) >= 40


@given(st.text(alphabet="*_~`|\\<>[]()@!#&-+1.:/ \nevryonh甲$", max_size=60))
@pytest.mark.parametrize("markup", READERS)
def test_no_mixture_of_marks_gets_power(markup, text):
    for message in messages(text, markup, 60):
        assert READERS[markup](message)[0] <= OURS


@given(st.lists(st.sampled_from([*HOSTILE, "甲", "\n", " ", "。"]), max_size=6).map("".join))
@pytest.mark.parametrize("markup", READERS)
def test_no_sequence_of_hostile_texts_gets_power(markup, text):
    for message in messages(text, markup, 80):
        assert READERS[markup](message)[0] <= OURS


def test_an_address_that_was_cut_is_not_put_together_again():
    text = "<:a:123456789012345678>" + "[看](https://evil.example)" * 2
    for message in messages(text, "discord", 80):
        assert read_discord(message)[0] <= OURS


@pytest.mark.parametrize("marks", range(3, 12))
@pytest.mark.parametrize("markup", READERS)
def test_no_number_of_marks_ends_a_fence(markup, marks):
    code = f"```js\nx\n{'`' * marks}双``[看](https://evil.example)"
    for message in (*messages(code, markup, 300), *verbatim(code, markup, 300)):
        assert READERS[markup](message)[0] <= OURS


def test_there_are_enough_hostile_texts():
    assert len(set(HOSTILE)) >= 60
    assert len(MARKS) >= 20
