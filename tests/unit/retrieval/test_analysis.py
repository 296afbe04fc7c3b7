"""The analyser."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.retrieval.analysis import (
    MAX_FIELD_BYTES,
    encode,
    frequent_terms,
    query_terms,
    terms,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("死锁", ["死", "死锁", "锁"]),
        ("LRU算法", ["lru", "算", "算法", "法"]),
        ("ＴＣＰ／ＩＰ", ["tcp", "ip"]),
        ("B+树", ["b+", "树"]),
        ("c++", ["c++"]),
        ("n+1 个", ["n", "1", "个"]),
        ("2ⁿ", ["2n"]),
        ("死，锁", ["死", "锁"]),
        ("α 值", ["α", "值"]),
        ("", []),
        ("！？😀", []),
    ],
)
def test_text_becomes_characters_pairs_and_words(text: str, expected: list[str]):
    assert terms(text) == expected


def test_words_of_asking_are_not_searched():
    assert query_terms("请问死锁是什么呢") == query_terms("死锁")


def test_a_query_of_asking_words_alone_is_searched_as_it_is():
    assert query_terms("为什么") == ["为", "为什", "什", "什么", "么"]


def test_ignored_terms_stay_when_nothing_else_is_left():
    assert query_terms("死锁 tcp", {"死", "锁", "死锁"}) == ["tcp"]
    assert query_terms("死锁", {"死", "锁", "死锁"}) == ["死", "死锁", "锁"]


def test_terms_of_more_than_a_fifth_of_many_texts_are_frequent():
    texts = [f"甲乙{number}" if number % 4 == 0 else f"丙{number}" for number in range(2000)]
    assert frequent_terms(texts) == {"甲", "乙", "甲乙", "丙"}
    assert frequent_terms(texts[:1999]) == frozenset()


@given(st.text())
def test_encoded_terms_survive_any_tokenizer_of_ascii_words(text: str):
    found = terms(text)
    encoded = encode(found)
    assert encoded.isascii()
    words = re.findall(r"\w+", encoded.lower())
    assert words == encoded.split(" ") if found else words == []
    if len(encoded) < MAX_FIELD_BYTES:
        assert len(words) == len(found)


@given(st.lists(st.text("abc死锁页面+", min_size=1, max_size=3), unique=True, max_size=8))
def test_different_terms_stay_different_when_encoded(texts: list[str]):
    distinct = list(dict.fromkeys(term for text in texts for term in terms(text)))
    assert len(set(encode(distinct).split())) == len(distinct)


def test_a_very_long_text_still_fits_the_field():
    assert len(encode(terms("页面置换" * 10_000))) <= MAX_FIELD_BYTES
