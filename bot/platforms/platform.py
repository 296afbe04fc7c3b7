"""What every chat platform of the process is to the rest of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import FastAPI

from bot.outboxes import Presence
from bot.platforms.desk import Desk
from bot.platforms.supervision import Connect
from plugins.messages import Outbox

if TYPE_CHECKING:
    from bot.platforms.nonebot_app import NoneBotPart


class PlatformOutbox(Outbox, Presence, Protocol):
    """Sends to the conversations of one platform, and knows who is there."""


class Platform(Protocol):
    """One chat platform that runs in this process; made by ``bot/wiring_platforms.py``."""

    @property
    def name(self) -> str:
        """The first part of the keys of its conversations and people, such as ``onebot``."""
        ...

    @property
    def desk(self) -> Desk:
        """Where its messages are answered."""
        ...

    @property
    def outbox(self) -> PlatformOutbox:
        """Where pushes to it go."""
        ...

    @property
    def connect(self) -> Connect | None:
        """What holds its connection, for the supervisor; None when the platform comes to us.

        It returns when the connection has ended, raises when it broke (PlatformRefused when
        trying again is pointless), and closes it when cancelled.
        """
        ...

    def nonebot(self) -> "NoneBotPart | None":
        """Give what it needs of NoneBot; None when it does without."""
        ...

    def mount(self, app: FastAPI, address: str) -> Callable[[], None] | None:
        """Add its routes; ``address`` is host:port. What is returned is called once all listens."""
        ...

    def state(self) -> dict[str, Any]:
        """Say what ``/healthz`` should tell beyond the supervisor's state; never raises."""
        ...
