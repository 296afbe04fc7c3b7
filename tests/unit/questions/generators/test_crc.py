"""Questions on CRC against sums of powers of x: the oracle of the solver's own tests."""

import re

import pytest

from backend.questions.generators.crc import CrcGenerator
from backend.questions.solvers import crc
from tests.unit.questions.generators.checks import check, drafts, questions
from tests.unit.questions.test_crc import residue

GENERATOR = CrcGenerator()
POWERS = {"⁵": 5, "⁴": 4, "³": 3, "²": 2}


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
        assert {len(text) for text in wrong.values()} == {degree}
        if "borrows" in wrong:
            rest = int(data + "0" * degree, 2) % int(generator, 2)
            assert int(wrong["borrows"], 2) == rest


def test_an_undetected_error_is_among_detected_ones_of_the_same_length():
    asked = [draft for draft in drafts(GENERATOR) if "检测不出" in draft.stem]
    assert len(asked) > 30
    for draft in asked:
        generator = generator_of(draft.stem)
        sent = re.search(r"码字为 ([01]+)，", draft.stem)[1]
        assert residue(sent, generator) == 0
        width = len(sent)
        assert {len(text) for text in [draft.correct, *values(draft).values()]} == {width}
        assert residue(draft.correct, generator) == 0
        assert all(residue(text, generator) for text in values(draft).values())


def test_at_most_one_option_of_a_frame_is_told_from_the_key_by_its_form():
    asked = [q for q in questions(GENERATOR) if "实际发出" in q.stem]
    assert len(asked) > 80
    odd = 0
    for question in asked:
        data = re.search(r"数据为 ([01]+)，", question.stem)[1]
        length = len(question.options[question.answer])
        formed = [t.startswith(data) and len(t) == length for t in question.options.values()]
        assert sum(formed) >= 3
        odd += sum(formed) == 3
    assert 0 < odd < len(asked) // 2


def test_the_frames_that_are_put_together_wrongly_are_what_the_mistakes_give():
    seen = set()
    for draft in drafts(GENERATOR):
        if "实际发出" not in draft.stem:
            continue
        data, wrong = re.search(r"数据为 ([01]+)，", draft.stem)[1], values(draft)
        fcs = draft.correct[len(data) :]
        for mistake, expected in {
            "check-sequence-in-front": fcs + data,
            "keeps-the-appended-zeros": data + "0" * len(fcs) + fcs,
            "drops-leading-zeros": data + fcs.lstrip("0"),
        }.items():
            if mistake in wrong:
                assert wrong[mistake] == expected != draft.correct
                seen.add(mistake)
    assert len(seen) == 3


def test_a_division_that_stops_early_leaves_what_one_more_subtraction_would_change():
    asked = [draft for draft in drafts(GENERATOR) if "算出的 FCS" in draft.stem]
    for draft in asked:
        generator = generator_of(draft.stem)
        early = values(draft)["stops-one-step-early"]
        width = len(generator) - 1
        assert any(
            int(early, 2) == (int(draft.correct, 2) ^ int(generator, 2) << shift) % 2**width
            for shift in range(len(generator))
        )
