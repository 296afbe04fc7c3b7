"""Takes the fields of a problem out of a message, until nothing in it is left unexplained."""

import re
import unicodedata
from collections.abc import Iterable

MAX_CHARS = 2000
"""A longer message is no exercise that somebody typed or pasted."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_CHINESE = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_HARMLESS = re.compile(
    r"408\s*(?:统考|考研|真题|原题|题)|(?:统考|考研)408|第\s*\d{1,3}\s*题|(?<!\d)20\d\d\s*年"
    r"|\(\s*\d{1,2}\s*分\s*\)|^\s*\(?\d{1,2}[.、)]\s*(?=[^\d\s])"
)
_TAKEN = "\0"

COUNT = (
    r"(?:(?<![\d.])\d{1,9}(?![\d.])"
    r"|(?<![一二两三四五六七八九十百])(?:[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
    r"(?![一二两三四五六七八九十百]))"
)
"""A small number as students write it; read it with ``number``."""

_BETWEEN = r"(?:(?:[\s,、;]|号磁道|号柱面|号|道|->|→|然后|再)+)"
NUMBERS = rf"\d{{1,9}}(?:{_BETWEEN}\d{{1,9}})+"
"""Two or more numbers in a row; read them with ``numbers``."""


def tidy(message: str) -> str:
    """Fold width and case and write x⁴ as x^4; blanks and punctuation stay."""
    powers = _SUPERSCRIPT.sub(lambda m: "^" + m[0].translate(_SUPERSCRIPTS), message)
    return unicodedata.normalize("NFKC", powers).lower()


def number(written: str) -> int:
    """Read what ``COUNT`` matched."""
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (_CHINESE.get(tens, 1) * 10 if ten else 0) + _CHINESE.get(ones, 0)


def numbers(written: str) -> tuple[int, ...]:
    """Read what ``NUMBERS`` matched."""
    return tuple(int(digits) for digits in re.findall(r"\d+", written))


class Rest:
    """What of a message no field has explained yet; fields do not join over one taken out."""

    def __init__(self, tidied: str) -> None:
        self.text = _HARMLESS.sub(_blot, tidied)

    def take(self, pattern: str | re.Pattern[str]) -> list[re.Match[str]]:
        """Take every match out."""
        found = list(re.finditer(pattern, self.text))
        self.text = re.sub(pattern, _blot, self.text)
        return found

    def take_one(self, patterns: Iterable[str | re.Pattern[str]]) -> re.Match[str] | None:
        """Take the first match of the first pattern that has any out, and only that."""
        for pattern in patterns:
            match = re.search(pattern, self.text)
            if match is not None:
                self.text = self.text[: match.start()] + _blot(match) + self.text[match.end() :]
                return match
        return None

    def has(self, pattern: str | re.Pattern[str]) -> bool:
        return re.search(pattern, self.text) is not None

    @property
    def has_digits(self) -> bool:
        """Whether a number is left that means something unknown: then nothing is certain."""
        return any(character.isdecimal() for character in self.text)

    @property
    def words(self) -> str:
        """What is left, without blanks and punctuation."""
        return "".join(c for c in self.text if c.isalnum() or c in "+=<>/")


def _blot(match: re.Match[str]) -> str:
    return _TAKEN * len(match[0])
