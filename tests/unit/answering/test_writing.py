import pytest

from backend.answering.answer import Answer, SourceRef
from backend.answering.writing import checked, write
from backend.errors import GenerationRefused, GenerationTimeout
from tests.fakes import FakeGenerator

ANSWER = Answer(
    "answer",
    0.9,
    sources=(SourceRef("操作系统 · 死锁", "OS0101"), SourceRef("操作系统 · 饥饿", "OS0103")),
    evidence=("死锁是互相等待。", "饥饿是长期得不到服务。"),
)


async def written(*pieces, failure=None):
    generator = FakeGenerator(pieces, failure)
    return [text async for text in write(generator, "死锁和饥饿", ANSWER, [])]


async def test_the_text_grows_and_ends_in_the_checked_whole():
    texts = await written("死锁是互相", "等待[1]。", "饥饿[2]。")
    assert texts == [
        "死锁是互相",
        "死锁是互相等待[1]。",
        "死锁是互相等待[1]。饥饿[2]。",
        "死锁是互相等待[1]。饥饿[2]。",
    ]


async def test_citations_of_sources_that_do_not_exist_are_taken_out():
    assert (await written("死锁[1]。饥饿 [3]。其他[0][99]。"))[-1] == "死锁[1]。饥饿。其他。"


@pytest.mark.parametrize(
    "text",
    [
        "死锁是互相等待。",
        "死锁[3]。",
        "死锁[一]。",
        "死锁 1。",
        "[0]",
        "a[1]",
        "a[i][1]",
        "f(x)[1]",
    ],
)
async def test_a_text_that_cites_nothing_valid_is_refused(text):
    with pytest.raises(GenerationRefused, match="没有引用资料"):
        await written(text)


async def test_a_failure_half_way_is_passed_on():
    with pytest.raises(GenerationTimeout):
        await written("死锁[1]", failure=GenerationTimeout("慢"))


@pytest.mark.parametrize(
    ("text", "sources", "kept"),
    [
        ("甲[1]乙[2]", 1, "甲[1]乙"),
        ("甲[1][1]", 1, "甲[1][1]"),
        ("甲 [2] [1]", 1, "甲 [1]"),
        ("a[i] 是元素[1]", 1, "a[i] 是元素[1]"),
        ("数组 a[100]，见[2]", 2, "数组 a[100]，见[2]"),
        ("  甲[1]\n", 1, "甲[1]"),
        ("甲[1][2][3]", 2, "甲[1][2]"),
        ("数组 a[5] 与 a[0][7]，见[1]", 1, "数组 a[5] 与 a[0][7]，见[1]"),
        ("f(x)[3]、b[i][4]、p2[9][1]。[1]", 1, "f(x)[3]、b[i][4]、p2[9][1]。[1]"),
        ("TCP [1] 与（UDP）[2]", 2, "TCP [1] 与（UDP）[2]"),
        ("TCP [7] 可靠[1]", 1, "TCP 可靠[1]"),
        ("用 TCP[1]，不用 UDP[9]", 1, "用 TCP[1]，不用 UDP"),
    ],
)
def test_only_citations_are_touched(text, sources, kept):
    assert checked(text, sources) == kept
