"""Questions on the cyclic redundancy check: check sequence, frame sent, frame received, errors."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.questions.generators.crc_mistakes import (
    Sending,
    Slip,
    divided,
    framing_slips,
    receiving_slips,
    rest_of,
    sending_slips,
)
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.layout import polynomial
from backend.questions.solvers.crc import CrcRun, CrcTask
from backend.questions.working import working

_SOURCE = ("cn.crc",)
_SEND_CONVENTION = "数据后补 r 个 0（r 是 G(x) 的次数）做模 2 除法，取 r 位余数；没有初值，不反转。"
_CHECK_CONVENTION = "收到的整个比特串除以 G(x)（模 2 除法，不再补 0），余数为 0 就接收。"
# First and last bit 1, as every usable generator has them.
_GENERATORS = (
    *("1011", "1101", "1001", "1111"),
    *("10011", "11001", "10101", "11111", "10111", "11101", "11011"),
    *("100101", "101001", "110101", "101011"),
)
_MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class CrcGenerator:
    """Degrees 3 to 5, six to ten bits of data: what can be divided by hand in two minutes."""

    name: str = "crc"
    version: int = 1
    points: tuple[str, ...] = ("CN0303",)

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its bits."""
        return mixed(chance.choice(_FORMS)(chance), chance)


def _check_sequence(chance: random.Random) -> Draft:
    sending = _sending(chance)
    run = sending.run
    wrong = [Distractor(slip.remainder, slip.mistake, slip.why) for slip in sending_slips(sending)]
    stem = f"{sending.given}对数据 {run.task.bits} 算出的 FCS（帧检验序列）是哪个？"
    why = f"补 {len(run.remainder)} 个 0 后做模 2 除法，余数就是 FCS。"
    return _draft(run, stem, run.remainder, why, wrong)


def _frame(chance: random.Random) -> Draft:
    sending = _sending(chance)
    run, data = sending.run, sending.run.task.bits
    framed = [chance.choice(framing_slips(run))] if chance.random() < 0.5 else []
    wrong = [
        *(Distractor(s.remainder, s.mistake, s.why) for s in framed),
        *(Distractor(data + s.remainder, s.mistake, s.why) for s in sending_slips(sending)),
    ]
    stem = f"{sending.given}数据为 {data}，发送方实际发出的比特串是哪个？"
    return _draft(run, stem, run.frame, f"余数 {run.remainder} 接在数据后面发送。", wrong)


def _acceptable(chance: random.Random) -> Draft:
    """Ask which of four frames with the same data passes the receiver's check."""
    sending = _sending(chance)
    run, task = sending.run, sending.run.task
    wrong = [
        Distractor(task.bits + slip.remainder, slip.mistake, _rejected(task, slip))
        for slip in sending_slips(sending)
    ]
    stem = (
        f"{sending.given}接收方收到下列比特串，数据部分都是 {task.bits}，其中能通过校验的是哪个？"
    )
    received = divided(CrcTask(run.frame, task.generator, received=True))
    why = f"除以 {task.generator} 的余数是 {received.remainder}。"
    steps = (
        f"四个比特串的前 {len(task.bits)} 位相同，求出它的 FCS，看哪个结尾与它一致。",
        *working(run).split("\n\n"),
    )
    return _draft(received, stem, run.frame, why, wrong, steps)


def _received(chance: random.Random) -> Draft:
    sending = _sending(chance)
    sent, generator = sending.run.frame, sending.run.task.generator
    bits = sent if chance.random() < 0.4 else _damaged(chance, sent)
    run = divided(CrcTask(bits, generator, received=True))
    wrong = [
        Distractor(_verdict(slip.remainder), slip.mistake, slip.why)
        for slip in receiving_slips(run, sending.by_polynomial)
    ]
    stem = f"{sending.given}接收方收到的比特串为 {bits}，校验的结果是哪个？"
    why = f"整个比特串除以 {generator}，余数是 {run.remainder}。"
    return _draft(run, stem, _verdict(run.remainder), why, wrong)


def _undetected(chance: random.Random) -> Draft:
    """Ask for the error pattern that is a multiple of the generator."""
    sending = _sending(chance)
    sent, generator = sending.run.frame, sending.run.task.generator
    width = len(sent)
    shift = chance.randrange(width - len(generator))
    factor, named = chance.choice((("1", "G(x)"), ("11", "G(x) × (x + 1)")))
    pattern = _multiple(generator, factor, shift, width)
    run = divided(CrcTask(pattern, generator, received=True))
    wrong = [slip for slip in _detected(chance, run) if _leaves_rest(slip.value, generator)]
    stem = (
        f"{sending.given}发送方发出的码字为 {sent}，传输中发生差错，"
        f"用 {width} 位的差错图样表示（1 表示该位出错）。"
        "下列差错图样中，接收方**检测不出**的是哪个？"
    )
    factor = polynomial("1" + "0" * shift)
    product = f"{named} × {factor}" if shift else named
    why = f"它等于 {product}，能被 G(x) 整除，余数仍为 0。"
    steps = (
        "收到的比特串 = 码字 ⊕ 差错图样。码字能被 G(x) 整除，所以余数只由差错图样决定。",
        f"差错图样能被 G(x) 整除时检测不出。G(x) 的比特串是 {generator}。",
        f"{pattern} 对应 {product}，除得尽；其余三个都除不尽，能检测出来。",
    )
    return _draft(run, stem, pattern, why, wrong, steps, difficulty=4)


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _check_sequence,
    _check_sequence,
    _frame,
    _frame,
    _acceptable,
    _received,
    _received,
    _undetected,
)


def _sending(chance: random.Random) -> Sending:
    """Draw a generator and data; a zero check sequence, which hides mistakes, is drawn again."""
    generator = chance.choice(_GENERATORS)
    drawn = ("1" + _bits(chance, chance.randint(5, 9)) for _ in range(_MAX_TRIES))
    runs = [divided(CrcTask(bits, generator)) for bits in drawn]
    run = next((run for run in runs if not run.accepted), runs[0])
    if chance.random() < 0.6:
        return Sending(run, f"采用 CRC 校验，生成多项式 G(x) = {polynomial(generator)}。", True)
    return Sending(run, f"采用 CRC 校验，生成多项式 G(x) 对应的比特串为 {generator}。", False)


def _detected(chance: random.Random, run: CrcRun) -> list[Distractor]:
    """Error patterns that seem to escape; whether they do is for the caller to check."""
    pattern, width, degree = run.task.bits, len(run.task.bits), len(run.remainder)
    burst = f"1{_bits(chance, degree - 2)}1"
    distance = chance.randint(degree + 1, width - 2)
    near = pattern.rindex("1")
    wrong = [
        Distractor(
            _placed(chance, f"1{'0' * (distance - 1)}1", width),
            "even-number-escapes",
            "以为错两位就检测不出；两位错不一定是 G(x) 的倍数。",
        ),
        Distractor(
            pattern[:near] + "0" + pattern[near + 1 :],
            "almost-a-multiple",
            "与 G(x) 的倍数差一位，除不尽。",
        ),
        Distractor(
            _placed(chance, burst, width),
            "short-burst-escapes",
            f"长度不超过 {degree} 的突发差错都能检测出来。",
        ),
        Distractor(_placed(chance, "1", width), "single-bit-escapes", "一位错总能检测出来。"),
    ]
    chance.shuffle(wrong)
    return wrong


def _damaged(chance: random.Random, frame: str) -> str:
    """Flip one to three bits next to each other."""
    errors = _placed(chance, "1" * chance.randint(1, 3), len(frame))
    return "".join("01"[a != b] for a, b in zip(frame, errors, strict=True))


def _placed(chance: random.Random, bits: str, width: int) -> str:
    return ("0" * chance.randint(0, width - len(bits)) + bits).ljust(width, "0")


def _multiple(generator: str, factor: str, shift: int, width: int) -> str:
    """Multiply modulo 2 by ``factor`` (1 or 11) and x^shift, as ``width`` bits if it fits."""
    value = int(generator, 2)
    if factor == "11":
        value ^= value << 1
    return f"{value << shift:0{width}b}"


def _bits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("01") for _ in range(count))


def _leaves_rest(bits: str, generator: str) -> bool:
    return "1" in rest_of(bits, generator)


def _rejected(task: CrcTask, slip: Slip) -> str:
    rest = rest_of(task.bits + slip.remainder, task.generator)
    return f"{slip.why[:-1]}；这个比特串除以 {task.generator} 余 {rest}。"


def _verdict(remainder: str) -> str:
    said = "有差错，丢弃" if "1" in remainder else "未检出差错，接收"
    return f"余数 {remainder}，{said}"


def _draft(
    run: CrcRun,
    stem: str,
    right: str,
    why: str,
    wrong: Sequence[Distractor],
    steps: tuple[str, ...] = (),
    difficulty: int = 0,
) -> Draft:
    convention = _CHECK_CONVENTION if run.task.received else _SEND_CONVENTION
    return Draft(
        ("CN0303",),
        difficulty or (2 if len(run.remainder) == 3 else 3),
        stem,
        right,
        why,
        wrong,
        steps or tuple(working(run).split("\n\n")),
        _SOURCE,
        convention,
    )
