"""Everyday exchanges (greetings, thanks, who are you) that are answered without any lookup."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel

from backend.errors import ContentError
from backend.knowledge.problems import read_yaml, reading_problems


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """``examples`` are whole utterances; any one of ``replies`` fits each of them."""

    intent: str
    examples: tuple[str, ...]
    replies: tuple[str, ...]


class _Intent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    examples: list[str] = Field(min_length=1)
    replies: list[str] = Field(min_length=1)


class _File(RootModel[dict[str, _Intent]]):
    pass


def load_smalltalk(path: Path) -> Mapping[str, SmallTalk]:
    """Read ``smalltalk.yaml``; ContentError lists what is wrong, including shared examples."""
    with reading_problems(path.name):
        file = _File.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    owner: dict[str, str] = {}
    problems: list[str] = []
    for intent, item in file.root.items():
        for example in item.examples:
            if owner.setdefault(example.casefold(), intent) != intent:
                problems.append(f"{path.name}：“{example}”同时出现在两个意图里")
    if problems:
        raise ContentError(problems)
    return {
        intent: SmallTalk(intent, tuple(item.examples), tuple(item.replies))
        for intent, item in file.root.items()
    }
