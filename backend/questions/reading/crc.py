"""Reads a CRC exercise: a generator, as bits or as a polynomial, and one string of bits."""

import re
from collections.abc import Sequence

from backend.questions.reading.fields import Rest, tidy
from backend.questions.solvers.crc import CrcTask

_ABOUT_CRC = re.compile(
    r"(?<![a-z])crc(?![a-z])|循环冗余|冗余码|生成多项式|[gp]\(x\)|模\s*2|fcs|[检校]验序列"
)
_FOREIGN = re.compile(
    r"海明|汉明|奇偶|hamming|校验和|查表|初值|反转|crc\s?-?\s?(?:8|12|16|32|64|ccitt)(?!\d)"
)
_HARMLESS = re.compile(r"模\s*2(?!\d)|mod\s*2(?!\d)|(?<!\d)[1-9]\d?\s*位")
_POWER = r"\s?(?:\^|\*\*)\s?[({]?\s?\d{1,3}(?!\d)\s?[)}]?|\d{1,2}(?!\d)"
_TERM = rf"(?:(?<![a-z])x(?:{_POWER}|(?![a-z\d]))|(?<![\d.])1(?![\d.]))"
_POLYNOMIAL = re.compile(rf"{_TERM}(?:\s*\+\s*{_TERM})+")
_BITS = r"(?<![\d.])[01]{2,200}(?![\d.])"
_FUNCTION = r"[gpmt]\s*\(x\)"
_IS = rf"(?:[的为是取用即串码数:=\s]|对应|二进制|比特|位串|代码|系数|序列|{_FUNCTION})*"
_GENERATOR_NAME = r"(?:生成多项式|多项式|生成[式码元]|[gp]\s*\(x\)|除数|除以|除)"
_GENERATORS = (
    re.compile(rf"{_GENERATOR_NAME}{_IS}(?P<bits>{_BITS})"),
    re.compile(rf"(?P<bits>{_BITS})\s*(?:是|[作当]?为|[作做当])\s*{_GENERATOR_NAME}"),
)
_DATA = re.compile(
    rf"(?:数据|信息|报文|原始|原文|消息|发送|待发送?|比特[串流]|m\s*\(x\)){_IS}(?P<bits>{_BITS})"
)
_RECEIVED = re.compile(
    rf"(?:收到|接收到?)了?(?:的|数据|信息|帧|码字|比特|报文|二进制|串|流|序列|为|是|[:=\s])*(?P<bits>{_BITS})"
)
_DOUBTED = re.compile(
    "(?:有没有|有无|是否(?:有|出|发生|存在)?|会不会|能否).{0,4}(?:错|误)|是否正确|正确吗|对不对|[出有]错[吗没么]"
    "|有误吗|检验一下|校验一下|验证"
)
_SENDING = re.compile("发送|待发|冗余码|校验码|余数|求crc|[算求].{0,4}(?:crc|fcs)")


def read_crc_task(message: str) -> CrcTask | None:
    """Read one task; None when anything is unclear."""
    text = tidy(message)
    if not _ABOUT_CRC.search(text) or _FOREIGN.search(text):
        return None
    rest = Rest(text)
    generators = _take_polynomials(rest)
    rest.take(_HARMLESS)
    labelled = rest.take_one(_GENERATORS)
    if labelled is not None:
        generators.append(labelled["bits"])
    received = rest.take_one([_RECEIVED])
    data = rest.take_one([_DATA])
    plain = [match[0] for match in rest.take(_BITS)]
    if rest.has_digits or (received and data):
        return None
    known = received or data
    check = received is not None or bool(_DOUBTED.search(text))
    if check and received is None and _SENDING.search(text):
        return None
    return _task(generators, plain, known["bits"] if known else None, received=check)


def _task(
    generators: Sequence[str], plain: Sequence[str], bits: str | None, *, received: bool
) -> CrcTask | None:
    """Decide which string is which; ``plain`` are those without a label."""
    left = list(plain)
    if generators and bits is None:
        left = [string for string in left if string != generators[0]] or left
        bits = left.pop(0) if left else None
    candidates = {*generators, *left}
    if bits is None or len(candidates) != 1:
        return None
    return CrcTask(bits, candidates.pop(), received)


def _take_polynomials(rest: Rest) -> list[str]:
    return [_bits_of(match[0]) for match in rest.take(_POLYNOMIAL)]


def _bits_of(polynomial: str) -> str:
    """Write x^4+x+1 as 10011; a term that stands twice is taken once."""
    powers: set[int] = set()
    for term in polynomial.split("+"):
        digits = re.sub(r"\D", "", term)
        powers.add(int(digits or 1) if "x" in term else 0)
    return "".join("01"[power in powers] for power in range(max(powers), -1, -1))
