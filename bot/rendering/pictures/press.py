"""Typst behind one call: a drawing in, the PNG out; tens of milliseconds, so not for the loop.

typst is imported by the first drawing, for it is large and not always installed.
"""

import importlib.util
import json
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from bot.rendering.pictures.content import card
from bot.rendering.pictures.fonts import FontSet, find_fonts, has_chinese_font
from plugins.drawing import Drawing

TEMPLATE = Path(__file__).with_name("card.typ")
PIXELS_PER_INCH = 180.0
"""2.5 pixels a point: 938 pixels for a card of 375 points."""


class Press(Protocol):
    """Prints drawings, one at a time."""

    def is_installed(self) -> bool:
        """Whether what it needs is there."""
        ...

    def png(self, drawing: Drawing) -> bytes:
        """Draw; raises TooLong, or anything else when it fails."""
        ...


class TypstPress:
    """A reused compiler; for one thread."""

    def is_installed(self) -> bool:
        """Whether typst and the Chinese font are installed."""
        return importlib.util.find_spec("typst") is not None and has_chinese_font()

    def png(self, drawing: Drawing) -> bytes:
        """Draw; raises TooLong, ImportError, or RuntimeError when typst fails."""
        drawn = self._compiler.compile(
            format="png", ppi=PIXELS_PER_INCH, sys_inputs=self.inputs(drawing)
        )
        if not isinstance(drawn, bytes):
            raise RuntimeError("the card is not one page")
        return drawn

    def inputs(self, drawing: Drawing) -> dict[str, str]:
        """Give what the template reads: all of the drawing as one string of JSON."""
        data = card(drawing, self._fonts.characters)
        return {"card": json.dumps(data, ensure_ascii=False, allow_nan=False)}

    @cached_property
    def _fonts(self) -> FontSet:
        fonts = find_fonts()
        if fonts is None:
            raise RuntimeError("the fonts are gone")
        return fonts

    @cached_property
    def _compiler(self) -> Any:
        import typst

        return typst.Compiler(
            TEMPLATE,
            root=TEMPLATE.parent,
            font_paths=list(self._fonts.folders),
            ignore_system_fonts=True,
        )
