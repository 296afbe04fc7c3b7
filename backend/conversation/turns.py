"""One side of a dialogue, and its form in the store."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

MAX_STORED_CHARS = 20_000
"""A longer text is cut in the store: history resolves follow-ups, it is no archive."""

Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said, with what it was understood to be about.

    ``at`` must be aware and is kept in Asia/Shanghai; a naive one raises ValueError. ``concepts``
    are concept ids, most important first. ``decision`` is the reply's decision, None for a user.
    ``choices`` are the options that an ask-back offered, waiting for an answer.
    """

    role: Role
    text: str
    at: datetime
    concepts: tuple[str, ...] = ()
    aspect: str | None = None
    decision: str | None = None
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a turn's time must be aware")
        object.__setattr__(self, "at", self.at.astimezone(SHANGHAI))


def encode_turn(turn: Turn) -> bytes:
    """Write a turn as one JSON object in UTF-8, its text cut at MAX_STORED_CHARS."""
    fields = {
        "role": turn.role,
        "text": turn.text[:MAX_STORED_CHARS],
        "at": turn.at.isoformat(),
        "concepts": turn.concepts,
        "aspect": turn.aspect,
        "decision": turn.decision,
        "choices": turn.choices,
    }
    # A lone surrogate (half an emoji from a broken client) must not lose the turn.
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode_turn(stored: bytes) -> Turn | None:
    """Read what any version wrote; None when role, text or time cannot be made out.

    Unknown fields are ignored, missing or ill-typed ones take their defaults, and a time without
    a zone is taken as Asia/Shanghai.
    """
    try:
        parsed: object = json.loads(stored.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict):
        return None
    fields = cast("dict[str, object]", parsed)
    role, text, at = fields.get("role"), fields.get("text"), _time(fields.get("at"))
    if role not in ("user", "assistant") or not isinstance(text, str) or at is None:
        return None
    return Turn(
        role=role,
        text=text,
        at=at,
        concepts=_strings(fields.get("concepts")),
        aspect=_string(fields.get("aspect")),
        decision=_string(fields.get("decision")),
        choices=_strings(fields.get("choices")),
    )


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    except (ValueError, OverflowError):
        return None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(item for item in cast("list[object]", value) if isinstance(item, str))
