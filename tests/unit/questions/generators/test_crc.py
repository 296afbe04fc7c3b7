"""Questions on CRC against sums of powers of x: the oracle of the solver's own tests."""

import re

import pytest

from backend.questions.generators.crc import CrcGenerator
from backend.questions.solvers import crc
from tests.unit.questions.generators.checks import check, drafts
from tests.unit.questions.test_crc import residue

GENERATOR = CrcGenerator()
POWERS = {"⁴": 4, "³": 3, "²": 2}


def generator_of(stem):
    """Read the generator, in bits or as a polynomial such as x³ + x + 1."""
    bits = re.search(r"对应的比特串为 ([01]+)。", stem)
    if bits:
        return bits[1]
    terms = re.search(r"G\(x\) = ([^。]+)。", stem)[1].split(" + ")
    powers = [0 if term == "1" else POWERS.get(term[1:], 1) for term in terms]
    return f"{sum(1 << power for power in powers):b}"


def sequence(data, generator):
    degree = len(generator) - 1
    return f"{residue(data + '0' * degree, generator):0{degree}b}"


def answer_of(question):
    stem, options = question.stem, question.options.values()
    generator = generator_of(stem)
    if "能通过校验" in stem or "检测不出" in stem:
        (only,) = [bits for bits in options if residue(bits, generator) == 0]
        return only
    received = re.search(r"收到的比特串为 ([01]+)", stem)
    if received:
        rest = f"{residue(received[1], generator):0{len(generator) - 1}b}"
        return f"余数 {rest}，{'有差错，丢弃' if '1' in rest else '未检出差错，接收'}"
    data = re.search(r"数据(?:为)? ([01]+)", stem)[1]
    fcs = sequence(data, generator)
    return fcs if "FCS" in stem else data + fcs


def test_every_key_is_what_a_sum_of_powers_says():
    check(GENERATOR, answer_of)


@pytest.mark.parametrize(
    "bug",
    [
        # The exclusive or becomes an or; a subtraction with borrow; one that spares the last bit.
        lambda one, other: "".join(max(pair) for pair in zip(one, other, strict=True)),
        lambda one, other: f"{abs(int(one, 2) - int(other, 2)):0{len(one)}b}",
        lambda one, other: f"{int(one, 2) ^ int(other, 2) & ~1:0{len(one)}b}",
    ],
)
def test_a_bug_planted_in_the_solver_is_caught(monkeypatch, bug):
    monkeypatch.setattr(crc, "_exclusive_or", bug)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_division_that_stops_one_bit_early_is_caught(monkeypatch):
    def early(task):
        bits = task.bits if task.received else task.bits + "0" * (len(task.generator) - 2)
        run = crc.divide(crc.CrcTask(bits, task.generator, received=True))
        return crc.CrcRun(task, run.dividend, run.steps, run.remainder)

    monkeypatch.setattr("backend.questions.generators.crc_mistakes.divide", early)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def values(draft):
    return {wrong.mistake: wrong.value for wrong in draft.distractors}


def test_every_mistake_has_a_name_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(values(draft)) >= 3
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", mistake) for mistake in values(draft))


def test_the_wrong_check_sequences_are_what_the_mistakes_give():
    asked = [draft for draft in drafts(GENERATOR) if "算出的 FCS" in draft.stem]
    assert len(asked) > 50
    for draft in asked:
        generator, data = generator_of(draft.stem), re.search(r"数据 ([01]+)", draft.stem)[1]
        degree, wrong = len(generator) - 1, values(draft)
        assert wrong["appends-no-zeros"] == f"{residue(data, generator):0{degree}b}"
        longer = residue(data + "0" * (degree + 1), generator)
        assert wrong["appends-one-zero-too-many"] == f"{longer:0{degree}b}"
        if "drops-leading-zeros" in wrong:
            assert draft.correct.startswith("0")
            assert int(wrong["drops-leading-zeros"], 2) == int(draft.correct, 2)
        if "borrows" in wrong:
            rest = int(data + "0" * degree, 2) % int(generator, 2)
            assert int(wrong["borrows"], 2) == rest


def test_an_undetected_error_is_among_detected_ones_of_the_same_length():
    asked = [draft for draft in drafts(GENERATOR) if "检测不出" in draft.stem]
    assert len(asked) > 30
    for draft in asked:
        generator = generator_of(draft.stem)
        width = int(re.search(r"码字共 (\d+) 位", draft.stem)[1])
        assert {len(text) for text in [draft.correct, *values(draft).values()]} == {width}
        assert residue(draft.correct, generator) == 0
        assert all(residue(text, generator) for text in values(draft).values())
