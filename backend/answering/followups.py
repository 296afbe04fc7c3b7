"""What a message leaves out because the dialogue has just said it."""

import re
from dataclasses import replace

from backend.answering.context import Context
from backend.answering.reading import Intent, Topic, Understanding
from backend.knowledge.aspects import Aspect
from backend.knowledge.library import Library
from backend.knowledge.linker import Linker, Linking
from backend.knowledge.surfaces import Target

_ELLIPTICAL_END = ("呢", "呢?", "呢？", "呐", "咧")
_MAX_ELLIPTICAL_CHARS = 24
_HOW_MUCH = ("多少", "是多少", "多少啊", "是多少啊", "是啥", "是什么")
_HOW_MANY = ("多少", "几个", "几次", "几位")


class FollowUps:
    """Completes readings from their context; built once over one library, then pure."""

    def __init__(self, library: Library, linker: Linker) -> None:
        self._library = library
        self._linker = linker
        self._cues = library.cues
        self._texts = library.card_texts
        self._openers = sorted(self._cues.openers | self._cues.pronouns, key=len, reverse=True)

    def with_topic(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding:
        """Complete a reading of one topic; it is given back as it is when it is no follow-up."""
        if not context.topics:
            return reading
        if linking.unexplained:
            return self._spoken_of(reading, linking, context) or reading
        completed = self._spoken_of(reading, linking, context)
        completed = completed or self._measure(reading, linking, context)
        completed = completed or self._attribute(reading, linking, context)
        completed = completed or self._one_side(reading, linking, context)
        return completed or self._elliptical(reading, linking, context) or reading

    def without_topic(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """Complete a reading that names no topic; None when it does not go on from the context."""
        if not context.topics or len(linking.text) > _MAX_ELLIPTICAL_CHARS:
            return None
        if linking.mentions(self._cues.subjects):
            return None
        if reading.aspect is None and linking.mentions(_HOW_MANY):
            reading = replace(reading, aspect=Aspect.CALCULATION)
        longer = self._longer_name(reading, linking, context)
        if longer is not None:
            return longer
        if linking.unexplained:
            return self._within_topic(reading, linking, context)
        if not (self._asks(reading, linking) or linking.text.endswith(_ELLIPTICAL_END)):
            return None
        both = self._both_sides(reading, context)
        return both or self._same_topic(reading, linking, context)

    def goes_on(self, linking: Linking, context: Context) -> bool:
        """Tell whether a message has the form of a follow-up, whatever it is about."""
        if not context.topics or len(linking.text) > _MAX_ELLIPTICAL_CHARS:
            return False
        return linking.text.endswith(_ELLIPTICAL_END) and bool(linking.unexplained)

    def about(
        self,
        context: Context,
        message: str,
        *,
        intent: Intent = "study",
        aspect: Aspect | None = None,
    ) -> Understanding:
        """Read ``message`` as one about the first topic of the context."""
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

    def _attribute(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """缺页率咋算 after LRU: a part of some other card that the last card speaks of as well.

        Not where that part itself is asked for (什么是缺页率), nor where two of them are
        (写回法和写直达法的区别): those have a card of their own.
        """
        target = reading.topics[0].target
        last = context.topics[0]
        if target.kind == "name" or target.id == last or len(linking.links) != 1:
            return None
        if reading.aspect in (None, Aspect.DEFINITION):
            return None
        if linking.name_of(linking.links[0]) not in self._texts.get(last, ""):
            return None
        return self._part_of(reading, last, target.label)

    def _spoken_of(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """查找失败的 ASL 怎么算 after 散列表: no card of its own, but the last one speaks of it."""
        target = reading.topics[0].target
        last = context.topics[0]
        if target.kind != "point" or len(linking.text) > _MAX_ELLIPTICAL_CHARS:
            return None
        if linking.name_of(linking.links[0]) not in self._texts.get(last, ""):
            return None
        if reading.aspect in (None, Aspect.DEFINITION):
            return None
        return self._part_of(reading, last, target.label)

    def _measure(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """时间复杂度呢 after 快速排序: what can be asked of any topic is asked of the last one."""
        name = linking.name_of(linking.links[0])
        last = context.topics[0]
        if name not in self._cues.measures or reading.topics[0].target.id == last:
            return None
        goes_on = linking.text.endswith(_ELLIPTICAL_END) or linking.mentions(self._cues.pronouns)
        goes_on = goes_on or linking.text in {f"{name}{much}" for much in _HOW_MUCH}
        if not goes_on or last not in self._library.concepts:
            return None
        reading = replace(reading, aspect=None, details=(), hints=(self._cues.measures[name],))
        return replace(self._inheriting(reading, last, self._topic(last)), focus=name)

    def _part_of(self, reading: Understanding, concept_id: str, label: str) -> Understanding:
        return replace(
            reading,
            topics=(Topic(Target(concept_id, "part", label), 0.95),),
            query=f"{self._name(concept_id)} {reading.query}",
            inherited=True,
            coverage=1.0,
        )

    def _one_side(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """和饥饿有啥区别, 它跟 FIFO 比: the other side stands in the dialogue."""
        topic = reading.topics[0]
        other = next((c for c in context.topics if c != topic.target.id), None)
        if reading.aspect is not Aspect.COMPARISON or other is None:
            return None
        if not self._names_one_side(linking):
            return None
        pair = (self._topic(other), topic)
        return replace(reading, topics=pair, comparing=True, inherited=True)

    def _names_one_side(self, linking: Linking) -> bool:
        first, last = linking.gaps[0], linking.gaps[-1]
        if any(pronoun in gap for gap in (first, last) for pronoun in self._cues.pronouns):
            return True
        for opener in self._openers:
            first = first.removeprefix(opener)
        return first in self._cues.connectors

    def _elliptical(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """那 FIFO 呢 after the pros and cons of LRU: another topic, the same aspect."""
        opens = linking.text.startswith(tuple(self._cues.openers))
        if not (opens or linking.text.endswith(_ELLIPTICAL_END)):
            return None
        if reading.aspect is not None or reading.topics[0].target.id in context.topics:
            return None
        aspect = None if context.aspect is Aspect.COMPARISON else context.aspect
        return replace(reading, aspect=aspect, inherited=True)

    def _longer_name(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """那怎么预防呢 after 死锁: the rest of 死锁预防."""
        names = [name for concept in context.topics for name in self._linker.names_of(concept)]
        longer = self._linker.extend(names, linking.text)
        if longer is None or (longer.kind == "name" and longer.id in context.topics):
            return None  # 方式 makes 微程序控制 another name of the same, not another topic
        return self._inheriting(reading, context.topics[0], Topic(longer, 0.95))

    def _within_topic(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding | None:
        """A question without a topic whose every unexplained word stands in the last card."""
        words = linking.unexplained
        asks = self._asks(reading, linking)
        for concept in context.topics:
            text = self._texts.get(concept, "")
            known = [word for word in words if _stands_in(word, text)]
            if len(known) == len(words) or (asks and 2 * len(known) >= len(words)):
                label = max(known, key=len)
                topic = Topic(Target(concept, "part", label), 0.9)
                return replace(self._inheriting(reading, concept, topic), focus=label)
        return None

    def _both_sides(self, reading: Understanding, context: Context) -> Understanding | None:
        """它们有什么区别: the last two topics."""
        pair = (*context.topics, *context.earlier)[:2]
        if reading.aspect is not Aspect.COMPARISON or len(pair) < 2:
            return None
        topics = tuple(self._topic(concept) for concept in pair)
        return replace(reading, topics=topics, comparing=True, inherited=True, coverage=1.0)

    def _same_topic(
        self, reading: Understanding, linking: Linking, context: Context
    ) -> Understanding:
        """那它的缺点呢, 后者有什么特点: the last topic, or the one of two that is pointed at."""
        latter = any(cue in linking.text for cue in self._cues.latter)
        concept = context.topics[1 if latter and len(context.topics) > 1 else 0]
        return self.about(Context((concept,)), reading.query, aspect=reading.aspect)

    def _inheriting(self, reading: Understanding, concept_id: str, topic: Topic) -> Understanding:
        return replace(
            reading,
            topics=(topic,),
            query=f"{self._name(concept_id)} {reading.query}",
            inherited=True,
            coverage=1.0,
            residual=0,
            studious=True,
            candidates=(),
        )

    def _asks(self, reading: Understanding, linking: Linking) -> bool:
        return reading.aspect is not None or linking.mentions(self._cues.pronouns)

    def _topic(self, concept_id: str) -> Topic:
        return Topic(Target(concept_id, "name", self._name(concept_id)), 1.0)

    def _name(self, concept_id: str) -> str:
        concept = self._library.concepts.get(concept_id)
        return concept.name if concept else concept_id


def _stands_in(word: str, text: str) -> bool:
    """A Latin word stands for itself only: io does not stand in ratio."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None
