"""What the bot says on each platform, as members see it, for docs/platforms.

    python -m tests.platform_screens docs/images

One real ``bot serve`` on all platforms answers the same person five times, through the local
servers of the end-to-end tests. Only the window around the messages is made here: every word,
button and picture is what the platform was sent.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from bot.rendering.pictures.fonts import find_fonts
from plugins.drawing import Drawing, Prose
from tests.chat_window import Bubble, window
from tests.e2e.five_platforms import House, at_home, platform_servers, settings
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.screens import SmallPress

BOT, STUDENT = "408 助手", "小满"
SCRIPT = ("死锁和饥饿的区别", "/练 操作系统", "B")
TITLES = {
    "onebot": "QQ（OneBot）",
    "qq": "QQ 官方机器人",
    "discord": "Discord",
    "wecom": "企业微信",
    "wechat": "公众号",
}
_QUIET_SECONDS = 1.0
_COLOURS = 64

Bubbles = list[Bubble]


async def make(folder: Path) -> None:
    """Write one screen of each platform into ``folder``."""
    fonts = find_fonts()
    assert fonts is not None
    with TemporaryDirectory() as room:
        async with platform_servers() as servers:
            env = settings(servers, Path(room) / "data", PICTURES__ENABLED="true")
            with start(SERVE, Path(room) / "log", env, ready=LISTENS) as server:
                async with at_home(servers, server) as house:
                    for platform, title in TITLES.items():
                        talk = await _talk(_ways(house)[platform])
                        drawn = await asyncio.to_thread(window, title, talk, fonts)
                        await asyncio.to_thread(_save, drawn, folder / f"platform-{platform}.png")


async def _talk(says: Callable[[str], Awaitable[Bubbles]]) -> Bubbles:
    talk: Bubbles = []
    for words in SCRIPT:
        talk += [Bubble(STUDENT, words, is_mine=True), *await says(words)]
    return talk


def _ways(house: House) -> dict[str, Callable[[str], Awaitable[Bubbles]]]:
    return {
        "onebot": lambda words: _by_onebot(house, words),
        "qq": lambda words: asyncio.to_thread(_by_qq, house, words),
        "discord": lambda words: _by_discord(house, words),
        "wecom": lambda words: asyncio.to_thread(_by_wecom, house, words),
        "wechat": lambda words: _by_wechat(house, words),
    }


async def _by_onebot(house: House, words: str) -> Bubbles:
    await house.onebot.private_message(words, user=30002)
    replies = await house.onebot.all_replies(quiet=_QUIET_SECONDS)
    return [_bubble(reply.text, reply.picture) for reply in replies]


def _by_qq(house: House, words: str) -> Bubbles:
    number = house.qq.in_private(words, user="P-2")
    sent = house.qq.answers_to(number, quiet=_QUIET_SECONDS)
    return [_bubble(one.text, one.picture, tuple(one.buttons)) for one in sent]


async def _by_discord(house: House, words: str) -> Bubbles:
    asked = await house.discord.whisper(words, user=30002)
    channel = house.discord.chat(30002)
    await house.discord.in_channel(channel, since=asked)
    await asyncio.sleep(_QUIET_SECONDS)
    bubbles: Bubbles = []
    for one in await house.discord.in_channel(channel, since=asked):
        picture = next(iter(one.files.values()), None)
        text, shown = ("", _shown(one.content)) if picture is None else (one.content, picture)
        footer = "\n".join(embed["description"] for embed in one.raw.get("embeds") or ())
        bubbles.append(_bubble(text, shown, tuple(one.buttons), footer))
    return bubbles


def _by_wecom(house: House, words: str) -> Bubbles:
    text = house.wecom.answer(house.wecom.say(words, user="w2"))
    bubbles = [_bubble("", _shown(text))]
    if words.startswith("/练"):
        card = house.wecom.next(lambda sent: sent.kind == "card")
        bubbles.append(_bubble(card.card["main_title"]["title"], None, tuple(card.buttons)))
    return bubbles


async def _by_wechat(house: House, words: str) -> Bubbles:
    return [_bubble((await house.wechat.text(words, "oWho-2")).text)]


def _bubble(
    text: str, picture: bytes | None = None, buttons: tuple[str, ...] = (), footer: str = ""
) -> Bubble:
    return Bubble(BOT, text, picture, footer, buttons, is_bot=True)


def _shown(markdown: str) -> bytes:
    """Draw Markdown in the place of a platform that shows it drawn."""
    return SmallPress().png(Drawing("", (Prose(markdown),)))


def _save(png: bytes, path: Path) -> None:
    """Write the picture with few colours: a third of the bytes."""
    Image.open(BytesIO(png)).convert("RGB").quantize(_COLOURS).save(path, optimize=True)


def main() -> None:
    """Write the screens into the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("用法：python -m tests.platform_screens 文件夹")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(make(folder))


if __name__ == "__main__":
    main()
