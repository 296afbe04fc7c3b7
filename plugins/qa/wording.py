"""How an answer is said: the Markdown subset of ``bot/rendering``, short enough for a phone."""

from collections.abc import Iterable, Sequence

from backend.answering.answer import (
    Answer,
    Body,
    CardBody,
    PairBody,
    PassageBody,
    PrerequisiteBody,
    SolutionBody,
    SourceRef,
    Suggestion,
    TableBody,
)
from backend.knowledge.aspects import NAMES, Aspect
from backend.knowledge.concepts import Concept
from plugins.qa.solution_wording import solution_text

GREETING = "在呢。想问哪个 408 知识点？直接发名字就行，比如“什么是死锁”“TCP 和 UDP 的区别”。"
VAGUE = "您想问的是哪个知识点？把名字带上再问一次，比如“LRU 怎么算”“死锁的例题”。"
MODEL_FAILED = "模型这次没有给出能用的回答，改由概念卡片回答：{}"
MODEL_NOT_ASKED = "模型没能帮忙理解这句话或判断选项，照没有模型时回答：{}"
MODEL_OWN = "（模型补充，未在资料中找到）"
REJECTED = "好的，那换个说法再问我一次，带上知识点的名字会更准。"
_OFF_TOPIC = "这个我帮不上忙，我只懂 408。"
_NOT_PASTED = "（我还不会直接替你选答案，先把相关的知识点给你：）"
_CHOSEN = f"模型判断：{{}}{MODEL_OWN[:-1]}，请以资料为准）\n\n相关的知识点："
_SUGGEST = "想接着问："

_QUESTION_OF_ASPECT: dict[Aspect, str] = {
    Aspect.CALCULATION: "{}的计算",
    Aspect.EXAMPLE: "{}的例题",
    Aspect.PITFALLS: "{}的易错点",
    Aspect.PRINCIPLE: "{}的原理",
}


def answer_text(answer: Answer, choice: str = "") -> str:
    """Word an answer that was composed from cards, tables or passages.

    ``choice`` is the option of a pasted question that a model takes for right.
    """
    assert answer.body is not None
    parts = [_body(answer.body), footer(answer)]
    if answer.pasted_question:
        parts.insert(0, _CHOSEN.format(choice) if choice else _NOT_PASTED)
    return "\n\n".join(parts)


def written_text(text: str, sources: Sequence[SourceRef], answer: Answer) -> str:
    """Word an answer that a model wrote; ``sources`` are those that it cites, from [1]."""
    numbered = (f"[{n}] {_source(source)}" for n, source in enumerate(sources, start=1))
    return f"{text}\n\n{_ending(numbered, answer)}"


def footer(answer: Answer) -> str:
    """Return the line of sources and the line of suggestions."""
    return _ending(map(_source, answer.sources), answer)


def _ending(sources: Iterable[str], answer: Answer) -> str:
    lines = [f"依据：{'；'.join(sources)}"]
    if answer.suggestions:
        lines.append(_SUGGEST + " / ".join(suggestion(s) for s in answer.suggestions))
    return "\n\n".join(lines)


def suggestion(item: Suggestion) -> str:
    """Word a next question so that sending it as it is gets it answered."""
    name = item.concept.name
    if item.other is not None:
        return f"{_spaced(name)}和{_set_off(item.other.name)}的区别"
    return _QUESTION_OF_ASPECT[item.aspect].format(_spaced(name)) if item.aspect else name


def ask_back_text(candidates: Sequence[Concept]) -> str:
    """Ask once which of several concepts is meant."""
    if not candidates:
        return VAGUE
    if len(candidates) == 1:
        return f"您想问的是“{candidates[0].name}”吗？回复“是”我就讲，不是的话换个说法再问。"
    options = "\n".join(f"{n}. {c.name}" for n, c in enumerate(candidates, start=1))
    return f"您想问的是：\n\n{options}\n\n回复数字就行；都不是的话换个说法再问。"


def deny_text(answer: Answer) -> str:
    """Say that the material does not have it, and name the nearest topics."""
    if answer.outside is not None:
        point = answer.outside
        first = f"“{point.name}”在 408 大纲里（{point.id}），但我的资料还没有收录，不敢乱讲。"
    else:
        first = "这个在我的资料里没有找到，不敢乱讲。"
    if not answer.nearest:
        return first
    near = "、".join(f"“{c.name}”" for c in answer.nearest)
    return f"{first}\n\n离它最近、我能讲的是：{near}。"


def off_topic_text(examples: Sequence[str]) -> str:
    """Decline politely and name the things that can be asked."""
    if not examples:
        return _OFF_TOPIC
    asked = "、".join(f"“{example}”" for example in examples)
    return f"{_OFF_TOPIC}可以问我{asked}。"


def example_questions(concept: Concept, pair: tuple[Concept, Concept]) -> list[str]:
    """Return two questions as a student would put them; ``pair`` is to be compared."""
    return [definition_question(concept), suggestion(Suggestion(pair[0], other=pair[1]))]


def definition_question(concept: Concept) -> str:
    """Return the question for what a concept is, as a student would put it."""
    return f"什么是{_set_off(concept.name, front_only=True)}"


def _body(body: Body) -> str:
    match body:
        case CardBody():
            return _card(body)
        case TableBody():
            return _table(body)
        case PairBody():
            note = "这两个没有现成的对比表，先把各自的要点放在一起："
            return f"{note}\n\n{_card(body.first)}\n\n{_card(body.second)}"
        case PrerequisiteBody():
            return _prerequisites(body)
        case SolutionBody():
            return solution_text(body.solutions)
        case PassageBody():
            return "\n\n".join(f"【{p.title}】{p.text}" for p in body.passages)


def _card(body: CardBody) -> str:
    name = body.concept.name
    parts: list[str] = []
    if body.missing is not None:
        shown = NAMES[body.sections[0].aspect]
        parts.append(
            f"（{_spaced(name)}的资料里没有单独的“{NAMES[body.missing]}”，最接近的是“{shown}”）"
        )
    for section in body.sections:
        plain = section.aspect is Aspect.DEFINITION
        title = name if plain else f"{name} · {NAMES[section.aspect]}"
        separator = "" if _opens_with_prose(section.text) else "\n\n"
        parts.append(f"【{title}】{separator}{section.text}")
    return "\n\n".join(parts)


def _table(body: TableBody) -> str:
    table = body.table
    first, second = body.concepts
    lines = [f"| 方面 | {first.name} | {second.name} |", "|---|---|---|"]
    lines += [f"| {_cell(r.dimension)} | {_cell(r.a)} | {_cell(r.b)} |" for r in table.rows]
    parts = [f"【{table.title}】{table.summary}", "\n".join(lines)]
    if table.choose:
        parts.append(table.choose)
    return "\n\n".join(parts)


def _prerequisites(body: PrerequisiteBody) -> str:
    if not body.needed:
        return f"【{body.concept.name}】资料里没有列出前置知识，可以直接从定义看起。"
    names = "、".join(c.name for c in body.needed)
    return f"【{body.concept.name} · 前置知识】先弄懂：{names}。"


def _source(source: SourceRef) -> str:
    return f"{source.title}（{source.locator}）"


def _opens_with_prose(text: str) -> bool:
    return not text.startswith(("- ", "|", "```", "1. "))


def _spaced(name: str) -> str:
    """A name that ends in Latin letters is set off from the Chinese that follows."""
    return f"{name} " if name[-1].isascii() and name[-1].isalnum() else name


def _set_off(name: str, *, front_only: bool = False) -> str:
    """A name that begins (or ends) in Latin letters is set off from the Chinese around it."""
    spaced = f" {name}" if name[0].isascii() and name[0].isalnum() else name
    return spaced if front_only else _spaced(spaced)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
