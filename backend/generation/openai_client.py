"""Asks a language model behind an OpenAI-compatible endpoint (vLLM first).

    stream ─▶ breaker ─▶ fair queue ─▶ request, once more before the first text ─▶ guard ─▶ pieces

Whatever goes wrong is one GenerationError within the deadlines, so that the card answers instead.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any

from backend.errors import (
    GenerationBusy,
    GenerationError,
    GenerationRefused,
    GenerationTimeout,
    GenerationUnreachable,
)
from backend.generation.breaker import Breaker, State, Ticket
from backend.generation.endpoint import ModelEndpoint, chosen, encoded
from backend.generation.failures import ModelNotServed, RequestNotAccepted
from backend.generation.patience import Patience
from backend.generation.ports import ChatMessage, Finished
from backend.generation.queueing import FairQueue
from backend.generation.served import Choice, ServedModel
from backend.generation.transport import Transport
from backend.generation.usage import Asked, Observer, outcome_of

_CHOICE_TOKENS = 16
_RETRY_SECONDS = (0.1, 0.4)
_LOOK_AGAIN_SECONDS = 300.0
_LOOK_AGAIN_SOON_SECONDS = 10.0
_LOOK_SECONDS = 2.0


class OpenAiGenerator:
    """A Generator over one endpoint; ``observe`` hears what became of each request."""

    def __init__(
        self,
        endpoint: ModelEndpoint,
        observe: Observer = lambda asked: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._observe = observe
        self._clock = clock
        self._queue = FairQueue(endpoint.concurrency, endpoint.queue)
        self._breaker = Breaker(
            failures=endpoint.breaker_failures,
            seconds=endpoint.breaker_seconds,
            most_seconds=endpoint.breaker_most_seconds,
            clock=clock,
        )
        self._choice = Choice(endpoint)
        self._transport = Transport(endpoint)
        self._look_again_at = clock()
        self._looking: asyncio.Task[None] | None = None

    @property
    def context_tokens(self) -> int:
        """By the settings, else as the endpoint told, else a careful guess."""
        return self._choice.context_tokens

    @property
    def max_tokens(self) -> int:
        """By the settings."""
        return self._endpoint.max_tokens

    def state(self) -> str:
        """Return ``ok``, or in one sentence why the model is not asked or how it failed last."""
        reason = self._breaker.reason
        if self._breaker.state != "closed":
            return f"模型接口暂停使用：{reason}"
        return f"上一次请求失败：{reason}" if reason else "ok"

    @property
    def model(self) -> str:
        """The name that is asked for: the adapter, or the model while the adapter is lacking."""
        return self._choice.model

    @property
    def breaker_state(self) -> State:
        """Whether the model is being asked."""
        return self._breaker.state

    @property
    def running(self) -> int:
        """How many requests are being answered."""
        return self._queue.running

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return self._queue.waiting

    async def aclose(self) -> None:
        """Close the connections."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        await self._transport.aclose()

    async def models(self) -> tuple[ServedModel, ...]:
        """Ask what the endpoint serves; raises GenerationError."""
        return await self._transport.models(self._endpoint.first_token_timeout_seconds)

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        user: str,
        max_tokens: int | None = None,
        deadline_seconds: float | None = None,
    ) -> AsyncGenerator[str | Finished]:
        """Yield the answer piece by piece, then how it ended; see the port."""
        body = self._endpoint.body(messages, max_tokens or self._endpoint.max_tokens)
        request = _Request(body, user, Patience(self._endpoint, deadline_seconds))
        async with aclosing(self._ask(request)) as items:
            async for item in items:
                yield item

    async def complete(self, messages: Sequence[ChatMessage], *, user: str, max_tokens: int) -> str:
        """Return a short text, the likeliest one."""
        return await self._short(self._endpoint.body(messages, max_tokens, temperature=0.0), user)

    async def choose(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], *, user: str
    ) -> str:
        """Return one of ``choices``; GenerationRefused when the model said something else."""
        body = self._endpoint.body(messages, _CHOICE_TOKENS, temperature=0.0, choices=choices)
        choice = chosen(await self._short(body, user), choices)
        if choice is None:
            raise GenerationRefused("模型没有从给出的选项里选")
        return choice

    async def _short(self, body: dict[str, Any], user: str) -> str:
        patience = Patience(self._endpoint, self._endpoint.short_timeout_seconds)
        async with aclosing(self._ask(_Request(body, user, patience))) as items:
            return "".join([item async for item in items if isinstance(item, str)]).strip()

    async def _ask(self, request: "_Request") -> AsyncGenerator[str | Finished]:
        """Wait for a place, answer, and take note of what that tells about the model."""
        finished: Finished | None = None
        try:
            self._breaker.check()
            async with self._queue.place(request.user, request.patience.queue_seconds()):
                ticket = request.start(self._breaker.enter())
                async with aclosing(self._answer(request)) as items:
                    async for item in items:
                        if isinstance(item, Finished):
                            finished = item
                        else:
                            request.ticket = ticket = self._breaker.begun(ticket)
                            yield item
        except BaseException as error:
            self._settle(request, None, error)
            if isinstance(error, RequestNotAccepted):
                self._look()  # most often the prompt was longer than the context
            raise
        assert finished is not None
        self._settle(request, finished, None)
        self._look()
        yield finished

    async def _answer(self, request: "_Request") -> AsyncGenerator[str | Finished]:
        """Try, and once more as long as nothing was read; without the adapter if it is lacking."""
        while True:
            model = self._choice.model
            content = encoded(request.body, model)
            try:
                async with aclosing(self._transport.answer(content, request.patience)) as items:
                    async for item in items:
                        request.read()
                        yield item
                return
            except ModelNotServed:
                if model == self._endpoint.model:
                    raise
                self._choice.lack_adapter()
            except (GenerationBusy, GenerationUnreachable) as error:
                pause = error.retry_after_seconds + random.uniform(*_RETRY_SECONDS)
                if request.has_begun or request.retried or not request.patience.allows(pause):
                    raise
                request.retried = True
                await asyncio.sleep(pause)
                request.patience.start_again()

    def _settle(
        self, request: "_Request", finished: Finished | None, failure: BaseException | None
    ) -> None:
        asked = request.asked(finished, failure)
        ticket = request.ticket
        if ticket is not None:
            left = asked.outcome in ("cancelled", "rejected")
            if asked.outcome == "answered" or (left and request.has_begun):
                self._breaker.succeeded(ticket)
            elif _tells_nothing(asked, failure, request.patience):
                left_by_choice = asked.outcome in ("cancelled", "rejected", "timeout")
                self._breaker.abandoned(ticket, "" if left_by_choice else str(failure))
            else:
                self._breaker.failed(ticket, str(failure))
        self._observe(asked)

    def _look(self) -> None:
        """Now and then ask what is served: a context or an adapter may have come or gone.

        Beside the answers, which do not wait for it.
        """
        if self._clock() >= self._look_again_at and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._take_what_is_served())

    async def _take_what_is_served(self) -> None:
        self._look_again_at = self._clock() + _LOOK_AGAIN_SOON_SECONDS
        with suppress(GenerationError):
            self._choice.take(await self._transport.models(_LOOK_SECONDS))
            self._look_again_at = self._clock() + _LOOK_AGAIN_SECONDS


class _Request:
    """What is asked for whom, and what has become of it so far."""

    def __init__(self, body: dict[str, Any], user: str, patience: Patience) -> None:
        self.body = body
        self.user = user
        self.patience = patience
        self.retried = False
        self.ticket: Ticket | None = None
        self._clock = asyncio.get_running_loop().time
        self._made_at = self._clock()
        self._started_at: float | None = None
        self._first_at: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether any text has come."""
        return self._first_at is not None

    def start(self, ticket: Ticket) -> Ticket:
        """Take note that there is a place: the wait for the first text begins."""
        self.ticket = ticket
        self._started_at = self._clock()
        self.patience.start()
        return ticket

    def read(self) -> None:
        """Take note that text has come."""
        if self._first_at is None:
            self._first_at = self._clock()

    def asked(self, finished: Finished | None, failure: BaseException | None) -> Asked:
        """Return what became of it, for whoever counts."""
        now = self._clock()
        started = now if self._started_at is None else self._started_at
        return Asked(
            outcome=outcome_of(failure),
            queue_seconds=started - self._made_at,
            first_token_seconds=None if self._first_at is None else self._first_at - started,
            total_seconds=now - self._made_at,
            usage=None if finished is None else finished.usage,
            retried=self.retried,
        )


def _tells_nothing(asked: Asked, failure: BaseException | None, patience: Patience) -> bool:
    """Whether others ended the request or it was at fault itself: no word about the model."""
    if isinstance(failure, GenerationTimeout):
        return patience.was_cut_short()
    left_or_busy = asked.outcome in ("cancelled", "rejected", "busy")
    return left_or_busy or isinstance(failure, RequestNotAccepted)
