import pytest

from backend.answering.grounding.opposition import (
    Opposition,
    has_other_number,
    is_negated,
    repeats_mistake,
)
from backend.answering.grounding.passage import read

QUEUE = read("栈的插入和删除都在栈顶；循环队列队尾插入，队头删除。")


@pytest.fixture(scope="module")
def opposition():
    return Opposition()


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("队列在队头插入、在队尾删除", QUEUE, True),
        ("队列在队尾插入、在队头删除", QUEUE, False),
        ("快排是稳定的", read("不稳定：相等元素的先后可能改变。"), True),
        ("只许按编号递减的次序申请", read("只许按编号递增的次序申请"), True),
        ("只许按编号递增的次序申请", read("只许按编号递增的次序申请"), False),
    ],
)
def test_the_opposite_of_the_source_is_found(opposition, claim, source, expected):
    assert bool(opposition.reversed_word(read(claim), source)) is expected


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("接收方会缓存失序的帧", "接收方不缓存失序帧", True),
        ("接收方不缓存失序的帧", "接收方不缓存失序帧", False),
        ("断电后信息不会丢失", "断电后信息都会丢失", True),
        ("断电后信息都会丢失", "断电后信息都会丢失", False),
        ("容易错在以为接收方会缓存失序的帧", "接收方不缓存失序帧", False),
    ],
)
def test_a_negation_added_or_left_out_is_found(claim, source, expected):
    assert is_negated(read(claim), read(source)) is expected


def test_a_quoted_mistake_is_no_support():
    source = read("- 以为超时后只重传一帧；应重传从它开始的所有已发帧。")
    assert repeats_mistake(read("超时后只重传一帧"), source)
    assert not repeats_mistake(read("别以为超时后只重传一帧"), source)
    assert not repeats_mistake(read("超时要重传从它开始的所有帧"), source)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("被动方要 2 个 RTT", True),
        ("被动方要 1.5 个 RTT", False),
        ("被动方要 2 次确认", False),
    ],
)
def test_a_number_of_another_place_is_found(claim, expected):
    source = read("主动方 2 RTT，被动方 1.5 RTT")
    assert has_other_number(read(claim), source) is expected
