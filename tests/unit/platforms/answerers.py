"""Answerers for tests of the platforms: they stand where the router stands."""

import asyncio

from plugins.messages import SILENT, Attachment, IncomingMessage, Receipt, Reply, Source


class EchoAnswerer:
    """Says back what it was asked, in Markdown; "沉默" and what is not addressed stay silent.

    "文件" and "二进制" come with a file. ``heard`` is what it was told of deliveries.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.messages: list[IncomingMessage] = []
        self.heard: list[tuple[str, str, Receipt]] = []

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
            attachment=FILES.get(message.text),
        )

    async def delivered(self, message, reply, receipt):
        self.heard.append((message.text, reply.text, receipt))


FILES = {
    "文件": Attachment("错题本.csv", "题,选\n死锁,B\n".encode("utf-8-sig")),
    "二进制": Attachment("../错题本.apkg", b"PK\xff\xfe"),
}
