"""A chat window with messages in it, drawn for the documentation."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.rendering.pictures.characters import clean
from bot.rendering.pictures.fonts import FontSet

WINDOW = Path(__file__).with_suffix(".typ")
PIXELS_PER_INCH = 108.0
"""563 pixels for the 375 points of a phone: every screen stays below 300 kB."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as it is shown.

    ``quote`` is what it refers to, ``picture`` a PNG over its text, ``footer`` a quiet text at its
    end, ``buttons`` what can be pressed under it, ``time`` a line above it.
    """

    name: str
    text: str = ""
    picture: bytes | None = None
    footer: str = ""
    buttons: tuple[str, ...] = ()
    quote: str = ""
    time: str = ""
    is_bot: bool = False
    is_mine: bool = False


def window(title: str, bubbles: Sequence[Bubble], fonts: FontSet) -> bytes:
    """Draw the window as a PNG, a phone wide."""
    import typst

    with TemporaryDirectory() as room:
        folder = Path(room)
        shutil.copy(WINDOW, folder / WINDOW.name)
        items = [_item(one, folder / f"{n}.png", fonts) for n, one in enumerate(bubbles)]
        data = json.dumps({"title": title, "items": items}, ensure_ascii=False)
        drawn = typst.Compiler(
            folder / WINDOW.name,
            root=folder,
            font_paths=list(fonts.folders),
            ignore_system_fonts=True,
        ).compile(format="png", ppi=PIXELS_PER_INCH, sys_inputs={"chat": data})
    assert isinstance(drawn, bytes)
    return drawn


def _item(bubble: Bubble, picture: Path, fonts: FontSet) -> dict[str, object]:
    """Give a message to the window: its text in lines, its picture as a file."""
    if bubble.picture is not None:
        picture.write_bytes(bubble.picture)

    def shown(text: str) -> str:
        return clean(text, fonts.characters)

    return {
        "name": bubble.name,
        "bot": bubble.is_bot,
        "mine": bubble.is_mine,
        "lines": shown(bubble.text).split("\n") if bubble.text else [],
        "picture": picture.name if bubble.picture is not None else "",
        "footer": shown(bubble.footer).split("\n") if bubble.footer else [],
        "buttons": [shown(label) for label in bubble.buttons],
        "quote": shown(bubble.quote),
        "time": bubble.time,
    }
