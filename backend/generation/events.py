"""Reads the event stream of a chat completion from its bytes, within bounds.

Servers of this protocol write one line of ``data:`` for each event (server-sent events, WHATWG
HTML 9.2); other fields, comments and blank lines are passed over.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backend.errors import GenerationRefused
from backend.generation.ports import Usage

_MOST_LINE_BYTES = 256 * 1024
_NOT_THE_PROTOCOL = "模型接口的应答不合协议"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``is_last`` is the protocol's ``[DONE]``."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    is_last: bool = False


class EventReader:
    """Turns the bytes of one response into events, whatever packets they come in."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield the events that are complete now; raises GenerationRefused at one that is none."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            yield from _event(line)
        if len(self._rest) > _MOST_LINE_BYTES:
            raise GenerationRefused(_NOT_THE_PROTOCOL)

    def close(self) -> Iterator[Event]:
        """Yield the event of a last line without its end."""
        rest, self._rest = self._rest, b""
        yield from _event(rest)


def _event(line: bytes) -> tuple[Event, ...]:
    """Read one line: an event, or none for any line that is not ``data``."""
    if not line.startswith(b"data:"):
        return ()
    data = line[5:].strip()
    if data == b"[DONE]":
        return (Event(is_last=True),)
    try:
        event: Any = json.loads(data)
        if event.get("error"):
            raise GenerationRefused("模型接口在回答中途报错")
        usage = _usage(event.get("usage"))
        choices = event.get("choices")
        if not choices:
            return (Event(usage=usage),)
        choice: Any = choices[0]
        text = choice.get("delta", {}).get("content") or ""
        return (Event(str(text), choice.get("finish_reason"), usage),)
    except (ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
        raise GenerationRefused(_NOT_THE_PROTOCOL) from error


def _usage(said: Any) -> Usage | None:
    """Read the counts; None where they are missing or no counts."""
    if not isinstance(said, dict):
        return None
    prompt, completion = said.get("prompt_tokens"), said.get("completion_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    details = said.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return Usage(prompt, completion, cached if isinstance(cached, int) else None)
