"""Answerers for tests of the platforms: they stand where the router stands."""

import asyncio

from plugins.messages import SILENT, IncomingMessage, Reply, Source


class EchoAnswerer:
    """Says back what it was asked, in Markdown; "沉默" and what is not addressed stay silent."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.messages: list[IncomingMessage] = []

    async def handle(self, message, progress=None):
        self.messages.append(message)
        if not message.addressed or message.from_bot or message.text == "沉默":
            return SILENT
        await asyncio.sleep(self.seconds)
        if progress is not None:
            await progress("正在**写**")
        return Reply(
            text=f"**问**：{message.text}",
            decision="answer",
            sources=(Source("死锁", "OS0201"),),
            concepts=("os.deadlock",),
            aspect="定义",
            confidence=0.9,
        )
