"""A OneBot v11 client over a real WebSocket, behaving as NapCat does; for tests and benchmarks.

async with OneBotClient(url, self_id=10001, token="…") as client:
    sent = await client.group_message("什么是死锁", mention=True)
    reply = await client.next_reply(timeout=5)
    assert reply.quotes == sent
"""

import asyncio
import base64
import contextlib
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Segment = dict[str, Any]

_ids = itertools.count(1000)


@dataclass(frozen=True, slots=True)
class SentReply:
    """One message that the bot asked the client to send."""

    message_id: int
    user_id: int | None
    group_id: int | None
    segments: tuple[Segment, ...]
    at: float = field(default_factory=time.perf_counter)

    @property
    def text(self) -> str:
        return "".join(s["data"]["text"] for s in self.segments if s["type"] == "text")

    @property
    def quotes(self) -> int | None:
        """The id of the message that this one quotes."""
        quoted = [int(s["data"]["id"]) for s in self.segments if s["type"] == "reply"]
        return quoted[0] if quoted else None

    @property
    def picture(self) -> bytes | None:
        """The bytes of the image in it."""
        files = [s["data"]["file"] for s in self.segments if s["type"] == "image"]
        return _bytes(files[0]) if files else None


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file that the bot asked the client to send."""

    name: str
    data: bytes
    user_id: int | None
    group_id: int | None


class OneBotClient:
    """Connects, sends events and confirms what the bot sends; use as an async context.

    With ``answering = False`` the client does what it is asked without confirming it;
    ``unconfirmed`` names single actions treated so. ``refusing`` answers every send as failed,
    ``refuse`` single actions. ``members`` are the (group, user) pairs that it knows of.
    """

    def __init__(self, url: str, self_id: int = 10001, token: str = "") -> None:
        self.url = url
        self.self_id = self_id
        self.token = token
        self.answering = True
        self.refusing = False
        self.unconfirmed: set[str] = set()
        self.members: set[tuple[int, int]] = set()
        self._refusals: dict[str, Iterator[dict[str, Any] | None]] = {}
        self.calls: list[dict[str, Any]] = []
        self.replies: asyncio.Queue[SentReply] = asyncio.Queue()
        self.files: asyncio.Queue[SentFile] = asyncio.Queue()
        self._messages: dict[int, dict[str, Any]] = {}
        self._connection: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Connect as NapCat does; websockets.InvalidStatus when the bot refuses."""
        headers = {"X-Self-ID": str(self.self_id), "X-Client-Role": "Universal"}
        headers["User-Agent"] = "OneBot/11"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        self._connection = await connect(
            self.url, additional_headers=headers, proxy=None, max_queue=None
        )
        self._reader = asyncio.create_task(self._read())
        await self.lifecycle()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def break_off(self, beginning: bytes = b"\x81\xfe\x40\x00") -> None:
        """Die in the middle of a frame: its beginning, then nothing any more."""
        assert self._connection is not None
        transport = self._connection.transport
        transport.write(beginning)
        await asyncio.sleep(0.05)
        transport.abort()
        await self.close()

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    def refuse(
        self, action: str, answer: dict[str, Any], *, after: int = 0, times: int | None = None
    ) -> None:
        """Answer ``action`` as failed, and do not do it: ``times`` times after the first ones."""
        refused = itertools.repeat(answer) if times is None else itertools.repeat(answer, times)
        answers = itertools.chain(itertools.repeat(None, after), refused, itertools.repeat(None))
        self._refusals[action] = answers

    async def lifecycle(self) -> None:
        await self.event({"post_type": "meta_event", "meta_event_type": "lifecycle"} | _CONNECT)

    async def heartbeat(self) -> None:
        status = {"online": True, "good": True}
        await self.event(
            {"post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 30000}
            | {"status": status}
        )

    async def group_message(
        self,
        message: str | Sequence[Segment],
        *,
        mention: bool = False,
        group: int = 20001,
        user: int = 30001,
        message_id: int | None = None,
        **fields: Any,
    ) -> int:
        """Send a group message event and give its id; a str becomes one text segment."""
        segments = _segments(message)
        if mention:
            segments = [at(self.self_id), *_leading_space(segments)]
        return await self.message(
            segments,
            message_id,
            message_type="group",
            sub_type="normal",
            group_id=group,
            user_id=user,
            **{"sender": {"user_id": user, "nickname": "同学", "card": "", "role": "member"}}
            | fields,
        )

    async def private_message(
        self,
        message: str | Sequence[Segment],
        *,
        user: int = 30001,
        message_id: int | None = None,
        **fields: Any,
    ) -> int:
        """Send a private message event and give its id."""
        return await self.message(
            _segments(message),
            message_id,
            **{
                "message_type": "private",
                "sub_type": "friend",
                "user_id": user,
                "sender": {"user_id": user, "nickname": "同学"},
            }
            | fields,
        )

    async def message(
        self, segments: Sequence[Segment], message_id: int | None, **fields: Any
    ) -> int:
        number = next(_ids) if message_id is None else message_id
        body = {
            "post_type": "message",
            "message_id": number,
            "message_seq": number,
            "real_id": number,
            "message": list(segments),
            "raw_message": "".join(s["data"].get("text", "") for s in segments),
            "message_format": "array",
            "font": 14,
        }
        self._messages[number] = body | fields
        await self.event(body | fields)
        return number

    async def event(self, fields: dict[str, Any]) -> None:
        """Send any event."""
        await self.raw(json.dumps({"time": int(time.time()), "self_id": self.self_id} | fields))

    async def raw(self, text: str | bytes) -> None:
        """Send a frame as it is."""
        assert self._connection is not None
        await self._connection.send(text)

    async def next_reply(self, timeout: float = 10.0) -> SentReply:  # noqa: ASYNC109
        """Wait for the next message from the bot; TimeoutError when none comes."""
        async with asyncio.timeout(timeout):
            return await self.replies.get()

    async def next_file(self, timeout: float = 10.0) -> SentFile:  # noqa: ASYNC109
        """Wait for the next file from the bot; TimeoutError when none comes."""
        async with asyncio.timeout(timeout):
            return await self.files.get()

    async def all_replies(self, quiet: float = 0.6, timeout: float = 10.0) -> list[SentReply]:  # noqa: ASYNC109
        """Collect replies until none has come for ``quiet`` seconds."""
        replies = [await self.next_reply(timeout)]
        with contextlib.suppress(TimeoutError):
            while True:
                replies.append(await self.next_reply(quiet))
        return replies

    async def is_silent(self, seconds: float = 0.8) -> bool:
        """Whether the bot sends nothing for so long."""
        try:
            await self.next_reply(seconds)
        except TimeoutError:
            return True
        return False

    async def _read(self) -> None:
        assert self._connection is not None
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._connection:
                await self._call(json.loads(frame))

    async def _call(self, call: dict[str, Any]) -> None:
        self.calls.append(call)
        action = call["action"]
        refusal = next(self._refusals.get(action, iter(())), None)
        data = None if refusal else self._perform(action, call["params"])
        if not self.answering or action in self.unconfirmed:
            return
        answer: dict[str, Any] = {"status": "ok", "retcode": 0, "data": data}
        if data is None or (self.refusing and action.startswith("send_")):
            answer = {"status": "failed", "retcode": 1200, "data": None, "message": "refused"}
        await self.raw(json.dumps(answer | (refusal or {}) | {"echo": call["echo"]}))

    def _perform(self, action: str, params: dict[str, Any]) -> dict[str, Any] | None:
        match action:
            case "send_group_msg" | "send_private_msg" | "send_msg":
                return {"message_id": self._take(params)}
            case "upload_group_file" | "upload_private_file":
                return self._take_file(params)
            case "get_msg":
                return self._messages.get(int(params["message_id"]))
            case "get_group_member_info":
                member = int(params["group_id"]), int(params["user_id"])
                named = {"group_id": member[0], "user_id": member[1], "role": "member"}
                return named if member in self.members else None
            case "get_login_info":
                return {"user_id": self.self_id, "nickname": "408 助手"}
            case _:
                return None

    def _take_file(self, params: dict[str, Any]) -> dict[str, Any]:
        where = params.get("user_id"), params.get("group_id")
        self.files.put_nowait(SentFile(params["name"], _bytes(params["file"]), *where))
        return {"file_id": f"/{next(_ids)}"}

    def _take(self, params: dict[str, Any]) -> int:
        number = next(_ids)
        group = params.get("group_id")
        message = params["message"]
        assert isinstance(message, list), "the bot must send arrays of segments, never CQ code"
        self._messages[number] = {
            "time": int(time.time()),
            "message_type": "group" if group else "private",
            "message_id": number,
            "real_id": number,
            "sender": {"user_id": self.self_id, "nickname": "408 助手"},
            "message": message,
        }
        reply = SentReply(number, params.get("user_id"), group, tuple(message))
        self.replies.put_nowait(reply)
        return number


_CONNECT = {"sub_type": "connect"}


def _bytes(file: str) -> bytes:
    assert file.startswith("base64://"), "the client may be on another machine"
    return base64.b64decode(file.removeprefix("base64://"), validate=True)


def text(content: str) -> Segment:
    return {"type": "text", "data": {"text": content}}


def at(qq: int | str) -> Segment:
    return {"type": "at", "data": {"qq": str(qq)}}


def quote(message_id: int) -> Segment:
    return {"type": "reply", "data": {"id": str(message_id)}}


def face(number: int = 14) -> Segment:
    return {"type": "face", "data": {"id": str(number)}}


def _segments(message: str | Sequence[Segment]) -> list[Segment]:
    return [text(message)] if isinstance(message, str) else list(message)


def _leading_space(segments: list[Segment]) -> list[Segment]:
    """QQ puts a space between the mention and the text."""
    if not segments or segments[0]["type"] != "text":
        return segments
    return [text(" " + segments[0]["data"]["text"]), *segments[1:]]
