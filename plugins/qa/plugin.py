"""Answers questions about 408, going on from what was said before."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing

from loguru import logger

from backend.answering.answer import Answer, SourceRef
from backend.answering.answerer import Answerer
from backend.answering.excerpts import Excerpt
from backend.answering.pasted import letters
from backend.answering.reviewing import Policy, Written
from backend.answering.rewriting import Rewriter
from backend.answering.small_talk import pick_reply
from backend.answering.writing import Writer
from backend.conversation.ports import DialogueStore
from backend.conversation.turns import Turn
from backend.errors import GenerationError, GenerationPaused, StoreUnavailable
from backend.generation.ports import Generator
from backend.knowledge.library import Library
from backend.photos.photos import Photos
from plugins.messages import Decision, IncomingMessage, Reply, ReplyStream, Source
from plugins.qa import wording
from plugins.qa.photo_questions import answer_photo, asks_by_photo


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
        max_unsupported_share: float = 1 / 3,
        label_additions: bool = True,
        on_fallback: Callable[[GenerationError], None] = lambda error: None,
        photos: Photos | None = None,
    ) -> None:
        """Without ``generator`` the cards answer alone, without ``photos`` pictures are not read.

        Above ``max_unsupported_share`` of a model's claims the card answers as well; harmless
        additions of the model are labelled, or dropped. ``on_fallback`` hears why a card answers
        although the model was to.
        """
        self._library = library
        self._answerer = answerer
        self._dialogues = dialogues
        self._history_turns = history_turns
        self._on_fallback = on_fallback
        self._photos = photos
        policy = Policy(max_unsupported_share, wording.MODEL_OWN if label_additions else "")
        self._writer = Writer(library, generator, policy) if generator is not None else None
        self._rewriter = Rewriter(generator, answerer.named) if generator is not None else None

    async def respond(self, message: IncomingMessage) -> Reply | ReplyStream:
        """Answer ``message``; as a growing text when a model writes or a photo is read."""
        if asks_by_photo(message):
            named = self._answerer.named
            return answer_photo(self._photos, message, self._respond, named)
        return await self._respond(message)

    async def _respond(self, message: IncomingMessage) -> Reply | ReplyStream:
        history = await self._history(message)
        answer = await self._answerer.answer(message.text, history, message.received_at)
        question = answer.asked or message.text
        recent = self._answerer.recent(history, message.received_at)
        if self._rewriter is not None and answer.unresolved:
            question, answer = await self._resolved(self._rewriter, message, recent, answer)
        if self._writer is not None:
            excerpts = await self._answerer.excerpts(answer, question)
            if excerpts and not answer.pasted_question:
                return self._written(self._writer, message, question, answer, excerpts, recent)
            if excerpts:
                return await self._chosen(self._writer, message, answer, excerpts)
        reply = self._reply(message, answer)
        await self._remember(message, reply, answer)
        return reply

    async def _resolved(
        self,
        rewriter: Rewriter,
        message: IncomingMessage,
        history: Sequence[Turn],
        answer: Answer,
    ) -> tuple[str, Answer]:
        """Answer what ``message`` means in the dialogue, where a model can tell and it helps."""
        try:
            question = await rewriter.rewrite(message.text, history, user=message.user)
        except GenerationError as error:
            _log(wording.MODEL_NOT_ASKED, error)
            return message.text, answer
        if question is None:
            return message.text, answer
        resolved = await self._answerer.answer(question, (), message.received_at)
        if resolved.verdict != "answer":
            return message.text, answer
        return question, resolved

    async def _chosen(
        self, writer: Writer, message: IncomingMessage, answer: Answer, excerpts: Sequence[Excerpt]
    ) -> Reply:
        """Give the material of a pasted question, and which option a model takes for right."""
        choice = ""
        try:
            options = letters(message.text)
            choice = await writer.choose(message.text, options, excerpts, user=message.user)
        except GenerationError as error:
            _log(wording.MODEL_NOT_ASKED, error)
        reply = _reply(wording.answer_text(answer, choice), "answer", answer)
        await self._remember(message, reply, answer)
        return reply

    async def _written(
        self,
        writer: Writer,
        message: IncomingMessage,
        question: str,
        answer: Answer,
        excerpts: Sequence[Excerpt],
        history: Sequence[Turn],
    ) -> AsyncIterator[str | Reply]:
        reply = self._reply(message, answer)
        try:
            writing = writer.write(question, answer, excerpts, history, user=message.user)
            async with aclosing(writing):
                async for part in writing:
                    if isinstance(part, Written):
                        text = wording.written_text(part.text, part.sources, answer)
                        reply = _reply(text, "answer", answer, sources=part.sources)
                    else:
                        yield part
        except GenerationError as error:
            _log(wording.MODEL_FAILED, error)
            self._on_fallback(error)
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


def _reply(
    text: str,
    decision: Decision,
    answer: Answer,
    choices: tuple[str, ...] = (),
    sources: Sequence[SourceRef] | None = None,
) -> Reply:
    named = answer.sources if sources is None else sources
    return Reply(
        text=text,
        decision=decision,
        sources=tuple(Source(s.title, s.locator) for s in named),
        concepts=answer.concepts or tuple(c.id for c in answer.candidates),
        aspect=answer.aspect.value if answer.aspect else None,
        confidence=answer.confidence,
        choices=choices,
    )


def _log(sentence: str, error: GenerationError) -> None:
    """Tell the operator; hardly where a model is left alone for what was told before."""
    logger.log("DEBUG" if isinstance(error, GenerationPaused) else "WARNING", sentence, error)
