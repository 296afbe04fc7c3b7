"""Concept cards and comparison tables to passages: one for each aspect or group of rows."""

from collections.abc import Iterator

from backend.knowledge.aspects import NAMES, Aspect
from backend.knowledge.comparisons import Comparison, Row
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.retrieval.passages import Passage, make_passage

MAX_TABLE_CHARS = 250

ASKED_AS: dict[Aspect, str] = {
    Aspect.DEFINITION: "是什么 概念 含义 意思",
    Aspect.PRINCIPLE: "过程 步骤 流程 怎么工作 机制 实现 为什么",
    Aspect.FEATURES: "特征 性质 特性 结论",
    Aspect.CLASSIFICATION: "种类 类型 哪几种 分为",
    Aspect.PROS_CONS: "优点 缺点 好处 坏处 优势 不足",
    Aspect.COMPARISON: "区别 对比 不同 差异 联系",
    Aspect.APPLICATION: "用途 用在哪 场景 什么时候用 作用",
    Aspect.CALCULATION: "怎么算 公式 求 计算方法",
    Aspect.EXAMPLE: "例子 举例 题目 练习",
    Aspect.PITFALLS: "注意 误区 陷阱 容易错 坑",
    Aspect.EXAM: "怎么考 考点 真题 题型 考法 重点",
}
"""Other words that students use for an aspect; searched, never shown."""


def card_passages(library: Library) -> Iterator[tuple[str, list[Passage]]]:
    """Yield the path of each card and table below the content folder, with its passages."""
    for concept in library.concepts.values():
        yield concept.path, _of_concept(concept, library)
    for table in library.comparisons:
        yield table.path, _of_comparison(table, library)


def _of_concept(concept: Concept, library: Library) -> list[Passage]:
    return [
        make_passage(
            text=text,
            context=_context(concept, aspect, library),
            title=concept.name,
            locator=concept.points[0],
            source=concept.path,
            concept_id=concept.id,
            aspect=aspect.value,
        )
        for aspect, text in concept.sections.items()
    ]


def _context(concept: Concept, aspect: Aspect, library: Library) -> str:
    names = " ".join((concept.name, *concept.aliases))
    trail = library.outline.trail(concept.points[0])
    lines = [trail, names, f"{concept.name} {NAMES[aspect]} {ASKED_AS.get(aspect, '')}".strip()]
    # Parts are named on one passage only, or each would match as if it explained them all.
    if aspect is Aspect.DEFINITION:
        lines.append(" ".join(concept.covers))
    return "\n".join(line for line in lines if line)


def _of_comparison(table: Comparison, library: Library) -> list[Passage]:
    one, other = (library.concepts[concept_id] for concept_id in table.ids)
    names = " ".join((one.name, *one.aliases, other.name, *other.aliases))
    context = f"{table.title} {ASKED_AS[Aspect.COMPARISON]}\n{names}"
    lines = [_row_line(row, one.name, other.name) for row in table.rows]
    lines += [f"怎么选：{table.choose}"] if table.choose else []
    return [
        make_passage(
            text=text,
            context=context,
            title=table.title,
            locator=f"{one.points[0]}、{other.points[0]}",
            source=table.path,
            concept_id=one.id,
            aspect=Aspect.COMPARISON.value,
        )
        for text in _grouped([table.summary, *lines])
    ]


def _row_line(row: Row, one: str, other: str) -> str:
    return f"- {row.dimension}：{one} {row.a}；{other} {row.b}"


def _grouped(lines: list[str]) -> Iterator[str]:
    """Yield texts of whole lines, each within the limit unless one line alone exceeds it."""
    group: list[str] = []
    for line in lines:
        if group and sum(map(len, group)) + len(group) + len(line) > MAX_TABLE_CHARS:
            yield "\n".join(group)
            group = []
        group.append(line)
    if group:
        yield "\n".join(group)
