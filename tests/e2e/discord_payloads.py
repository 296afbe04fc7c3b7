"""What Discord's gateway and REST interface say, as JSON; for tests."""

import itertools
import json
import re
from typing import Any

from aiohttp import web

TOKEN = "e2e-discord-token.not-a-secret"
BOT = 7_408_900
GUILD = 7_408_700
CHANNEL = 7_408_701
THREAD = 7_408_702
ADMIN_ROLE = 7_408_710
BOT_ROLE = 7_408_711
OWNER = 7_408_990
VIEW, MANAGE_GUILD, EMBED_LINKS = 1 << 10, 1 << 5, 1 << 14
SEND_MESSAGES = 1 << 11 | 1 << 38
"""In channels, and in threads."""
SUPPRESS_EMBEDS, EPHEMERAL = 1 << 2, 1 << 6
IDS = itertools.count(1_300_000_000_000_000_000)
Json = dict[str, Any]


def as_json(body: Any, status: int = 200) -> web.Response:
    """discord.py takes exactly this type for JSON; a 429 without Via it takes for a ban."""
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", "Via": "1.1 test"},
    )


async def read(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    payload: Json = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        if part.name == "payload_json":
            payload = json.loads(await part.text())
        else:
            files[part.filename] = bytes(await part.read())
    return payload, files


def buttons_of(payload: Json) -> dict[str, str]:
    rows = payload.get("components") or []
    return {b["label"]: b["custom_id"] for row in rows for b in row["components"]}


def embeds_are_valid(embeds: list[Json]) -> bool:
    """Whether Discord takes them (resources/message, embed limits)."""
    size = sum(len(str(each.get(key) or "")) for each in embeds for key in ("title", "description"))
    return (
        len(embeds) <= 10
        and size <= 6000
        and all(0 < len(each.get("description") or "") <= 4096 for each in embeds)
        and all(len(each.get("title") or "") <= 256 for each in embeds)
        and all(0 <= each.get("color", 0) <= 0xFFFFFF for each in embeds)
    )


def addresses(text: str) -> list[str]:
    """Give the addresses in ``text`` of which Discord makes a link with a preview."""
    shown = re.sub(r"```[\s\S]*?```|`[^`\n]+`|<https?://[^\s>]+>", " ", text)
    return re.findall(r"https?://[^\s<]+", shown, re.IGNORECASE)


def user_json(number: int) -> Json:
    user = {"id": str(number), "username": f"user{number}", "discriminator": "0", "avatar": None}
    return user | {"global_name": f"同学{number}"} | ({"bot": True} if number == BOT else {})


def member_json(roles: list[int]) -> Json:
    return {
        "roles": [str(role) for role in roles],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
    }


def role_json(number: int, permissions: int) -> Json:
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


def channel_json(number: int, *, embeds: bool = True) -> Json:
    """``embeds`` False takes EMBED_LINKS from everybody in it."""
    denied = {"id": str(GUILD), "type": 0, "allow": "0", "deny": str(EMBED_LINKS)}
    return {
        "id": str(number),
        "type": 0,
        "name": f"channel-{number}",
        "position": 0,
        "permission_overwrites": [] if embeds else [denied],
        "nsfw": False,
        "parent_id": None,
    }


def thread_json() -> Json:
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


def message_json(number: int, channel: int, author: Json, content: str) -> Json:
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


def guild_json(channels: list[Json]) -> Json:
    everyone = role_json(GUILD, SEND_MESSAGES | VIEW | EMBED_LINKS)
    managed = role_json(BOT_ROLE, 0) | {"managed": True, "tags": {"bot_id": str(BOT)}}
    return {
        "id": str(GUILD),
        "name": "408 自习室",
        "owner_id": str(OWNER),
        "roles": [everyone, role_json(ADMIN_ROLE, MANAGE_GUILD), managed],
        "channels": channels,
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
