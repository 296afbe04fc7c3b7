"""The REST interface of Discord as a bot sees it; for tests.

Written after Discord's documentation (interactions/receiving-and-responding, resources/message).
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.e2e.discord_payloads import (
    BOT,
    EPHEMERAL,
    IDS,
    OWNER,
    SUPPRESS_EMBEDS,
    TOKEN,
    Json,
    addresses,
    as_json,
    buttons_of,
    embeds_are_valid,
    member_json,
    message_json,
    read,
    user_json,
)


@dataclass
class Sent:
    """A message of the bot; ``edits`` are the texts that it had before.

    ``embeds`` are those that people see.
    """

    id: int
    channel: int
    content: str
    quotes: int | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    ephemeral: bool = False
    raw: Json = field(default_factory=dict)
    edits: list[str] = field(default_factory=list)
    deleted: bool = False
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    at: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        """All that one reads: the content, then the embeds."""
        return "\n\n".join([self.content, *(each["description"] for each in self.embeds)])


@dataclass
class Used:
    """One use of a command or a button: what the bot answered to it."""

    id: int
    token: str
    channel: int
    deferred: int | None = None
    """The type of the first sign: 4 a message, 5 thinking, 6 for a button, 8 suggestions."""
    ephemeral: bool = False
    messages: list[Sent] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    withdrawn: bool = False
    original: Sent | None = None


@dataclass
class Fault:
    method: str
    path: re.Pattern[str]
    answer: Callable[[], Any]
    times: int


class Refusal(Exception):
    """Discord says no; ``code`` is its number for the reason."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Rest:
    """The bot's messages and commands; ``previews`` are texts that would show a link's preview."""

    def __init__(self) -> None:
        self.messages: list[Sent] = []
        self.used: dict[str, Used] = {}
        self.members: dict[int, list[int]] = {OWNER: []}
        self.commands: list[Json] = []
        self.command_updates = 0
        self.typing = 0
        self.accepts_token = True
        self.requests: list[tuple[str, str]] = []
        self.failed_at: list[float] = []
        self.calls_with_pings: list[Json] = []
        self.previews: list[str] = []
        self.without_embeds: set[int] = set()
        self._faults: list[Fault] = []
        self._chats: dict[int, int] = {}
        self._changed = asyncio.Event()

    def chat(self, user: int) -> int:
        """Give the number of the private chat with a person."""
        return self._chats.setdefault(user, 8_000_000 + user)

    def _tell(self) -> None:
        self._changed.set()

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        self.requests.append((request.method, path))
        fault = self._fault(request.method, path)
        if fault and "seconds" in fault:
            await asyncio.sleep(fault["seconds"])
        elif fault and "abort" in fault:
            request.transport.abort()
        elif fault:
            self.failed_at.append(time.monotonic())
            return as_json(fault.get("body", {}), fault["status"])
        carries_its_own = "/webhooks/" in path or "/interactions/" in path
        knows_the_bot = (
            self.accepts_token and request.headers.get("Authorization") == f"Bot {TOKEN}"
        )
        if not carries_its_own and not knows_the_bot:
            return as_json({"message": "401: Unauthorized", "code": 0}, 401)
        for method, pattern, handle in self._routes():
            match = re.fullmatch(pattern, path)
            if match is not None and request.method == method:
                return await self._handled(handle(request, *match.groups()))
        return as_json({"message": "404: Not Found", "code": 0}, 404)

    async def _handled(self, handling: Any) -> web.Response:
        try:
            return await handling
        except Refusal as refusal:
            return as_json({"message": "refused", "code": refusal.code}, refusal.status)
        finally:
            self._tell()

    def _routes(self) -> tuple[tuple[str, str, Callable[..., Any]], ...]:
        return (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", r"/applications/\d+/commands", self._commands),
            ("PUT", r"/applications/\d+/commands", self._register),
            ("POST", "/users/@me/channels", self._open_chat),
            ("POST", r"/channels/(\d+)/messages", self._post),
            ("PATCH", r"/channels/(\d+)/messages/(\d+)", self._edit),
            ("POST", r"/channels/(\d+)/typing", self._type),
            ("GET", r"/guilds/\d+/members/(\d+)", self._get_member),
            ("POST", r"/interactions/\d+/(\w+)/callback", self._callback),
            ("PATCH", r"/webhooks/\d+/(\w+)/messages/@original", self._edit_original),
            ("DELETE", r"/webhooks/\d+/(\w+)/messages/@original", self._delete_original),
            ("POST", r"/webhooks/\d+/(\w+)", self._follow_up),
            ("PATCH", r"/webhooks/\d+/(\w+)/messages/(\d+)", self._edit_followup),
        )

    def _fault(self, method: str, path: str) -> Json | None:
        for fault in self._faults:
            if fault.method == method and fault.path.fullmatch(path) and fault.times > 0:
                fault.times -= 1
                return fault.answer()
        return None

    async def _me(self, request: web.Request) -> web.Response:
        return as_json(user_json(BOT))

    async def _application(self, request: web.Request) -> web.Response:
        return as_json(
            {
                "id": str(BOT),
                "name": "408",
                "description": "",
                "icon": None,
                "bot_public": False,
                "bot_require_code_grant": False,
                "owner": user_json(OWNER),
                "team": None,
                "verify_key": "00",
                "flags": 0,
            }
        )

    async def _commands(self, request: web.Request) -> web.Response:
        return as_json(self.commands)

    async def _register(self, request: web.Request) -> web.Response:
        """Keep the commands as Discord does: with ids, and without what is false or empty."""
        self.command_updates += 1
        self.commands = [
            {
                **{key: value for key, value in command.items() if value or key != "options"},
                "id": str(next(IDS)),
                "options": [
                    {key: value for key, value in option.items() if value is not False}
                    for option in command["options"]
                ],
            }
            for command in await request.json()
        ]
        return as_json(self.commands)

    async def _open_chat(self, request: web.Request) -> web.Response:
        user = int((await request.json())["recipient_id"])
        return as_json({"id": str(self.chat(user)), "type": 1, "recipients": [user_json(user)]})

    async def _post(self, request: web.Request, channel: str) -> web.Response:
        payload, files = await read(request)
        sent = self._keep(int(channel), payload, files)
        return as_json(message_json(sent.id, sent.channel, user_json(BOT), sent.content))

    async def _edit(self, request: web.Request, channel: str, number: str) -> web.Response:
        return await self._change(request, int(number))

    async def _change(self, request: web.Request, number: int) -> web.Response:
        payload, files = await read(request)
        sent = next((m for m in self.messages if m.id == number and not m.deleted), None)
        if sent is None:
            return as_json({"message": "Unknown Message", "code": 10008}, 404)
        sent.flags = payload.get("flags", sent.flags)
        if "embeds" in payload:
            sent.embeds = self._shown(payload, sent.channel, sent.flags)
        sent.edits.append(sent.content)
        sent.content = payload.get("content") or ""
        sent.buttons, sent.raw = buttons_of(payload), payload
        sent.files |= files
        self._check(sent)
        return as_json(message_json(sent.id, sent.channel, user_json(BOT), sent.content))

    async def _type(self, request: web.Request, channel: str) -> web.Response:
        self.typing += 1
        return web.Response(status=204)

    async def _get_member(self, request: web.Request, number: str) -> web.Response:
        if int(number) not in self.members:
            return as_json({"message": "Unknown Member", "code": 10007}, 404)
        return as_json(member_json(self.members[int(number)]) | {"user": user_json(int(number))})

    async def _callback(self, request: web.Request, token: str) -> web.Response:
        used, payload = self.used[token], await request.json()
        if used.deferred is not None:
            return as_json({"message": "Already acknowledged", "code": 40060}, 400)
        used.deferred = payload["type"]
        data = payload.get("data") or {}
        used.ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
        used.suggestions = [choice["name"] for choice in data.get("choices", [])]
        if payload["type"] == 4:
            used.original = self._keep(used.channel, data, {}, used)
        return as_json({"interaction": {"id": str(used.id), "type": 2}})

    async def _edit_original(self, request: web.Request, token: str) -> web.Response:
        used = self.used[token]
        if used.original is not None:
            return await self._change(request, used.original.id)
        payload, files = await read(request)
        used.original = sent = self._keep(used.channel, payload, files, used)
        return as_json(message_json(sent.id, sent.channel, user_json(BOT), sent.content))

    async def _delete_original(self, request: web.Request, token: str) -> web.Response:
        self.used[token].withdrawn = True
        return web.Response(status=204)

    async def _follow_up(self, request: web.Request, token: str) -> web.Response:
        used = self.used[token]
        payload, files = await read(request)
        used.ephemeral = bool(payload.get("flags", 0) & EPHEMERAL)
        sent = self._keep(used.channel, payload, files, used)
        return as_json(message_json(sent.id, sent.channel, user_json(BOT), sent.content))

    async def _edit_followup(self, request: web.Request, token: str, number: str) -> web.Response:
        return await self._change(request, int(number))

    async def _picture(self, request: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG\r\n\x1a\n" + b"0" * 64, content_type="image/png")

    def _keep(
        self, channel: int, payload: Json, files: dict[str, bytes], used: Used | None = None
    ) -> Sent:
        assert len(payload.get("content") or "") <= 2000
        flags = payload.get("flags", 0)
        embeds = self._shown(payload, channel, flags)
        if not (payload.get("content") or files or embeds):
            raise Refusal(403, 50013) if payload.get("embeds") else Refusal(400, 50006)
        reference = (payload.get("message_reference") or {}).get("message_id")
        sent = Sent(
            next(IDS),
            channel,
            payload.get("content") or "",
            int(reference) if reference else None,
            files,
            buttons_of(payload),
            used.ephemeral if used is not None else False,
            payload,
            flags=flags,
            embeds=embeds,
        )
        self._check(sent)
        self.messages.append(sent)
        if used is not None:
            used.messages.append(sent)
        self._tell()
        return sent

    def _shown(self, payload: Json, channel: int, flags: int) -> list[Json]:
        """Give the embeds that show: without EMBED_LINKS they are dropped without a word."""
        embeds = payload.get("embeds") or []
        if not embeds_are_valid(embeds):
            raise Refusal(400, 50035)
        return [] if flags & SUPPRESS_EMBEDS or channel in self.without_embeds else embeds

    def _check(self, sent: Sent) -> None:
        """Note what could notify people or unfold a preview: nothing that we send may."""
        mentions = sent.raw.get("allowed_mentions")
        if mentions is None or mentions.get("parse") or mentions.get("replied_user"):
            self.calls_with_pings.append(sent.raw)
        if addresses(sent.content) and not sent.flags & SUPPRESS_EMBEDS:
            self.previews.append(sent.content)
        self.previews += [each["description"] for each in sent.embeds if "://" in str(each)]
