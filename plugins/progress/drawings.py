"""Reports as pictures; the texts in report_wording.py say the same."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from backend.learning.reports import (
    BookChanges,
    GroupPeriod,
    Part,
    Period,
    Report,
    Score,
)
from backend.learning.values import Rank, Streak, StudyDay
from plugins.drawing import Bar, Bars, Block, Days, Drawing, Prose, Stat, Stats, Tone
from plugins.progress import report_wording as words
from plugins.progress.report_wording import Advice
from plugins.progress.wording import date_text, span

SHOWN_DAYS = 14
_WEAK_SHARE = 0.6
_LEVELS = (1, 3, 6, 11)
"""From so many answers on, a day is drawn as level 1, 2, 3 and 4."""
_MADE_UP = 5
_DAY_BEGINS = "凌晨 4 点算新的一天"
_FOOTER = f"每出一次题只算第一次选的 · {_DAY_BEGINS}"


def report(
    found: Report,
    streak: Streak,
    days: Mapping[date, StudyDay],
    today: date,
    left: str,
    *,
    book: int,
    due: int,
) -> Drawing:
    """Draw what a person has done."""
    answered = days[today].answered if today in days else 0
    blocks: list[Block] = [
        Stats(
            (
                Stat("连续打卡", f"{streak.current} 天", f"最长 {streak.longest} 天"),
                Stat("做题", str(found.answered), f"今天 {answered} 题"),
                Stat("正确率", words.percent(found.score), _memory(found)),
                Stat("错题本", f"{book} 题", f"{due} 个考点待复习"),
            )
        ),
        Days(f"最近 {SHOWN_DAYS} 天（颜色越深做得越多）", fortnight(days, today)),
        Bars("各科正确率", tuple(_bar(part) for part in found.subjects)),
    ]
    chapters = found.chapters[: words.SHOWN_CHAPTERS]
    if chapters:
        blocks.append(
            Bars("各章，从弱到强（做得少的靠前）", tuple(_bar(part) for part in chapters))
        )
    points = found.weak_points[: words.SHOWN_POINTS]
    if points:
        bars = (
            Bar(p.name, p.known, f"考试时预计记得 {p.known:.0%}", _tone(p.known)) for p in points
        )
        blocks.append(Bars("先补这几个考点（按不再复习算）", tuple(bars)))
    subtitle = f"{date_text(today)} · {left}"
    return Drawing("我的学习报告", tuple(blocks), subtitle, footer=_FOOTER)


def week(
    now: Period,
    before: Period,
    book: BookChanges,
    days: Mapping[date, StudyDay],
    subjects: Sequence[tuple[str, Score]],
    advice: Sequence[Advice],
    last: date,
) -> Drawing:
    """Draw a person's week."""
    blocks: list[Block] = [
        Stats(
            (
                Stat("学习", f"{now.active_days} 天", f"前一周 {before.active_days} 天"),
                Stat("做题", str(now.answered), f"前一周 {before.answered} 题"),
                Stat("正确率", words.percent(now.score), _before(now.score, before.score)),
                Stat("错题本", f"进 {book.entered} 出 {book.left}"),
            )
        ),
        Days(f"最近 {SHOWN_DAYS} 天（颜色越深做得越多）", fortnight(days, last)),
        Bars("各科正确率", tuple(_score_bar(name, score) for name, score in subjects)),
        Prose("\n".join(f"{n}. {one}" for n, one in enumerate(advice, 1)), "接下来这样练", "good"),
    ]
    return Drawing("我的周报", tuple(blocks), span(last), footer=_DAY_BEGINS)


def group_week(
    asked: int, now: GroupPeriod, before: GroupPeriod, ranks: Sequence[Rank], last: date
) -> Drawing:
    """Draw a group's week."""
    stats = [
        Stat("出题", f"{asked} 道"),
        Stat("参与", f"{now.members} 人", f"前一周 {before.members} 人"),
        Stat("作答", f"{now.answered} 次", f"前一周 {before.answered} 次"),
    ]
    if now.judged_members >= words.LEAST_MEMBERS:
        stats.append(Stat("答对", words.percent(now.score)))
    blocks: list[Block] = [Stats(tuple(stats))]
    if ranks:
        blocks.append(Prose(words.ranking_text(ranks), "活跃榜（自愿上榜）", "good"))
    footer = "只算按时答的每日一题 · 发“/排行 加入”可以上榜"
    return Drawing("群周报", tuple(blocks), span(last), footer=footer)


def fortnight(days: Mapping[date, StudyDay], last: date) -> tuple[tuple[str, int], ...]:
    """Give the level of each of the fourteen days up to ``last``, oldest first."""
    shown = (last - timedelta(days=back) for back in reversed(range(SHOWN_DAYS)))
    return tuple((str(day.day), _level(days.get(day))) for day in shown)


def _level(day: StudyDay | None) -> int:
    if day is None:
        return 0
    if day.made_up and not day.answered:
        return _MADE_UP
    return sum(day.answered >= least for least in _LEVELS)


def _bar(part: Part) -> Bar:
    return _score_bar(part.name, part.score)


def _score_bar(name: str, score: Score) -> Bar:
    text = f"{words.percent(score)} · {score.judged} 题"
    return Bar(name, score.share, text, _tone(score.share))


def _tone(share: float | None) -> Tone:
    if share is None:
        return "quiet"
    return "bad" if share < _WEAK_SHARE else "plain"


def _memory(found: Report) -> str:
    return "" if found.known is None else f"考试时记得 {found.known:.0%}"


def _before(now: Score, before: Score) -> str:
    enough = min(now.judged, before.judged) >= words.ENOUGH_TO_COMPARE
    return f"前一周 {words.percent(before)}" if enough else ""
