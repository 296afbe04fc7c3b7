"""Names of parts of the outline that can be sent back as they are: /练 内存管理. Pure."""

from collections.abc import Collection

from backend.knowledge.library import Library
from backend.questions.scope import SUBJECT_NAMES, Scope, ScopeReader
from plugins.practice import wording
from plugins.practice.commands import parse

_OTHER_KINDS = ("大", "综合", "应用", "编程", "代码", "填空", "判断", "简答", "算法设计", "多选")
_PAST = ("真", "历年", "历年真", "往年", "408真", "原")


def link_of(scopes: ScopeReader, library: Library, point_or_chapter: str) -> str:
    """Return what to type after /练 for a point or chapter: its name if that works, or its id."""
    outline = library.outline
    if point_or_chapter in outline.points:
        name = outline.points[point_or_chapter].name
    else:
        name = outline.chapters[point_or_chapter].name
    command = parse(f"/练 {name}") if len(name) <= wording.LINK_CHARS else None
    read = scopes.read(command.words) if command is not None else None
    return name if read is not None and read.ids == (point_or_chapter,) else point_or_chapter


def nearest_with_questions(
    scopes: ScopeReader, library: Library, scope: Scope, available: Collection[str]
) -> str:
    """Name the chapter, else the subject, around a scope that has questions; "" if none has."""
    for id_ in scope.ids:
        chapter = id_[:4]
        if len(chapter) == 4 and any(point.startswith(chapter) for point in available):
            return link_of(scopes, library, chapter)
    for id_ in scope.ids:
        if any(point.startswith(id_[:2]) for point in available):
            return SUBJECT_NAMES[id_[:2]][0]
    return next((SUBJECT_NAMES[point[:2]][0] for point in sorted(available)), "")


def no_questions_of_that_kind(words: str) -> str:
    """Say what there is instead of 大题 and 真题; "" for other words."""
    said = words.removesuffix("题")
    if said in _OTHER_KINDS:
        return wording.ONLY_CHOICE
    return wording.NOT_PAST_PAPERS if said in _PAST else ""
