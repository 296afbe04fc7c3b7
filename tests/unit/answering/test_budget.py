import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.budget import MARK, cut_to, estimated_tokens, first_lines

texts = st.text(st.sampled_from("死锁 \t\nabcXYZ019,.|<é😀"), max_size=60) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("死锁", 2),
        ("。，【】", 4),
        ("TCP", 1),
        ("deadlock", 3),
        ("2026", 4),
        ("a b", 3),
        ("        x", 2),
        ("\n\n", 2),
        ("😀", 3),
    ],
)
def test_the_estimate_counts_characters_and_pieces_of_words(text, tokens):
    assert estimated_tokens(text) == tokens


@given(texts, texts)
def test_a_longer_text_never_has_fewer_and_two_never_more_than_both(one, other):
    whole = estimated_tokens(one + other)
    assert max(estimated_tokens(one), estimated_tokens(other)) <= whole
    assert whole <= estimated_tokens(one) + estimated_tokens(other)


@given(texts, st.integers(0, 80))
def test_a_cut_text_fits_and_a_text_that_fits_is_left_alone(text, tokens):
    cut = cut_to(text, tokens)
    assert estimated_tokens(cut) <= tokens
    if estimated_tokens(text) <= tokens:
        assert cut == text


def test_a_long_question_keeps_its_start_and_its_end_and_says_so():
    cut = cut_to("开头" + "中" * 500 + "结尾", 60)
    assert cut.startswith("开头中")
    assert cut.endswith("中结尾")
    assert MARK in cut
    assert estimated_tokens(cut) > 55


def test_without_room_for_the_mark_only_the_start_is_kept():
    assert cut_to("死锁的条件是什么", 3) == "死锁的"


@given(texts, st.integers(0, 80))
def test_first_lines_are_whole_and_fit(text, tokens):
    kept = first_lines(text, tokens)
    assert estimated_tokens(kept) <= tokens
    assert text.startswith(kept)
    assert text[len(kept) : len(kept) + 1] in ("", "\n") or not kept
