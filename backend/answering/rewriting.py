"""Follow-ups that no rule resolves: a model rewrites them, and what it made up is not believed."""

from collections.abc import Callable, Sequence

from backend.answering.prompts import rewriting_prompt
from backend.conversation.turns import Turn
from backend.generation.ports import Generator

_MAX_TOKENS = 60
_MAX_CHARS = 80


class Rewriter:
    """Rewrites messages with one model; raises GenerationError when the model fails."""

    def __init__(self, generator: Generator, named: Callable[[str], frozenset[str]]) -> None:
        """``named`` gives the ids of what a text names, by the linker that reads messages."""
        self._generator = generator
        self._named = named

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
        known = self._named(message).union(*map(self._spoken_of, history))
        return question if named and named <= known else None

    def _spoken_of(self, turn: Turn) -> frozenset[str]:
        if turn.role == "user":
            return self._named(turn.text)
        return frozenset(turn.concepts if turn.decision == "answer" else ())
