"""Step 1: what is being asked, of what, and whether it goes on from what was said before."""

from collections.abc import Iterable
from dataclasses import replace

from backend.answering.ask_back import chosen
from backend.answering.context import Context
from backend.answering.followups import FollowUps
from backend.answering.reading import Topic, Understanding
from backend.answering.small_talk import SmallTalkRecogniser, bare, bare_parts
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.linker import Linker, Linking
from backend.knowledge.phrases import leftmost_longest
from backend.knowledge.surfaces import Target

_PRIORITY = (
    Aspect.COMPARISON,
    Aspect.CALCULATION,
    Aspect.EXAMPLE,
    Aspect.PITFALLS,
    Aspect.PROS_CONS,
    Aspect.EXAM,
    Aspect.PREREQUISITES,
    Aspect.CLASSIFICATION,
    Aspect.FEATURES,
    Aspect.APPLICATION,
    Aspect.PRINCIPLE,
    Aspect.DEFINITION,
)


class Understander:
    """Reads messages against one library; built once, then pure."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._cues = library.cues
        self._linker = Linker(library)
        self._small_talk = SmallTalkRecogniser(library)
        self._follow_ups = FollowUps(library, self._linker)
        self._texts = library.card_texts()
        self._aspect_of = {p: a for a, phrases in self._cues.aspects.items() for p in phrases}
        self._aspect_phrases = list(self._aspect_of)
        self._aspects = leftmost_longest(self._aspect_phrases)

    def understand(self, message: str, context: Context) -> Understanding:
        """Read ``message`` in its ``context``."""
        whole, parts = bare(message), bare_parts(message)
        if not whole or not parts:
            return Understanding("empty", message)
        if context.choices and (choice := chosen(self._library, whole, context)):
            return choice
        if context.topics and whole in self._cues.more:
            return self._follow_ups.about(context, message, intent="more")
        if context.topics and whole in self._cues.confused:
            return self._follow_ups.about(context, message, aspect=Aspect.EXAMPLE)
        intent = self._small_talk.intent(whole, parts)
        if intent is not None:
            return Understanding("smalltalk", message, smalltalk=intent)
        linking = self._linker.link(message)
        reading = self._read(message, linking)
        if not linking.links:
            return self._without_links(reading, linking, context)
        return self._with_links(reading, linking, context)

    def _read(self, message: str, linking: Linking) -> Understanding:
        names = tuple(linking.name_of(link) for link in linking.links)
        return Understanding(
            "study",
            query=message,
            candidates=tuple(Topic(link.target, link.score) for link in linking.partial),
            aspect=self._aspect("\0".join(linking.gaps)),
            coverage=linking.coverage,
            residual=sum(len(run) for run in linking.residual),
            studious=linking.mentions(self._cues.study) or bool(names) or linking.outlined,
            everyday=linking.mentions(self._cues.everyday),
            focus=linking.text,
            words=linking.unexplained + names,
            details=linking.unexplained,
        )

    def _aspect(self, text: str) -> Aspect | None:
        found = {
            self._aspect_of[self._aspect_phrases[index]]
            for index, _, _ in self._aspects.find_matches_as_indexes(text)
        }
        return next((aspect for aspect in _PRIORITY if aspect in found), None)

    def _with_links(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding:
        topics = _distinct(Topic(link.target, link.score) for link in linking.links)
        joined = self._joined(linking)
        pair = joined or topics[:2]
        if len(pair) == 2 and (
            reading.aspect is Aspect.COMPARISON or (joined and not reading.aspect)
        ):
            return replace(reading, topics=pair, comparing=True, aspect=Aspect.COMPARISON)
        if len(topics) == 1:
            reading = replace(reading, topics=topics)
            return self._follow_ups.with_topic(reading, linking, context)
        primary = self._primary(topics, linking)
        rest = tuple(topic for topic in topics if topic.target.id != primary.target.id)
        return replace(reading, topics=(primary, *rest))

    def _joined(self, linking: Linking) -> tuple[Topic, ...]:
        """The first two topics with nothing but 和, 与, vs … between them; empty if none."""
        pairs = zip(linking.links, linking.links[1:], linking.gaps[1:], strict=False)
        for one, other, gap in pairs:
            if gap in self._cues.connectors and one.target.id != other.target.id:
                return Topic(one.target, one.score), Topic(other.target, other.score)
        return ()

    def _primary(self, topics: tuple[Topic, ...], linking: Linking) -> Topic:
        """Of several topics, the one whose card speaks of the others; else the last one named.

        快速排序的时间复杂度 is about the first, 死锁的银行家算法 about the second: a related topic
        has a card of its own, an attribute is spoken of in the card of what has it.
        """
        for topic in topics:
            card = self._library.concepts.get(topic.target.id)
            if card is None:
                continue
            others = [link for link in linking.links if link.target.id != card.id]
            if any(link.target.id in _own_topics(card) for link in others):
                continue
            names = [linking.name_of(link) for link in others]
            if names and all(name in self._texts[card.id] for name in names):
                return Topic(Target(card.id, "part", names[0]), topic.score)
        named = [topic for topic in topics if topic.target.kind != "point"]
        return (named or list(topics))[-1]

    def _without_links(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding:
        if reading.everyday:
            return replace(reading, intent="off_topic", candidates=())
        follow_up = self._follow_ups.without_topic(reading, linking, context)
        if follow_up is not None:
            return follow_up
        asks = reading.aspect is not None or linking.mentions(self._cues.pronouns)
        if asks and not linking.unexplained and not reading.candidates:
            return replace(reading, vague=True, studious=True)
        return reading


def _own_topics(card: Concept) -> set[str]:
    kinds = [ids for kind, ids in card.relations.items() if kind != "prerequisite"]
    return {concept_id for ids in kinds for concept_id in ids}


def _distinct(topics: Iterable[Topic]) -> tuple[Topic, ...]:
    best: dict[str, Topic] = {}
    for topic in topics:
        known = best.get(topic.target.id)
        if known is None or topic.score > known.score:
            best[topic.target.id] = topic
    return tuple(best.values())
