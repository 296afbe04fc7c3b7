"""The numbers that a text states: counts, measures, powers, complexities and small formulas."""

import re
import unicodedata
from dataclasses import dataclass

_RAISED_RUN = re.compile("[²³¹\u2070-\u207f\u02b0-\u02b8\u02e0-\u02e4\u1d43-\u1d5b]+")
_SIGNS = str.maketrans("×·∙＊÷−–—⌈⌉⌊⌋", "****/---()()")
_LATEX_WORDS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "approx": "≈", "times": "*", "cdot": "*",
    "div": "/", "lceil": "(", "rceil": ")", "lfloor": "(", "rfloor": ")", "left": "", "right": "",
}  # fmt: skip
_LATEX = re.compile(r"\\([a-z]+)")
_BASE = re.compile(r"log_\(?(10|2)\)?")
_POWER_WORDS = re.compile(r"([a-z0-9]+)的([a-z0-9]+)次[方幂]")
_SQUARE = re.compile(r"([a-z0-9]+)的?平方")
_WAYS = re.compile(r"(?<=[0-9n])-?ways?(?![a-z])")
_LOGARITHM = re.compile(r"log_?2|lg")
_COMPLEXITY = re.compile(r"o\((?:[^()]|\([^()]*\))*\)")
_OPERAND = r"(?:\d+(?:\.\d+)?|(?<![a-zμ])[a-z]{1,3}(?![a-z])|\([^()]{1,20}\))"
_FORMULA = re.compile(rf"(?<![a-z0-9]){_OPERAND}(?:[\^*/+\-]{_OPERAND})+")
_ARABIC = re.compile(r"(?<![a-z0-9.])(?:(?<![a-z0-9)])-)?\d+(?:\.\d+)?(?![a-z]*[0-9])")
# A longer run is no number of anybody's, and its value might be more than a float holds.
_HAN = re.compile("(百分之)?[零一二两三四五六七八九十百千万亿]{1,30}")
_DOTTED = re.compile(r"(?<![0-9.])\d{1,3}(?:\.\d{1,3}){3}(?![0-9])")
_APART = re.compile(r"(?<=\d)[ \t]+(?=\d)")
_ANY = re.compile(r"[0-9^*/+\-二两三四五六七八九十百千万亿]|o\(")
_UNIT = re.compile(
    r"%|[kmgt]?i?b(?:ps|its?|ytes?)?(?![a-z])|(?:ms|us|μs|ns|s|[kmg]?hz)(?![a-z])"
    r"|毫秒|微秒|纳秒|秒|分钟|字节|比特|位(?!置)|倍|年"
)
_UNITS = {
    **dict.fromkeys(("比特", "bit", "bits"), "位"),
    **dict.fromkeys(("b", "byte", "bytes"), "字节"),
    "毫秒": "ms",
    "微秒": "us",
    "μs": "us",
    "纳秒": "ns",
    "秒": "s",
}
# Words in which a numeral counts nothing.
_UNCOUNTED = re.compile(
    "[统同唯逐单万]一|两两|一两(?=[个次步条道])|之一|进一步|一(?![百千万亿]|十)|十分(?!之)|千万|万万|百般|[两二三]者|两[边端侧]"
    "|四舍五入|[二八十]进制|十六进制|第[一二三四五六七八九十][,，、:：]|其[二三四五][,，、:：是]"
    "|[二三]叉|[二三]维|[二三]元"
)
_PLAIN = re.compile(r"(?<![a-z0-9.])\d+(?:\.\d+)?")
_LIST_NUMBER = re.compile(
    r"^[ \t>]*(?:[-*+][ \t]+)?(?:\*\*)?(?:\d{1,2}[.)、．](?!\d)|[(（]\d{1,2}[)）])", re.MULTILINE
)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_EXACT_DIGITS = 15  # that a float keeps
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as stated: ``value`` in normal form (``4``, ``2^n``, ``o(nlogn)``).

    ``unit`` is a measure (``ms``, ``位``, ``%``) or empty; ``counted``: in Chinese numerals, so
    that it may count what a source lists without counting; ``text[start:end]`` of ``normal(text)``.
    """

    value: str
    unit: str
    counted: bool
    start: int
    end: int

    @property
    def parts(self) -> tuple[str, ...]:
        """The plain numbers in a formula."""
        is_plain = len(self.value) == 1 or self.value.count(".") == 3
        return () if is_plain else tuple(_PLAIN.findall(self.value))

    @property
    def is_formula(self) -> bool:
        """Whether the value has letters, so that only the like of it can state it."""
        return any(character.isalpha() for character in self.value)


def normal(text: str) -> str:
    """Fold width, case, signs, powers and blanks so that equal formulas read the same."""
    text = _LIST_NUMBER.sub("", text)
    text = _RAISED_RUN.sub(lambda run: "^" + unicodedata.normalize("NFKC", run[0]), text)
    text = unicodedata.normalize("NFKC", text).lower().translate(_SIGNS)
    if "\\" in text or "{" in text:
        text = _LATEX.sub(lambda word: _LATEX_WORDS.get(word[1], word[1]), text)
        text = _BASE.sub(r"log\1", text.replace("^{", "^(").replace("_{", "_(").replace("}", ")"))
    text = text.replace("**", "").replace("`", "").replace("$", "")
    text = _APART.sub(",", text)
    text = _LOGARITHM.sub("log", re.sub(r"[ \t]+", "", text))
    text = _POWER_WORDS.sub(r"\1^\2", text)
    return _WAYS.sub("路", _SQUARE.sub(r"\1^2", text))


def numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers of ``text``, which is ``normal``, in order."""
    if not _ANY.search(text):
        return ()
    found: list[Number] = []
    rest = text
    for pattern in (_COMPLEXITY, _FORMULA):
        for match in pattern.finditer(rest):
            found.append(Number(bare(match[0]), "", False, match.start(), match.end()))
        rest = _blanked(pattern, rest)
    found += [Number(m[0], "", False, m.start(), m.end()) for m in _DOTTED.finditer(rest)]
    rest = _blanked(_DOTTED, rest)
    for match in _ARABIC.finditer(rest):
        exact = len(match[0]) <= _EXACT_DIGITS
        value = str(float(match[0])) if exact else match[0]
        found.append(_measured(value, False, match, rest))
    rest = _blanked(_UNCOUNTED, rest)
    for match in _HAN.finditer(rest):
        value = _han_value(match[0].removeprefix("百分之"))
        number = _measured(str(float(value)), True, match, rest)
        if match[1]:
            number = Number(number.value, "%", False, number.start, number.end)
        found.append(number)
    return tuple(sorted(found, key=lambda number: number.start))


def _measured(value: str, counted: bool, match: re.Match[str], text: str) -> Number:
    unit = _UNIT.match(text, match.end())
    name = _UNITS.get(unit[0], unit[0]) if unit else ""
    return Number(value.removesuffix(".0"), name, counted, match.start(), match.end())


def bare(formula: str) -> str:
    """Return a formula without blanks, and without signs of multiplication except of numbers."""
    return re.sub(r"\s|(?<!\d)\*|\*(?!\d)", "", formula)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: "\0" * len(match[0]), text)


def _han_value(numeral: str) -> int:
    """Return the value of a numeral such as 十六, 三百二, 一〇 read digit by digit otherwise."""
    total = section = digit = 0
    for character in numeral:
        if character in _DIGITS:
            digit = digit * 10 + _DIGITS[character]
            continue
        scale = _SCALES[character]
        if scale >= 10_000:
            total, section, digit = (total + section + digit or 1) * scale, 0, 0
        else:
            section, digit = section + (digit or 1) * scale, 0
    return total + section + digit
