"""Follow-ups that no rule resolves: a model rewrites them, and what it made up is not believed."""

from collections.abc import Sequence

from backend.answering.prompts import rewriting_prompt
from backend.conversation.turns import Turn
from backend.generation.ports import Generator
from backend.knowledge.library import Library
from backend.knowledge.linker import Linker

_MAX_TOKENS = 60
_MAX_CHARS = 80


class Rewriter:
    """Rewrites messages with one model; raises GenerationError when the model fails."""

    def __init__(self, library: Library, generator: Generator) -> None:
        self._library = library
        self._linker = Linker(library)
        self._generator = generator

    async def rewrite(self, message: str, history: Sequence[Turn], *, user: str) -> str | None:
        """Return ``message`` as a question that stands alone; None when that cannot be trusted.

        It must name a concept, and none that neither ``history`` nor ``message`` speaks of: the
        model says which of them is meant, it does not choose what is talked about.
        """
        prompt = rewriting_prompt(message, history, self._generator.context_tokens - _MAX_TOKENS)
        text = await self._generator.complete(prompt, user=user, max_tokens=_MAX_TOKENS)
        lines = text.strip().splitlines()
        question = lines[0].strip("“”\"' ") if lines else ""
        if not question or len(question) > _MAX_CHARS:
            return None
        named = self._named(question)
        known = self._named(message).union(*(self._spoken_of(turn) for turn in history))
        return question if named and named <= known else None

    def _spoken_of(self, turn: Turn) -> set[str]:
        own = set(turn.concepts) if turn.decision in (None, "answer") else set[str]()
        return own | (self._named(turn.text) if turn.role == "user" else set())

    def _named(self, text: str) -> set[str]:
        return {link.target.id for link in self._linker.link(text).links}
