"""Concept cards: one Markdown file for each node of the 408 knowledge graph."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.errors import ContentError
from backend.knowledge.aspects import ASPECT_OF_HEADING, HEADINGS, Aspect
from backend.knowledge.problems import read_yaml, reading_problems

MIN_HAN, MAX_HAN = 300, 900
MAX_SECTION_CHARS = 420

Relation = Literal["prerequisite", "contrasts_with", "confusable_with", "part_of", "related"]
RELATIONS: tuple[Relation, ...] = (
    "prerequisite",
    "contrasts_with",
    "confusable_with",
    "part_of",
    "related",
)

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
_ConceptId = Annotated[str, StringConstraints(pattern=r"^(ds|co|os|cn)\.[a-z0-9]+(-[a-z0-9]+)*$")]
_PointId = Annotated[str, StringConstraints(pattern=r"^(DS|CO|OS|CN)\d{4}$")]
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n(.*)\Z", re.DOTALL)
FORBIDDEN_MARKUP = {
    "三级标题": re.compile(r"^#{3,}\s", re.MULTILINE),
    "链接或图片": re.compile(r"\]\("),
    "HTML 标签": re.compile(r"<(?:/?(?:br|p|div|span|b|i|sub|sup|table|tr|td|img|a)\b)[^>]*>"),
    "LaTeX 公式": re.compile(r"\$[^$\n]+\$|\\frac|\\times|\\lceil"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Concept:
    """One card; two are the same only if they are one object.

    ``aliases`` are strict synonyms, ``covers`` are parts. ``points[0]`` is the main outline point.
    ``sections`` holds the Markdown of each aspect in card order. ``path`` is relative to the
    content folder; ``digest`` is the SHA-256 of the file.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    covers: tuple[str, ...]
    points: tuple[str, ...]
    relations: Mapping[Relation, tuple[str, ...]]
    sections: Mapping[Aspect, str]
    path: str
    digest: str

    def neighbours(self) -> tuple[str, ...]:
        """Return the ids that this card relates to, nearest relation first, without repeats."""
        order: tuple[Relation, ...] = (
            "contrasts_with",
            "related",
            "confusable_with",
            "part_of",
            "prerequisite",
        )
        return tuple(dict.fromkeys(i for kind in order for i in self.relations.get(kind, ())))


class _Front(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: _ConceptId
    name: _Text
    aliases: list[_Text] = []
    covers: list[_Text] = []
    points: list[_PointId] = Field(min_length=1)
    relations: dict[Relation, list[_ConceptId]] = {}


def load_concept(path: Path, root: Path) -> Concept:
    """Read one card below the content folder ``root``; ContentError lists all its problems."""
    where = path.relative_to(root).as_posix()
    with reading_problems(where):
        data = path.read_bytes()
        text = data.decode("utf-8").replace("\r\n", "\n")
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise ContentError([f"{where}：开头应是两行 --- 之间的字段（id、name、points …）"])
    with reading_problems(where, part="开头字段的 "):
        front = _Front.model_validate(read_yaml(match[1]))
    sections, problems = _sections(match[2])
    problems += _placement_problems(front, path.relative_to(root)) + _body_problems(match[2])
    if problems:
        raise ContentError([f"{where}：{problem}" for problem in problems])
    return Concept(
        id=front.id,
        name=front.name,
        aliases=tuple(front.aliases),
        covers=tuple(front.covers),
        points=tuple(front.points),
        relations={kind: tuple(ids) for kind, ids in front.relations.items()},
        sections=sections,
        path=where,
        digest=hashlib.sha256(data).hexdigest(),
    )


def _sections(body: str) -> tuple[dict[Aspect, str], list[str]]:
    problems: list[str] = []
    sections: dict[Aspect, str] = {}
    before, *parts = re.split(r"^## +", body, flags=re.MULTILINE)
    if before.strip():
        problems.append("第一个二级标题之前不能有正文")
    for part in parts:
        heading, _, text = part.partition("\n")
        heading, text = heading.strip(), text.strip()
        aspect = ASPECT_OF_HEADING.get(heading)
        if aspect is None:
            problems.append(f"不认识的标题“{heading}”，只能用：{'、'.join(HEADINGS.values())}")
            continue
        if aspect in sections:
            problems.append(f"标题“{heading}”出现了不止一次")
        if not text:
            problems.append(f"标题“{heading}”下面没有内容")
        if len(text) > MAX_SECTION_CHARS:
            problems.append(f"“{heading}”有 {len(text)} 个字符，最多 {MAX_SECTION_CHARS} 个")
        sections[aspect] = text
    if Aspect.DEFINITION not in sections:
        problems.append("缺少“定义”")
    order = [aspect for aspect in HEADINGS if aspect in sections]
    if list(sections) != order:
        problems.append(f"标题的顺序应为：{'、'.join(HEADINGS[aspect] for aspect in order)}")
    return sections, problems


def _placement_problems(front: _Front, path: Path) -> list[str]:
    subject, _, slug = front.id.partition(".")
    chapter = front.points[0][:4].lower()
    expected = Path("concepts", subject, chapter, f"{slug}.md")
    if path != expected:
        return [f"按 id 和第一个考点，文件应放在 {expected.as_posix()}"]
    return []


def _body_problems(body: str) -> list[str]:
    han = len(_HAN.findall(body))
    problems: list[str] = []
    if not MIN_HAN <= han <= MAX_HAN:
        problems.append(f"正文有 {han} 个汉字，应在 {MIN_HAN}–{MAX_HAN} 之间")
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", body, flags=re.DOTALL)
    for name, pattern in FORBIDDEN_MARKUP.items():
        if pattern.search(prose):
            problems.append(f"正文里不能用{name}（手机上的 QQ 显示不了）")
    if body.count("```") % 2:
        problems.append("代码块的三个反引号没有配对")
    return problems
