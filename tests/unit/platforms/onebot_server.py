"""A real server process around the OneBot platform and a scripted answerer.

    python -m tests.unit.platforms.onebot_server PORT TOKEN

Answers "长" with a long text, "图" with a picture, "慢" after half a second, "永远" never,
"炸" with an error; anything else it says back, and what is not addressed stays silent.
"""

import asyncio
import sys

from loguru import logger

from plugins.messages import SILENT, Reply

LONG_TEXT = "\n\n".join(f"第 {n} 段。" + "进程一直等待资源。" * 30 for n in range(20))
API_TIMEOUT_SECONDS = 2.0


class ScriptedAnswerer:
    async def handle(self, message, progress=None):
        if message.from_bot or not message.addressed:
            return SILENT
        match message.text:
            case "长":
                return Reply(text=LONG_TEXT, decision="answer")
            case "图":
                return Reply(text="看图", decision="answer", picture=b"\x89PNG")
            case "慢":
                await asyncio.sleep(0.5)
            case "永远":
                await asyncio.sleep(3600)
            case "炸":
                raise RuntimeError("不该发生")
        return Reply(text=f"{message.sender}：{message.text}", decision="answer")


async def main(port: int, token: str) -> None:
    logger.remove()
    logger.add(sys.stderr, level="DEBUG", diagnose=False)
    from bot.health import Health
    from bot.platforms.listening import claim
    from bot.platforms.onebot.app import OneBotOptions, serve

    health = Health()
    health.add("answering", _answering, required=True)
    options = OneBotOptions(
        access_token=token,
        ignored_users=frozenset({"39999"}),
        api_timeout_seconds=API_TIMEOUT_SECONDS,
    )

    async def closed() -> None:
        print("STORES CLOSED", flush=True)

    async def fails() -> None:
        raise RuntimeError("this part does not close")

    await serve(
        ScriptedAnswerer(),
        options,
        health,
        host="127.0.0.1",
        listener=claim("127.0.0.1", port),
        on_shutdown=[fails, closed],
    )


async def _answering() -> dict:
    return {"ok": True}


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
