"""The stored replies, and the messages that each platform's dialect makes of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.platforms.discord.codec import CAPS as discord
from bot.platforms.onebot.codec import CAPS as onebot
from bot.platforms.qq.outbox import MARKDOWN as qq
from bot.platforms.wechat.outbox import MAX_CHARS as WECHAT_CHARS
from bot.platforms.wecom.codec import CAPS as wecom
from bot.rendering.legibility import divide
from bot.rendering.markups import messages
from plugins.messages import Caps

FOLDER = Path(__file__).parent
REPLIES = FOLDER / "replies"
PLATFORMS: Mapping[str, Caps] = {
    "plain": onebot,
    "wechat": Caps("wechat", WECHAT_CHARS),
    "discord": discord,
    "qq": qq,
    "wecom": wecom,
}
"""What the messages in each folder may hold; QQ without Markdown says what OneBot does."""

CUT = "\n──────── 下一条\n"
PICTURE = "\n──────── 有图时：图\n"
WITH_PICTURE = "\n──────── 有图时：文字\n"


def replies() -> list[Path]:
    """List the files of the replies, in order."""
    return sorted(REPLIES.glob("*.md"))


def expected(reply: Path, platform: str) -> Path:
    """Name the file of the messages of ``reply``."""
    return FOLDER / platform / f"{reply.stem[:2]}.txt"


def rendered(markdown: str, platform: str) -> str:
    """Render as the file holds it: all messages, then what goes with a picture if there is one."""
    caps = PLATFORMS[platform]
    text = CUT.join(messages(markdown, caps.markup, caps.max_chars))
    divided = divide(markdown, caps.markup)
    if divided is not None:
        shown = CUT.join(messages(divided.text, caps.markup, caps.max_chars))
        text += f"{PICTURE}{divided.picture}{WITH_PICTURE}{shown}"
    return text + "\n"


def accept() -> Iterator[Path]:
    """Write what is rendered now as what is expected; gives the files that changed."""
    for platform in PLATFORMS:
        (FOLDER / platform).mkdir(exist_ok=True)
        for reply in replies():
            file = expected(reply, platform)
            now = rendered(reply.read_text(encoding="utf-8"), platform)
            if not file.is_file() or file.read_text(encoding="utf-8") != now:
                file.write_text(now, encoding="utf-8")
                yield file
