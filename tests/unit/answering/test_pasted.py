import pytest

from backend.answering.pasted import letters, stem

FOUR = "死锁的必要条件不包括\nA. 互斥\nB. 不可剥夺\nC. 先来先服务\nD. 循环等待"


def test_a_pasted_question_has_a_stem_and_its_letters():
    assert stem(FOUR) == "死锁的必要条件不包括"
    assert letters(FOUR) == ("A", "B", "C", "D")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("选哪个 a、栈 b、队列 c、树", ("A", "B", "C")),
        ("什么是死锁", ()),
        ("A. 栈 B. 队列", ()),
        ("", ()),
        ("A. 一 A. 二 A. 三", ()),
    ],
)
def test_fewer_than_three_letters_are_no_choice_question(text, found):
    assert letters(text) == found
    assert bool(stem(text)) is bool(found)
