"""Step 5 with a model: let it write from the excerpts, and check each sentence as it is written."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from backend.answering.answer import Answer, CardBody, PassageBody
from backend.answering.excerpts import Excerpt
from backend.answering.grounding.checker import Checker
from backend.answering.grounding.sentences import split_sentences
from backend.answering.instructions import addresses_a_model
from backend.answering.manners import Names
from backend.answering.prompts import answer_prompt, choice_prompt
from backend.answering.reviewing import (
    Asked,
    Policy,
    Review,
    SentenceChecker,
    Written,
)
from backend.conversation.turns import Turn
from backend.errors import GenerationRefused
from backend.generation.ports import Finished, Generator
from backend.knowledge.aspects import Aspect
from backend.knowledge.library import Library

_MOST_ANSWER_SHARE = 0.4
_SHOWN_EVERY_CHARS = 6
"""A growing text is shown again after so many characters: nobody sees more, each costs a check."""

_ENDED = re.compile(r"[。！？!?；;:：)）\]】」”`|]\s*\Z")


class Writer:
    """Writes answers with one model; everything raised is a GenerationError.

    The caller then gives the card answer, also instead of what was shown already.
    """

    def __init__(
        self,
        library: Library,
        generator: Generator,
        policy: Policy | None = None,
        checker: SentenceChecker | None = None,
    ) -> None:
        self._generator = generator
        self._policy = policy or Policy()
        self._checker = checker or Checker(library)
        self._names = Names(library)

    async def write(
        self,
        question: str,
        answer: Answer,
        excerpts: Sequence[Excerpt],
        history: Sequence[Turn],
        *,
        user: str,
    ) -> AsyncGenerator[str | Written]:
        """Yield the growing text, then what is left of it after the review."""
        computing = answer.aspect is Aspect.CALCULATION and any(c.isdecimal() for c in question)
        room = self._generator.context_tokens
        most = min(self._generator.max_tokens, int(room * _MOST_ANSWER_SHARE))
        prompt = answer_prompt(
            question, excerpts, history, answer.aspect, room - most, computing=computing
        )
        if not prompt.excerpts:
            raise GenerationRefused("模型的上下文太短，放不下资料")
        said = "\n".join((question, *(turn.text for turn in history if turn.role == "user")))
        wary = addresses_a_model(said)
        asked = Asked(question, prompt.excerpts, _contains(answer), computing, wary)
        review = Review(asked, self._checker, self._names, self._policy)
        tail = ""
        unseen, seen = _SHOWN_EVERY_CHARS, ""
        torn = False
        stream = self._generator.stream(prompt.messages, user=user, max_tokens=most)
        async with aclosing(stream):
            async for piece in stream:
                if isinstance(piece, Finished):
                    torn = piece.reason == "length"
                    break
                *complete, tail = split_sentences(tail + piece)
                for sentence in complete:
                    review.add(sentence)
                unseen += len(piece)
                if unseen >= _SHOWN_EVERY_CHARS and (text := review.shown(tail)):
                    unseen = 0
                    if text != seen:
                        seen = text
                        yield text
        if tail.strip() and not (torn and not _ENDED.search(tail)):
            review.add(tail)
        yield review.finish()

    async def choose(
        self, question: str, letters: Sequence[str], excerpts: Sequence[Excerpt], *, user: str
    ) -> str:
        """Return the letter that the model takes for right by our own material."""
        reviewed = [excerpt for excerpt in excerpts if excerpt.reviewed]
        prompt = choice_prompt(question, reviewed, self._generator.context_tokens - 1)
        if not prompt.excerpts:
            raise GenerationRefused("没有可以据以判断的资料")
        return await self._generator.choose(prompt.messages, letters, user=user)


def _contains(answer: Answer) -> bool:
    """Whether the card answer does answer: it then never helps to say that nothing was found."""
    match answer.body:
        case CardBody() as body:
            return body.missing is None
        case PassageBody():
            return False
        case _:
            return True
