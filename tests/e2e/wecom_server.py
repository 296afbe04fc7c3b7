"""A local stand-in for WeCom's long connection, as strict as the platform; for tests.

with WeComServer() as wecom:
    … ASSISTANT408_WECOM__URL=wecom.url …
    asked = wecom.say("什么是死锁", user="zhang")
    answer = wecom.next(lambda sent: sent.req_id == asked)

It runs in a thread of its own, so that a process that lasts a module can be served.
"""

import asyncio
import base64
import hashlib
import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

BOT_ID = "aib-408"
SECRET = "wecom-secret-never-in-a-log"
MOST_BYTES = 20480
_TASK_ID = re.compile(r"[A-Za-z0-9_\-@]{1,128}")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of the bot that was accepted; ``req_id`` "" and ``chat`` for active ones."""

    kind: str
    req_id: str = ""
    chat: str = ""
    chat_type: int = 0
    text: str = ""
    card: Any = None
    data: bytes = b""
    filename: str = ""
    userids: tuple[str, ...] = ()
    at: float = field(default_factory=time.monotonic)

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for button in self.card["button_list"]]


class WeComServer:
    """Speaks the frames; ``next`` takes what the bot sent.

    ``stalling`` answers nothing, ``unanswered`` are commands carried out without an answer;
    ``refuse`` answers a command with an errcode (0: as if it were carried out), at the times in
    ``refused_at``. Chats that nobody
    wrote from refuse active messages, as do callbacks that are unknown or answered as another kind.
    """

    def __init__(self) -> None:
        self.url = ""
        self.stalling = False
        self.unanswered: set[str] = set()
        self.connections = 0
        self.subscriptions = 0
        self.pings = 0
        self.refused_subscriptions = 0
        self.progress: list[Sent] = []
        self.refused_at: list[float] = []
        self.frames: list[dict[str, Any]] = []
        self.pictures: dict[str, bytes] = {}
        self._sent: list[Sent] = []
        self._refusals: dict[str, list[int]] = {}
        self._kinds: dict[str, str] = {}
        self._chats: set[str] = set()
        self._uploads: dict[str, dict[str, Any]] = {}
        self._media: dict[str, tuple[bytes, str]] = {}
        self._socket: web.WebSocketResponse | None = None
        self._request: web.Request | None = None
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._runner is not None
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # What people do

    def say(
        self,
        words: str = "",
        *,
        user: str = "zhang",
        group: str = "",
        mention: str = "@408助手 ",
        msgid: str = "",
        req_id: str = "",
        **body: Any,
    ) -> str:
        """Say something in the single chat or, with a mention, in ``group``; the req_id."""
        content = {"msgtype": "text", "text": {"content": (mention if group else "") + words}}
        return self.callback(
            "aibot_msg_callback", user, group, content | body, msgid=msgid, req_id=req_id
        )

    def press(self, card: dict[str, Any], key: str, *, user: str, group: str = "") -> str:
        """Press the button of ``card`` that says ``key``."""
        assert key in [button["key"] for button in card["button_list"]]
        pressed = {
            "card_type": card["card_type"],
            "event_key": key,
            "task_id": card["task_id"],
        }
        return self.event("template_card_event", user, group, template_card_event=pressed)

    def event(self, kind: str, user: str, group: str = "", msgid: str = "", **fields: Any) -> str:
        """Send an event; the req_id."""
        body = {"msgtype": "event", "event": {"eventtype": kind} | fields}
        return self.callback("aibot_event_callback", user, group, body, msgid=msgid)

    def callback(
        self,
        cmd: str,
        user: str,
        group: str,
        content: dict[str, Any],
        *,
        msgid: str = "",
        req_id: str = "",
    ) -> str:
        number = next(_numbers)
        req_id = req_id or f"callback-{number}"
        body = {
            "msgid": msgid or f"msg-{number}",
            "create_time": int(time.time()),
            "aibotid": BOT_ID,
            "chattype": "group" if group else "single",
            "from": {"userid": user},
        }
        if group:
            body["chatid"] = group
        event = content.get("event", {}).get("eventtype", "message")
        self._kinds[req_id] = event
        if event != "enter_chat":
            self._chats.add(group or user)
        self.raw(json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body | content}))
        return req_id

    # What the network does

    def raw(self, text: str | bytes) -> None:
        """Send a frame as it is, once the bot is connected."""
        self.until(lambda: self._socket is not None)
        self._run(self._write(text))

    def close(self, code: int = 1000) -> None:
        """Close the connection as the platform does."""
        self.until(lambda: self._socket is not None)
        self._run(self._close(code))

    def cut(self) -> None:
        """Break the connection in the middle of a frame."""
        self.until(lambda: self._socket is not None)
        self._loop.call_soon_threadsafe(self._cut)

    def replace(self) -> None:
        """Do what the platform does when another program subscribes with the same bot."""
        body = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
        self.raw(json.dumps({"cmd": "aibot_event_callback", "headers": {}, "body": body}))
        self._run(self._close(1000))

    def refuse(self, cmd: str, *errcodes: int) -> None:
        """Answer the next ``cmd`` commands with ``errcodes``, and do not carry them out."""
        self._refusals[cmd] = list(errcodes)

    # What the bot did

    def next(self, fits: Callable[[Sent], bool] = lambda _: True, seconds: float = 20) -> Sent:
        """Wait for a message of the bot that ``fits``, and take it."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for sent in self._sent:
                    if fits(sent):
                        self._sent.remove(sent)
                        return sent
                left = deadline - time.monotonic()
                assert left > 0, f"nothing came in {seconds} s; there is {self._sent}"
                self._changed.wait(left)

    def answer(self, req_id: str, seconds: float = 20) -> str:
        """Wait for the finished reply to a callback; its text."""
        return self.next(lambda sent: sent.req_id == req_id and sent.kind == "stream", seconds).text

    def count(self, fits: Callable[[Sent], bool]) -> int:
        """Count the messages that were not taken yet."""
        with self._changed:
            return sum(1 for sent in self._sent if fits(sent))

    def until(self, reached: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until ``reached``, which is looked at whenever something happened."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not reached():
                left = deadline - time.monotonic()
                assert left > 0, f"not reached in {seconds} s"
                self._changed.wait(min(left, 0.1))

    def commands(self) -> Counter[str]:
        """Count the frames of the bot by command."""
        return Counter(frame["cmd"] for frame in list(self.frames))

    # The protocol

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._serve)
        app.router.add_get("/picture/{name}", self._picture)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"ws://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _picture(self, request: web.Request) -> web.Response:
        return web.Response(
            body=self.pictures[request.match_info["name"]],
            content_type="application/octet-stream",
        )

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=8 << 20, autoping=True)
        await socket.prepare(request)
        self._note(lambda: setattr(self, "connections", self.connections + 1))
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                frame = json.loads(message.data)
                self._note(lambda frame=frame: self.frames.append(frame))
                if self.stalling:
                    continue
                answer = self._carry_out(frame, socket, request)
                if frame["cmd"] in self.unanswered:
                    continue
                await socket.send_json({"headers": frame["headers"], "errmsg": "ok"} | answer)
        finally:
            self._note(lambda: setattr(self, "connections", self.connections - 1))
            if self._socket is socket:
                self._note(lambda: setattr(self, "_socket", None))
        return socket

    def _carry_out(
        self, frame: dict[str, Any], socket: web.WebSocketResponse, request: web.Request
    ) -> dict[str, Any]:
        cmd, body = frame["cmd"], frame.get("body") or {}
        if refusals := self._refusals.get(cmd):
            self.refused_at.append(time.monotonic())
            return {"errcode": refusals.pop(0)}
        if cmd == "aibot_subscribe":
            return self._subscribe(body, socket, request)
        if self._socket is not socket:
            return {"errcode": 846609}
        match cmd:
            case "ping":
                self._note(lambda: setattr(self, "pings", self.pings + 1))
                return {"errcode": 0}
            case "aibot_respond_msg":
                return self._respond(frame["headers"]["req_id"], body)
            case "aibot_send_msg":
                return self._push(body)
            case "aibot_respond_update_msg":
                return self._update(frame["headers"]["req_id"], body)
            case "aibot_respond_welcome_msg":
                return self._welcome(frame["headers"]["req_id"], body)
            case _:
                return self._upload(cmd, body)

    def _subscribe(
        self, body: dict[str, Any], socket: web.WebSocketResponse, request: web.Request
    ) -> dict[str, Any]:
        if body != {"bot_id": BOT_ID, "secret": SECRET}:
            self._note(
                lambda: setattr(self, "refused_subscriptions", self.refused_subscriptions + 1)
            )
            return {"errcode": 853000}
        self._socket, self._request = socket, request
        self._note(lambda: setattr(self, "subscriptions", self.subscriptions + 1))
        return {"errcode": 0}

    def _respond(self, req_id: str, body: dict[str, Any]) -> dict[str, Any]:
        if self._kinds.get(req_id) != "message":
            return {"errcode": 846605}
        if body["msgtype"] != "stream":
            return {"errcode": 40008}
        stream = body["stream"]
        if not 0 < len(stream["content"].encode()) <= MOST_BYTES or set(stream) - {
            "id",
            "finish",
            "content",
        }:
            return {"errcode": 40058}
        sent = Sent("stream", req_id, text=stream["content"])
        kept = self._sent if stream["finish"] else self.progress
        self._note(lambda: kept.append(sent))
        return {"errcode": 0}

    def _push(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["chatid"] not in self._chats:
            return {"errcode": 93006}
        common = {"chat": body["chatid"], "chat_type": body["chat_type"]}
        match body["msgtype"]:
            case "markdown" if 0 < len(body["markdown"]["content"].encode()) <= MOST_BYTES:
                sent = Sent("markdown", text=body["markdown"]["content"], **common)
            case "template_card" if _is_card(body["template_card"]):
                sent = Sent("card", card=body["template_card"], **common)
            case "image" | "file" as kind:
                data, name = self._media[body[kind]["media_id"]]
                sent = Sent(kind, data=data, filename=name, **common)
            case _:
                return {"errcode": 40008}
        self._note(lambda: self._sent.append(sent))
        return {"errcode": 0}

    def _update(self, req_id: str, body: dict[str, Any]) -> dict[str, Any]:
        if self._kinds.get(req_id) != "template_card_event" or not _is_card(body["template_card"]):
            return {"errcode": 846605}
        sent = Sent("update", req_id, card=body["template_card"], userids=tuple(body["userids"]))
        self._note(lambda: self._sent.append(sent))
        return {"errcode": 0}

    def _welcome(self, req_id: str, body: dict[str, Any]) -> dict[str, Any]:
        if self._kinds.pop(req_id, "") != "enter_chat" or body["msgtype"] != "text":
            return {"errcode": 846605}
        self._note(lambda: self._sent.append(Sent("welcome", req_id, text=body["text"]["content"])))
        return {"errcode": 0}

    def _upload(self, cmd: str, body: dict[str, Any]) -> dict[str, Any]:
        if cmd == "aibot_upload_media_init":
            upload_id = f"upload-{next(_numbers)}"
            self._uploads[upload_id] = {"about": body, "pieces": {}}
            return {"errcode": 0, "body": {"upload_id": upload_id}}
        upload = self._uploads[body["upload_id"]]
        if cmd == "aibot_upload_media_chunk":
            piece = base64.b64decode(body["base64_data"], validate=True)
            assert len(piece) <= 512 * 1024
            upload["pieces"][body["chunk_index"]] = piece
            return {"errcode": 0}
        about, pieces = upload["about"], upload["pieces"]
        data = b"".join(pieces[number] for number in range(about["total_chunks"]))
        whole = len(data) == about["total_size"] and hashlib.md5(data).hexdigest() == about["md5"]
        if not whole:
            return {"errcode": 40058}
        media_id = f"media-{next(_numbers)}"
        self._media[media_id] = data, about["filename"]
        return {"errcode": 0, "body": {"type": about["type"], "media_id": media_id}}

    def _note(self, change: Callable[[], object]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    async def _write(self, text: str | bytes) -> None:
        assert self._socket is not None
        if isinstance(text, bytes):
            await self._socket.send_bytes(text)
        else:
            await self._socket.send_str(text)

    async def _close(self, code: int) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close(code=code)

    def _cut(self) -> None:
        assert self._request is not None
        transport = self._request.transport
        self._note(lambda: setattr(self, "_socket", None))
        if transport is not None:
            transport.write(b"\x81\x7e\x03\xe8half a frame")  # says 1000 bytes, brings twelve
            transport.abort()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


def _is_card(card: dict[str, Any]) -> bool:
    """Whether the platform would take it (documents 101032 and 101031)."""
    buttons = card["button_list"]
    return (
        card["card_type"] == "button_interaction"
        and bool(card["main_title"]["title"])
        and _TASK_ID.fullmatch(card["task_id"]) is not None
        and 1 <= len(buttons) <= 6
        and all(b["text"] and b["key"] and len(b["key"].encode()) <= 1024 for b in buttons)
    )
