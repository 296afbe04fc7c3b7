"""What a person wants to practise: a subject, a chapter, an outline point, or all of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from backend.knowledge.library import Library
from backend.knowledge.linker import Linker
from backend.knowledge.normalise import normalise

SUBJECT_NAMES = {
    "DS": ("数据结构", "数构", "数据结构与算法", "ds"),
    "CO": ("计算机组成原理", "组成原理", "计组", "机组", "组原", "计算机组成", "组成", "co"),
    "OS": ("操作系统", "操作", "os"),
    "CN": ("计算机网络", "计网", "网络", "cn"),
}
_SUFFIX = re.compile(r"(?:这(?:一)?(?:科|门课|门|章|个考点)|科目|部分|方面|的?(?:题目|题|练习))$")
_ID = re.compile(r"^(ds|co|os|cn)(\d{2})?(\d{2})?$")


@dataclass(frozen=True, slots=True)
class Scope:
    """``ids`` are what question points begin with: OS, OS03 or OS0316; ``label`` names it."""

    kind: Literal["all", "subject", "chapter", "points"]
    ids: tuple[str, ...]
    label: str

    def holds(self, point: str) -> bool:
        """Whether a question on ``point`` belongs to it."""
        return not self.ids or point.startswith(self.ids)


EVERYTHING = Scope("all", (), "全部")


class ScopeReader:
    """Reads what a person calls a subject, chapter or point."""

    def __init__(self, library: Library, linker: Linker) -> None:
        self._library = library
        self._linker = linker
        self._names: dict[str, Scope] = {}
        points = library.outline.points.values()
        for chapter in {point.chapter: point for point in points}.values():
            scope = Scope("chapter", (chapter.chapter,), chapter.chapter_name)
            self._names[normalise(chapter.chapter_name).text] = scope
        for subject, names in SUBJECT_NAMES.items():
            for name in names:
                self._names[name] = subject_scope(subject)

    def read(self, said: str) -> Scope | None:
        """Return the scope; EVERYTHING for "", None for what is no part of the outline."""
        text = normalise(said).text.strip()
        if not text:
            return EVERYTHING
        for form in (text, _SUFFIX.sub("", text)):
            found = self._names.get(form) or self._by_id(form)
            if found is not None:
                return found
        return self._by_part(_SUFFIX.sub("", text)) or self._by_link(said)

    def _by_part(self, text: str) -> Scope | None:
        """Read a piece of chapters' names: 二叉树, 输入输出 (which two subjects have)."""
        found = [s for name, s in self._names.items() if text in name and s.kind == "chapter"]
        if not found:
            return None
        ids = dict.fromkeys(i for scope in found for i in scope.ids)
        return Scope("chapter", tuple(ids), _labels(scope.label for scope in found))

    def subject(self, said: str) -> str | None:
        """Return the id of a subject by any of its names."""
        scope = self.read(said)
        return scope.ids[0] if scope is not None and scope.kind == "subject" else None

    def _by_id(self, text: str) -> Scope | None:
        match = _ID.match(text)
        if match is None:
            return None
        prefix = text.upper()
        inside = [p for p in self._library.outline.points.values() if p.id.startswith(prefix)]
        if not inside:
            return None
        if len(prefix) == 4:
            return Scope("chapter", (prefix,), inside[0].chapter_name)
        if len(prefix) == 6:
            return Scope("points", (prefix,), inside[0].name)
        return subject_scope(prefix)

    def _by_link(self, said: str) -> Scope | None:
        targets = [link.target for link in self._linker.link(said).links]
        ids: list[str] = []
        for target in targets:
            concept = self._library.concepts.get(target.id)
            ids += concept.points if concept is not None else [target.id]
        known = [i for i in dict.fromkeys(ids) if i in self._library.outline.points]
        return Scope("points", tuple(known), _labels(t.label for t in targets)) if known else None


def subject_scope(subject: str) -> Scope:
    """Make the scope of a whole subject by its id."""
    return Scope("subject", (subject,), SUBJECT_NAMES[subject][0])


def _labels(labels: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(labels))
