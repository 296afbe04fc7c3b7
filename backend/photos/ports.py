"""What reading a photo takes and gives.

picture ── Ocr ──▶ Fragments ── reading ──▶ Page ── correcting ──▶ the text of a question
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from backend.errors import BackendError

Problem = Literal[
    "busy",
    "too_slow",
    "too_large",
    "too_many_pixels",
    "too_small",
    "broken",
    "nothing",
    "not_installed",
    "failed",
]
"""Why a photo was not read; ``nothing`` means that no words were found in it."""

Point = tuple[float, float]


class PhotoNotRead(BackendError):
    """A photo was not read; ``problem`` says why, ``str`` names the part that failed, if any."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        self.problem: Problem = problem
        super().__init__(detail or problem)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a line: its text, the recogniser's confidence in [0, 1], and where it stands.

    ``corners`` are in pixels, clockwise from the one before the first character's upper edge.
    """

    text: str
    score: float
    corners: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Page:
    """The first question of a page, and how many questions were on it.

    ``sureness`` is the recogniser's mean confidence over the characters of the page, in [0, 1].
    """

    text: str
    questions: int = 1
    sureness: float = 1.0


class Ocr(Protocol):
    """Finds the words in pictures, one picture at a time."""

    def can_read(self) -> bool:
        """Whether it is installed here; where it is not, no picture need be loaded."""
        ...

    def state(self) -> str:
        """Say how it goes: "ok", or a Chinese phrase."""
        ...

    async def fragments(self, picture: bytes) -> tuple[Fragment, ...]:
        """Find the words of an encoded picture, in no order. Raises PhotoNotRead."""
        ...

    async def aclose(self) -> None:
        """Give back what it holds."""
        ...
