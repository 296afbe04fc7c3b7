"""Labelled messages: what an ideal bot with exactly the shipped cards would do with each."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.knowledge.aspects import Aspect

SHIPPED = Path(__file__).parent / "data" / "messages.jsonl"

Split = Literal["dev", "test"]


class DatasetInvalid(Exception):
    """A line cannot be read; ``str`` is one Chinese sentence with its number."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    split: Split
    text: str
    decision: Literal["answer", "ask_back", "deny", "off_topic", "smalltalk", "command"]
    kind: str
    history: list[str] = []
    concepts: list[str] = []
    aspect: Annotated[Aspect | None, Field()] = None


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """``history`` are the user's earlier messages; ``concepts`` primary first."""

    id: str
    split: Split
    text: str
    decision: str
    kind: str
    history: tuple[str, ...]
    concepts: tuple[str, ...]
    aspect: Aspect | None


def load_messages(path: Path = SHIPPED) -> list[LabelledMessage]:
    """Read a JSONL file of labelled messages; DatasetInvalid names the first bad line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(f"标注文件 {path} 读不出来（{error}）") from error
    messages: list[LabelledMessage] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = _Line.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            raise DatasetInvalid(f"{path} 第 {number} 行不对：{error}") from error
        messages.append(
            LabelledMessage(
                id=item.id,
                split=item.split,
                text=item.text,
                decision=item.decision,
                kind=item.kind,
                history=tuple(item.history),
                concepts=tuple(item.concepts),
                aspect=item.aspect,
            )
        )
    if not messages:
        raise DatasetInvalid(f"标注文件 {path} 里没有消息")
    return messages
