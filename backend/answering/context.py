"""What of the dialogue so far a message may go on from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.conversation.turns import Turn
from backend.knowledge.aspects import Aspect


@dataclass(frozen=True, slots=True)
class Context:
    """What of the dialogue so far can be meant by a follow-up; empty when it is too long ago.

    ``topics`` are the concept ids of the last answer (two after a comparison), ``earlier`` those
    of the answers before it, latest first. ``choices`` are what an ask-back offered just now.
    """

    topics: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    aspect: Aspect | None = None
    choices: tuple[str, ...] = ()
    asked_back: bool = False


def context_of(history: Sequence[Turn], now: datetime, window: timedelta) -> Context:
    """Read ``history`` (oldest first); turns older than ``window`` before ``now`` are not meant."""
    replies = [t for t in history if t.role == "assistant" and now - t.at <= window]
    if not replies:
        return Context()
    last = replies[-1]
    about = [t for t in reversed(replies) if t.decision == "answer" and t.concepts]
    topics = about[0].concepts if about else ()
    asked_back = last.decision == "ask_back"
    aspect = last.aspect if asked_back else about[0].aspect if about else None
    return Context(
        topics=topics,
        earlier=tuple(dict.fromkeys(c for t in about[1:] for c in t.concepts if c not in topics)),
        aspect=Aspect(aspect) if aspect in set(Aspect) else None,
        choices=last.choices if asked_back else (),
        asked_back=asked_back,
    )
