"""CRC against sums of powers of x, each reduced on its own: no long division."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers.crc import MAX_BITS, CrcRun, CrcTask, divide
from backend.questions.solvers.refusal import Refusal
from tests.content.cards import section


def residue(bits, generator):
    """Reduce modulo the generator, as an integer: the sum of x^i mod G over the ones of ``bits``.

    x^i mod G is made from x^(i-1) mod G by a shift, as a shift register does it.
    """
    degree, divisor = len(generator) - 1, int(generator, 2)
    power, total = 1, 0
    for bit in reversed(bits):
        if power >> degree:
            power ^= divisor
        total ^= power if bit == "1" else 0
        power <<= 1
    return total


def expected(task):
    degree = len(task.generator) - 1
    appended = task.bits if task.received else task.bits + "0" * degree
    return f"{residue(appended, task.generator):0{degree}b}"


def random_tasks(count=500):
    chance = random.Random(408)
    for _ in range(count):
        degree = chance.randint(1, 16)
        generator = "1" + "".join(chance.choice("01") for _ in range(degree))
        length = chance.randint(1, 40)
        received = chance.random() < 0.4
        bits = "".join(chance.choice("01") for _ in range(length + degree * received))
        yield CrcTask(bits, generator, received)


def disagreements(solve):
    """List the random tasks that ``solve`` and the oracle see differently."""
    return [task for task in random_tasks() if solve(task) != expected(task)]


def remainder(task):
    return divide(task).remainder


def test_the_remainder_agrees_with_a_sum_of_powers():
    assert disagreements(remainder) == []


@pytest.mark.parametrize(
    "bug",
    [
        # Without the appended zeros; with one too many; with a remainder that is not padded; with
        # the generator's last bit lost.
        lambda task: remainder(CrcTask(task.bits.rjust(MAX_BITS, "0"), task.generator, True)),
        lambda task: remainder(CrcTask(task.bits + "0", task.generator, task.received)),
        lambda task: remainder(task).lstrip("0"),
        lambda task: remainder(CrcTask(task.bits, task.generator[:-1] + "0", task.received)),
    ],
)
def test_a_planted_bug_is_caught_by_the_comparison(bug):
    assert disagreements(bug)


@pytest.mark.parametrize(
    ("bits", "generator", "fcs"),
    [
        # 谢希仁, exercises 3-07 and 3-08; Tanenbaum 3.2.2; the card.
        ("1101011011", "10011", "1110"),
        ("101110", "1001", "011"),
        ("1101011111", "10011", "0010"),
        ("101101", "10011", "1110"),
        ("101001", "1101", "001"),
        ("0000", "1011", "000"),
        ("1", "11", "1"),
    ],
)
def test_known_cases_have_their_known_check_sequence(bits, generator, fcs):
    run = divide(CrcTask(bits, generator))
    assert (run.remainder, run.frame) == (fcs, bits + fcs)


def test_the_steps_of_the_example_are_those_of_the_card():
    run = divide(CrcTask("101101", "10011"))
    rests = [run.dividend, *(step.rest for step in run.steps)]
    text = section("cn.crc", "例题")
    for number, (step, (before, after)) in enumerate(
        zip(run.steps, pairwise(rests), strict=True), start=1
    ):
        assert f"{number}. {before} ⊕ {step.subtrahend} = {after}" in text
    assert f"余数 {run.remainder}，发送 {run.frame}（10 位）" in text
    assert divide(CrcTask(run.frame, "10011", received=True)).accepted
    wrong = divide(CrcTask("1011011111", "10011", received=True))
    assert f"翻转成 1011011111，余数为 {wrong.remainder}，丢弃" in text
    assert not wrong.accepted


def strings(least, most):
    return st.text("01", min_size=least, max_size=most)


# First and last bit 1, as the card asks of a generator.
generators = strings(0, 14).map(lambda middle: f"1{middle}1")


@given(strings(1, MAX_BITS - 16), generators)
def test_a_frame_that_was_sent_is_accepted(bits, generator):
    run = divide(CrcTask(bits, generator))
    assert divide(CrcTask(run.frame, generator, received=True)).accepted


@given(strings(1, MAX_BITS - 16), generators, st.data())
def test_a_frame_with_one_bit_or_a_short_burst_flipped_is_not_accepted(bits, generator, data):
    frame = divide(CrcTask(bits, generator)).frame
    degree = len(generator) - 1
    inner = data.draw(strings(0, max(0, min(degree, len(frame)) - 2)))
    burst = data.draw(st.sampled_from(["1", f"1{inner}1"] if degree > 1 else ["1"]))
    at = data.draw(st.integers(0, len(frame) - len(burst)))
    flipped = int(frame, 2) ^ (int(burst, 2) << at)
    received = CrcTask(f"{flipped:0{len(frame)}b}", generator, received=True)
    assert not divide(received).accepted


@given(strings(1, 40), generators)
def test_every_step_clears_the_leading_one_and_adds_up(bits, generator):
    run = divide(CrcTask(bits, generator))
    rest = run.dividend
    for step in run.steps:
        assert int(rest, 2) ^ int(step.subtrahend, 2) == int(step.rest, 2)
        assert step.subtrahend.strip("0") == generator.strip("0")
        assert step.subtrahend.index("1") == rest.index("1")
        rest = step.rest
    assert "1" not in rest[: len(bits)]


@pytest.mark.parametrize(
    ("task", "refusal"),
    [
        (CrcTask("1011", "0011"), Refusal("generator_leading_zero", "0011")),
        (CrcTask("1011", "1"), Refusal("generator_too_short", "1")),
        (CrcTask("1" * 65, "1011"), Refusal("too_many_bits", "65", MAX_BITS)),
        (CrcTask("1", "1" * 65), Refusal("too_many_bits", "65", MAX_BITS)),
        (CrcTask("101", "1011", received=True), Refusal("frame_too_short", "101", 3)),
    ],
)
def test_what_cannot_be_divided_is_refused_with_its_reason(task, refusal):
    assert divide(task) == refusal


def test_the_bounds_themselves_can_be_divided():
    assert isinstance(divide(CrcTask("1" * MAX_BITS, "1" * MAX_BITS)), CrcRun)
