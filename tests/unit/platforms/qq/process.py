"""The platform of QQ's own bots in a process of its own, with a scripted answerer.

    python -m tests.unit.platforms.qq.process API_BASE MARKDOWN

The answerer says "长" with a text of nine messages, "极长" with one of fourteen, which can be drawn
unless "画不出" stands there too ("全画不出": in each of them). "晚" lets ten minutes pass and
"两小时" two hours. "图" is a drawing, "选项" has choices, "文件" comes with a file and "长文件"
with one of some thousand characters, "私下" is for the sender alone. "报告" says what the message
was read as, "送达" what was delivered, "推 群 X" and "推 人 X" push; anything else it says back.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import timedelta

from loguru import logger

from plugins.drawing import Drawing
from plugins.messages import (
    SILENT,
    Attachment,
    Conversation,
    DeliveryUncertain,
    NotSent,
    Reply,
)
from tests.e2e.qq_api import APP_ID, SECRET

PNG = b"\x89PNG\r\n\x1a\n drawn"
PUSHABLE = "G-push"
FILE_TEXT = "".join(f"{n},错题\n" for n in range(5))
LONG_FILE = "".join(f"{n}," + "错题" * 188 + "\n" for n in range(15))


def paragraphs(number):
    return "\n\n".join(f"第 {n} 段。" + "进程一直等待资源。" * 160 for n in range(1, number + 1))


class PainterOfMost:
    async def draw(self, drawing):
        return None if "画不出" in repr(drawing) else PNG


class ScriptedAnswerer:
    def __init__(self, clock):
        self.outbox = None
        self.heard = []
        self._clock = clock

    async def handle(self, message, progress=None):
        if message.from_bot or not message.addressed:
            return SILENT
        if message.text.startswith("推 "):
            return Reply(await self._push(*message.text.split()[1:]), "answer")
        return await self._say(message)

    async def delivered(self, message, reply, receipt):
        if not reply.text.startswith(("{", "[")):
            self.heard.append([reply.text[:40], list(receipt.message_ids)])

    async def _say(self, message):
        words, drawing = message.text, Drawing("图", ())
        match words:
            case "长" | "长画不出" | "极长画不出":
                return Reply(words + paragraphs(14 if words[0] == "极" else 9), "answer")
            case "全画不出":
                return Reply(paragraphs(9).replace("段", "段画不出"), "answer")
            case "特长画不出":
                return Reply(words + paragraphs(30), "answer")
            case "长选项画不出":
                return Reply(words + paragraphs(9), "answer", choices=("A", "B"))
            case "长长文件画不出":
                file = Attachment("错题本.csv", LONG_FILE.encode())
                return Reply(words + paragraphs(9), "answer", attachment=file)
            case "三段" | "三段画不出":
                return Reply(words + paragraphs(3) + words, "answer")
            case "照片":
                head = "识别到的题目：\n\n`进程死锁的条件`\n\n"
                return Reply(head + paragraphs(9), "answer")
            case "晚":
                self._clock.ahead += timedelta(minutes=10)
            case "两小时":
                self._clock.ahead += timedelta(hours=2)
            case "图":
                return Reply("看字", "answer", drawing=drawing, caption="看图")
            case "选项":
                choices = ("A", "报告", "很长" * 20)
                return Reply(f"选一个{message.sender}", "answer", choices=choices)
            case "图选项":
                given = {"drawing": drawing, "caption": "看图", "choices": ("A", "B")}
                return Reply("看字", "answer", **given)
            case "文件" | "长文件":
                text = FILE_TEXT if words == "文件" else LONG_FILE
                file = Attachment("错题本.csv", text.encode())
                return Reply("给你", "answer", attachment=file)
            case "私下":
                return Reply("悄悄话", "answer", private=True)
            case "报告" | "/报告":
                return Reply(await _as_json(message), "answer")
            case "送达":
                return Reply(json.dumps(self.heard[-3:], ensure_ascii=False), "answer")
        if words.startswith("说"):
            return Reply(f"说：{words}", "answer")
        return Reply(f"{message.sender}：{words}", "answer")

    async def _push(self, window, openid):
        reply = Reply("每日一题", "answer")
        try:
            receipt = await self.outbox.send(Conversation("qq", "", openid, window == "群"), reply)
        except NotSent as error:
            return f"未发 {'可再试' if error.can_retry else '不必再试'} {error}"
        except DeliveryUncertain as error:
            return f"不明 {error}"
        return f"已发 {' '.join(receipt.message_ids)}".strip()


async def _as_json(message):
    from plugins.messages import PictureUnavailable

    found = []
    for picture in message.pictures:
        try:
            found.append(len(await picture.fetch()))
        except PictureUnavailable as error:
            found.append(str(error))
    fields = {"conversation", "sender", "text", "addressed", "quoted", "is_group_admin"}
    said = asdict(message, dict_factory=lambda items: dict(items))
    kept = {key: value for key, value in said.items() if key in fields | {"sender_name"}}
    return json.dumps(kept | {"pictures": found}, ensure_ascii=False)


class ShiftedClock:
    def __init__(self, now):
        self._now = now
        self.ahead = timedelta()

    def __call__(self):
        return self._now() + self.ahead


async def main(api_base, markup):
    logger.remove()
    logger.add(sys.stderr, level="INFO", diagnose=False)
    from bot.health import Health
    from bot.platforms.desk import Desk, ReplyCounter
    from bot.platforms.listening import claim
    from bot.platforms.ports import shanghai_now
    from bot.platforms.qq.platform import QqOptions, QqPlatform
    from bot.platforms.running import run_platforms

    health = Health()
    clock = ShiftedClock(shanghai_now)
    options = QqOptions(
        app_id=APP_ID,
        secret=SECRET,
        api_base=f"{api_base}/",
        auth_base=f"{api_base}/app/getAppAccessToken",
        markdown=markup == "markdown",
        push_targets=frozenset({PUSHABLE, "U-push"}),
    )
    answerer = ScriptedAnswerer(clock)
    desk = Desk("qq", answerer, ReplyCounter(health.registry))
    platform = QqPlatform(desk, options, painter=PainterOfMost(), clock=clock)
    answerer.outbox = platform.outbox
    listener = claim("127.0.0.1", 0)
    await run_platforms([platform], health, host="127.0.0.1", listener=listener)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
