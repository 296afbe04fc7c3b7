"""Integers of n bits against the machine's own integers (struct) and plain Python numbers."""

import random
import struct

import pytest

from backend.questions.solvers import complement
from backend.questions.solvers.complement import (
    ComplementTask,
    decode,
    encode,
    extend,
    operate,
    truncate,
)
from tests.content.cards import section

SIGNED = {8: "b", 16: "h", 32: "i", 64: "q"}


def signed(pattern, bits):
    return struct.unpack("<" + SIGNED[bits], struct.pack("<" + SIGNED[bits].upper(), pattern))[0]


def expected(task):
    """Give result, OF, CF, SF, ZF from ranges of whole numbers: no adder and no carries."""
    sign = 1 if task.operation == "add" else -1
    unsigned = task.a + sign * task.b
    true = signed(task.a, task.bits) + sign * signed(task.b, task.bits)
    whole = 2**task.bits
    result = unsigned % whole
    overflow = not -whole // 2 <= true < whole // 2
    carry = not 0 <= unsigned < whole
    return result, int(overflow), int(carry), int(signed(result, task.bits) < 0), int(result == 0)


def got(task):
    run = operate(task)
    return run.result, run.overflow, run.carry, run.sign, run.zero


def all_tasks():
    """All pairs of 8 bits would be 131072 tasks: every 3rd, and random wider ones."""
    for operation in ("add", "sub"):
        for a in range(0, 256, 3):
            for b in range(256):
                yield ComplementTask(8, operation, a, b)
    chance = random.Random(408)
    for _ in range(2000):
        bits = chance.choice((16, 32, 64))
        a, b = chance.randrange(2**bits), chance.randrange(2**bits)
        yield ComplementTask(bits, chance.choice(("add", "sub")), a, b)


def disagreements(solve):
    return [task for task in all_tasks() if solve(task) != expected(task)]


def test_results_and_flags_agree_with_whole_numbers():
    assert disagreements(got) == []


@pytest.mark.parametrize("flag", ["carry", "overflow", "sign", "result"])
def test_a_planted_bug_in_a_flag_is_caught_by_the_comparison(flag, monkeypatch):
    bugs = {
        # The carry not turned into a borrow; overflow taken for carry; the sign of a; no modulus.
        "carry": property(lambda run: run.carry_out),
        "overflow": property(lambda run: run.carry_out),
        "sign": property(lambda run: run.task.a >> (run.task.bits - 1)),
    }
    if flag in bugs:
        monkeypatch.setattr(complement.ComplementRun, flag, bugs[flag])
        assert disagreements(got)
    else:
        assert disagreements(lambda task: (task.a + task.b, *got(task)[1:]))


@pytest.mark.parametrize("bits", [8, 16])
def test_twos_complement_of_every_number_is_what_the_machine_stores(bits):
    for value in range(-(2 ** (bits - 1)), 2 ** (bits - 1)):
        stored = struct.unpack("<" + SIGNED[bits].upper(), struct.pack("<" + SIGNED[bits], value))[
            0
        ]
        assert encode(value, bits) == stored
        assert decode(stored, bits) == value


@pytest.mark.parametrize("code", ["sign_magnitude", "ones", "twos", "excess"])
def test_every_code_keeps_to_its_definition_digit_by_digit(code):
    for value in range(-127, 128):
        digits = f"{abs(value):07b}"
        flipped = "".join("10"[int(d)] for d in digits)
        written = {
            "sign_magnitude": "01"[value < 0] + digits,
            "ones": "1" + flipped if value < 0 else "0" + digits,
            "twos": format((256 + value) % 256, "08b"),
            "excess": format(value + 128, "08b"),
        }[code]
        assert format(encode(value, 8, code), "08b") == written
        assert decode(int(written, 2), 8, code) == value


def test_the_smallest_number_has_a_pattern_in_two_codes_only():
    assert (encode(-128, 8), encode(-128, 8, "excess")) == (0x80, 0)
    for code in ("sign_magnitude", "ones"):
        with pytest.raises(ValueError, match="does not fit"):
            encode(-128, 8, code)
        assert decode(0xFF if code == "ones" else 0x80, 8, code) == 0


def test_widening_keeps_the_value_and_truncating_the_low_bits():
    for pattern in range(256):
        assert signed(extend(pattern, 8, 16), 16) == signed(pattern, 8)
        assert truncate(extend(pattern, 8, 32), 32, 8) == pattern
    assert extend(0xA6, 8, 16) == 0xFFA6
    assert truncate(0x12A6, 16, 8) == 0xA6


def test_the_examples_of_the_cards_come_out_as_the_cards_say():
    text = section("co.complement", "例题")
    assert f"即 {encode(-52, 8):02X}H" in text
    assert f"即 {encode(-52, 8, 'excess'):02X}H" in text
    assert f"真值 = −128 + 32 + 4 + 2 = −{-decode(0xA6, 8)}；" in text
    text = section("co.overflow", "例题")
    for task, a_to_b in (
        (ComplementTask(8, "add", 0x64, 0x32), "100 + 50"),
        (ComplementTask(8, "sub", 0x60, 0xA0), "60H + 5FH + 1"),
    ):
        run = operate(task)
        flags = f"OF={run.overflow}、CF={run.carry}、SF={run.sign}、ZF={run.zero}"
        line = next(line for line in text.splitlines() if a_to_b in line)
        assert f"{run.result:02X}H" in line
        assert flags in line


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: operate(ComplementTask(8, "add", 256, 0)), "no pattern of 8 bits"),
        (lambda: operate(ComplementTask(8, "add", 0, -1)), "no pattern of 8 bits"),
        (lambda: operate(ComplementTask(1, "add", 0, 0)), "width of 1 bits"),
        (lambda: encode(128, 8), "128 does not fit 8 bits"),
        (lambda: encode(128, 8, "excess"), "128 does not fit 8 bits"),
        (lambda: decode(256, 8), "no pattern of 8 bits"),
        (lambda: extend(0, 16, 8), "8 bits are fewer than 16"),
        (lambda: truncate(0, 8, 16), "16 bits are more than 8"),
    ],
)
def test_what_does_not_fit_is_an_error_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
