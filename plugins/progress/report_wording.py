"""What reports say: a person's, a week's, a group's week, and its ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.learning.reports import BookChanges, GroupPeriod, Part, Period, Report, Score
from backend.learning.values import Rank, Streak
from plugins.progress.wording import day_text, public_name, span, streak_text

SHOWN_CHAPTERS, SHOWN_POINTS, SHOWN_RANKS = 8, 3, 10
ENOUGH_TO_COMPARE = 5
"""Fewer answers than this say nothing about getting better or worse."""
LEAST_MEMBERS = 3
"""With fewer people a group's share of right answers would be somebody's own."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do next: why, and what to send for it."""

    why: str
    command: str

    def __str__(self) -> str:
        return f"{self.why}：发“{self.command}”"


# Reports


def report(found: Report, streak: Streak, today: int, book: int, due: int, left: str) -> str:
    """Tell a person all that they have done; the same as the picture says."""
    parts = [
        f"**我的学习报告 · {left}**",
        "\n".join(
            (
                f"- {streak_text(streak)}，今天 {today} 题",
                f"- 共做 {found.answered} 题，{accuracy(found.score)}",
                *_memory_line(found),
                f"- 错题本 {book} 题；{_due_text(due)}",
            )
        ),
    ]
    if found.subjects:
        lines = [f"- {part.name} {part_text(part)}" for part in found.subjects]
        parts.append("**各科**\n\n" + "\n".join(lines))
    chapters = found.chapters[:SHOWN_CHAPTERS]
    if chapters:
        lines = [f"- {part.name} {part_text(part)}{_remembered(part)}" for part in chapters]
        parts.append("**各章，从弱到强**（正确率 → 预计考试时记得）\n\n" + "\n".join(lines))
    points = found.weak_points[:SHOWN_POINTS]
    if points:
        lines = [
            f"- {point.name}（预计记得 {point.known:.0%}）：发“/练 {point.name}”"
            for point in points
        ]
        parts.append("**先补这几个考点**\n\n" + "\n".join(lines))
    parts.append(report_next(found, book, due))
    return "\n\n".join(part for part in parts if part)


def report_caption(found: Report, left: str, book: int, due: int) -> str:
    """Say under the picture what to do next, in words that can be sent."""
    points = [f"/练 {point.name}" for point in found.weak_points[:SHOWN_POINTS]]
    first = f"{left}。"
    if points:
        first += f"先补薄弱点，发：{'；'.join(points)}。"
    return first + report_next(found, book, due)


def report_next(found: Report, book: int, due: int) -> str:
    """Offer the next step: what is due, then the wrong book, then a question."""
    if due:
        return f"今天先发“/复习”，有 {due} 个考点到期。"
    if book:
        return f"发“/练 错题”把错题本里的 {book} 题消掉，同一题不同的三天都答对就移出。"
    if found.weak_points:
        return "发“/周报”看最近 7 天。"
    if not found.score.judged:  # all that was answered is retracted
        return "发“/练”来一道。"
    return "没有明显的短板，发“/模考”试一套。"


def accuracy(score: Score) -> str:
    """Name a share: 正确率 71%."""
    return f"正确率 {percent(score)}" if score.judged else "还没有可以算的对错"


def percent(score: Score) -> str:
    """Write a share as a percentage, or a dash."""
    return "—" if score.share is None else f"{score.share:.0%}"


def part_text(part: Part) -> str:
    """Write the score of a subject or chapter: 82%（50/61）."""
    return f"{percent(part.score)}（{part.score.right}/{part.score.judged}）"


def _due_text(due: int) -> str:
    return f"{due} 个考点到了复习时间" if due else "没有到期要复习的考点"


def _memory_line(found: Report) -> tuple[str, ...]:
    if found.known is None:
        return ()
    return (f"- 练过 {found.practised} 个考点，不再复习的话，考试时预计记得 {found.known:.0%}",)


def _remembered(part: Part) -> str:
    return "" if part.known is None else f"→ {part.known:.0%}"


# The week


def week(
    now: Period,
    before: Period,
    book: BookChanges,
    subjects: Sequence[tuple[str, Score]],
    advice: Sequence[Advice],
    last: date,
) -> str:
    """Tell a person about the seven study days up to ``last``, next to the seven before."""
    parts = [f"**我的周报 · {span(last)}**"]
    if not now.answered:
        earlier = f"，前一周做了 {before.answered} 题" if before.answered else ""
        parts.append(f"这 7 天还没有做题{earlier}。")
    else:
        parts.append("\n".join(f"- {line}" for line in week_lines(now, before, book)))
        lines = [
            f"- {name} {percent(score)}（{score.right}/{score.judged}）" for name, score in subjects
        ]
        parts.append("**各科**\n\n" + "\n".join(lines) if lines else "")
    parts.append(advice_text(advice))
    return "\n\n".join(part for part in parts if part)


def week_lines(now: Period, before: Period, book: BookChanges) -> list[str]:
    """Give the facts of a week, a line each."""
    lines = [
        f"学了 {now.active_days} 天（前一周 {before.active_days} 天），"
        f"做了 {now.answered} 题{_more(now.answered, before.answered)}",
        f"{accuracy(now.score)}{change(now.score, before.score)}",
        f"错题本：新进 {book.entered} 题，移出 {book.left} 题",
    ]
    if now.busiest is not None:
        day, count = now.busiest
        lines.append(f"最勤的一天：{day_text(day)}，{count} 题")
    return lines


def week_caption(last: date, advice: Sequence[Advice]) -> str:
    """Say under the picture what to send next."""
    return f"我的周报（{span(last)}）。{'；'.join(str(one) for one in advice)}。"


def advice_text(advice: Sequence[Advice]) -> str:
    """List what to do next week."""
    lines = [f"{number}. {one}" for number, one in enumerate(advice, start=1)]
    return "**接下来这样练**\n\n" + "\n".join(lines)


def change(now: Score, before: Score) -> str:
    """Say how a share changed, when both mean something: （前一周 65%，涨 6 个百分点）."""
    if min(now.judged, before.judged) < ENOUGH_TO_COMPARE:
        return ""
    assert now.share is not None
    assert before.share is not None
    points = round(100 * now.share) - round(100 * before.share)
    how = f"涨 {points} 个百分点" if points > 0 else f"降 {-points} 个百分点" if points else "持平"
    return f"（前一周 {before.share:.0%}，{how}）"


def _more(now: int, before: int) -> str:
    if not before:
        return ""
    if now == before:
        return "，和前一周一样多"
    return f"，比前一周{'多' if now > before else '少'} {abs(now - before)} 题"


def weak_chapter(name: str, score: Score) -> str:
    """Say why a chapter should be practised."""
    return f"{name}这周 {score.judged} 题对 {score.right} 题"


def untouched(name: str) -> str:
    """Say why a subject should be practised."""
    return f"{name}这周没碰"


def due_points(count: int) -> str:
    """Say why to review."""
    return f"{count} 个考点到了复习时间"


def waiting_mistakes(count: int) -> str:
    """Say why to take the wrong book."""
    return f"错题本里还有 {count} 题"


KEEP_GOING = Advice("保持手感，每天来几道", "/练")


# The group


GROUP_CAPTION = "群周报来了。想上榜发“/排行 加入”，今天的题发“/每日一题”。"


def group_week(
    asked: int, now: GroupPeriod, before: GroupPeriod, ranks: Sequence[Rank], last: date
) -> str:
    """Tell a group about its week; nobody is named who did not agree to it."""
    parts = [f"**群周报 · {span(last)}**"]
    if not now.members:
        parts.append("这 7 天还没有人按时答过群里的每日一题。")
        parts.append("发“/每日一题”看今天的题；没有开启的话，请管理员发“/每日一题 开”。")
        return "\n\n".join(parts)
    parts.append("\n".join(f"- {line}" for line in group_lines(asked, now, before)))
    parts.append(ranking_text(ranks) if ranks else "还没有人上榜，发“/排行 加入”可以上榜。")
    return "\n\n".join(parts)


def group_lines(asked: int, now: GroupPeriod, before: GroupPeriod) -> list[str]:
    """Give the facts of a group's week, a line each."""
    lines = [
        f"出了 {asked} 道题，{now.members} 人参与（前一周 {before.members} 人）",
        f"共作答 {now.answered} 次{_times_more(now.answered - before.answered)}",
    ]
    if now.members < LEAST_MEMBERS:
        lines.append(f"参与的不到 {LEAST_MEMBERS} 人，不公布对错的比例")
    elif now.judged_members < LEAST_MEMBERS:
        lines.append("有题作废，能算对错的人太少，不公布对错的比例")
    elif before.judged_members < LEAST_MEMBERS:
        lines.append(f"答对的比例 {percent(now.score)}")
    else:
        lines.append(f"答对的比例 {percent(now.score)}{change(now.score, before.score)}")
    return lines


def _times_more(difference: int) -> str:
    if not difference:
        return ""
    return f"，比前一周{'多' if difference > 0 else '少'} {abs(difference)} 次"


def ranking(ranks: Sequence[Rank], last: date) -> str:
    """Show a group's ranking."""
    return "\n\n".join(
        (
            f"**群排行 · {span(last)}**",
            ranking_text(ranks),
            "只排自愿上榜的人，只算按时答的每日一题：先看天数，再看进步。"
            "发“/排行 加入”上榜，“/排行 退出”下榜。",
        )
    )


def ranking_text(ranks: Sequence[Rank]) -> str:
    """List the first ten; getting worse is nobody's business."""
    lines = [
        f"{place}. {public_name(rank.name)} · {rank.active_days} 天 · {rank.answered} 题"
        f"{_rise(rank)}"
        for place, rank in enumerate(ranks[:SHOWN_RANKS], start=1)
    ]
    more = len(ranks) - SHOWN_RANKS
    return "\n".join(lines) + (f"\n\n还有 {more} 人也在榜上。" if more > 0 else "")


def _rise(rank: Rank) -> str:
    # Not by how much: over a few questions that would tell which ones were wrong before.
    return " · 在进步" if rank.progress > 0 else ""
