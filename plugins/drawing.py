"""What a reply would like to show as a picture, as plain values: no markup, no layout.

``bot/rendering`` draws it where the platform shows pictures; everywhere else the reply's text is
used, so the text always says the same. Every string here is data: none of it is markup of the
typesetter, and only ``Prose`` is in the Markdown subset of ``bot/rendering``.
"""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "good", "bad", "quiet"]


@dataclass(frozen=True, slots=True)
class Stat:
    """One large value with its label under it and, smaller, a note."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stats:
    """A row of two to four values."""

    items: tuple[Stat, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """``ratio`` in [0, 1] is the filled part, None where nothing is known; ``text`` at its end."""

    label: str
    ratio: float | None
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars under a title ("" for none)."""

    title: str
    items: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """A row of days, oldest first: ``level`` 0 (nothing) to 4 (a lot), 5 for a made-up day."""

    title: str
    items: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """Text in the Markdown subset: paragraphs, lists, tables, code, bold; ``title`` "" for none."""

    markdown: str
    title: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a question; ``marked`` is the key of the right one once it is revealed.

    ``shares`` are the parts of all answers that fell on each, in [0, 1], when they are shown.
    """

    items: tuple[tuple[str, str], ...]
    marked: str | None = None
    shares: tuple[float, ...] | None = None


Block = Stats | Bars | Days | Prose | Options


@dataclass(frozen=True, slots=True)
class Drawing:
    """A card, a phone's width: a title, a line under it, blocks, and a quiet line at the end."""

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    footer: str = ""
