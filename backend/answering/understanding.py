"""Step 1: what is being asked, of what, and whether it goes on from what was said before."""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import ahocorasick_rs
from rapidfuzz import fuzz, process

from backend.conversation.turns import Turn
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.linker import Linker, Linking
from backend.knowledge.normalise import normalise
from backend.knowledge.surfaces import Target

Intent = Literal["study", "smalltalk", "off_topic", "choice", "rejection", "more", "empty"]

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
_TRAILING = re.compile(r"[\s!！?？。.，,~～…、]+$|^[\s!！?？。.，,~～…、]+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]|\\[[^\\[\\]]{1,4}\\]$")
_PARTS = re.compile(r"[\s,，。.!！~～;；]+")
_PARTICLES = "呀啊哦呢吧嘛啦哈喔哇咯噢"
_CHOICE = re.compile(r"^(?:第|选)?([1-5一二三四五①②③④⑤])(?:个|号|项|\)|）|、)?(?:吧|的)?$")
_DIGITS = {c: i % 5 for i, c in enumerate("12345一二三四五①②③④⑤")}
_ELLIPTICAL_END = ("呢", "呢?", "呢？", "呐", "咧")
_MAX_ELLIPTICAL_CHARS = 24


@dataclass(frozen=True, slots=True)
class Context:
    """What of the dialogue so far can be meant by a follow-up; empty when it is too long ago.

    ``topics`` are the concept ids of the last answer (two after a comparison), ``earlier`` those
    of the answers before it, latest first. ``choices`` are what an ask-back offered just now.
    """

    topics: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    aspect: Aspect | None = None
    choices: tuple[str, ...] = ()
    asked_back: bool = False


def context_of(history: Sequence[Turn], now: datetime, window: timedelta) -> Context:
    """Read ``history`` (oldest first); turns older than ``window`` before ``now`` are not meant."""
    replies = [t for t in history if t.role == "assistant" and now - t.at <= window]
    if not replies:
        return Context()
    last = replies[-1]
    about = [t for t in reversed(replies) if t.decision == "answer" and t.concepts]
    topics = about[0].concepts if about else ()
    asked_back = last.decision == "ask_back"
    aspect = last.aspect if asked_back else about[0].aspect if about else None
    return Context(
        topics=topics,
        earlier=tuple(dict.fromkeys(c for t in about[1:] for c in t.concepts if c not in topics)),
        aspect=Aspect(aspect) if aspect in set(Aspect) else None,
        choices=last.choices if asked_back else (),
        asked_back=asked_back,
    )


@dataclass(frozen=True, slots=True)
class Topic:
    """Something the message is about, and how surely (score in (0, 1])."""

    target: Target
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """The reading of one message.

    ``topics``: primary first; two when ``comparing``. ``candidates`` are what it may be about when
    nothing is certain. ``aspect`` is None when none was named. ``query`` is the text to search
    with, the topic of the dialogue included when it was inherited. ``residual`` counts characters
    that nothing explains; ``coverage`` is as in ``Linking``. ``vague``: asks for something, but
    names no topic and follows none. ``everyday``: speaks of daily life. ``words`` are the names
    and the unexplained words: what a document must contain to answer.
    """

    intent: Intent
    query: str
    topics: tuple[Topic, ...] = ()
    candidates: tuple[Topic, ...] = ()
    aspect: Aspect | None = None
    comparing: bool = False
    inherited: bool = False
    coverage: float = 0.0
    residual: int = 0
    studious: bool = False
    everyday: bool = False
    vague: bool = False
    smalltalk: str | None = None
    focus: str = ""
    words: tuple[str, ...] = ()


class Understander:
    """Reads messages against one library; built once, then pure."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._linker = Linker(library)
        cues = library.cues
        self._cues = cues
        self._aspect_of = {p: a for a, phrases in cues.aspects.items() for p in phrases}
        self._aspect_phrases = list(self._aspect_of)
        self._aspects = _matcher(self._aspect_phrases)
        self._smalltalk = {
            _bare(example): item.intent
            for item in library.smalltalk.values()
            for example in item.examples
        }
        self._bodies = {
            c.id: {a: normalise(t).text for a, t in c.sections.items()}
            for c in library.concepts.values()
        }

    def understand(self, message: str, context: Context) -> Understanding:
        """Read ``message`` in its ``context``."""
        bare = _bare(message)
        if not bare:
            return Understanding("empty", message)
        if context.choices and (chosen := self._chosen(bare, context)):
            return chosen
        if context.topics and bare in self._cues.more:
            return self._about(context, message, intent="more")
        if context.topics and bare in self._cues.confused:
            return self._about(context, message, aspect=Aspect.EXAMPLE)
        intents = [self._small_talk(_bare(part)) for part in _PARTS.split(message) if _bare(part)]
        intent = self._small_talk(bare) or (intents[0] if all(intents) else None)
        if intent is not None:
            return Understanding("smalltalk", message, smalltalk=intent)
        linking = self._linker.link(message)
        reading = self._read(message, linking)
        if not linking.links:
            return self._without_links(message, reading, linking, context)
        return self._with_links(reading, linking, context)

    def _chosen(self, bare: str, context: Context) -> Understanding | None:
        if bare in self._cues.no:
            return Understanding("rejection", bare)
        index = None
        if match := _CHOICE.match(bare):
            index = _DIGITS[match[1]]
        elif bare in self._cues.yes and len(context.choices) == 1:
            index = 0
        if index is None or index >= len(context.choices):
            return None
        concept = self._library.concepts.get(context.choices[index])
        if concept is None:
            return None
        topic = Topic(Target(concept.id, "name", concept.name), 1.0)
        return Understanding(
            "choice", concept.name, (topic,), aspect=context.aspect, coverage=1.0, studious=True
        )

    def _small_talk(self, bare: str) -> str | None:
        half = bare[: len(bare) // 2]
        said = (bare, half) if half * 2 == bare else (bare,)
        forms = (form for text in said for form in (text, text.rstrip(_PARTICLES)))
        exact = next((self._smalltalk[form] for form in forms if form in self._smalltalk), None)
        if exact or len(bare) < 4 or len(bare) > 16:
            return exact
        best = process.extractOne(bare, list(self._smalltalk), scorer=fuzz.ratio, score_cutoff=86)
        return self._smalltalk[best[0]] if best else None

    def _read(self, message: str, linking: Linking) -> Understanding:
        gap_text = "\0".join(linking.gaps)
        residual = sum(len(run) for run in linking.residual)
        studious = any(cue in linking.text for cue in self._cues.study)
        return Understanding(
            "study",
            query=message,
            candidates=tuple(Topic(link.target, link.score) for link in linking.partial),
            aspect=self._aspect(gap_text),
            coverage=linking.coverage,
            residual=residual,
            studious=studious or bool(linking.links) or linking.outlined,
            everyday=any(cue in linking.text for cue in self._cues.everyday),
            focus=linking.text,
            words=tuple(_significant(linking) + _linked_names(linking)),
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
        joined = any(gap in self._cues.connectors for gap in linking.gaps[1:-1])
        wants_comparison = reading.aspect is Aspect.COMPARISON
        if len(topics) >= 2 and (wants_comparison or (joined and reading.aspect is None)):
            return replace(reading, topics=topics[:2], comparing=True, aspect=Aspect.COMPARISON)
        if len(topics) == 1:
            return self._one_topic(reading, topics[0], linking, context)
        primary = self._primary(topics, linking)
        rest = tuple(topic for topic in topics if topic.target.id != primary.target.id)
        return replace(reading, topics=(primary, *rest))

    def _one_topic(
        self, reading: Understanding, topic: Topic, linking: Linking, context: Context
    ) -> Understanding:
        reading = replace(reading, topics=(topic,))
        if not context.topics or _significant(linking):
            return reading
        attribute = self._attribute(reading, topic, linking, context)
        if attribute is not None:
            return attribute
        other = next((c for c in context.topics if c != topic.target.id), None)
        open_side = self._names_one_side(linking)
        if reading.aspect is Aspect.COMPARISON and other is not None and open_side:
            pair = (self._topic(other), topic)
            return replace(reading, topics=pair, comparing=True, inherited=True)
        elliptical = linking.text.startswith(tuple(self._cues.openers)) or linking.text.endswith(
            _ELLIPTICAL_END
        )
        if reading.aspect is None and elliptical and topic.target.id not in context.topics:
            aspect = context.aspect
            if aspect is Aspect.COMPARISON:
                aspect = None
            return replace(reading, aspect=aspect, inherited=True)
        return reading

    def _attribute(
        self, reading: Understanding, topic: Topic, linking: Linking, context: Context
    ) -> Understanding | None:
        """缺页率咋算 after LRU: a part of some other card that the last card speaks of as well."""
        last = context.topics[0]
        if topic.target.kind == "name" or topic.target.id == last or reading.aspect is None:
            return None
        link = linking.links[0]
        name = linking.text[link.start : link.end]
        if not any(name in text for text in self._bodies.get(last, {}).values()):
            return None
        return replace(
            reading,
            topics=(Topic(Target(last, "part", topic.target.label), 0.95),),
            query=f"{self._name(last)} {reading.query}",
            inherited=True,
            coverage=1.0,
        )

    def _names_one_side(self, linking: Linking) -> bool:
        """和饥饿有啥区别, 它跟 FIFO 比: the other side stands in the dialogue."""
        before = linking.gaps[0]
        openers = sorted(self._cues.openers | self._cues.pronouns, key=len, reverse=True)
        for opener in openers:
            before = before.removeprefix(opener)
        after = linking.gaps[-1]
        pronoun = any(p in after for p in self._cues.pronouns) or any(
            p in linking.gaps[0] for p in self._cues.pronouns
        )
        return before in self._cues.connectors or (before == "" and pronoun) or pronoun

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
            body = "".join(self._bodies[card.id].values())
            names = [linking.text[link.start : link.end] for link in others]
            if names and all(name in body for name in names):
                return Topic(Target(card.id, "part", names[0]), topic.score)
        named = [topic for topic in topics if topic.target.kind != "point"]
        return (named or list(topics))[-1]

    def _without_links(
        self, message: str, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding:
        if reading.everyday:
            return replace(reading, intent="off_topic", candidates=())
        follow_up = self._follow_up(reading, linking, context)
        if follow_up is not None:
            return follow_up
        asks = reading.aspect is not None or any(p in linking.text for p in self._cues.pronouns)
        if asks and not _significant(linking) and not reading.candidates:
            return replace(reading, vague=True, studious=True)
        return reading

    def _follow_up(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        text = linking.text
        if not context.topics or len(text) > _MAX_ELLIPTICAL_CHARS:
            return None
        ids = context.topics
        names = [name for concept in ids for name in self._linker.names_of(concept)]
        longer = self._linker.extend(names, text)
        if longer is not None:
            topic = Topic(longer, 0.95)
            query = f"{self._name(ids[0])} {reading.query}"
            return replace(
                reading, topics=(topic,), query=query, inherited=True, coverage=1.0,
                residual=0, studious=True, candidates=(),
            )  # fmt: skip
        pronoun = any(p in text for p in self._cues.pronouns)
        asks = reading.aspect is not None or pronoun or text.endswith(_ELLIPTICAL_END)
        if _significant(linking):
            return self._within_topic(reading, linking, context)
        if not asks:
            return None
        if reading.aspect is Aspect.COMPARISON:
            pair = (*ids, *context.earlier)[:2]
            if len(pair) == 2:
                topics = tuple(self._topic(concept) for concept in pair)
                return replace(reading, topics=topics, comparing=True, inherited=True, coverage=1.0)
        chosen = ids[0]
        if len(ids) > 1 and any(cue in text for cue in self._cues.latter):
            chosen = ids[1]
        return self._about(
            Context((chosen,), aspect=context.aspect), reading.query, aspect=reading.aspect
        )

    def _within_topic(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """A question without a topic whose every unexplained word stands in the last card."""
        words = _significant(linking)
        asks = reading.aspect is not None or any(p in linking.text for p in self._cues.pronouns)
        for concept in context.topics:
            body = "".join(self._bodies.get(concept, {}).values())
            known = [word for word in words if word in body]
            if len(known) == len(words) or (asks and 2 * len(known) >= len(words)):
                label = max(known, key=len)
                topic = Topic(Target(concept, "part", label), 0.9)
                query = f"{self._name(concept)} {reading.query}"
                return replace(
                    reading, topics=(topic,), query=query, inherited=True, coverage=1.0,
                    residual=0, studious=True, candidates=(), focus=label,
                )  # fmt: skip
        return None

    def _about(
        self,
        context: Context,
        message: str,
        *,
        intent: Intent = "study",
        aspect: Aspect | None = None,
    ) -> Understanding:
        concept = context.topics[0]
        return Understanding(
            intent,
            query=f"{self._name(concept)} {message}",
            topics=(self._topic(concept),),
            aspect=aspect or (context.aspect if intent == "more" else None),
            inherited=True,
            coverage=1.0,
            studious=True,
        )

    def _topic(self, concept_id: str) -> Topic:
        return Topic(Target(concept_id, "name", self._name(concept_id)), 1.0)

    def _name(self, concept_id: str) -> str:
        concept = self._library.concepts.get(concept_id)
        return concept.name if concept else concept_id


def _own_topics(card: Concept) -> set[str]:
    kinds = [ids for kind, ids in card.relations.items() if kind != "prerequisite"]
    return {concept_id for ids in kinds for concept_id in ids}


def pick_reply(library: Library, intent: str, message: str) -> str:
    """Return one of the replies of a small-talk intent, the same one for the same message."""
    replies = library.smalltalk[intent].replies
    return random.Random(message).choice(replies)


def _linked_names(linking: Linking) -> list[str]:
    return [linking.text[link.start : link.end] for link in linking.links]


def _significant(linking: Linking) -> list[str]:
    """Unexplained words; a single character is too little to be a topic."""
    return [run for run in linking.residual if len(run) >= 2]


def _matcher(phrases: list[str]) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(phrases, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def _distinct(topics: Iterable[Topic]) -> tuple[Topic, ...]:
    best: dict[str, Topic] = {}
    for topic in topics:
        known = best.get(topic.target.id)
        if known is None or topic.score > known.score:
            best[topic.target.id] = topic
    return tuple(best.values())


def _bare(message: str) -> str:
    """The message without emoji, outer punctuation and blanks: what whole utterances match."""
    return normalise(_TRAILING.sub("", _EMOJI.sub("", message))).text.strip("?!,.。~、;:…")
