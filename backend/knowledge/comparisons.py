"""Comparison tables between two concepts."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.errors import ContentError
from backend.knowledge.problems import read_yaml, reading_problems

_Cell = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


@dataclass(frozen=True, slots=True)
class Row:
    """One dimension of a comparison and what each side is in it."""

    dimension: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two concepts differ: ``rows[i].a`` speaks of ``ids[0]``, ``.b`` of ``ids[1]``."""

    ids: tuple[str, str]
    title: str
    summary: str
    rows: tuple[Row, ...]
    choose: str | None
    path: str
    digest: str


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dimension: _Cell
    a: _Cell
    b: _Cell


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(min_length=2, max_length=2)
    title: _Cell
    summary: str = Field(min_length=1, max_length=200)
    rows: list[_Row] = Field(min_length=3, max_length=10)
    choose: str | None = Field(None, max_length=200)


def load_comparison(path: Path, root: Path) -> Comparison:
    """Read one table below the content folder ``root``; ContentError lists its problems."""
    where = path.relative_to(root).as_posix()
    with reading_problems(where):
        data = path.read_bytes()
        file = _File.model_validate(read_yaml(data.decode("utf-8")))
    a, b = file.ids
    slugs = [concept_id.partition(".")[2] for concept_id in (a, b)]
    if path.stem != "-vs-".join(slugs):
        raise ContentError([f"{where}：按 ids，文件名应为 {'-vs-'.join(slugs)}.yaml"])
    return Comparison(
        ids=(a, b),
        title=file.title,
        summary=file.summary,
        rows=tuple(Row(row.dimension, row.a, row.b) for row in file.rows),
        choose=file.choose,
        path=where,
        digest=hashlib.sha256(data).hexdigest(),
    )
