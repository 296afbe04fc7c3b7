"""The JSON texts on WeCom's long connection.

ours:   {"cmd", "headers": {"req_id"}, "body"}
theirs: the same (callbacks), or {"headers": {"req_id"}, "errcode", "errmsg", "body"} (answers)

https://developer.work.weixin.qq.com/document/path/101463
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

SUBSCRIBE = "aibot_subscribe"
PING = "ping"
MESSAGE = "aibot_msg_callback"
EVENT = "aibot_event_callback"
RESPOND = "aibot_respond_msg"
WELCOME = "aibot_respond_welcome_msg"
UPDATE = "aibot_respond_update_msg"
SEND = "aibot_send_msg"
UPLOAD_INIT = "aibot_upload_media_init"
UPLOAD_CHUNK = "aibot_upload_media_chunk"
UPLOAD_FINISH = "aibot_upload_media_finish"

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of theirs; ``cmd`` is "" for answers, ``errcode`` None for callbacks."""

    cmd: str
    req_id: str
    errcode: int | None
    body: Body


def encode(cmd: str, req_id: str, body: Body | None) -> str:
    """Write a frame of ours; heartbeats have no body."""
    frame: Body = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False)


def decode(text: str) -> Frame | None:
    """Read a frame of theirs; None for what is none."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, dict):
        return None
    errcode = frame.get("errcode")
    return Frame(
        cmd=string(frame, "cmd"),
        req_id=string(part(frame, "headers"), "req_id"),
        errcode=errcode if isinstance(errcode, int) else None,
        body=part(frame, "body"),
    )


def new_req_id(cmd: str) -> str:
    """Make an id for a frame that answers no callback."""
    return f"{cmd}_{secrets.token_hex(12)}"


def part(body: Body, name: str) -> Body:
    """Give the object under ``name``; {} when there is none."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def parts(body: Body, name: str) -> list[Body]:
    """Give the objects of the list under ``name``."""
    found = body.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def string(body: Body, name: str) -> str:
    """Give the text under ``name``; "" when there is none. Numbers become text."""
    found = body.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found)
