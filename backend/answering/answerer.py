"""One question through the house: solve, understand, retrieve, decide, compose."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from backend.answering.answer import Answer, PassageBody, SolutionBody
from backend.answering.candidates import Candidates, Judgement
from backend.answering.composition import Composer
from backend.answering.context import Context, context_of
from backend.answering.decision import Calibration, evidence, probability
from backend.answering.documents import speaking_passages
from backend.answering.excerpts import Excerpt, Excerpts
from backend.answering.nearest import Nearest
from backend.answering.pasted import stem as stem_of
from backend.answering.reading import Topic, Understanding
from backend.answering.sections import LAST, Asked
from backend.answering.solving import Solver
from backend.answering.understanding import Understander
from backend.conversation.turns import Turn
from backend.errors import KnowledgeBaseError
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.linker import Linker
from backend.knowledge.normalise import normalise
from backend.retrieval.passages import Retrieval
from backend.retrieval.search import Mode

_MAX_CANDIDATES, _MAX_RELATED = 3, 2
_MAX_ELLIPTICAL_CHARS = 40

ABOUT_A_POINT = 0.6
"""A message is about the outline point that it names from this share of its words on."""


class PassageSearch(Protocol):
    """Finds passages; raises a KnowledgeBaseError when no knowledge base can be used."""

    async def search(self, query: str, limit: int, mode: Mode | None = None) -> Retrieval:
        """Return the best ``limit`` passages for ``query``, by ``mode`` or the best there is."""
        ...


class Answerer:
    """Decides what to say to a message; wording is the plugin's."""

    def __init__(
        self,
        library: Library,
        search: PassageSearch,
        calibration: Calibration,
        passages: int = 5,
        followup_window: timedelta = timedelta(minutes=30),
    ) -> None:
        self._library = library
        self._understander = Understander(library)
        self._composer = Composer(library)
        self._solver = Solver(library, self._composer, followup_window)
        self._search = search
        self._calibration = calibration
        self._passages = passages
        self._window = followup_window
        self._candidates = Candidates(library)
        self._nearest = Nearest(library)
        self._excerpts = Excerpts(library)

    @property
    def linker(self) -> Linker:
        """What links messages to the concepts of the library; others may use it, too."""
        return self._understander.linker

    async def answer(self, message: str, history: Sequence[Turn], now: datetime) -> Answer:
        """Answer ``message`` in the light of ``history`` (oldest first); ``now`` is aware."""
        stem = stem_of(message)
        solved = self._solver.answer(stem or message, history, now)
        if solved is not None:
            return solved
        context = context_of(history, now, self._window)
        reading = self._understander.understand(message, context)
        if stem:
            asked = self._understander.understand(stem, context)
            reading = asked if asked.topics and not asked.inherited else reading
        match reading.intent:
            case "smalltalk":
                return Answer("smalltalk", 1.0, smalltalk=reading.smalltalk)
            case "empty":
                return Answer("empty", 1.0)
            case "rejection":
                return Answer("rejection", 1.0)
            case "off_topic":
                return Answer("off_topic", 1.0)
            case "more":
                concept = self._library.concepts[reading.topics[0].target.id]
                answer = self._composer.more(concept, reading.aspect, 1.0)
                return replace(answer, asked=reading.query)
            case "choice" | "study":
                answer = await self._study(reading, context, pasted=bool(stem))
                if reading.intent == "choice":
                    return replace(answer, asked=reading.query)
                return replace(answer, unresolved=_unresolved(answer, message, reading, context))

    async def excerpts(self, answer: Answer, question: str) -> tuple[Excerpt, ...]:
        """Give what a model may answer ``question`` from; empty when no model is to write."""
        if answer.verdict != "answer" or isinstance(answer.body, PassageBody | SolutionBody):
            return self._excerpts.of(answer, None)
        names = (self._library.concepts[i].name for i in answer.concepts)
        # What more there is must name the concept: by words, and no model is waited for twice.
        found = await self._retrieve(" ".join((*names, question)), "lexical")
        return self._excerpts.of(answer, found)

    def recent(self, history: Sequence[Turn], now: datetime) -> list[Turn]:
        """Give the turns that a message at ``now`` may still go on from."""
        return [turn for turn in history if now - turn.at <= self._window]

    def named(self, text: str) -> frozenset[str]:
        """Give the ids of the concepts and outline points that ``text`` names."""
        return self._understander.named(text)

    async def judge(self, message: str, history: Sequence[Turn], now: datetime) -> Judgement:
        """Give the evidence for both models, for calibration; retrieval failures are raised."""
        context = context_of(history, now, self._window)
        reading = self._understander.understand(message, context)
        if reading.intent not in ("study", "choice"):
            return Judgement(reading, None, None, None)
        found = await self._search.search(reading.query, self._passages)
        return Judgement(
            reading,
            found,
            self._candidates.linked(reading),
            self._candidates.best(reading, found),
        )

    async def _study(self, reading: Understanding, context: Context, *, pasted: bool) -> Answer:
        if not pasted:
            return await self._decide(reading, context)
        # Which of the concepts in it a pasted question is about is no question to ask back.
        answer = await self._decide(reading, replace(context, asked_back=True))
        return replace(answer, pasted_question=True)

    async def _decide(self, reading: Understanding, context: Context) -> Answer:
        if reading.comparing:
            return await self._compare(reading)
        if reading.vague:
            return Answer("ask_back", 0.5, aspect=reading.aspect)
        linked = self._candidates.linked(reading)
        if linked is not None:
            sure = probability(self._calibration, evidence(reading, None, linked.id))
            if self._calibration.step(sure) == "answer" and not self._candidates.strangers(
                reading, linked
            ):
                return self._compose(linked, reading, None, sure)
        found = await self._retrieve(reading.query)
        if linked is not None and any(
            map(self._candidates.is_foreign, self._candidates.strangers(reading, linked))
        ):
            # 麒麟分页的页表项多大: the operator's own 麒麟 is not what the card speaks of.
            own = self._from_documents(reading, found)
            if own is not None:
                return own
        named = reading
        if linked is None and reading.topics:
            if reading.coverage >= ABOUT_A_POINT:
                return self._outside(reading, found)
            # 一条指令平均要几个时钟周期 describes CPI; it does not ask what 时钟周期 is.
            reading = replace(reading, topics=())
        choices = [c for c in (linked, self._candidates.best(reading, found)) if c is not None]
        if not choices:
            return self._from_documents(reading, found) or self._refuse(reading, found, 0.0)
        sure, concept = max(
            ((probability(self._calibration, evidence(reading, found, c.id)), c) for c in choices),
            key=lambda choice: choice[0],
        )
        if concept is not linked:
            reading = replace(reading, topics=())
        step = self._calibration.step(sure)
        if step == "answer" and (linked is not None or len(reading.candidates) <= 1):
            return self._compose(concept, reading, found, sure)
        if step == "deny":
            if linked is None and named.topics:
                return self._outside(named, found)
            return self._from_documents(reading, found) or self._refuse(reading, found, sure)
        return self._ask_back(reading, found, concept, sure, context)

    async def _compare(self, reading: Understanding) -> Answer:
        concepts = self._library.concepts
        unknown = [t for t in reading.topics[:2] if t.target.id not in concepts]
        if unknown:
            spoken = self._spoken_of(reading, unknown[0])
            if spoken is not None:
                return spoken
            found = await self._retrieve(reading.query)
            return self._outside(replace(reading, topics=(unknown[0], *reading.topics)), found)
        one, other = (concepts[t.target.id] for t in reading.topics[:2])

        def sureness(found: Retrieval | None) -> float:
            return min(
                probability(self._calibration, evidence(reading, found, concept.id))
                for concept in (one, other)
            )

        sure = sureness(None)
        if self._calibration.step(sure) != "answer":
            found = await self._retrieve(reading.query)
            sure = sureness(found)
            if self._calibration.step(sure) == "deny":
                return self._refuse(reading, found, sure)
        # In doubt, the table answers better than asking which of two named things was meant.
        return self._composer.comparison(one, other, sure)

    def _spoken_of(self, reading: Understanding, unknown: Topic) -> Answer | None:
        """交换机跟集线器的区别: only one has a card, but it speaks of the other one."""
        label = unknown.target.label
        for topic in reading.topics[:2]:
            card = self._library.concepts.get(topic.target.id)
            if card is not None and normalise(label).text in self._library.card_texts[card.id]:
                sure = probability(self._calibration, evidence(reading, None, card.id))
                return self._composer.card(card, None, label, sure)
        return None

    async def _retrieve(self, query: str, mode: Mode | None = None) -> Retrieval | None:
        try:
            return await self._search.search(query, self._passages, mode)
        except KnowledgeBaseError:
            # The part that keeps the base has logged it; the cards still answer.
            return None

    def _compose(
        self, concept: Concept, reading: Understanding, found: Retrieval | None, sure: float
    ) -> Answer:
        target = reading.topics[0].target if reading.topics else None
        part = target.label if target is not None and target.kind == "part" else None
        if target is None and reading.aspect is None and found is not None:
            best = next((h.passage for h in found.hits if h.passage.concept_id == concept.id), None)
            if best is not None and best.aspect in concept.sections and best.aspect not in LAST:
                return self._composer.section(concept, Aspect(best.aspect), sure)
        asked = Asked((*reading.details, *reading.hints), reading.conditional)
        answer = self._composer.card(concept, reading.aspect, part, sure, asked)
        others = dict.fromkeys(topic.target.id for topic in reading.topics[1:])
        known = self._library.concepts
        related = tuple(i for i in others if i in known and i != concept.id)
        return replace(answer, related=related[:_MAX_RELATED])

    def _from_documents(
        self, reading: Understanding, found: Retrieval | None, needle: str = ""
    ) -> Answer | None:
        """Answer from the operator's documents when the words asked for really stand there."""
        speaking = speaking_passages(found, [needle] if needle else reading.words)
        if not speaking:
            return None
        return self._composer.passages(speaking[:2], self._calibration.answer_line)

    def _outside(self, reading: Understanding, found: Retrieval | None) -> Answer:
        """A point of the outline that no card speaks of."""
        target = reading.topics[0].target
        from_documents = self._from_documents(reading, found, normalise(target.label).text)
        if from_documents is not None:
            return from_documents
        answer = self._refuse(reading, found, 0.05)
        return replace(answer, outside=self._library.outline.points.get(target.id))

    def _refuse(self, reading: Understanding, found: Retrieval | None, sure: float) -> Answer:
        if not reading.studious and not reading.candidates and reading.aspect is None:
            return Answer("off_topic", 1 - sure)
        return Answer(
            "deny", sure, aspect=reading.aspect, nearest=self._nearest.concepts(reading, found)
        )

    def _ask_back(
        self,
        reading: Understanding,
        found: Retrieval | None,
        concept: Concept,
        sure: float,
        context: Context,
    ) -> Answer:
        ids = [concept.id, *(t.target.id for t in (*reading.topics, *reading.candidates))]
        if not reading.topics and found is not None:
            ids += [h.passage.concept_id for h in found.hits[:3] if h.passage.concept_id]
        known = self._library.concepts
        candidates = tuple(known[i] for i in dict.fromkeys(ids) if i in known)[:_MAX_CANDIDATES]
        if context.asked_back:
            # Asked once already: say what is likeliest instead of asking again.
            return self._compose(concept, reading, found, sure)
        return Answer("ask_back", sure, aspect=reading.aspect, candidates=candidates)


def _unresolved(answer: Answer, message: str, reading: Understanding, context: Context) -> bool:
    """Whether a short message after an answer was read as being about nothing that is known."""
    if not context.topics or reading.everyday or len(message) > _MAX_ELLIPTICAL_CHARS:
        return False
    match answer.verdict:
        case "ask_back":
            return not answer.candidates
        case "deny":
            return answer.outside is None
        case verdict:
            return verdict == "off_topic"
