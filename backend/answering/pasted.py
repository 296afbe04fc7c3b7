"""Pasted choice questions: what stands before the options, and their letters."""

import re

_OPTION = re.compile(r"(?:^|\s|[（(])([A-Da-d])\s*[.．、)）:：]\s*\S", re.MULTILINE)
_LEAST_OPTIONS = 3


def stem(message: str) -> str:
    """Return what stands before the options of a pasted choice question; empty for any other."""
    options = list(_OPTION.finditer(message))
    return message[: options[0].start()].strip() if letters(message) else ""


def letters(message: str) -> tuple[str, ...]:
    """Return the letters of the options in order, upper case; empty when they are too few."""
    found = sorted({option[1].upper() for option in _OPTION.finditer(message)})
    return tuple(found) if len(found) >= _LEAST_OPTIONS else ()
