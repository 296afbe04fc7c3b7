"""What is said of a person's progress, of a group's week, and around reminders and accounts."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.learning.reports import BookChanges, GroupPeriod, Part, Period, Report, Score
from backend.learning.values import SHANGHAI, Rank, Streak
from plugins.asking_words import days_left_text

SHOWN_CHAPTERS, SHOWN_POINTS, SHOWN_RANKS = 8, 3, 10
MAX_NAME_CHARS = 16
ENOUGH_TO_COMPARE = 5
"""Fewer answers than this say nothing about getting better or worse."""
LEAST_MEMBERS = 3
"""With fewer people a group's share of right answers would be somebody's own."""

_WEEKDAYS = "一二三四五六日"
_MARKUP = re.compile(r"[*`#|@＠<>\[\]\\/／]")

RECORD_DOWN = "学习记录暂时用不了，请过几分钟再发一次。"
NO_REPORT = "还没有你的做题记录。发“/练”来一道题，做过之后这里就有正确率、薄弱考点和该复习什么。"
GROUP_WEEK_ELSEWHERE = "群周报要在群里看：在群里 @我 发“/群周报”。你自己的周报发“/周报”。"
RANKING_ELSEWHERE = "排行是群里的：在群里 @我 发“/排行”。你自己的进度发“/我的”。"
NO_RANKING = (
    "这周还没有人上榜：自愿上榜的人按时答过群里的每日一题才会出现。\n\n"
    "想上榜就发“/排行 加入”，看今天的题发“/每日一题”。"
)
NAME_NEEDED = "上榜要有个名字，这样发：/排行 加入 小明。"
LEFT_RANKING = "已退出：你的名字不再出现在这个群的排行、群周报和每日一题的参与名单里，记录都还在。"
NO_REMINDER_SET = "你还没有设提醒。这样设：/提醒 20:00，每天到点我私聊你。"
REMINDER_OFF = "提醒已关，不会再私聊打扰你。想恢复就发“/提醒 20:00”。"
HOW_TO_REMIND = (
    "一天提醒一次，告诉我几点：/提醒 20:00，或者“每天晚上八点提醒我”。不要了就发“/提醒 关”。"
)
CANNOT_PUSH = (
    "这个平台不让我主动给你发消息，定时提醒做不到。可以用手机闹钟，响了就发“/复习”给我，"
    "我会挑今天该复习的题。"
)
BIND_IN_PRIVATE = (
    "绑定只能私聊办：私聊我发“/绑定”。要是刚才把绑定码发到了群里，那个码别用了，"
    "私聊发一次“/绑定”换个新的。"
)
LINKED = (
    "绑定好了：两个账号的做题记录合成了一份，错题本、打卡和薄弱点都按合起来的算。发“/我的”看看。"
)
UNKNOWN_CODE = (
    "这个绑定码不对，或者已经过期、用过了。在另一个账号上私聊我发“/绑定”，"
    "十分钟内把新的码发过来；连着错几次要等十分钟。"
)
SAME_PERSON = "这两个账号本来就绑在一起，不用再绑。"
CODE_FORM = "绑定码是 8 位字母和数字，这样发：/绑定 加上那 8 位。还没有码就只发“/绑定”。"
UNLINKED = "已解绑：这个账号的做题记录单独算，其他账号的留在原处。"
NOT_LINKED = "这个账号没有和别的账号绑在一起，不用解绑。"
NOTHING_TO_EXPORT = "我这里没有你的学习记录，没有可以导出的。发“/练”可以开始做题。"
EXPORTED = (
    "这是我存着的你的全部学习记录（JSON）：账号、每一次作答和题目、错题本、复习安排、打卡、提醒。"
    "要全部删除就发“/忘记我”。"
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do next: why, and what to send for it."""

    why: str
    command: str

    def __str__(self) -> str:
        return f"{self.why}：发“{self.command}”"


# Check-in


def check_in(today: int, streak: Streak, left: str, missed: date | None) -> str:
    """Say whether today counts, how long the streak is, and what can be made up."""
    if today:
        first = f"**今日已打卡 ✅** 今天做了 {today} 题，{_streak(streak)}。"
        then = "还想练就发“/练”，到期的考点发“/复习”。"
    elif streak.current:
        first = f"**今天还没打卡。** 已经连续 {streak.current} 天，做一道题就续上。"
        then = "发“/练”来一道。"
    else:
        first = "**今天还没打卡。** 做一道题就算打卡，凌晨 4 点算新的一天。"
        then = "发“/练”来一道。"
    makeup = f"{day_text(missed)}漏了，发“/补卡”可以补上（每周一次）。" if missed else ""
    return "\n\n".join(part for part in (first, makeup, f"{left}。{then}") if part)


def made_up(day: date, streak: Streak) -> str:
    """Confirm a day made up."""
    return (
        f"补上了 {day_text(day)}，{_streak(streak)}。\n\n"
        "补卡每周一次（周一到周日），下周一才有新的。"
    )


def used_this_week(missed: date) -> str:
    """Say that the week's make-up card is used."""
    return f"{day_text(missed)}漏了，可这周的补卡已经用过，下周一才有新的。发“/练”继续。"


def nothing_to_make_up(studied: bool, gap: bool) -> str:
    """Say why there is nothing to make up: never studied, a gap too wide, or no gap."""
    if not studied:
        return "还没有打过卡，没有可补的。发“/练”做一道题，今天就算打卡。"
    if gap:
        return "补卡只能补一天，前面断了不止一天，补上也接不起来。从今天重新开始：发“/练”。"
    return "最近没有漏掉的天，不用补。发“/打卡”看看连续了几天。"


def _streak(streak: Streak) -> str:
    if streak.longest > streak.current:
        return f"连续打卡 {streak.current} 天（最长 {streak.longest} 天）"
    return f"连续打卡 {streak.current} 天"


# Reports


def report(found: Report, streak: Streak, today: int, book: int, due: int, left: str) -> str:
    """Tell a person all that they have done; the same as the picture says."""
    parts = [
        f"**我的学习报告 · {left}**",
        "\n".join(
            (
                f"- {_streak(streak)}，今天 {today} 题",
                f"- 共做 {found.answered} 题，{accuracy(found.score)}",
                *_memory_line(found),
                f"- 错题本 {book} 题；{due} 个考点到了复习时间",
            )
        ),
        "**各科**\n\n" + "\n".join(f"- {part.name} {part_text(part)}" for part in found.subjects),
    ]
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
        f"做了 {now.answered} 题{_more(now.answered - before.answered)}",
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


def _more(difference: int) -> str:
    if not difference:
        return "，和前一周一样多"
    return f"，比前一周{'多' if difference > 0 else '少'} {abs(difference)} 题"


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
    elif before.members < LEAST_MEMBERS:
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
    points = round(100 * rank.progress)
    return f" · 进步 {points} 个百分点" if points > 0 else ""


def joined(name: str) -> str:
    """Say exactly what others will see from now on."""
    return (
        f"好，你在这个群里以“{name}”上榜。大家会看到的是：\n\n"
        "- 排行和群周报里：名字、做题天数、题数，有进步时写进步多少\n"
        "- 每日一题公布答案时：名字在参与名单里，不说对错\n\n"
        "你答错什么、正确率多少不会给别人看。换名字就再发一次“/排行 加入 新名字”，"
        "不想上榜发“/排行 退出”。"
    )


def public_name(said: str) -> str:
    """Make a name fit to be shown: one line, no markup, no mentions, at most 16 characters."""
    visible = "".join(c for c in said if unicodedata.category(c)[0] != "C" or c in " \t\n")
    return " ".join(_MARKUP.sub("", visible).split())[:MAX_NAME_CHARS].strip()


# The exam


def countdown(exam: date, today: date) -> str:
    """Say how far the exam is, and when 408 is written."""
    days, second = (exam - today).days, exam + timedelta(days=1)
    first_day, second_day = f"{date_text(exam)}（{_weekday(exam)}）", date_text(second)
    if days > 0:
        return (
            f"**距初试 {days} 天**：初试从 {first_day}开始，408 一般在第二天（{second_day}）下午，"
            f"以准考证为准。\n\n{_pace(days)}"
        )
    if days == 0:
        return (
            f"**今天初试。** 408 一般在明天（{second_day}）下午，以准考证为准。\n\n"
            "今晚早点睡，只翻翻易错点就好。加油。"
        )
    if days == -1:
        return "**今天下午考 408。** 先做有把握的，选择题别恋战，大题写清步骤。祝顺利。"
    return (
        "**初试已经结束。** 这段时间辛苦了，不管考得怎么样，坚持到最后就很了不起。好好歇几天。\n\n"
        "要准备复试，问概念照样可以找我。"
    )


def _pace(days: int) -> str:
    if days > 60:
        return f"还有 {days // 7} 周多，先把薄弱的补起来：发“/我的”看看在哪，或“/练”来一道。"
    if days > 7:
        return f"每天做 5 题，还能做 {days * 5} 题。发“/复习”做今天到期的，或“/练 错题”消错题。"
    return "最后几天不追新的，把会的做对：发“/复习”和“/练 错题”。"


# Reminders


def reminder_set(at: time, *, in_group: bool) -> str:
    """Confirm a reminder; from a group, say where it will come."""
    where = "到点我私聊你（要先加我好友，不然发不到）" if in_group else "到点我在这里提醒你"
    return (
        f"设好了：每天 {at:%H:%M} 提醒，{where}，会说今天做没做题、有几个考点该复习。\n\n"
        "改时间就再发一次，不要了发“/提醒 关”。"
    )


def reminder_is(at: time) -> str:
    """Show a reminder."""
    return f"每天 {at:%H:%M} 私聊提醒你。改时间发“/提醒 21:00”，不要了发“/提醒 关”。"


# Accounts


def link_code(code: str) -> str:
    """Hand out a code."""
    return (
        f"绑定码：`{code}`，10 分钟内有效，只能用一次，别发给别人。\n\n"
        f"在另一个平台的账号上私聊我发“/绑定 {code}”，两边的做题记录就合成一份。"
    )


def export_name(today: date) -> str:
    """Name the exported file."""
    return f"assistant408-数据-{today:%Y%m%d}.json"


# Words for days


def left_text(exam: date, now: datetime) -> str:
    """Say how far the exam is by the calendar: 距初试 27 天."""
    return days_left_text(exam, now.astimezone(SHANGHAI).date())


def date_text(day: date) -> str:
    """Write a date: 11 月 22 日."""
    return f"{day.month} 月 {day.day} 日"


def day_text(day: date) -> str:
    """Write a date with its weekday: 11 月 22 日（周日）."""
    return f"{date_text(day)}（{_weekday(day)}）"


def span(last: date) -> str:
    """Write the seven days up to ``last``: 11 月 16 日 – 11 月 22 日."""
    return f"{date_text(last - timedelta(days=6))} – {date_text(last)}"


def _weekday(day: date) -> str:
    return f"周{_WEEKDAYS[day.weekday()]}"
