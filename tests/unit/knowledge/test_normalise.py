import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.knowledge.normalise import normalise


@pytest.mark.parametrize(
    ("original", "folded"),
    [
        ("ＬＲＵ", "lru"),
        ("Lru 页面 置换", "lru页面置换"),
        ("死锁的定义", "死锁定义"),
        ("B+树", "b+树"),
        ("Ｂ＋树", "b+树"),
        ("CSMA/CD", "csmacd"),
        ("Go-Back-N", "gobackn"),
        ("（死锁）", "死锁"),
        ("IEEE 754，怎么算？", "ieee754,怎么算?"),
        ("802.11", "802.11"),
        ("①", "1"),
        ("", ""),
        (" \t\n\u3000", ""),
    ],
)
def test_width_case_blanks_and_brackets_are_folded(original, folded):
    assert normalise(original).text == folded


@given(st.text())
def test_every_character_knows_where_it_came_from(original):
    result = normalise(original)
    assert len(result.offsets) == len(result.text)
    assert list(result.offsets) == sorted(result.offsets)
    for character, offset in zip(result.text, result.offsets, strict=True):
        assert character in unicodedata.normalize("NFKC", original[offset]).lower()


@given(st.text(), st.text())
def test_the_normal_form_of_two_texts_is_theirs_put_together(one, other):
    assert normalise(one + other).text == normalise(one).text + normalise(other).text


@given(st.text(alphabet=st.characters(codec="gb18030", exclude_categories=["Cs"])))
def test_full_width_and_upper_case_do_not_matter(original):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in original)
    assert normalise(wide).text == normalise(original).text


@given(st.text(alphabet=st.characters(max_codepoint=0x9FFF, exclude_categories=["Cs"])))
def test_a_normal_form_is_its_own_normal_form(original):
    once = normalise(original).text
    assert normalise(once).text == once


def test_two_spellings_of_node_are_one():
    assert normalise("根节点").text == normalise("根结点").text
