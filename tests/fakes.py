"""Fakes of the edges: the search over passages and the language model."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from backend.errors import GenerationError, GenerationRefused, KnowledgeBaseError
from backend.generation.ports import ChatMessage, Finished, FinishReason
from backend.knowledge.normalise import normalise
from backend.retrieval.passages import Hit, Passage, Retrieval, Scored
from backend.retrieval.search import Mode


class FakeSearch:
    """Ranks ``passages`` by the character pairs that they share with the query.

    ``queries`` lists what was searched for. With ``failure`` every search raises it.
    """

    def __init__(
        self, passages: Sequence[Passage] = (), failure: KnowledgeBaseError | None = None
    ) -> None:
        self.failure = failure
        self.queries: list[str] = []
        self._passages = [(p, _pairs(p.searchable)) for p in passages]

    async def search(self, query: str, limit: int, mode: Mode | None = None) -> Retrieval:
        self.queries.append(query)
        if self.failure is not None:
            raise self.failure
        wanted = _pairs(query)
        shared = [(len(wanted & pairs), p) for p, pairs in self._passages]
        best = sorted((s for s in shared if s[0]), key=lambda s: -s[0])[:limit]
        hits = tuple(Hit(p, float(n), rank) for rank, (n, p) in enumerate(best, start=1))
        if not hits:
            return Retrieval((), 0.0, 0.0)
        nearest = tuple(Scored(p, n / max(len(wanted), 1)) for n, p in best)
        return Retrieval(hits, hits[0].score, nearest[0].score, nearest)


class FakeGenerator:
    """Writes ``pieces``, then raises ``failure`` if there is one, or ends for ``reason``.

    ``asked`` lists the prompts of ``stream``, ``completions`` and ``choices`` those of the other
    two, which say ``short`` (by default the pieces). ``gate`` holds every answer back until it
    is set; ``closed`` counts the streams that were ended, by whichever side.
    """

    def __init__(
        self,
        pieces: Sequence[str] = (),
        failure: GenerationError | None = None,
        gate: asyncio.Event | None = None,
        *,
        reason: FinishReason = "stop",
        short: str | None = None,
        context_tokens: int = 4096,
        max_tokens: int = 700,
    ) -> None:
        self.asked: list[list[ChatMessage]] = []
        self.completions: list[list[ChatMessage]] = []
        self.choices: list[tuple[list[ChatMessage], tuple[str, ...]]] = []
        self.users: list[str] = []
        self.closed = 0
        self.context_tokens = context_tokens
        self.max_tokens = max_tokens
        self._pieces = tuple(pieces)
        self._failure = failure
        self._gate = gate
        self._reason: FinishReason = reason
        self._short = "".join(pieces).strip() if short is None else short

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        user: str,
        max_tokens: int | None = None,
        deadline_seconds: float | None = None,
    ) -> AsyncGenerator[str | Finished]:
        self.asked.append(list(messages))
        self.users.append(user)
        try:
            await self._wait()
            for piece in self._pieces:
                yield piece
            if self._failure is not None:
                raise self._failure
            yield Finished(self._reason)
        finally:
            self.closed += 1

    async def complete(self, messages: Sequence[ChatMessage], *, user: str, max_tokens: int) -> str:
        self.completions.append(list(messages))
        await self._wait()
        if self._failure is not None:
            raise self._failure
        return self._short

    async def choose(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], *, user: str
    ) -> str:
        self.choices.append((list(messages), tuple(choices)))
        await self._wait()
        if self._failure is not None:
            raise self._failure
        if self._short not in choices:
            raise GenerationRefused(f"模型没有选，而是说：{self._short}")
        return self._short

    def state(self) -> str:
        return "ok"

    async def _wait(self) -> None:
        if self._gate is not None:
            await self._gate.wait()


def _pairs(text: str) -> set[str]:
    folded = normalise(text).text
    return {folded[i : i + 2] for i in range(len(folded) - 1)}
