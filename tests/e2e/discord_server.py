"""Discord as a bot sees it, on loopback: the gateway and the REST interface; for tests.

async with DiscordServer() as discord:
    ... start the bot with discord.settings() ...
    await discord.ready()
    asked = await discord.say("什么是死锁")
    answer = await discord.reply_to(asked)

Written after Discord's documentation (topics/gateway, interactions/receiving-and-responding).
"""

import re
from typing import Any, Self

from aiohttp import web

from tests.e2e.discord_gateway import Gateway
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
    SEND_MESSAGES,
    TOKEN,
    VIEW,
    Json,
    channel_json,
    member_json,
    message_json,
    user_json,
)
from tests.e2e.discord_rest import Fault, Sent, Used


class DiscordServer(Gateway):
    """One server (guild), one bot account; ``messages`` are those of the bot in order."""

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

    # Waiting

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
