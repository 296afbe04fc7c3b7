"""Discord as a bot sees it, on loopback: the gateway and the REST interface; for tests.

async with DiscordServer() as discord:
    ... start the bot with discord.settings() ...
    await discord.ready()
    asked = await discord.say("什么是死锁")
    answer = await discord.reply_to(asked)

Written after Discord's documentation (topics/gateway, interactions/receiving-and-responding).
"""

import asyncio
import itertools
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

TOKEN = "e2e-discord-token.not-a-secret"
BOT = 7_408_900
GUILD = 7_408_700
CHANNEL = 7_408_701
THREAD = 7_408_702
ADMIN_ROLE = 7_408_710
BOT_ROLE = 7_408_711
OWNER = 7_408_990
_SEND_MESSAGES, _VIEW, _MANAGE_GUILD = 1 << 11, 1 << 10, 1 << 5
_EPHEMERAL = 1 << 6
_ids = itertools.count(1_300_000_000_000_000_000)
_Json = dict[str, Any]


@dataclass
class Sent:
    """A message of the bot; ``edits`` are the texts that it had before."""

    id: int
    channel: int
    content: str
    quotes: int | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    ephemeral: bool = False
    raw: _Json = field(default_factory=dict)
    edits: list[str] = field(default_factory=list)
    deleted: bool = False


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
class Session:
    """What the gateway knows of one IDENTIFY: all its events, for who resumes."""

    id: str
    events: list[_Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    deflate: Any = None
    transport: Any = None

    async def send(self, payload: _Json) -> None:
        text = json.dumps(payload)
        if self.socket is None or self.socket.closed:
            return
        if self.deflate is None:
            await self.socket.send_str(text)
        else:
            data = self.deflate.compress(text.encode()) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)


@dataclass
class Fault:
    method: str
    path: re.Pattern[str]
    answer: Callable[[], Any]
    times: int


class DiscordServer:
    """One server (guild), one bot account; ``messages`` are those of the bot in order."""

    def __init__(self) -> None:
        self.messages: list[Sent] = []
        self.used: dict[str, Used] = {}
        self.members: dict[int, list[int]] = {OWNER: []}
        self.commands: list[_Json] = []
        self.command_updates = 0
        self.typing = 0
        self.identifies = 0
        self.resumes = 0
        self.accepts_token = True
        self.close_identify_with = 0
        self.sessions: dict[str, Session] = {}
        self.requests: list[tuple[str, str]] = []
        self.calls_with_pings: list[_Json] = []
        self._faults: list[Fault] = []
        self._chats: dict[int, int] = {}
        self._channels = [_channel(CHANNEL)]
        self._session: Session | None = None
        self._changed = asyncio.Event()
        self.slams_the_door = False
        self.open_sockets = 0
        self.port = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_route("*", "/api/{path:.*}", self._rest)
        app.router.add_get("/cdn/{name}", self._picture)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()

    def settings(self) -> dict[str, str]:
        """Give the environment of a bot that talks to this server."""
        return {
            "ASSISTANT408_PLATFORMS": "discord",
            "ASSISTANT408_HTTP__PORT": "0",
            "ASSISTANT408_DISCORD__TOKEN": TOKEN,
            "ASSISTANT408_DISCORD__API_BASE": f"http://127.0.0.1:{self.port}/api",
            "ASSISTANT408_DISCORD__GATEWAY_URL": f"ws://127.0.0.1:{self.port}/gateway/",
        }

    # What people do

    async def say(
        self,
        text: str,
        *,
        user: int = 30001,
        channel: int = CHANNEL,
        mention: bool = True,
        reply_to: int | None = None,
        **fields: Any,
    ) -> int:
        """Write in the server; ``mention`` puts @bot before the text. Gives the message's id."""
        self.members.setdefault(user, [])
        content = f"<@{BOT}> {text}" if mention else text
        data = _message(next(_ids), channel, _user(user), content)
        data |= {"guild_id": str(GUILD), "member": _member(self.members[user])}
        data["mentions"] = [_user(BOT) | {"member": _member([BOT_ROLE])}] if mention else []
        if reply_to is not None:
            sent = next((m for m in self.messages if m.id == reply_to), None)
            author = _user(BOT) if sent is not None else _user(31337)
            data |= {
                "type": 19,
                "message_reference": {"message_id": str(reply_to), "channel_id": str(channel)},
                "referenced_message": _message(reply_to, channel, author, "…"),
            }
        return await self._wrote(data | fields)

    async def whisper(self, text: str, *, user: int = 30001, **fields: Any) -> int:
        """Write to the bot in private; gives the message's id."""
        data = _message(next(_ids), self.chat(user), _user(user), text)
        return await self._wrote(data | fields)

    async def use(
        self, name: str, argument: str = "", *, user: int = 30001, channel: int | None = CHANNEL
    ) -> Used:
        """Use a slash command; ``channel`` None in the private chat with the bot."""
        options = [{"type": 3, "name": "内容", "value": argument}] if argument else []
        data = {"id": "1", "name": name, "type": 1, "options": options}
        return await self._interact(2, data, user, channel)

    async def typed(self, name: str, begun: str, *, user: int = 30001) -> Used:
        """Begin to write the argument of a command."""
        options = [{"type": 3, "name": "范围", "value": begun, "focused": True}]
        data = {"id": "1", "name": name, "type": 1, "options": options}
        return await self._interact(4, data, user, CHANNEL)

    async def press(
        self, message: Sent, label: str, *, user: int = 30001, in_guild: bool = True
    ) -> Used:
        """Press a button under a message of the bot."""
        data = {"custom_id": message.buttons[label], "component_type": 2}
        flags = _EPHEMERAL if message.ephemeral else 0
        under = _message(message.id, message.channel, _user(BOT), message.content)
        channel = message.channel if in_guild else None
        return await self._interact(
            3, data, user, channel, message=under | {"flags": flags, "components": []}
        )

    async def dispatch(self, name: str, data: _Json) -> None:
        """Let an event happen; who is away gets it when the session is resumed."""
        session = self._session
        assert session is not None, "the bot has not been here yet"
        event = {"op": 0, "t": name, "s": len(session.events) + 1, "d": data}
        session.events.append(event)
        await session.send(event)

    def chat(self, user: int) -> int:
        """Give the number of the private chat with a person."""
        return self._chats.setdefault(user, 8_000_000 + user)

    async def new_channel(self) -> int:
        """Make a channel of its own."""
        number = 5_000_000 + len(self._channels)
        self._channels.append(_channel(number))
        await self.dispatch("CHANNEL_CREATE", _channel(number) | {"guild_id": str(GUILD)})
        return number

    # What goes wrong

    def fail(self, method: str, path: str, *, times: int = 1, **answer: Any) -> None:
        """Fail the next requests: ``status`` and ``body``, ``seconds`` of silence, or ``abort``."""
        self._faults.append(Fault(method, re.compile(path), lambda: answer, times))

    def passes(self, method: str, path: str, *, times: int = 1) -> None:
        """Answer the next requests as always, before what is to fail."""
        self._faults.append(Fault(method, re.compile(path), dict, times))

    async def drop(self, *, code: int = 0) -> None:
        """Break the connection off: with a close frame of ``code``, or in the middle of one."""
        session = await self._live()
        socket, session.socket = session.socket, None
        if code:
            await socket.close(code=code)
            return
        session.transport.write(b"\x82\x7e\x40")  # the beginning of a long frame
        session.transport.close()

    async def order(self, op: int, data: Any = None) -> None:
        """Send an order of the gateway: 7 reconnect, 9 invalid session."""
        await (await self._live()).send({"op": op, "d": data, "s": None, "t": None})

    async def babble(self) -> None:
        """Send what is no JSON."""
        session = await self._live()
        text = b"{not json"
        if session.deflate is not None:
            text = session.deflate.compress(text) + session.deflate.flush(zlib.Z_SYNC_FLUSH)
            await session.socket.send_bytes(text)
        else:
            await session.socket.send_str(text.decode())

    # Waiting

    async def until(self, find: Callable[[], Any], seconds: float = 40) -> Any:
        """Wait until ``find`` gives something true, and give it."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := find()):
                    await self._changed.wait()
                    self._changed = asyncio.Event()
                return found
        except TimeoutError:
            raise AssertionError("it did not happen in time") from None

    async def until_soon(self, find: Callable[[], Any], seconds: float = 40) -> Any:
        """Wait, as ``until`` does, for what happens in the bot and not here."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not (found := find()):
            assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
            await asyncio.sleep(0.01)
        return found

    async def ready(self) -> None:
        """Wait until the bot is connected."""
        await self.until(lambda: self._session and self._session.socket is not None)

    async def reply_to(self, message_id: int, seconds: float = 40) -> Sent:
        """Wait for the message that replies to ``message_id``."""
        return await self.until(
            lambda: next((m for m in self.messages if m.quotes == message_id), None), seconds
        )

    async def answer(self, used: Used, number: int = 1) -> Sent:
        """Wait for the answer to an interaction: the last of its first ``number`` messages."""
        await self.until(lambda: len(used.messages) >= number)
        return used.messages[number - 1]

    async def in_channel(self, channel: int, number: int = 1, since: int = 0) -> list[Sent]:
        """Wait for ``number`` messages in a channel after the message ``since``."""

        def found() -> list[Sent] | None:
            here = [m for m in self.messages if m.channel == channel and m.id > since]
            return here if len(here) >= number else None

        return await self.until(found)

    def last_event(self, name: str) -> _Json:
        """Give what the latest event of a kind said."""
        assert self._session is not None
        return next(e["d"] for e in reversed(self._session.events) if e["t"] == name)

    def count(self, channel: int) -> int:
        """Count the messages in a channel that everybody sees."""
        return sum(m.channel == channel and not m.ephemeral for m in self.messages)

    # The gateway

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        here = Session("", socket=socket, transport=request.transport)
        here.deflate = zlib.compressobj() if compressed else None
        if self.slams_the_door:
            await socket.close(code=1011)
            return socket
        self.open_sockets += 1
        await here.send({"op": 10, "d": {"heartbeat_interval": 20000}, "s": None, "t": None})
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                here = await self._heard(here, json.loads(frame.data)) or here
        except ConnectionResetError:
            pass
        finally:
            self.open_sockets -= 1
            if here.socket is socket:
                here.socket = None
                self._tell()
        return socket

    async def _heard(self, here: Session, said: _Json) -> Session | None:
        match said["op"]:
            case 1:
                await here.send({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                return await self._identified(here, said["d"])
            case 6:
                return await self._resumed(here, said["d"])
        return None

    async def _identified(self, here: Session, said: _Json) -> Session | None:
        self.identifies += 1
        if said["token"] != TOKEN or self.close_identify_with:
            await here.socket.close(code=self.close_identify_with or 4004)
            return None
        here.id = f"session-{next(_ids)}"
        self.sessions[here.id] = self._session = here
        ready = {
            "v": 10,
            "user": _user(BOT),
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": here.id,
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway/",
            "application": {"id": str(BOT), "flags": 0},
        }
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", self._guild())
        self._tell()
        return here

    async def _resumed(self, here: Session, said: _Json) -> Session | None:
        session = self.sessions.get(said["session_id"])
        if session is None or said["token"] != TOKEN:
            await here.send({"op": 9, "d": False, "s": None, "t": None})
            return None
        self.resumes += 1
        session.socket, session.deflate = here.socket, here.deflate
        session.transport = here.transport
        for event in session.events[said["seq"] or 0 :]:
            await session.send(event)
        await self.dispatch("RESUMED", {})
        self._tell()
        return session

    def forget_sessions(self) -> None:
        """Let no session be resumed any more."""
        self.sessions.clear()

    async def _live(self) -> Session:
        await self.ready()
        assert self._session is not None
        return self._session

    def _guild(self) -> _Json:
        everyone = _role(GUILD, _SEND_MESSAGES | _VIEW)
        managed = _role(BOT_ROLE, 0) | {"managed": True, "tags": {"bot_id": str(BOT)}}
        return {
            "id": str(GUILD),
            "name": "408 自习室",
            "owner_id": str(OWNER),
            "roles": [everyone, _role(ADMIN_ROLE, _MANAGE_GUILD), managed],
            "channels": self._channels,
            "threads": [_thread()],
            "members": [_member([BOT_ROLE]) | {"user": _user(BOT)}],
            "member_count": 2,
            "emojis": [],
            "features": [],
            "stickers": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "afk_timeout": 60,
            "premium_tier": 0,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "system_channel_flags": 0,
            "preferred_locale": "zh-CN",
            "premium_progress_bar_enabled": False,
        }

    async def _interact(
        self, kind: int, data: _Json, user: int, channel: int | None, **more: Any
    ) -> Used:
        number = next(_ids)
        used = Used(number, f"itoken{number}", channel or self.chat(user))
        self.used[used.token] = used
        event: _Json = {
            "id": str(number),
            "application_id": str(BOT),
            "type": kind,
            "token": used.token,
            "version": 1,
            "data": data,
            "attachment_size_limit": 10 << 20,
            "channel_id": str(used.channel),
            "locale": "zh-CN",
            **more,
        }
        if channel is not None:
            self.members.setdefault(user, [])
            permissions = _VIEW | _SEND_MESSAGES
            if ADMIN_ROLE in self.members[user]:
                permissions |= _MANAGE_GUILD
            member = _member(self.members[user])
            event |= {
                "guild_id": str(GUILD),
                "channel": _channel(channel),
                "context": 0,
                "member": member | {"user": _user(user), "permissions": str(permissions)},
            }
        else:
            recipients = [_user(BOT)]
            event |= {
                "channel": {"id": str(used.channel), "type": 1, "recipients": recipients},
                "user": _user(user),
                "context": 1,
            }
        await self.dispatch("INTERACTION_CREATE", event)
        return used

    async def _wrote(self, data: _Json) -> int:
        await self.dispatch("MESSAGE_CREATE", data)
        return int(data["id"])

    # REST

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        self.requests.append((request.method, path))
        fault = self._fault(request.method, path)
        if fault and "seconds" in fault:
            await asyncio.sleep(fault["seconds"])
        elif fault and "abort" in fault:
            request.transport.abort()
        elif fault:
            return _json(fault.get("body", {}), fault["status"])
        carries_its_own = "/webhooks/" in path or "/interactions/" in path
        knows_the_bot = (
            self.accepts_token and request.headers.get("Authorization") == f"Bot {TOKEN}"
        )
        if not carries_its_own and not knows_the_bot:
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        for method, pattern, handle in self._routes():
            match = re.fullmatch(pattern, path)
            if match is not None and request.method == method:
                answer = await handle(request, *match.groups())
                self._tell()
                return answer
        return _json({"message": "404: Not Found", "code": 0}, 404)

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

    def _fault(self, method: str, path: str) -> _Json | None:
        for fault in self._faults:
            if fault.method == method and fault.path.fullmatch(path) and fault.times > 0:
                fault.times -= 1
                return fault.answer()
        return None

    async def _me(self, request: web.Request) -> web.Response:
        return _json(_user(BOT))

    async def _application(self, request: web.Request) -> web.Response:
        return _json(
            {
                "id": str(BOT),
                "name": "408",
                "description": "",
                "icon": None,
                "bot_public": False,
                "bot_require_code_grant": False,
                "owner": _user(OWNER),
                "team": None,
                "verify_key": "00",
                "flags": 0,
            }
        )

    async def _commands(self, request: web.Request) -> web.Response:
        return _json(self.commands)

    async def _register(self, request: web.Request) -> web.Response:
        """Keep the commands as Discord does: with ids, and without what is false or empty."""
        self.command_updates += 1
        self.commands = [
            {
                **{key: value for key, value in command.items() if value or key != "options"},
                "id": str(next(_ids)),
                "options": [
                    {key: value for key, value in option.items() if value is not False}
                    for option in command["options"]
                ],
            }
            for command in await request.json()
        ]
        return _json(self.commands)

    async def _open_chat(self, request: web.Request) -> web.Response:
        user = int((await request.json())["recipient_id"])
        return _json({"id": str(self.chat(user)), "type": 1, "recipients": [_user(user)]})

    async def _post(self, request: web.Request, channel: str) -> web.Response:
        payload, files = await _read(request)
        sent = self._keep(int(channel), payload, files)
        return _json(_message(sent.id, sent.channel, _user(BOT), sent.content))

    async def _edit(self, request: web.Request, channel: str, number: str) -> web.Response:
        return await self._change(request, int(number))

    async def _change(self, request: web.Request, number: int) -> web.Response:
        payload, files = await _read(request)
        sent = next((m for m in self.messages if m.id == number and not m.deleted), None)
        if sent is None:
            return _json({"message": "Unknown Message", "code": 10008}, 404)
        sent.edits.append(sent.content)
        sent.content = payload.get("content") or ""
        sent.buttons, sent.raw = _buttons(payload), payload
        sent.files |= files
        self._check(payload)
        return _json(_message(sent.id, sent.channel, _user(BOT), sent.content))

    async def _type(self, request: web.Request, channel: str) -> web.Response:
        self.typing += 1
        return web.Response(status=204)

    async def _get_member(self, request: web.Request, number: str) -> web.Response:
        if int(number) not in self.members:
            return _json({"message": "Unknown Member", "code": 10007}, 404)
        return _json(_member(self.members[int(number)]) | {"user": _user(int(number))})

    async def _callback(self, request: web.Request, token: str) -> web.Response:
        used, payload = self.used[token], await request.json()
        if used.deferred is not None:
            return _json({"message": "Already acknowledged", "code": 40060}, 400)
        used.deferred = payload["type"]
        data = payload.get("data") or {}
        used.ephemeral = bool(data.get("flags", 0) & _EPHEMERAL)
        used.suggestions = [choice["name"] for choice in data.get("choices", [])]
        if payload["type"] == 4:
            used.original = self._keep(used.channel, data, {}, used)
        return _json({"interaction": {"id": str(used.id), "type": 2}})

    async def _edit_original(self, request: web.Request, token: str) -> web.Response:
        used = self.used[token]
        if used.original is not None:
            return await self._change(request, used.original.id)
        payload, files = await _read(request)
        used.original = sent = self._keep(used.channel, payload, files, used)
        return _json(_message(sent.id, sent.channel, _user(BOT), sent.content))

    async def _delete_original(self, request: web.Request, token: str) -> web.Response:
        self.used[token].withdrawn = True
        return web.Response(status=204)

    async def _follow_up(self, request: web.Request, token: str) -> web.Response:
        used = self.used[token]
        payload, files = await _read(request)
        used.ephemeral = bool(payload.get("flags", 0) & _EPHEMERAL)
        sent = self._keep(used.channel, payload, files, used)
        return _json(_message(sent.id, sent.channel, _user(BOT), sent.content))

    async def _edit_followup(self, request: web.Request, token: str, number: str) -> web.Response:
        return await self._change(request, int(number))

    async def _picture(self, request: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG\r\n\x1a\n" + b"0" * 64, content_type="image/png")

    def _keep(
        self, channel: int, payload: _Json, files: dict[str, bytes], used: Used | None = None
    ) -> Sent:
        assert len(payload.get("content") or "") <= 2000
        assert payload.get("content") or files, "Discord refuses empty messages"
        reference = (payload.get("message_reference") or {}).get("message_id")
        sent = Sent(
            next(_ids),
            channel,
            payload.get("content") or "",
            int(reference) if reference else None,
            files,
            _buttons(payload),
            used.ephemeral if used is not None else False,
            payload,
        )
        self._check(payload)
        self.messages.append(sent)
        if used is not None:
            used.messages.append(sent)
        self._tell()
        return sent

    def _check(self, payload: _Json) -> None:
        """Note what could notify people: nothing that we send may."""
        mentions = payload.get("allowed_mentions")
        if mentions is None or mentions.get("parse") or mentions.get("replied_user"):
            self.calls_with_pings.append(payload)

    def _tell(self) -> None:
        self._changed.set()


def _json(body: Any, status: int = 200) -> web.Response:
    """discord.py takes exactly this type for JSON; a 429 without Via it takes for a ban."""
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", "Via": "1.1 test"},
    )


async def _read(request: web.Request) -> tuple[_Json, dict[str, bytes]]:
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    payload: _Json = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        if part.name == "payload_json":
            payload = json.loads(await part.text())
        else:
            files[part.filename] = bytes(await part.read())
    return payload, files


def _buttons(payload: _Json) -> dict[str, str]:
    rows = payload.get("components") or []
    return {b["label"]: b["custom_id"] for row in rows for b in row["components"]}


def _user(number: int) -> _Json:
    user = {"id": str(number), "username": f"user{number}", "discriminator": "0", "avatar": None}
    return user | {"global_name": f"同学{number}"} | ({"bot": True} if number == BOT else {})


def _member(roles: list[int]) -> _Json:
    return {
        "roles": [str(role) for role in roles],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
    }


def _role(number: int, permissions: int) -> _Json:
    return {
        "id": str(number),
        "name": f"role{number}",
        "permissions": str(permissions),
        "position": 0 if number == GUILD else 1,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def _channel(number: int) -> _Json:
    return {
        "id": str(number),
        "type": 0,
        "name": f"channel-{number}",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
    }


def _thread() -> _Json:
    return {
        "id": str(THREAD),
        "type": 11,
        "name": "thread",
        "guild_id": str(GUILD),
        "parent_id": str(CHANNEL),
        "owner_id": str(OWNER),
        "member_count": 1,
        "message_count": 1,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
            "locked": False,
        },
    }


def _message(number: int, channel: int, author: _Json, content: str) -> _Json:
    return {
        "id": str(number),
        "channel_id": str(channel),
        "author": author,
        "content": content,
        "timestamp": "2026-11-27T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
        "components": [],
    }
