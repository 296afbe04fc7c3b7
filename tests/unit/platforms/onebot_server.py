"""A real server process around the OneBot platform and a scripted answerer.

    python -m tests.unit.platforms.onebot_server PORT TOKEN

Answers "长" with a long text, "图" with a picture, "画不出" with a drawing that fails, "文件" and
"大文件" with a file, "私下" privately, "慢" after half a second, "永远" never, "炸" with an error,
"听炸" with a reply whose delivery it cannot bear to hear of, "报告" with what the message was
decoded to, "送达" with what was delivered so far; anything else it says back, and what is not
addressed stays silent.

"推" pushes: "推 群 5" and "推 人 5" a text, "推图 群 5" a picture, "推长 群 5" a long text, with
any account or, "推 群 5 10001", with that one; what became of it is the reply.
"""

import asyncio
import json
import sys
from dataclasses import asdict

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

LONG_TEXT = "\n\n".join(f"第 {n} 段。" + "进程一直等待资源。" * 30 for n in range(20))
FILE_TEXT = "".join(f"{n},错题\n" for n in range(5))
PNG = b"\x89PNG drawn"
API_TIMEOUT_SECONDS = 2.0


class PainterOfOne:
    """Draws everything the same, and nothing of what is called 画不出."""

    async def draw(self, drawing):
        return None if drawing.title == "画不出" else PNG


class ScriptedAnswerer:
    def __init__(self) -> None:
        self.outbox = None
        self.heard = []

    async def handle(self, message, progress=None):
        if message.from_bot or not message.addressed:
            return SILENT
        match message.text:
            case "长":
                return Reply(text=LONG_TEXT, decision="answer")
            case "图" | "画不出":
                drawing = Drawing(message.text, ())
                return Reply(text="看字", decision="answer", drawing=drawing, caption="看图")
            case "文件":
                file = Attachment("错题本.csv", FILE_TEXT.encode())
                return Reply(text="给你", decision="answer", attachment=file)
            case "大文件":
                file = Attachment("错题本.apkg", b"\xff" * 300_000)
                return Reply(text="给你", decision="answer", attachment=file)
            case "私下":
                return Reply(text="悄悄话", decision="answer", private=True)
            case "报告":
                return Reply(text=_as_json(message), decision="answer")
            case "送达":
                return Reply(text=json.dumps(self.heard, ensure_ascii=False), decision="answer")
            case "慢":
                await asyncio.sleep(0.5)
            case "永远":
                await asyncio.sleep(3600)
            case "炸":
                raise RuntimeError("不该发生")
        if message.text.startswith("推"):
            return Reply(text=await self._push(*message.text.split()), decision="answer")
        return Reply(text=f"{message.sender}：{message.text}", decision="answer")

    async def delivered(self, message, reply, receipt):
        if message.text == "听炸":
            raise RuntimeError("听不下去")
        self.heard.append([message.id, reply.text[:20], list(receipt.message_ids)])

    async def _push(self, what, window, number, bot=""):
        conversation = Conversation("onebot", bot, number, is_group=window == "群")
        drawing = Drawing("图", ()) if what == "推图" else None
        text = LONG_TEXT if what == "推长" else "每日一题"
        reply = Reply(text=text, decision="answer", drawing=drawing, caption="回复选项")
        try:
            receipt = await self.outbox.send(conversation, reply)
        except NotSent as error:
            return f"未发 {'可再试' if error.can_retry else '不必再试'} {error}"
        except DeliveryUncertain as error:
            return f"不明 {error}"
        return f"已发 {' '.join(receipt.message_ids)}"


def _as_json(message) -> str:
    fields = asdict(message) | {"received_at": message.received_at.isoformat()}
    return json.dumps(fields, ensure_ascii=False)


async def main(port: int, token: str) -> None:
    logger.remove()
    logger.add(sys.stderr, level="DEBUG", diagnose=False)
    from bot.health import Health
    from bot.platforms.desk import Desk, ReplyCounter
    from bot.platforms.listening import claim
    from bot.platforms.onebot.platform import OneBotOptions, OneBotPlatform
    from bot.platforms.running import run_platforms

    health = Health()
    health.add("answering", _answering, required=True)
    options = OneBotOptions(
        access_token=token,
        ignored_users=frozenset({"39999"}),
        api_timeout_seconds=API_TIMEOUT_SECONDS,
    )
    answerer = ScriptedAnswerer()
    desk = Desk("onebot", answerer, ReplyCounter(health.registry))
    platform = OneBotPlatform(desk, options, painter=PainterOfOne())
    answerer.outbox = platform.outbox

    await run_platforms(
        [platform],
        health,
        host="127.0.0.1",
        listener=claim("127.0.0.1", port),
        on_ready=[_says("SCHEDULER STARTED")],
        before_close=[_fails, _says("SCHEDULER STOPPED")],
        on_shutdown=[_fails, _says("STORES CLOSED")],
    )


def _says(line):
    async def say() -> None:
        print(line, flush=True)

    return say


async def _fails() -> None:
    raise RuntimeError("this part does not close")


async def _answering() -> dict:
    return {"ok": True}


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
