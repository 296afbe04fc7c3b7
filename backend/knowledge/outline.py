"""The 408 exam outline: subjects, chapters and the points that cards and questions refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.errors import ContentError
from backend.knowledge.problems import read_yaml, reading_problems

_PointId = Annotated[str, StringConstraints(pattern=r"^(DS|CO|OS|CN)\d{4}$")]


@dataclass(frozen=True, slots=True)
class OutlinePoint:
    """One line of the outline.

    ``aliases`` are strict synonyms of ``name``; ``covers`` are parts of it. ``starred`` marks what
    is examined often, ``uncertain`` what must be checked against the year's official outline.
    """

    id: str
    name: str
    subject: str
    chapter: str
    chapter_name: str
    group: str
    aliases: tuple[str, ...]
    covers: tuple[str, ...]
    starred: bool
    uncertain: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter, such as OS03; ``weight`` is what it was worth in recent exams, points a year."""

    id: str
    name: str
    subject: str
    weight: float


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the four subjects by its id (DS, CO, OS, CN), worth ``exam_points`` of the 150."""

    id: str
    name: str
    exam_points: int


@dataclass(frozen=True, slots=True)
class Outline:
    """All points, chapters and subjects by id, each in the outline's order.

    A point's and a chapter's ids begin with the ids of what they belong to. An outline made of
    points alone has no weights; who weighs them then treats them alike.
    """

    points: Mapping[str, OutlinePoint]
    chapters: Mapping[str, Chapter] = field(default_factory=dict[str, Chapter])
    subjects: Mapping[str, Subject] = field(default_factory=dict[str, Subject])

    def trail(self, point_id: str) -> str:
        """Return where the point stands, e.g. ``操作系统 · 内存管理``; KeyError if unknown."""
        point = self.points[point_id]
        return f"{point.subject} · {point.chapter_name}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Point(_Strict):
    id: _PointId
    name: str = Field(min_length=1)
    starred: bool = False
    uncertain: bool = False
    aliases: list[str] = []
    covers: list[str] = []


class _Group(_Strict):
    name: str
    points: list[_Point]


class _Chapter(_Strict):
    id: str
    name: str
    weight: float = Field(ge=0)
    groups: list[_Group]


class _Subject(_Strict):
    id: str
    name: str
    points: int = Field(ge=0)
    chapters: list[_Chapter]


class _File(_Strict):
    version: int
    subjects: list[_Subject]


def load_outline(path: Path) -> Outline:
    """Read ``outline.yaml``; ContentError lists what is wrong with it."""
    with reading_problems(path.name):
        raw = read_yaml(path.read_text(encoding="utf-8"))
        file = _File.model_validate(raw)
    points: dict[str, OutlinePoint] = {}
    problems: list[str] = []
    for subject, chapter, group, point in _walk(file):
        if not point.id.startswith(chapter.id) or not chapter.id.startswith(subject.id):
            problems.append(f"{path.name}：考点 {point.id} 不在自己的章 {chapter.id} 里")
        if point.id in points:
            problems.append(f"{path.name}：考点编号 {point.id} 重复")
        points[point.id] = OutlinePoint(
            id=point.id,
            name=point.name,
            subject=subject.name,
            chapter=chapter.id,
            chapter_name=chapter.name,
            group=group.name,
            aliases=tuple(point.aliases),
            covers=tuple(point.covers),
            starred=point.starred,
            uncertain=point.uncertain,
        )
    if problems:
        raise ContentError(problems)
    chapters = [
        Chapter(chapter.id, chapter.name, subject.id, chapter.weight)
        for subject in file.subjects
        for chapter in subject.chapters
    ]
    return Outline(
        points,
        {chapter.id: chapter for chapter in chapters},
        {
            subject.id: Subject(subject.id, subject.name, subject.points)
            for subject in file.subjects
        },
    )


def _walk(file: _File) -> list[tuple[_Subject, _Chapter, _Group, _Point]]:
    return [
        (subject, chapter, group, point)
        for subject in file.subjects
        for chapter in subject.chapters
        for group in chapter.groups
        for point in group.points
    ]
