"""Step 1: what is being asked, of what, and whether it goes on from what was said before."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from backend.answering.ask_back import chosen
from backend.answering.context import Context
from backend.answering.followups import FollowUps
from backend.answering.reading import Topic, Understanding
from backend.answering.small_talk import SmallTalkRecogniser, bare, bare_parts
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.linker import Link, Linker, Linking
from backend.knowledge.normalise import normalise
from backend.knowledge.phrases import leftmost_longest
from backend.knowledge.surfaces import Target

_NUMBER = re.compile(r"(?<![a-z0-9.])\d+(?:\.\d+)*")
_HOW_MUCH = re.compile("多少|几|多大|多长")
_VALUE = ("多少",)
_LEAST_SAID_CHARS = 2

_PRIORITY = (
    Aspect.COMPARISON,
    Aspect.CALCULATION,
    Aspect.EXAMPLE,
    Aspect.PITFALLS,
    Aspect.PROS_CONS,
    Aspect.EXAM,
    Aspect.PREREQUISITES,
    Aspect.FEATURES,
    Aspect.APPLICATION,
    Aspect.CLASSIFICATION,
    Aspect.PRINCIPLE,
    Aspect.DEFINITION,
)


class Understander:
    """Reads messages against one library; built once, then pure."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._cues = library.cues
        self.linker = Linker(library)
        self._small_talk = SmallTalkRecogniser(library)
        self._follow_ups = FollowUps(library, self.linker)
        self._texts = library.card_texts
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
        linking = self.linker.link(message)
        reading = self._read(message, linking)
        if not linking.links:
            return self._without_links(reading, linking, context, parts)
        return self._with_links(reading, linking, context)

    def named(self, text: str) -> frozenset[str]:
        """Return the ids of the concepts and outline points that ``text`` names."""
        return frozenset(link.target.id for link in self.linker.link(text).links)

    def _read(self, message: str, linking: Linking) -> Understanding:
        names = tuple(linking.name_of(link) for link in linking.links)
        return Understanding(
            "study",
            query=message,
            candidates=tuple(Topic(link.target, link.score) for link in linking.partial),
            aspect=self._aspect("\0".join(linking.gaps)) or _computation(linking),
            coverage=linking.coverage,
            residual=sum(len(run) for run in linking.residual),
            studious=linking.mentions(self._cues.study) or bool(names) or linking.outlined,
            everyday=linking.mentions(self._cues.everyday),
            focus=linking.text,
            words=linking.unexplained + names,
            details=linking.unexplained,
            hints=tuple(
                word
                for said, words in self._cues.senses.items()
                if any(said in gap for gap in linking.gaps)
                for word in words
            ),
            conditional=linking.mentions(self._cues.conditions),
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
        user = self._user(topics, joined)
        if user is not None:
            rest = tuple(topic for topic in topics if topic.target.id != user.target.id)
            return replace(reading, topics=(user, *rest), aspect=None)
        pair = joined or topics[:2]
        if len(pair) == 2 and (
            reading.aspect is Aspect.COMPARISON or (joined and not reading.aspect)
        ):
            return replace(reading, topics=pair, comparing=True, aspect=Aspect.COMPARISON)
        if len(topics) == 1:
            reading = replace(reading, topics=topics)
            return self._follow_ups.with_topic(reading, linking, context)
        measured = self._measured(topics, linking)
        if measured is not None and linking.mentions(_VALUE):
            reading = replace(reading, aspect=None)  # 是多少 asks what it is, not how to get it
        primary = measured or self._primary(topics, linking)
        rest = tuple(topic for topic in topics if topic.target.id != primary.target.id)
        names = map(linking.name_of, linking.links)
        measures = (self._cues.measures[name] for name in names if name in self._cues.measures)
        return replace(reading, topics=(primary, *rest), hints=(*reading.hints, *measures))

    def _user(self, topics: tuple[Topic, ...], pair: tuple[Topic, ...]) -> Topic | None:
        """DNS in DNS 用 TCP 还是 UDP: what stands before a pair and speaks of both of them."""
        if not pair or topics[0] in pair:
            return None
        text = self._texts.get(topics[0].target.id, "")
        labels = [normalise(topic.target.label).text for topic in pair]
        return topics[0] if text and all(label in text for label in labels) else None

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
            own = [link for link in others if link.target.id in _own_topics(card)]
            if not all(_said_of_the_first(link, linking) for link in own):
                continue
            names = [linking.name_of(link) for link in others]
            if names and all(name in self._texts[card.id] for name in names):
                return Topic(Target(card.id, "part", names[0]), topic.score)
        named = [topic for topic in topics if topic.target.kind != "point"]
        return (named or list(topics))[-1]

    def _measured(self, topics: tuple[Topic, ...], linking: Linking) -> Topic | None:
        """快速排序 in 快速排序的时间复杂度: a measure is asked of the one other topic."""
        measures = {
            link.target.id for link in linking.links if linking.name_of(link) in self._cues.measures
        }
        others = [topic for topic in topics if topic.target.id not in measures]
        return others[0] if measures and len(others) == 1 else None

    def _without_links(
        self, reading: Understanding, linking: Linking, context: Context, parts: Sequence[str]
    ) -> Understanding:
        if reading.everyday:
            return replace(reading, intent="off_topic", candidates=())
        follow_up = self._follow_ups.without_topic(reading, linking, context)
        if follow_up is not None:
            return follow_up
        asks = reading.aspect is not None or linking.mentions(self._cues.pronouns)
        if asks and not linking.unexplained and not reading.candidates:
            return replace(reading, vague=True, studious=True)
        if self._follow_ups.goes_on(linking, context):
            # 那协程呢 after 线程: not in the material, but no idle talk either.
            return replace(reading, studious=True, after=context.topics)
        said = self._small_talk.any_intent(parts)
        if said and not reading.studious and reading.aspect is None and not reading.candidates:
            return replace(reading, intent="smalltalk", smalltalk=said)
        return reading


def _computation(linking: Linking) -> Aspect | None:
    """Numbers with no word of what to do with them ask for a calculation."""
    numbers = _NUMBER.findall("\0".join(linking.gaps))
    asked = len(numbers) > 1 or (numbers and _HOW_MUCH.search(linking.text))
    return Aspect.CALCULATION if asked else None


def _said_of_the_first(link: Link, linking: Linking) -> bool:
    """LRU 会不会有 Belady 异常 is about LRU, TCP 的拥塞窗口 about that window."""
    before = linking.gaps[linking.links.index(link)]
    return link.target.kind == "part" and len(before) >= _LEAST_SAID_CHARS


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
