"""Fakes of the edges: the search over passages and the language model."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from backend.errors import GenerationError, GenerationRefused, KnowledgeBaseError
from backend.generation.ports import ChatMessage, Finished
from backend.knowledge.normalise import normalise
from backend.retrieval.passages import Hit, Passage, Retrieval, Scored


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

    async def search(self, query: str, limit: int) -> Retrieval:
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
    """Writes ``pieces``, then raises ``failure`` if there is one; ``asked`` lists the prompts.

    ``gate`` holds the answer back until it is set.
    """

    def __init__(
        self,
        pieces: Sequence[str] = (),
        failure: GenerationError | None = None,
        gate: asyncio.Event | None = None,
    ) -> None:
        self.asked: list[list[ChatMessage]] = []
        self._pieces = tuple(pieces)
        self._failure = failure
        self._gate = gate

    context_tokens = 4096
    max_tokens = 700

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        user: str,
        max_tokens: int | None = None,
        deadline_seconds: float | None = None,
    ) -> AsyncGenerator[str | Finished]:
        self.asked.append(list(messages))
        if self._gate is not None:
            await self._gate.wait()
        for piece in self._pieces:
            yield piece
        if self._failure is not None:
            raise self._failure
        yield Finished("stop")

    async def complete(self, messages: Sequence[ChatMessage], *, user: str, max_tokens: int) -> str:
        pieces = [p async for p in self.stream(messages, user=user) if isinstance(p, str)]
        return "".join(pieces).strip()

    async def choose(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], *, user: str
    ) -> str:
        said = await self.complete(messages, user=user, max_tokens=8)
        if said not in choices:
            raise GenerationRefused(said)
        return said

    def state(self) -> str:
        return "ok"


def _pairs(text: str) -> set[str]:
    folded = normalise(text).text
    return {folded[i : i + 2] for i in range(len(folded) - 1)}
