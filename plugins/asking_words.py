"""How a question, a verdict and a reveal are said, for every plugin that asks.

The letters that a person sees are those of the asking; nothing here uses the letters of the author.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Literal

from backend.knowledge.library import Library
from backend.learning.values import SHANGHAI, Asking, Outcome, Tally
from backend.questions.question import OPTION_KEYS, OptionKey, Question
from plugins.drawing import Block, Drawing, Options, Prose
from plugins.messages import Reply, Source

ExamPhase = Literal["before", "first_day", "second_day", "over"]

STARS = 5
_OVER_AT = time(18)
"""408 is written on the second afternoon, until 17:00."""
_DRAWN_MARKS = ("```", "\n|")
CORRECTED = "这题的答案更正过，原来的解析已经作废。"
RETRACTED = "这道题有误，已经作废，不计对错。"
HOW_TO_ANSWER_HERE = "直接回复字母就行；蒙的可以说“B 蒙的”。"
HOW_TO_ANSWER_GROUP = "@我 发字母，或引用这条消息回字母，也可以私聊我作答（马上看解析）。"


def stars(level: int) -> str:
    """Draw a difficulty, 1 to 5: ★★★☆☆."""
    return "★" * level + "☆" * (STARS - level)


def exam_phase(exam: date, now: date | datetime) -> ExamPhase:
    """Say where ``now`` is: a moment, or a day, whose evening is not told from its morning.

    ``exam`` is the first of its two days; 408 is written on the second afternoon.
    """
    local = now.astimezone(SHANGHAI) if isinstance(now, datetime) else None
    days = (exam - (local.date() if local else now)).days
    if days > 0:
        return "before"
    if days == 0:
        return "first_day"
    is_evening = local is not None and local.time() >= _OVER_AT
    return "over" if days < -1 or is_evening else "second_day"


def days_left_text(exam: date, now: date | datetime) -> str:
    """Say how far the exam is at a moment, or on a day: 距初试 27 天."""
    match exam_phase(exam, now):
        case "before":
            day = now.astimezone(SHANGHAI).date() if isinstance(now, datetime) else now
            return f"距初试 {(exam - day).days} 天"
        case "first_day":
            return "今天初试"
        case "second_day":
            return "今天下午考 408"
        case "over":
            return "初试已结束"


def about(library: Library, question: Question) -> str:
    """Name subject and difficulty: 操作系统 · ★★★☆☆."""
    point = library.outline.points.get(question.point)
    subject = point.subject if point else question.subject
    return f"{subject} · {stars(question.difficulty)}"


def sources(library: Library, question: Question) -> tuple[Source, ...]:
    """Name the cards that the key follows from; the outline point where there is none."""
    outline = library.outline
    cards = [library.concepts[i] for i in question.source if i in library.concepts]
    named = [
        Source(f"{outline.trail(card.points[0])} · {card.name}", card.points[0]) for card in cards
    ]
    point = outline.points.get(question.point)
    if not named and point is not None:
        named = [Source(f"{outline.trail(point.id)} · {point.name}", point.id)]
    return tuple(named)


def question_reply(asking: Asking, head: str, how: str, *, caption: str = "") -> Reply:
    """Ask: as a picture where code or a table would be unreadable as text."""
    question = asking.question
    options = "\n".join(f"{key}. {text}" for key, text in asking.options)
    parts = [f"**{head}**", question.stem, _convention(question), options, how]
    drawing = None
    if any(mark in question.stem for mark in _DRAWN_MARKS):
        blocks: list[Block] = [Prose(question.stem)]
        if question.convention:
            blocks.append(Prose(question.convention, title="约定", tone="quiet"))
        blocks.append(Options(asking.options))
        title, _, subtitle = head.strip("【").partition("】")
        drawing = Drawing(title, tuple(blocks), subtitle, footer=how)
    return Reply(
        _joined(parts),
        "command",
        choices=OPTION_KEYS,
        drawing=drawing,
        caption=caption or head,
        asking=asking.id,
    )


def verdict_text(library: Library, asking: Asking, outcome: Outcome) -> str:
    """Say at once whether an answer was right, why, and what changed for the person."""
    if outcome.right is None:  # what the question says of its options is wrong
        return _joined([verdict_line(asking, outcome), streak_line(outcome)])
    return _joined(
        [
            verdict_line(asking, outcome),
            explanation(asking, chosen=outcome.attempt.chosen),
            _book_line(outcome),
            sources_line(library, asking.question),
            streak_line(outcome),
        ]
    )


def verdict_line(asking: Asking, outcome: Outcome) -> str:
    """Say whether the answer is right, with the letters as shown."""
    shown = outcome.attempt.shown
    first = f"这题你已经答过了，以第一次的 {shown} 为准。" if outcome.status == "repeated" else ""
    if outcome.right is None:
        return first + RETRACTED
    right = asking.shown_answer
    verdict = (
        f"✅ 答对了，选 {right}。" if outcome.right else f"❌ 你选的是 {shown}，应选 {right}。"
    )
    late = "（已经公布过，这次算练习）" if outcome.status == "late" else ""
    return first + f"**{verdict}**" + late


def explanation(asking: Asking, *, chosen: OptionKey | None = None) -> str:
    """Give the reasons: the right option, the chosen one, the others, then the steps.

    "" for a retracted question, a sentence for one whose key was corrected: the reasons are wrong.
    """
    if asking.retracted:
        return ""
    question = asking.question
    if not question.why:
        return CORRECTED
    steps = "\n\n".join(question.steps)
    reasons = _reasons(asking, chosen)
    return _joined([reasons, f"**解题步骤**\n\n{steps}" if steps else "", _convention(question)])


def _reasons(asking: Asking, chosen: OptionKey | None = None, *, right: str = "√") -> str:
    if not asking.question.why:
        return CORRECTED
    order = sorted(
        asking.options,
        key=lambda option: (
            asking.canonical(option[0]) != asking.question.answer,
            asking.canonical(option[0]) != chosen,
        ),
    )
    return "\n".join(_reason(asking, key, chosen, right) for key, _ in order)


def _reason(asking: Asking, shown: OptionKey, chosen: OptionKey | None, right: str) -> str:
    key = asking.canonical(shown)
    mark = right if key == asking.question.answer else "×"
    yours = "（你选的）" if key == chosen else ""
    return f"- {mark} {shown}{yours}：{asking.question.why[key]}"


def reveal_reply(library: Library, asking: Asking, tally: Tally, head: str) -> Reply:
    """Tell a group the answer, the shares, the reasons, the steps, the source, who answered.

    Names are those of members who agreed to be named; who was wrong is never said.
    """
    if asking.retracted:
        return Reply(_joined([f"**{head}**", RETRACTED]), "command")
    question = asking.question
    shares = option_shares(asking, tally)
    lines = [
        f"**{head}**",
        f"答案 **{asking.shown_answer}**：{question.options[question.answer]}",
        _share_text(asking, tally, shares),
        explanation(asking),
        _names(tally),
        sources_line(library, question),
    ]
    title, _, subtitle = head.strip("【").partition("】")
    blocks: list[Block] = [
        Prose(question.stem),
        Options(
            asking.options, asking.shown_answer, tuple(shares.values()) if tally.total else None
        ),
        Prose(_reasons(asking, right="✓"), title="解析"),  # √ before a letter is drawn as a root
    ]
    if question.steps:
        blocks.append(Prose("\n\n".join(question.steps), title="解题步骤"))
    if question.convention:
        blocks.append(Prose(question.convention, title="约定", tone="quiet"))
    named = " · ".join(part for part in (_names(tally), sources_line(library, question)) if part)
    subtitle = " · ".join(part for part in (subtitle, _right_text(asking, tally)) if part)
    drawing = Drawing(title, tuple(blocks), subtitle, footer=named)
    return Reply(
        _joined(lines),
        "command",
        concepts=tuple(question.source),
        drawing=drawing,
        caption=f"{head}：答案 {asking.shown_answer}。",
    )


def option_shares(asking: Asking, tally: Tally) -> Mapping[OptionKey, float]:
    """Give the part of all answers that fell on each option, by its letter as shown."""
    total = tally.total
    return {
        key: tally.counts.get(asking.canonical(key), 0) / total if total else 0.0
        for key in OPTION_KEYS
    }


def _share_text(asking: Asking, tally: Tally, shares: Mapping[OptionKey, float]) -> str:
    if not tally.total:
        return "还没有人作答，先看看解析吧。"
    each = "  ".join(f"{key} {share:.0%}" for key, share in shares.items())
    right = tally.counts.get(asking.question.answer, 0) / tally.total
    return f"{_right_text(asking, tally)}（{right:.0%}）：{each}"


def _right_text(asking: Asking, tally: Tally) -> str:
    if not tally.total:
        return ""
    return f"{tally.total} 人作答，{tally.counts.get(asking.question.answer, 0)} 人答对"


def _names(tally: Tally) -> str:
    return f"参与：{'、'.join(tally.names)}" if tally.names else ""


def sources_line(library: Library, question: Question) -> str:
    """Name the sources in one line: 依据：操作系统 · 内存管理 · LRU（OS0316）."""
    named = (f"{source.title}（{source.locator}）" for source in sources(library, question))
    return f"依据：{'；'.join(named)}"


def streak_line(outcome: Outcome) -> str:
    """Say how far the person is today."""
    if outcome.status == "repeated":
        return ""
    today = f"今天第 {outcome.answered_today} 题" if outcome.answered_today else ""
    streak = f"连续打卡 {outcome.streak.current} 天" if outcome.streak.current > 1 else ""
    return " · ".join(part for part in (today, streak) if part)


def _book_line(outcome: Outcome) -> str:
    if outcome.entered_wrong_book:
        return "已记进错题本（在三个不同的日子都答对就移出）。"
    return "这题已在三个不同的日子答对，移出错题本 🎉" if outcome.left_wrong_book else ""


def _convention(question: Question) -> str:
    return f"约定：{question.convention}" if question.convention else ""


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part)
