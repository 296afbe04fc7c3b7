"""Discord as a bot sees it, on loopback: the gateway and the REST interface; for tests.

async with DiscordServer() as discord:
    ... start the bot with discord.settings() ...
    await discord.ready()
    asked = await discord.say("什么是死锁")
    answer = await discord.reply_to(asked)

Written after Discord's documentation (topics/gateway, interactions/receiving-and-responding).
"""

import asyncio
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.e2e.discord_payloads import (
    ADMIN_ROLE,
    BOT,
    BOT_ROLE,
    CHANNEL,
    EMBED_LINKS,
    EPHEMERAL,
    GUILD,
    IDS,
    MANAGE_GUILD,
    OWNER,
    SEND_MESSAGES,
    TOKEN,
    VIEW,
    Json,
    channel_json,
    member_json,
    message_json,
    role_json,
    thread_json,
    user_json,
)
from tests.e2e.discord_rest import Fault, Rest, Sent, Used


@dataclass
class Session:
    """What the gateway knows of one IDENTIFY: all its events, for who resumes."""

    id: str
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    deflate: Any = None
    transport: Any = None

    async def send(self, payload: Json) -> None:
        text = json.dumps(payload)
        if self.socket is None or self.socket.closed:
            return
        if self.deflate is None:
            await self.socket.send_str(text)
        else:
            data = self.deflate.compress(text.encode()) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)


class DiscordServer(Rest):
    """One server (guild), one bot account; ``messages`` are those of the bot in order.

    ``is_deaf``: heartbeats, which come every ``heartbeat_ms``, are not answered.
    """

    def __init__(self) -> None:
        super().__init__()
        self.identifies = 0
        self.resumes = 0
        self.close_identify_with = 0
        self.sessions: dict[str, Session] = {}
        self._channels = [channel_json(CHANNEL)]
        self._session: Session | None = None
        self.slams_the_door = False
        self.open_sockets = 0
        self.heartbeat_ms = 20_000
        self.is_deaf = False
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Begin to listen, again at the same place after ``stop``."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_route("*", "/api/{path:.*}", self._rest)
        app.router.add_get("/cdn/{name}", self._picture)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break all connections off and listen no more."""
        if self._session is not None and self._session.transport is not None:
            self._session.transport.close()
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
        data = message_json(next(IDS), channel, user_json(user), content)
        data |= {"guild_id": str(GUILD), "member": member_json(self.members[user])}
        data["mentions"] = [user_json(BOT) | {"member": member_json([BOT_ROLE])}] if mention else []
        if reply_to is not None:
            sent = next((m for m in self.messages if m.id == reply_to), None)
            author = user_json(BOT) if sent is not None else user_json(31337)
            data |= {
                "type": 19,
                "message_reference": {"message_id": str(reply_to), "channel_id": str(channel)},
                "referenced_message": message_json(reply_to, channel, author, "…"),
            }
        return await self._wrote(data | fields)

    async def whisper(self, text: str, *, user: int = 30001, **fields: Any) -> int:
        """Write to the bot in private; gives the message's id."""
        data = message_json(next(IDS), self.chat(user), user_json(user), text)
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
        flags = EPHEMERAL if message.ephemeral else 0
        under = message_json(message.id, message.channel, user_json(BOT), message.content)
        channel = message.channel if in_guild else None
        return await self._interact(
            3, data, user, channel, message=under | {"flags": flags, "components": []}
        )

    async def dispatch(self, name: str, data: Json) -> None:
        """Let an event happen; who is away gets it when the session is resumed."""
        session = self._session
        assert session is not None, "the bot has not been here yet"
        event = {"op": 0, "t": name, "s": len(session.events) + 1, "d": data}
        session.events.append(event)
        await session.send(event)

    async def new_channel(self, *, embeds: bool = True) -> int:
        """Make a channel of its own; ``embeds`` False: the bot lacks EMBED_LINKS in it."""
        number = 5_000_000 + len(self._channels)
        if not embeds:
            self.without_embeds.add(number)
        channel = channel_json(number, embeds=embeds)
        self._channels.append(channel)
        await self.dispatch("CHANNEL_CREATE", channel | {"guild_id": str(GUILD)})
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

    def last_event(self, name: str) -> Json:
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
        await here.send(
            {"op": 10, "d": {"heartbeat_interval": self.heartbeat_ms}, "s": None, "t": None}
        )
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

    async def _heard(self, here: Session, said: Json) -> Session | None:
        match said["op"]:
            case 1 if self.is_deaf:
                pass
            case 1:
                await here.send({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                return await self._identified(here, said["d"])
            case 6:
                return await self._resumed(here, said["d"])
        return None

    async def _identified(self, here: Session, said: Json) -> Session | None:
        self.identifies += 1
        if said["token"] != TOKEN or self.close_identify_with:
            await here.socket.close(code=self.close_identify_with or 4004)
            return None
        here.id = f"session-{next(IDS)}"
        self.sessions[here.id] = self._session = here
        ready = {
            "v": 10,
            "user": user_json(BOT),
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": here.id,
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway/",
            "application": {"id": str(BOT), "flags": 0},
        }
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", self._guild())
        self._tell()
        return here

    async def _resumed(self, here: Session, said: Json) -> Session | None:
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

    def _guild(self) -> Json:
        everyone = role_json(GUILD, SEND_MESSAGES | VIEW | EMBED_LINKS)
        managed = role_json(BOT_ROLE, 0) | {"managed": True, "tags": {"bot_id": str(BOT)}}
        return {
            "id": str(GUILD),
            "name": "408 自习室",
            "owner_id": str(OWNER),
            "roles": [everyone, role_json(ADMIN_ROLE, MANAGE_GUILD), managed],
            "channels": self._channels,
            "threads": [thread_json()],
            "members": [member_json([BOT_ROLE]) | {"user": user_json(BOT)}],
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
        self, kind: int, data: Json, user: int, channel: int | None, **more: Any
    ) -> Used:
        number = next(IDS)
        used = Used(number, f"itoken{number}", channel or self.chat(user))
        self.used[used.token] = used
        event: Json = {
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
            permissions = VIEW | SEND_MESSAGES
            if ADMIN_ROLE in self.members[user]:
                permissions |= MANAGE_GUILD
            member = member_json(self.members[user])
            mine = 0 if channel in self.without_embeds else EMBED_LINKS
            event |= {
                "guild_id": str(GUILD),
                "app_permissions": str(VIEW | SEND_MESSAGES | mine),
                "channel": channel_json(channel),
                "context": 0,
                "member": member | {"user": user_json(user), "permissions": str(permissions)},
            }
        else:
            recipients = [user_json(BOT)]
            event |= {
                "channel": {"id": str(used.channel), "type": 1, "recipients": recipients},
                "user": user_json(user),
                "context": 1,
            }
        await self.dispatch("INTERACTION_CREATE", event)
        return used

    async def _wrote(self, data: Json) -> int:
        await self.dispatch("MESSAGE_CREATE", data)
        return int(data["id"])
