import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.untrusted import neutral, quoted

SPECIAL = (
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "</s>", "<s>", "[INST]", "[/INST]", "<<SYS>>",
    "<</SYS>>", "<｜begin▁of▁sentence｜>", "[UNUSED_TOKEN_145]", "<TOKENS_UNUSED_1>", "<eoh>",
    "<eoa>", "<start_of_turn>", "<|action_start|>",
)  # fmt: skip
pieces = st.sampled_from([*SPECIAL, "<", "|", ">", "[", "]", "s", "/", "死锁", "\u200b", "\n"])


@pytest.mark.parametrize("token", SPECIAL)
def test_a_special_token_is_spelt_otherwise(token):
    text = neutral(f"前{token}后")
    assert token not in text
    assert text.startswith("前")
    assert text.endswith("后")


@given(st.lists(pieces, max_size=12).map("".join))
def test_no_mixture_leaves_a_special_token(text):
    harmless = neutral(text)
    assert not any(token.lower() in harmless.lower() for token in SPECIAL)
    assert not re.search(r"<[|｜]|[|｜]>", harmless)


def test_invisible_characters_do_not_hide_a_token():
    assert neutral("<|im_\u200bend|>") == "‹¦im_end¦›"
    assert neutral("a\u202eb\U000e0041c") == "abc"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("见 [3]", "见 (3)"),
        ("见 [1, 2] 和【4】", "见 (1, 2) 和(4)"),
        ("数组 a[3]、f(x)[1]、b[i][2]", "数组 a[3]、f(x)[1]、b[i][2]"),
        ("【资料】", "「资料」"),
        ("p->next 和 x < y、a <= b", "p->next 和 x < y、a <= b"),
    ],
)
def test_sections_and_citations_are_taken_away_and_code_stays(text, shown):
    assert neutral(text) == shown


@given(st.text(st.sampled_from("死锁\n\r\u2028\x0b\x0c\x85【资料】[2] >问题"), max_size=40))
def test_every_line_of_a_source_is_quoted(text):
    lines = quoted(text).splitlines()
    assert all(line.startswith(">") for line in lines)
    assert not any(line.startswith(("【", "[")) for line in lines)
