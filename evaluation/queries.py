"""Labelled queries: which concepts, passages or documents a search should bring up for each.

A label is one thing to be found, in one of these forms:

    os.deadlock               any passage of the concept's card
    os.deadlock#definition    the card's passage on that aspect
    source:讲义.pdf           any passage of a document of the operator's
    source:讲义.pdf#第 12 页  those below a heading, or on a page, as shown under an answer
    passage:<id>              one passage, by the id that ``--show`` prints
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from backend.knowledge.aspects import Aspect
from backend.retrieval.passages import Passage
from evaluation.dataset import DatasetInvalid, Split

SHIPPED = Path(__file__).parent / "data" / "queries.jsonl"

_CONCEPT = re.compile(r"([a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)*)(?:#(.*))?")
_PLACES = re.compile(r" > | · ")


@dataclass(frozen=True, slots=True)
class Label:
    """One thing to be found; ``part`` is an aspect, or a heading or page of a document, or ""."""

    kind: Literal["concept", "source", "passage"]
    name: str
    part: str = ""

    def __str__(self) -> str:
        prefix = "" if self.kind == "concept" else f"{self.kind}:"
        return f"{prefix}{self.name}#{self.part}" if self.part else f"{prefix}{self.name}"

    def matches(self, passage: Passage) -> bool:
        """Whether ``passage`` is, or belongs to, what is to be found."""
        match self.kind:
            case "passage":
                return passage.id == self.name
            case "source":
                in_place = self.part in ("", passage.locator, *_PLACES.split(passage.locator))
                return passage.source == self.name and in_place
            case "concept":
                return passage.concept_id == self.name and self.part in ("", passage.aspect)


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """``relevant`` are the things that answer ``text``; ``line`` is the number in its file."""

    id: str
    split: Split
    text: str
    relevant: tuple[Label, ...]
    kind: str
    line: int


def parse_label(text: str) -> Label:
    """Read one label; ValueError with a Chinese sentence when it has no known form."""
    prefix, colon, rest = text.strip().partition(":")
    if colon and prefix == "passage" and rest:
        return Label("passage", rest)
    if colon and prefix == "source":
        name, _, part = rest.partition("#")
        if name:
            return Label("source", name, part)
    concept = _CONCEPT.fullmatch(text.strip())
    if concept is None:
        raise ValueError(
            f"标签“{text}”不对，应是概念 id（如 os.deadlock）、概念#方面、"
            "source:文件名 或 passage:段落 id"
        )
    name, part = concept[1], concept[2]
    if part is not None and part not in set(Aspect):
        raise ValueError(f"标签“{text}”里没有方面“{part}”，只能用：{'、'.join(Aspect)}")
    return Label("concept", name, part or "")


def _labels(texts: list[str]) -> list[str]:
    try:
        labels = [parse_label(text) for text in texts]
    except ValueError as error:
        raise PydanticCustomError("label", "{said}", {"said": str(error)}) from None
    whole = {label.name for label in labels if label.kind == "concept" and not label.part}
    for label in labels:
        twice = labels.count(label) > 1
        if twice or (label.kind == "concept" and label.part and label.name in whole):
            raise PydanticCustomError("label", "“{name}”标了两次", {"name": label.name})
    return texts


_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: _Text
    query: _Text
    relevant: Annotated[list[str], Field(min_length=1), AfterValidator(_labels)]
    split: Split = "test"
    kind: str = ""


_SAID = {
    "missing": "缺少字段 {0}",
    "extra_forbidden": "不认识字段 {0}",
    "string_type": "{0} 应是文字",
    "list_type": '{0} 应是列表，如 ["os.deadlock"]',
    "string_too_short": "{0} 不能为空",
    "string_pattern_mismatch": "{0} 不能为空",
    "too_short": "{0} 至少要有一个标签",
    "literal_error": "{0} 只能是 dev 或 test",
    "model_type": "应是一个 JSON 对象",
}


def load_queries(path: Path = SHIPPED) -> list[LabelledQuery]:
    """Read a JSONL file of labelled queries; DatasetInvalid names the first bad line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(f"查询文件 {path} 读不出来（{error}）") from error
    queries: dict[str, LabelledQuery] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        query = _query(path, number, line)
        first = queries.setdefault(query.id, query)
        if first is not query:
            raise DatasetInvalid(
                f"{path} 第 {number} 行不对：id {query.id} 在第 {first.line} 行已经用过"
            )
    if not queries:
        raise DatasetInvalid(f"查询文件 {path} 里没有查询")
    return list(queries.values())


def _query(path: Path, number: int, line: str) -> LabelledQuery:
    try:
        item = _Line.model_validate(json.loads(line))
    except ValidationError as error:
        raise DatasetInvalid(f"{path} 第 {number} 行不对：{_sentence(error)}") from error
    except (ValueError, RecursionError) as error:
        raise DatasetInvalid(f"{path} 第 {number} 行不对：不是合法的 JSON") from error
    relevant = tuple(parse_label(text) for text in item.relevant)
    return LabelledQuery(item.id, item.split, item.query, relevant, item.kind, number)


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = "".join(f"[{p}]" if isinstance(p, int) else p for p in first["loc"])
    return _SAID.get(first["type"], first["msg"]).format(field)


def require_findable(
    path: Path, queries: Sequence[LabelledQuery], passages: Sequence[Passage]
) -> None:
    """DatasetInvalid for the first label that no passage matches: it could never be found."""
    findable: set[Label] = set()
    for query in queries:
        for label in query.relevant:
            if label not in findable and not any(label.matches(p) for p in passages):
                raise DatasetInvalid(f"{path} 第 {query.line} 行不对：知识库里没有 {label} 的段落")
            findable.add(label)
