"""The deadlines of one request: for its first text, between texts, after its end, and in all."""

import asyncio
from collections.abc import Awaitable
from typing import Literal, TypeVar

from backend.errors import GenerationTimeout
from backend.generation.endpoint import ModelEndpoint
from backend.generation.events import Event

_T = TypeVar("_T")

_GRACE_SECONDS = 0.3
"""For what follows the end of the text: the usage, and the end of the response, after which its
connection can serve again."""


class Patience:
    """How long one request may still take; moments are those of the running loop's clock."""

    def __init__(self, endpoint: ModelEndpoint, own_seconds: float | None = None) -> None:
        """``own_seconds`` of whoever asks may shorten the total deadline."""
        self._endpoint = endpoint
        self._clock = asyncio.get_running_loop().time
        total = endpoint.total_timeout_seconds
        self._total_seconds = total if own_seconds is None else min(total, own_seconds)
        self._is_shortened = self._total_seconds < total
        self._ends_at = self._clock() + self._total_seconds
        self._phase: Literal["first", "stall", "grace"] = "first"
        self._phase_ends_at = self._first_ends_at = self._ends_at

    def queue_seconds(self) -> float:
        """How long a place may be waited for; the other half of the time is the answer's."""
        return min(self._endpoint.queue_seconds, self._total_seconds / 2)

    def start(self) -> None:
        """Begin to wait for the first text."""
        self._first_ends_at = self._clock() + self._endpoint.first_token_timeout_seconds
        self._phase_ends_at = self._first_ends_at

    def start_again(self) -> None:
        """Wait for the first text of another try, until the moment set for the first one."""
        self._phase, self._phase_ends_at = "first", self._first_ends_at

    def saw(self, event: Event) -> None:
        """Wait for the next text from now on, or for what follows the last."""
        if self._phase == "grace":
            return
        if event.is_last or event.finish_reason is not None:
            self._phase, self._phase_ends_at = "grace", self._clock() + _GRACE_SECONDS
        elif event.text:
            self._phase = "stall"

    def allows(self, seconds: float) -> bool:
        """Whether a pause of ``seconds`` leaves time for the first text."""
        return self._clock() + seconds < min(self._first_ends_at, self._ends_at)

    def was_cut_short(self) -> bool:
        """Whether time is up only because whoever asks would not wait as long as others do."""
        return self._is_shortened and self._clock() >= self._ends_at

    async def wait(self, work: Awaitable[_T]) -> _T:
        """Await ``work``; GenerationTimeout when the present deadline passes first.

        Each wait has a scope of its own: one around a generator would strike its reader. For the
        same reason a stall is counted from here and not from the last text: a slow reader is none.
        """
        if self._phase == "stall":
            self._phase_ends_at = self._clock() + self._endpoint.stall_timeout_seconds
        try:
            async with asyncio.timeout_at(min(self._phase_ends_at, self._ends_at)):
                return await work
        except TimeoutError as error:
            raise GenerationTimeout(self._late()) from error

    def _late(self) -> str:
        if self._ends_at <= self._phase_ends_at:
            return f"模型没有在 {self._total_seconds:g} 秒内答完"
        if self._phase == "first":
            return f"模型没有在 {self._endpoint.first_token_timeout_seconds:g} 秒内开始回答"
        return f"模型写到一半停了 {self._endpoint.stall_timeout_seconds:g} 秒"
