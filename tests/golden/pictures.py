"""Replies as the pictures that members see, for the documentation."""

from pathlib import Path

from bot.rendering.legibility import divide
from bot.rendering.outgoing import whole_drawing
from plugins.drawing import Drawing, Prose
from plugins.messages import Reply
from tests.golden.messages import replies
from tests.screens import SmallPress

DIVIDED = ("formulas", "cases", "wide-table", "code")
"""Drawn in part: what no text shows well."""

WHOLE = ("tcp-udp", "nested")
"""Drawn whole, as where a platform lets a reply be one message."""


def write_pictures(folder: Path) -> list[Path]:
    """Draw the typical replies into ``folder``; gives their files."""
    press, files = SmallPress(), list[Path]()
    for reply in replies():
        name = reply.stem[3:]
        if name not in DIVIDED + WHOLE:
            continue
        markdown = reply.read_text(encoding="utf-8")
        files.append(folder / f"replies-{name}.png")
        files[-1].write_bytes(press.png(_drawing(name, markdown)))
    return files


def _drawing(name: str, markdown: str) -> Drawing:
    if name in WHOLE:
        return whole_drawing(Reply(markdown, "answer"))
    divided = divide(markdown, "plain")
    assert divided is not None, name
    return Drawing("", (Prose(divided.picture),))
