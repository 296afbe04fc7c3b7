import pytest

from backend.answering.grounding.crossing import compared, crosses
from backend.answering.grounding.passage import read

QUEUE = "入队改 rear，出队改 front，不能弄反。"
LINES = "- LL型（左孩子的左子树）：对 A 右单旋。\n- RR型（右孩子的右子树）：对 A 左单旋。"


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("入队改 front，出队改 rear", QUEUE, True),
        ("入队改 rear，出队改 front", QUEUE, False),
        ("LL 型对 A 左单旋", LINES, True),
        ("LL 型对 A 右单旋", LINES, False),
        ("头插法得到的次序与输入相同", "头插法次序与输入相反，尾插法次序与输入相同", True),
        ("头插法得到的次序与输入相反", "头插法次序与输入相反，尾插法次序与输入相同", False),
        ("断点由服务程序保存", "断点由硬件保存，通用寄存器等现场由服务程序保存", True),
        ("入队改 front", "- 以为入队改 rear，出队改 front。", False),
    ],
)
def test_two_parallel_statements_may_not_be_crossed_over(claim, source, expected):
    assert crosses(read(claim), [compared(read(source))]) is expected


def test_what_one_of_the_sources_says_itself_is_no_crossing():
    sources = [compared(read(QUEUE)), compared(read("双端队列入队改 front 也可以。"))]
    assert not crosses(read("入队改 front"), sources)


def test_a_long_source_gives_a_bounded_number_of_statements():
    long = "。".join(f"第{n}种办法用{n}个寄存器" for n in range(200))
    assert len(compared(read(long)).texts) <= 40
