"""Whole utterances that need no lookup (greetings, thanks), and what to say to them."""

import random
import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise

_TRAILING = re.compile(r"[\s!！?？。.，,~～…、]+$|^[\s!！?？。.，,~～…、]+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]|\\[[^\\[\\]]{1,4}\\]$")
_PARTS = re.compile(r"[\s,，。.!！~～;；]+")
_PARTICLES = "呀啊哦呢吧嘛啦哈喔哇咯噢"
_FUZZY_CHARS = range(4, 17)
_LEAST_RATIO = 86


def bare(message: str) -> str:
    """Return ``message`` without emoji, outer punctuation and blanks, normalised."""
    return normalise(_TRAILING.sub("", _EMOJI.sub("", message))).text.strip("?!,.。~、;:…")


def bare_parts(message: str) -> list[str]:
    """Return the bare form of each part between blanks and punctuation that says anything."""
    return [text for part in _PARTS.split(message) if (text := bare(part))]


class SmallTalkRecogniser:
    """Knows the utterances of one library; built once, then pure."""

    def __init__(self, library: Library) -> None:
        self._intents = {
            bare(example): item.intent
            for item in library.smalltalk.values()
            for example in item.examples
        }

    def intent(self, whole: str, parts: Sequence[str]) -> str | None:
        """Return the intent of a message that is nothing but small talk; None for any other.

        ``whole`` is its bare text, ``parts`` its bare parts: 你好，在吗 is small talk in each of
        them, and its first part decides.
        """
        intent = self._intent_of(whole)
        if intent is not None:
            return intent
        intents = [self._intent_of(part) for part in parts]
        return intents[0] if intents and all(intents) else None

    def any_intent(self, parts: Sequence[str]) -> str | None:
        """Return the intent of the first part that is small talk: 好焦虑啊 还有 20 天考试了."""
        return next((intent for part in parts if (intent := self._intent_of(part))), None)

    def _intent_of(self, text: str) -> str | None:
        half = text[: len(text) // 2]
        said = (text, half) if half * 2 == text else (text,)
        forms = (form for once in said for form in (once, once.rstrip(_PARTICLES)))
        exact = next((self._intents[form] for form in forms if form in self._intents), None)
        if exact is not None or len(text) not in _FUZZY_CHARS:
            return exact
        best = process.extractOne(
            text, list(self._intents), scorer=fuzz.ratio, score_cutoff=_LEAST_RATIO
        )
        return self._intents[best[0]] if best else None


def pick_reply(library: Library, intent: str, message: str) -> str:
    """Return one of the replies of a small-talk intent, the same one for the same message."""
    replies = library.smalltalk[intent].replies
    return random.Random(message).choice(replies)
