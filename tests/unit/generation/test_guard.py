"""What reaches the reader, however the text is cut into pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import GenerationNonsense
from backend.generation.guard import LEAKS, TextGuard, repeats

TABLE = """| 页号 | 有效位 | 页框号 |
|------|--------|--------|
| 0 | 1 | 3 |
| 1 | 0 | - |
| 2 | 1 | 5 |
| 3 | 0 | - |
"""
HEADER = "+" + "-+" * 32 + "\n|  源端口  |  目的端口  |\n" + "+" + "-+" * 32 + "\n"
CODE = (
    "for (int i = 0; i < n; i++) {\n"
    + "    " * 12
    + "if (a[i] < b[i]) {\n        count++;\n    }\n}\n"
)
STEPS = "".join(f"{n}. 访问页 {n % 4}：命中，栈为 {n}、{n + 1}\n" for n in range(1, 30))
MASK = "11111111 11111111 11111111 00000000，即 255.255.255.0\n" * 2


def through(text, cuts=(), most_chars=8000):
    guard = TextGuard(most_chars)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [guard.feed(text[a:b]) for a, b in pairwise(edges)]
    return "".join([*pieces, guard.close()]), guard


@given(st.text(alphabet="死锁<|im_end>/s\n 好", min_size=1), st.lists(st.integers(0, 60)))
def test_cutting_the_text_changes_nothing(text, cuts):
    try:
        whole, guard = through(text)
    except GenerationNonsense:
        with pytest.raises(GenerationNonsense):
            through(text, cuts)
        return
    again, cut_guard = through(text, cuts)
    assert again == whole
    assert guard.leaked == cut_guard.leaked


@pytest.mark.parametrize("leak", LEAKS)
def test_a_special_token_ends_the_text_wherever_it_is_cut(leak):
    text = f"死锁。{leak}\n又问：什么"
    for cut in range(len(text)):
        shown, guard = through(text, [cut])
        assert (shown, guard.leaked) == ("死锁。", True)


@pytest.mark.parametrize(
    "text", ["a < b", "x <| y", "<", "数组 <im", "a<</s", "if (a <", "<|im_end", "2 <= n </p>"]
)
def test_what_only_begins_like_a_special_token_is_shown(text):
    for cut in range(len(text)):
        shown, guard = through(text, [cut])
        assert (shown, guard.leaked) == (text, False)


@pytest.mark.parametrize("text", [TABLE, HEADER, CODE, STEPS, MASK, "0" * 64, "—" * 40 + "\n好"])
def test_what_repeats_for_a_reason_is_shown(text):
    shown, _ = through(text, range(0, len(text), 3))
    assert shown == text


@pytest.mark.parametrize(
    "loop",
    [
        "死锁是互相等待。",
        "哈",
        " ",
        "\n",
        "| 1 | 2 |\n",
        "进程互相等待对方占有的资源，谁也不能继续，这就是死锁。\n\n" * 2,
    ],
)
def test_a_loop_is_seen_before_long(loop):
    text = "死锁的定义如下：\n" + loop * 3000
    guard = TextGuard(most_chars=1000)
    pieces = [text[start : start + 5] for start in range(0, len(text), 5)]
    with pytest.raises(GenerationNonsense, match="重复"):
        list(map(guard.feed, pieces))


def test_the_same_line_again_and_again_is_a_loop_even_with_others_between():
    lines = [f"{n}. 死锁的必要条件是互斥条件。\n另外第{n}点是{n * n}。\n" for n in range(12)]
    assert repeats("".join(lines))
    assert not repeats("".join(lines[:5]))


def test_garbage_is_never_shown():
    rest = "进程互相等待对方占有的资源，谁也不能继续。" * 5
    shown, _ = through("死\ufffd锁\x00是\ue000等\ud83d待\x85。\r\n" + rest)
    assert shown == "死锁是等待。\n" + rest


@pytest.mark.parametrize("garbage", ["\ufffd", "\x00", chr(0xD83D), "\ue123"])
def test_much_garbage_is_no_answer(garbage):
    with pytest.raises(GenerationNonsense, match="乱码"):
        through("死锁" + garbage * 6)
    with pytest.raises(GenerationNonsense, match="乱码"):
        through("死锁" + garbage, ())


def test_a_little_garbage_in_a_long_text_is_dropped():
    text = "死锁是互相等待对方占有的资源。" * 3
    assert through(text + "\ufffd")[0] == text


def test_an_answer_has_no_blanks_before_it():
    assert through("\n\n  死锁\n", [1, 3])[0] == "死锁\n"


@pytest.mark.parametrize("text", ["", " \n", "<|im_end|>", "\n</s>好"])
def test_no_text_is_no_answer(text):
    with pytest.raises(GenerationNonsense, match="空的回答"):
        through(text)


def test_blanks_without_end_are_no_answer():
    guard = TextGuard(8000)
    with pytest.raises(GenerationNonsense, match="空的回答"):
        list(map(guard.feed, ["\n"] * 1000))


def test_a_text_that_is_too_long_is_no_answer():
    assert len(through("".join(map(chr, range(0x4E00, 0x4E64))), most_chars=100)[0]) == 100
    with pytest.raises(GenerationNonsense, match="没完没了"):
        through("".join(map(chr, range(0x4E00, 0x4E65))), most_chars=100)
