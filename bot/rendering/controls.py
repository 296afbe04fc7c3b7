"""Characters that are no text, or that turn a line around."""

import re

_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
"""What ends a line, a page or a record somewhere, and nowhere in a chat."""


def without_controls(text: str) -> str:
    """Drop control characters from ``text``; those that part words become line feeds."""
    return _DROPPED.sub("", _BREAKS.sub("\n", text))
