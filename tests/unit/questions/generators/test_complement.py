"""Complement questions, recomputed from their stems with the machine's own integers."""

import re
import struct
from itertools import permutations

import pytest

from backend.questions.generators import complement as generators
from backend.questions.generators.complement import ComplementGenerator
from backend.questions.solvers import complement as solver
from tests.unit.questions.generators.checks import check, drafts, questions

GENERATOR = ComplementGenerator()
FORMATS = {8: ("b", "B"), 16: ("h", "H")}


def number(text):
    return int(text.replace("−", "-"))


def unsigned_of(value, bits):
    return struct.unpack("<" + FORMATS[bits][1], struct.pack("<" + FORMATS[bits][0], value))[0]


def signed_of(pattern, bits):
    return struct.unpack("<" + FORMATS[bits][0], struct.pack("<" + FORMATS[bits][1], pattern))[0]


def shown(value):
    return str(value).replace("-", "−")


def hexed(pattern, bits):
    return format(pattern, f"0{bits // 4}X") + "H"


def encoded(stem):
    found = re.search(r"真值为 (\S+) 的整数用 (\d+) 位(.)码表示", stem)
    if found:
        value, bits, code = found.groups()
    else:
        bits, value, code = re.search(r"共 (\d+) 位.*x = (\S+?)，则 \[x\](.) ", stem).groups()
    value, bits = number(value), int(bits)
    return hexed(unsigned_of(value, bits) if code == "补" else value + 2 ** (bits - 1), bits)


def decoded(stem):
    bits = int(re.search(r"(\d+) 位", stem)[1])
    pattern = int(re.search(r"([0-9A-F]+)H", stem)[1], 16)
    return shown(pattern - 2 ** (bits - 1) if "移码" in stem else signed_of(pattern, bits))


def converted(stem):
    target = re.search(r"`(\w+(?: char| short)?) y = ", stem)[1]
    source = re.search(r"(\d+|[0-9A-F]+)H", stem)
    if source is None:
        value = int(re.search(r"x = (-\d+);", stem)[1])
        return str(value % (256 if "char" in target else 65536))
    pattern = int(source[1], 16)
    if target == "short":
        value = pattern if "unsigned char 型" in stem else signed_of(pattern, 8)
        return hexed(unsigned_of(value, 16), 16)
    return shown(signed_of(pattern.to_bytes(2, "little")[0], 8))


def operands(stem):
    bits = int(re.search(r"(\d+) 位", stem)[1])
    found = re.search(r"A = ([0-9A-F]+)H，B = ([0-9A-F]+)H", stem)
    if found:
        a, b = (int(text, 16) for text in found.groups())
    else:
        a, b = (unsigned_of(number(text), bits) for text in
                re.search(r"x = (\S+?)，y = (\S+?)。", stem).groups())  # fmt: skip
    return bits, a, b, 1 if re.search(r"[Ax] \+ [By]", stem) else -1


def computed(stem):
    bits, a, b, sign = operands(stem)
    result = (a + sign * b) % 2**bits
    if "机器数是" in stem:
        return hexed(result, bits)
    return str(result) if "看成无符号" in stem else shown(signed_of(result, bits))


def flagged(stem):
    bits, a, b, sign = operands(stem)
    true = signed_of(a, bits) + sign * signed_of(b, bits)
    raw = a + sign * b
    flags = {
        "OF": true not in range(-(2 ** (bits - 1)), 2 ** (bits - 1)),
        "CF": raw not in range(2**bits),
        "SF": signed_of(raw % 2**bits, bits) < 0,
        "ZF": raw % 2**bits == 0,
    }
    names = re.findall(r"OF|CF|SF|ZF", stem)
    return "、".join(str(int(flags[name])) for name in names)


def answer_of(question):
    stem = question.stem
    if "标志位" in stem:
        return flagged(stem)
    if "C 语言" in stem:
        return converted(stem)
    if re.search(r"[Ax] [+−] [By]", stem):
        return computed(stem)
    return encoded(stem) if "十六进制" in stem else decoded(stem)


def test_every_question_is_well_made_and_its_key_right():
    check(GENERATOR, answer_of)


BUGS = {
    # The carry not turned into a borrow; any carry taken for an overflow.
    "carry": property(lambda run: run.carry_out),
    "overflow": property(lambda run: run.carry_out),
}


@pytest.mark.parametrize("flag", BUGS)
def test_a_bug_planted_in_a_flag_is_caught(flag, monkeypatch):
    monkeypatch.setattr(solver.ComplementRun, flag, BUGS[flag])
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_subtraction_without_its_plus_one_is_caught(monkeypatch):
    operate = solver.operate

    def forgetful(task):
        if task.operation == "add":
            return operate(task)
        inverted = task.b ^ ((1 << task.bits) - 1)
        return operate(solver.ComplementTask(task.bits, "add", task.a, inverted))

    monkeypatch.setattr(generators, "operate", forgetful)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


@pytest.mark.parametrize("name", ["encode", "extend", "truncate"])
def test_a_bug_planted_in_a_conversion_is_caught(name, monkeypatch):
    bugs = {
        "encode": lambda value, bits, code="twos": solver.encode(
            value, bits, "ones" if code == "twos" else code
        ),
        "extend": lambda pattern, bits, wider: pattern,
        "truncate": lambda pattern, bits, narrower: pattern >> (bits - narrower),
    }
    module = "codes" if name == "encode" else "conversions"
    monkeypatch.setattr(f"backend.questions.generators.complement_{module}.{name}", bugs[name])
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_every_point_and_every_form_is_asked():
    made = questions(GENERATOR)
    assert {question.point for question in made} == set(GENERATOR.points)
    for phrase in ("移码", "补码", "short y = x", "(signed char)x", "(unsigned", "看成", "ZF"):
        assert any(phrase in question.stem for question in made), phrase


def test_every_mistake_is_named_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(draft.distractors) >= 5
        for distractor in draft.distractors:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", distractor.mistake)


def test_a_distractor_is_what_its_mistake_gives():
    """Recompute three mistakes from the stem alone."""
    seen = set()
    for draft in drafts(GENERATOR):
        values = {d.mistake: d.value for d in draft.distractors}
        if "copies-the-carry" in values:
            bits, a, b, _ = operands(draft.stem)
            borrow = draft.correct[-1]
            assert values["copies-the-carry"] == draft.correct[:-1] + str(1 - int(borrow))
            assert (a < b) == (borrow == "1")
            seen.add("copies-the-carry")
        if "forgets-plus-one" in values and "机器数是" in draft.stem:
            bits, a, b, _ = operands(draft.stem)
            assert values["forgets-plus-one"] == hexed((a - b - 1) % 2**bits, bits)
            seen.add("forgets-plus-one")
        if "zero-extends" in values:
            assert int(values["zero-extends"][:-1], 16) == int(draft.correct[:-1], 16) - 0xFF00
            seen.add("zero-extends")
    assert seen == {"copies-the-carry", "forgets-plus-one", "zero-extends"}


def test_whoever_takes_the_commonest_value_of_each_flag_finds_the_key_by_chance_only():
    asked = [q for q in questions(GENERATOR) if "标志位" in q.stem]
    assert len(asked) > 80
    found = 0
    for question in asked:
        rows = [text.split("、") for text in question.options.values()]
        columns = list(zip(*rows, strict=True))
        best = [{v for v in c if c.count(v) == max(map(c.count, c))} for c in columns]
        leaders = [row for row in rows if all(v in b for v, b in zip(row, best, strict=True))]
        found += leaders == [question.options[question.answer].split("、")]
    assert found < len(asked) // 10


def test_flags_wrong_by_two_mistakes_are_wrong_by_each_of_them():
    seen = 0
    for draft in drafts(GENERATOR):
        if "标志位" not in draft.stem:
            continue
        key, values = draft.correct, {d.mistake: d.value for d in draft.distractors}
        for one, other in permutations(values, 2):
            if f"{one}-and-{other}" in values:
                flags = zip(key, values[one], values[other], strict=True)
                both = [b if b != k else c for k, b, c in flags]
                assert values[f"{one}-and-{other}"] == "".join(both)
                assert key not in (values[one], values[other])
                seen += 1
    assert seen > 200


def test_a_result_in_range_is_never_said_to_be_cut_to_the_range():
    asked = [d for d in drafts(GENERATOR) if "加法器" in d.stem]
    assert len(asked) > 30
    for draft in asked:
        bits, a, b, sign = operands(draft.stem)
        true = signed_of(a, bits) + sign * signed_of(b, bits)
        overflows = true not in range(-(2 ** (bits - 1)), 2 ** (bits - 1))
        assert any(d.mistake == "saturates" for d in draft.distractors) == overflows


def test_the_convention_of_an_addition_says_nothing_of_borrows():
    asked = [d for d in drafts(GENERATOR) if "标志位" in d.stem]
    for draft in asked:
        assert ("借位" in draft.convention) == ("A − B" in draft.stem)


def test_no_reason_speaks_of_a_flag_that_is_not_asked_for():
    asked = [d for d in drafts(GENERATOR) if "标志位" in d.stem]
    for draft in asked:
        if "ZF" not in draft.stem:
            offered = [d for d in draft.distractors if d.value != draft.correct]
            assert all("ZF" not in d.why for d in offered)


def test_values_of_unsigned_short_lie_on_both_sides_of_the_middle():
    asked = [d for d in drafts(GENERATOR) if "unsigned short" in d.stem]
    above = [int(re.search(r"x = -(\d+);", d.stem)[1]) > 2**14 for d in asked]
    assert len(asked) > 5
    assert set(above) == {True, False}
