"""The phrases by which students signal what they want, read from ``content/cues.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from backend.errors import ContentError
from backend.knowledge.aspects import Aspect
from backend.knowledge.normalise import normalise
from backend.knowledge.problems import read_yaml, reading_problems


@dataclass(frozen=True, slots=True)
class Cues:
    """Normalised phrases of each kind; see the comments in ``content/cues.yaml``."""

    aspects: Mapping[Aspect, frozenset[str]]
    measures: Mapping[str, str]
    senses: Mapping[str, tuple[str, ...]]
    conditions: frozenset[str]
    subjects: frozenset[str]
    connectors: frozenset[str]
    pronouns: frozenset[str]
    former: frozenset[str]
    latter: frozenset[str]
    openers: frozenset[str]
    more: frozenset[str]
    confused: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    study: frozenset[str]
    everyday: frozenset[str]
    filler: frozenset[str]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    aspects: dict[Aspect, list[str]]
    measures: dict[str, str]
    senses: dict[str, list[str]]
    conditions: list[str]
    subjects: list[str]
    connectors: list[str]
    pronouns: list[str]
    former: list[str]
    latter: list[str]
    openers: list[str]
    more: list[str]
    confused: list[str]
    yes: list[str]
    no: list[str]
    study: list[str]
    everyday: list[str]
    filler: list[str]


def load_cues(path: Path) -> Cues:
    """Read the phrase lists; ContentError says what is wrong."""
    with reading_problems(path.name):
        file = _File.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    owner: dict[str, Aspect] = {}
    problems: list[str] = []
    for aspect, phrases in file.aspects.items():
        for phrase in phrases:
            if owner.setdefault(phrase, aspect) is not aspect:
                problems.append(f"{path.name}：“{phrase}”同时属于 {owner[phrase]} 和 {aspect}")
    if problems:
        raise ContentError(problems)
    lists = {name: _fold(phrases) for name, phrases in file if isinstance(phrases, list)}
    return Cues(
        aspects={a: _fold(p) for a, p in file.aspects.items()},
        measures={normalise(name).text: word for name, word in file.measures.items()},
        senses={normalise(said).text: tuple(words) for said, words in file.senses.items()},
        **lists,
    )


def _fold(phrases: list[str]) -> frozenset[str]:
    return frozenset(text for phrase in phrases if (text := normalise(phrase).text))
