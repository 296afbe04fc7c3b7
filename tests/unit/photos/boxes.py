"""Fragments of pages as a recogniser gives them, for tests of what comes after it."""

import math
from collections.abc import Sequence

from backend.photos.ports import Fragment

HEIGHT = 30.0


def fragment(text: str, x: float, y: float, *, score: float = 0.98, width: float | None = None):
    """Give a fragment whose characters are as wide as printed ones, half of that for Latin."""
    wide = sum(HEIGHT if ord(char) > 255 else HEIGHT / 2 for char in text)
    right = x + (wide if width is None else width)
    corners = ((x, y), (right, y), (right, y + HEIGHT), (x, y + HEIGHT))
    return Fragment(text, score, corners)


def lines(texts: Sequence[str], x: float = 40.0, y: float = 40.0, step: float = 45.0):
    """Give one fragment a line, downwards."""
    return [fragment(text, x, y + number * step) for number, text in enumerate(texts)]


def turned(fragments: Sequence[Fragment], degrees: float) -> list[Fragment]:
    """Turn a page clockwise about its corner."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        Fragment(
            each.text,
            each.score,
            tuple((x * cos - y * sin, x * sin + y * cos) for x, y in each.corners),
        )
        for each in fragments
    ]
