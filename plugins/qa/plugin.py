"""Answers questions about 408, going on from what was said before."""

import random
from collections.abc import AsyncIterator, Sequence

from loguru import logger

from backend.answering.answer import Answer
from backend.answering.answerer import Answerer
from backend.answering.small_talk import pick_reply
from backend.answering.writing import write
from backend.conversation.ports import DialogueStore
from backend.conversation.turns import Turn
from backend.errors import GenerationError, StoreUnavailable
from backend.generation.ports import Generator
from backend.knowledge.library import Library
from plugins.messages import Decision, IncomingMessage, Reply, ReplyStream, Source
from plugins.qa import wording


class QaPlugin:
    """The last plugin in line: it has something to say to every message."""

    name = "qa"

    def __init__(
        self,
        library: Library,
        answerer: Answerer,
        dialogues: DialogueStore,
        generator: Generator | None = None,
        history_turns: int = 10,
    ) -> None:
        self._library = library
        self._answerer = answerer
        self._dialogues = dialogues
        self._generator = generator
        self._history_turns = history_turns

    async def respond(self, message: IncomingMessage) -> Reply | ReplyStream:
        """Answer ``message``; as a growing text when a model writes."""
        history = await self._history(message)
        answer = await self._answerer.answer(message.text, history, message.received_at)
        if self._generator is not None and answer.verdict == "answer" and answer.evidence:
            return self._written(self._generator, message, answer, history)
        reply = self._reply(message, answer)
        await self._remember(message, reply, answer)
        return reply

    async def _written(
        self,
        generator: Generator,
        message: IncomingMessage,
        answer: Answer,
        history: Sequence[Turn],
    ) -> AsyncIterator[str | Reply]:
        text = ""
        try:
            async for text in write(generator, message.text, answer, history):
                yield text
            reply = _reply(wording.written_text(text, answer), "answer", answer)
        except GenerationError as error:
            logger.warning(wording.MODEL_FAILED, error)
            reply = self._reply(message, answer)
        await self._remember(message, reply, answer)
        yield reply

    def _reply(self, message: IncomingMessage, answer: Answer) -> Reply:
        match answer.verdict:
            case "answer":
                return _reply(wording.answer_text(answer), "answer", answer)
            case "ask_back":
                return _reply(
                    wording.ask_back_text(answer.candidates),
                    "ask_back",
                    answer,
                    choices=tuple(c.name for c in answer.candidates),
                )
            case "deny":
                return _reply(wording.deny_text(answer), "deny", answer)
            case "off_topic":
                return _reply(wording.off_topic_text(self._examples(message)), "off_topic", answer)
            case "smalltalk":
                assert answer.smalltalk is not None
                text = pick_reply(self._library, answer.smalltalk, message.text)
                return _reply(text, "smalltalk", answer)
            case "empty":
                return _reply(wording.GREETING, "smalltalk", answer)
            case "rejection":
                return _reply(wording.REJECTED, "smalltalk", answer)

    def _examples(self, message: IncomingMessage) -> list[str]:
        """Two questions (fewer over fewer than two concepts), the same for the same message."""
        chance = random.Random(message.text)
        concepts = self._library.concepts
        if not self._library.comparisons:
            two = chance.sample(list(concepts.values()), min(2, len(concepts)))
            return [wording.definition_question(concept) for concept in two]
        one, other = chance.choice(self._library.comparisons).ids
        concept = concepts[chance.choice(list(concepts))]
        return wording.example_questions(concept, (concepts[one], concepts[other]))

    async def _history(self, message: IncomingMessage) -> list[Turn]:
        try:
            return await self._dialogues.recent(message.session, self._history_turns)
        except StoreUnavailable:
            return []

    async def _remember(self, message: IncomingMessage, reply: Reply, answer: Answer) -> None:
        turns = (
            Turn("user", message.text, message.received_at),
            Turn(
                "assistant",
                reply.text,
                message.received_at,
                concepts=reply.concepts,
                aspect=reply.aspect,
                decision=reply.decision,
                choices=tuple(c.id for c in answer.candidates),
            ),
        )
        try:
            await self._dialogues.append(message.session, message.user, *turns)
        except StoreUnavailable:
            logger.debug("the store has said so itself: this turn is not remembered")


def _reply(text: str, decision: Decision, answer: Answer, choices: tuple[str, ...] = ()) -> Reply:
    return Reply(
        text=text,
        decision=decision,
        sources=tuple(Source(s.title, s.locator) for s in answer.sources),
        concepts=answer.concepts or tuple(c.id for c in answer.candidates),
        aspect=answer.aspect.value if answer.aspect else None,
        confidence=answer.confidence,
        choices=choices,
    )
