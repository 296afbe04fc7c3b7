"""One multiple-choice question, wherever it comes from: the bank or a generator."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

OptionKey = Literal["A", "B", "C", "D"]
OPTION_KEYS: tuple[OptionKey, ...] = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one right option of four.

    ``id`` is ``q.<subject>.<slug>`` in the bank and ``gen.<generator>.v<version>:<seed>`` for a
    generated one. ``points[0]`` is the outline point that it examines most. ``difficulty`` is the
    author's, 1 (easy) to 5. ``stem``, ``options``, ``why``, ``convention`` and ``steps`` are in the
    Markdown subset of ``bot/rendering``. ``why`` says of every option why it is right or wrong.
    ``source`` are the ids of the concept cards that the key follows from. ``steps`` is the way to
    the answer, a paragraph each; computed questions have one.
    """

    id: str
    points: tuple[str, ...]
    difficulty: int
    stem: str
    options: Mapping[OptionKey, str]
    answer: OptionKey
    why: Mapping[OptionKey, str]
    source: tuple[str, ...] = ()
    convention: str = ""
    steps: tuple[str, ...] = ()

    @property
    def point(self) -> str:
        """The main outline point."""
        return self.points[0]

    @property
    def subject(self) -> str:
        """The subject's id: DS, CO, OS or CN."""
        return self.point[:2]

    @property
    def chapter(self) -> str:
        """The chapter's id, such as OS03."""
        return self.point[:4]

    @property
    def fingerprint(self) -> str:
        """12 hex digits over what a person sees and the key; changes when one of them does."""
        return _digest([*self._seen, self.answer])

    @property
    def text_fingerprint(self) -> str:
        """12 hex digits over what a person sees; the key is not in it."""
        return _digest(self._seen)

    @property
    def _seen(self) -> list[str]:
        return [self.stem, *(self.options[key] for key in OPTION_KEYS), self.convention]


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(texts).encode(errors="replace")).hexdigest()[:12]


def as_json(question: Question) -> dict[str, Any]:
    """Write a question as plain JSON values, to be kept with what was asked."""
    return {
        "id": question.id,
        "points": list(question.points),
        "difficulty": question.difficulty,
        "stem": question.stem,
        "options": dict(question.options),
        "answer": question.answer,
        "why": dict(question.why),
        "source": list(question.source),
        "convention": question.convention,
        "steps": list(question.steps),
    }


def from_json(values: Mapping[str, Any]) -> Question:
    """Read what ``as_json`` wrote; KeyError when a field is missing."""
    return Question(
        id=values["id"],
        points=_texts(values["points"]),
        difficulty=values["difficulty"],
        stem=values["stem"],
        options=cast("Mapping[OptionKey, str]", values["options"]),
        answer=values["answer"],
        why=cast("Mapping[OptionKey, str]", values["why"]),
        source=_texts(values["source"]),
        convention=values["convention"],
        steps=_texts(values["steps"]),
    )


def _texts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(values)
