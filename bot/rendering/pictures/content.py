"""A drawing as plain data for the typesetter: cleaned strings, numbers in range, nothing else."""

import math
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.rendering.pictures.characters import MAX_RUN, breakable, clean, clip
from bot.rendering.pictures.prose import PANEL_WIDTH, WIDTH, one_style, prose_parts
from plugins.drawing import Bar, Bars, Block, Days, Drawing, Options, Prose, Stat, Stats

MAX_CHARS = 6000
"""A drawing with more characters is not drawn: nobody reads a picture that long on a phone."""

_TITLE, _SUBTITLE, _FOOTER = 60, 120, 200
_LABEL, _SHORT, _DAY, _KEY = 40, 20, 5, 2
_STAT_RUN = 10
_MAX_ITEMS = 60
_MADE_UP_DAY = 5

T = TypeVar("T")


class TooLong(ValueError):
    """The drawing has more than ``MAX_CHARS`` characters."""


def card(drawing: Drawing, drawable: AbstractSet[str]) -> dict[str, Any]:
    """Give what ``card.typ`` draws, as values that JSON can carry.

    Only characters in ``drawable`` stay. Labels are clipped; prose and options are whole. Raises
    TooLong.
    """
    if sum(len(text) for block in drawing.blocks for text in _long_texts(block)) > MAX_CHARS:
        raise TooLong
    words = _Words(drawable)
    return {
        "title": words.line(drawing.title, _TITLE),
        "subtitle": words.line(drawing.subtitle, _SUBTITLE),
        "footer": words.line(drawing.footer, _FOOTER),
        "blocks": [_block(block, words) for block in drawing.blocks],
    }


@dataclass(frozen=True, slots=True)
class _Words:
    """Makes strings fit to be drawn."""

    drawable: AbstractSet[str]

    def whole(self, text: str) -> str:
        return clean(text, self.drawable)

    def line(self, text: str, max_chars: int, max_run: int = MAX_RUN) -> str:
        """Make one line of at most ``max_chars``, which may break in words over ``max_run``."""
        return breakable(clip(self.whole(text[: 4 * max_chars]), max_chars), max_run)


def _long_texts(block: Block) -> Iterator[str]:
    match block:
        case Prose():
            yield block.markdown
        case Options():
            yield from (text for _, text in block.items)
        case _:
            yield ""


def _block(block: Block, words: _Words) -> dict[str, Any]:
    match block:
        case Stats():
            return {"kind": "stats", "items": [_stat(stat, words) for stat in _few(block.items)]}
        case Bars():
            bars = [_bar(bar, words) for bar in _few(block.items)]
            return {"kind": "bars", "title": words.line(block.title, _TITLE), "items": bars}
        case Days():
            days = [_day(label, level, words) for label, level in block.items[-_MAX_ITEMS:]]
            return {"kind": "days", "title": words.line(block.title, _TITLE), "items": days}
        case Prose():
            width = WIDTH if block.tone == "plain" else PANEL_WIDTH
            parts = prose_parts(block.markdown, words.whole, width)
            title = words.line(block.title, _TITLE)
            return {"kind": "prose", "title": title, "tone": block.tone, "parts": parts}
        case Options():
            return {"kind": "options", "items": _options(block, words)}


def _stat(stat: Stat, words: _Words) -> dict[str, Any]:
    return {
        "value": words.line(stat.value, _SHORT, _STAT_RUN),
        "label": words.line(stat.label, _LABEL, _STAT_RUN),
        "note": words.line(stat.note, _LABEL, _STAT_RUN),
    }


def _bar(bar: Bar, words: _Words) -> dict[str, Any]:
    return {
        "label": words.line(bar.label, _LABEL),
        "ratio": _ratio(bar.ratio),
        "text": words.line(bar.text, _SHORT),
        "tone": bar.tone,
    }


def _day(label: str, level: int, words: _Words) -> dict[str, Any]:
    shown = words.line(label, _DAY, _DAY)
    return {"label": shown, "level": max(0, min(_MADE_UP_DAY, level))}


def _options(block: Options, words: _Words) -> list[dict[str, Any]]:
    shares = block.shares or ()
    return [
        {
            "key": clip(words.whole(key), _KEY),
            "lines": one_style(words.whole(text).strip()),
            "marked": block.marked is not None and key == block.marked,
            "share": _ratio(shares[index]) if index < len(shares) else None,
        }
        for index, (key, text) in enumerate(_few(block.items))
    ]


def _few(items: Sequence[T]) -> Sequence[T]:
    return items[:_MAX_ITEMS]


def _ratio(value: float | None) -> float | None:
    """Bring a ratio into [0, 1]; what is no number is nothing known."""
    if value is None or math.isnan(value):
        return None
    return round(max(0.0, min(1.0, value)), 4)
