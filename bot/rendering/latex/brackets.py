"""Where a formula in one line needs brackets that its layout did not need."""

import re
import unicodedata

_BRACKETS = {"(": ")", "[": "]", "{": "}", "⌈": "⌉", "⌊": "⌋", "⟨": "⟩"}


def bracketed(text: str) -> str:
    """Put brackets around ``text`` unless it has them."""
    return text if _is_enclosed(text) else f"({text})"


def operand(text: str, *, divisor: bool = False) -> str:
    """Put brackets around what would not be read as one operand of a fraction."""
    outside = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|⌈[^⌉]*⌉|⌊[^⌋]*⌋", "", text)
    loose = " " in outside or (divisor and bool(re.search(r"[·/∗*]", text)))
    factors = divisor and not is_single(text)
    return bracketed(text) if loose or factors else text


def is_single(text: str) -> bool:
    """Whether ``text`` is one number, word, or letter with its scripts."""
    if re.fullmatch(r"[0-9.]+%?", text) or _is_enclosed(text):
        return True
    if re.fullmatch(r"[^\W\d_]{2,}", text) and _is_word(text):
        return True
    letters = [char for char in text if not _is_mark(char)]
    return len(letters) <= 1 or bool(re.fullmatch(r"\w(_\w+)?", text))


def _is_word(text: str) -> bool:
    return any(unicodedata.east_asian_width(char) in "WF" for char in text)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Lm", "No") or char in "′⁺⁻⁼₊₋₌⁽⁾₍₎"


def _is_enclosed(text: str) -> bool:
    """Whether one pair of brackets is around all of ``text``."""
    if len(text) < 2 or _BRACKETS.get(text[0]) != text[-1]:
        return False
    depth = 0
    for position, char in enumerate(text):
        depth += (char == text[0]) - (char == text[-1])
        if depth == 0:
            return position == len(text) - 1
    return False
