import pytest

from backend.answering.grounding.citations import cited, marks, without_marks


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("死锁是互相等待[1]。", (1,)),
        ("死锁[2][1]，饥饿[2]。", (2, 1)),
        ("死锁[1, 2]。", (1, 2)),
        ("死锁【1】。", (1,)),
        ("TCP[1] 是可靠的。", (1,)),
        ("最坏是 O(n)[1]，平均是 O(log n)[2]。", (1, 2)),
        ("EA = (R)[2]，见上[3]。", (2, 3)),
        ("记作 n[1]。", (1,)),
        ("a[1] 是第二个元素[2]。", (2,)),
        ("`a[1]` 是第二个元素。", ()),
        ("next[1] = 0，a[i][1] 也是。", ()),
        ("没有引用[一]。", ()),
    ],
)
def test_citations_are_told_from_code(text, numbers):
    assert cited(text) == numbers


def test_the_text_is_left_when_the_citations_are_taken_out():
    assert without_marks("死锁[1][2]是 `a[1]`。[3]") == "死锁是 `a[1]`。"
    assert without_marks("死锁。") == "死锁。"


def test_a_mark_knows_where_it_stands():
    text = "死锁[12]。"
    (mark,) = marks(text)
    assert text[mark.start : mark.end] == "[12]"
    assert mark.numbers == (12,)
