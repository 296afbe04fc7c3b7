"""The JSON lines of ``python -m bot chat --json``: a stable interface, also used by evaluation.

    in   {"id", "conversation", "sender", "text", "group", "mention"}      only text is required
    out  {"id", "reply", "decision", "sources": [{"title", "locator"}], "concepts", "aspect",
          "confidence", "elapsed_ms"}      and "attachment": {"name", "text"} when there is a file

``id`` is a string or an integer and comes back as it was (default: the number of the line).
``conversation`` defaults to "terminal", ``sender`` to "you", ``group`` to false, ``mention`` to
true outside groups and false in them. ``reply`` is plain text, the same as in QQ, and null when
the bot stays silent. A line that cannot be read is answered with decision "error" and a sentence.
``text`` of an attachment is null when it is not UTF-8.
"""

import json
from dataclasses import dataclass
from typing import Any

from bot.platforms.ports import clean_text
from bot.rendering.outgoing import plain_text
from plugins.messages import Attachment, Reply

LineId = str | int | None


@dataclass(frozen=True, slots=True)
class Request:
    """One line in."""

    id: LineId
    text: str
    conversation: str = "terminal"
    sender: str = "you"
    group: bool = False
    mention: bool | None = None

    @property
    def addressed(self) -> bool:
        return not self.group or bool(self.mention)


class LineInvalid(ValueError):
    """A line in does not keep to the format; ``str`` is one Chinese sentence."""

    def __init__(self, sentence: str, line_id: LineId = None) -> None:
        super().__init__(sentence)
        self.id = line_id


def parse_line(line: bytes) -> Request:
    """Read one line; LineInvalid says what is wrong with it."""
    try:
        fields: object = json.loads(line.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise LineInvalid("这一行不是 UTF-8 文本。") from None
    except (ValueError, RecursionError):
        raise LineInvalid("这一行不是合法的 JSON。") from None
    if not isinstance(fields, dict):
        raise LineInvalid('每一行应是一个 JSON 对象，例如 {"text": "什么是死锁"}。')
    line_id = _line_id(fields)
    if "text" not in fields:
        raise LineInvalid("缺少字段 text。", line_id)
    return Request(
        id=line_id,
        text=_string(fields, "text", line_id),
        conversation=_string(fields, "conversation", line_id, "terminal"),
        sender=_string(fields, "sender", line_id, "you"),
        group=bool(_truth(fields, "group", line_id)),
        mention=_truth(fields, "mention", line_id),
    )


def reply_line(line_id: LineId, reply: Reply, elapsed_ms: float) -> str:
    """Write the line out for ``reply``, its line feed included."""
    fields: dict[str, Any] = {
        "id": line_id,
        "reply": None if reply.is_silent else plain_text(reply),
        "decision": reply.decision,
        "sources": [{"title": s.title, "locator": s.locator} for s in reply.sources],
        "concepts": list(reply.concepts),
        "aspect": reply.aspect,
        "confidence": reply.confidence,
        "elapsed_ms": round(elapsed_ms, 2),
    }
    if reply.attachment is not None:
        fields["attachment"] = _attachment(reply.attachment)
    return _dump(fields)


def error_line(line_id: LineId, sentence: str) -> str:
    """Write the line out for a line in that could not be read."""
    return reply_line(line_id, Reply(text=sentence, decision="error", confidence=0.0), 0.0)


def _attachment(attachment: Attachment) -> dict[str, str | None]:
    try:
        text = attachment.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    return {"name": attachment.name, "text": text}


def _dump(fields: dict[str, Any]) -> str:
    return clean_text(json.dumps(fields, ensure_ascii=False)) + "\n"


def _line_id(fields: dict[str, Any]) -> LineId:
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise LineInvalid("字段 id 应是字符串或整数。")
    return value


def _string(fields: dict[str, Any], name: str, line_id: LineId, default: str = "") -> str:
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise LineInvalid(f"字段 {name} 应是字符串。", line_id)
    return clean_text(value)


def _truth(fields: dict[str, Any], name: str, line_id: LineId) -> bool | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise LineInvalid(f"字段 {name} 应是 true 或 false。", line_id)
    return value
