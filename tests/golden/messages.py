"""The stored replies, and the messages that each platform's dialect makes of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.rendering.legibility import divide
from bot.rendering.markups import messages
from plugins.messages import Markup

FOLDER = Path(__file__).parent
REPLIES = FOLDER / "replies"
LIMITS: Mapping[Markup, int] = {"plain": 1500, "discord": 2000, "qq": 1500, "wecom": 2000}
"""Characters of one message."""

CUT = "\n──────── 下一条\n"
PICTURE = "\n──────── 有图时：图\n"
WITH_PICTURE = "\n──────── 有图时：文字\n"


def replies() -> list[Path]:
    """List the files of the replies, in order."""
    return sorted(REPLIES.glob("*.md"))


def expected(reply: Path, markup: Markup) -> Path:
    """Name the file of the messages of ``reply``."""
    return FOLDER / markup / f"{reply.stem[:2]}.txt"


def rendered(markdown: str, markup: Markup) -> str:
    """Render as the file holds it: all messages, then what goes with a picture if there is one."""
    text = CUT.join(messages(markdown, markup, LIMITS[markup]))
    divided = divide(markdown, markup)
    if divided is not None:
        shown = CUT.join(messages(divided.text, markup, LIMITS[markup]))
        text += f"{PICTURE}{divided.picture}{WITH_PICTURE}{shown}"
    return text + "\n"


def accept() -> Iterator[Path]:
    """Write what is rendered now as what is expected; gives the files that changed."""
    for markup in LIMITS:
        (FOLDER / markup).mkdir(exist_ok=True)
        for reply in replies():
            file = expected(reply, markup)
            now = rendered(reply.read_text(encoding="utf-8"), markup)
            if not file.is_file() or file.read_text(encoding="utf-8") != now:
                file.write_text(now, encoding="utf-8")
                yield file
