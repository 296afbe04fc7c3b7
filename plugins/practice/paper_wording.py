"""What is said in and after a mock exam."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import ceil

from backend.knowledge.library import Library
from backend.learning.values import SHANGHAI, Asking, OptionKey
from backend.questions.scope import SUBJECT_NAMES
from plugins.asking_words import RETRACTED, explanation, sources_line
from plugins.practice.scoring import POINTS_EACH, REAL_CHOICES, Line, Sheet
from plugins.practice.wording import first_line, shortened

PRIVATE_ONLY = "模考要专心，私聊我发“/模考”吧，群里只练单题：发“/练”。"
SIZE = "模考可以是 5 到 40 题：/模考 20。不写数字就是 20 题。"
NO_QUESTIONS = "题库里的题还不够出一份卷子。先发“/练”做单题。"
NO_PAPER = "现在没有进行中的模考。发“/模考”开始一份，“/模考 40”是整套。"
NEVER_FINISHED = "还没有做完的模考。发“/模考”开始一份。"
RETURNS = "回到跳过的题："
OPEN_ELSEWHERE = "你有一份模考没交卷，先私聊我把它做完（或发“放弃模考”），再来练别的。"
HANDED_IN = "这份卷子已经交了，不能再改。看解析发“模考解析 3”（换成题号）。"
GIVEN_UP = "这份模考已经作罢，不能再答。想再来一份就发“/模考”。"
NO_WAY_BACK = (
    "不能往回翻：答过的以第一次选的为准，跳过的最后会再出来。想先答某一题，带上题号，比如“3B”。"
)
ONLY_ONE_LEFT = "只剩这一题了：选一个，或者发“交卷”。"
NO_ANSWERS_NOW = "模考里先不看答案，不会就发“跳过”，交卷之后每题都有解析。"
HOW_TO_STOP = "想现在看成绩就发“交卷”；不想做了发“放弃模考”，答过的题照样记着。"
NOT_A_QUESTION = "这份卷子里没有这道题。"
NOTHING_COUNTS = "这份卷子一题也没答，没有成绩。想再来就发“/模考”。"
SURE_ANYWAY = "/交卷"
"""The wish of the reply that asks whether to hand in: 交卷 right after it is meant."""
CONFIRMATION = ("确认交卷",)

_HOW = "发字母作答，“跳过”先放一放，“交卷”结束。"
_REASON_CHARS = 60
_REASON_SAYS = 12
"""A shorter sentence (不可能。) is no reason: the next one goes with it."""
_MOST_WRONG, _MOST_PLACES = 8, 5
_CLOSE = 0.02


def rules(count: int, limit: timedelta) -> str:
    """Give the rules of a paper that begins now."""
    return (
        f"**模考开始：{count} 道单选，限时 {minutes(limit)}**\n\n"
        "- 一题一个字母，以第一次选的为准；“3B”可以指定题号\n"
        "- “跳过”的题最后再出来；中途不报对错，问知识点照常回答\n"
        "- “交卷”看成绩，时间到自动交卷；关掉再回来也不会丢"
    )


def question_head(asking: Asking, count: int, left: timedelta) -> str:
    """Head a question of a paper: 【模考 3/20 · 剩 27 分钟】操作系统."""
    subject = SUBJECT_NAMES[asking.question.subject][0]
    return f"【模考 {asking.place}/{count} · 剩 {minutes(left)}】{subject}"


def how(unanswered: int) -> str:
    """Say how to answer; ``unanswered`` counts this question too."""
    return _HOW if unanswered > 1 else "最后一题：发字母作答，答完自动交卷。"


def noted(answered: Sequence[tuple[int, OptionKey]], repeated: Sequence[tuple[int, str]]) -> str:
    """Confirm answers by place and letter, and say which had been given before."""
    parts: list[str] = []
    if answered:
        parts.append("已记：" + "，".join(f"第 {place} 题 {key}" for place, key in answered) + "。")
    parts += [f"第 {place} 题以第一次选的 {key} 为准。" for place, key in repeated]
    return "".join(parts)


def skipped(place: int) -> str:
    """Confirm that a question comes back at the end."""
    return f"第 {place} 题先放着，最后再回来。"


def under_way(answered: int, count: int) -> str:
    """Say that a paper is open."""
    return (
        f"你有一份模考没交卷（答了 {answered}/{count} 题）。"
        "先把它做完，或发“交卷”看成绩、“放弃模考”作罢。接着做："
    )


def confirm(unanswered: Sequence[int]) -> str:
    """Ask whether to hand in with questions unanswered."""
    return (
        f"还有 {len(unanswered)} 题没答（{_places(unanswered)}），没答的算错。"
        "确定就再发一次“交卷”或“确认交卷”，接着做就直接发字母。"
    )


def left(unanswered: Sequence[int], time_left: timedelta) -> str:
    """Say how much time there is, and which questions are unanswered."""
    return (
        f"还剩 {minutes(time_left)}，{len(unanswered)} 题没答（{_places(unanswered)}）。"
        "发“继续”接着做。"
    )


def given_up(sheet: Sheet) -> str:
    """Confirm that a paper was given up."""
    kept = f"答过的 {sheet.answered} 题照样记在学习记录里。" if sheet.answered else ""
    return f"这次模考作罢，不算成绩。{kept}随时可以再发“/模考”。"


def time_is_up(lost: str) -> str:
    """Say that the time was over; ``lost`` is the letter that came too late."""
    return f"时间到，已经交卷{f'（最后这个 {lost} 没赶上）' if lost else ''}。"


def report(
    library: Library,
    sheet: Sheet,
    earlier: Sequence[Sheet],
    link: Callable[[str], str],
) -> str:
    """Give the score with its analysis; ``link`` names a chapter as it is typed after /练."""
    if not sheet.answered:
        return NOTHING_COUNTS
    parts = (
        f"**模考成绩：{sheet.right * POINTS_EACH} / {sheet.total * POINTS_EACH} 分**",
        _summary(sheet),
        _compared(sheet, earlier),
        _by_subject(sheet),
        _weakest(library, sheet, link),
        _wrong_lines(sheet),
        _unanswered(sheet),
        _retracted(sheet),
        _next(sheet),
    )
    return "\n\n".join(part for part in parts if part)


def _summary(sheet: Sheet) -> str:
    scaled = round(sheet.accuracy * REAL_CHOICES * POINTS_EACH)
    real = "" if sheet.total == REAL_CHOICES else f"，折合整套选择题约 {scaled} / 80 分"
    return (
        f"{sheet.total} 题对 {sheet.right} 题（{sheet.accuracy:.0%}）{real}，"
        f"用时 {minutes(sheet.used)}。"
    )


def _compared(sheet: Sheet, earlier: Sequence[Sheet]) -> str:
    past = [one for one in earlier if one.is_comparable and one.total]
    if not past or not sheet.is_comparable:
        return ""
    last, best = past[0], max(past, key=lambda one: one.accuracy)
    change = sheet.accuracy - last.accuracy
    day = last.paper.started_at.astimezone(SHANGHAI)
    said = f"比上次（{day.month} 月 {day.day} 日，{last.accuracy:.0%}）"
    if abs(change) < _CLOSE:
        said += "基本持平"
    else:
        said += f"{'高' if change > 0 else '低'} {abs(change) * 100:.0f} 个百分点"
    if sheet.accuracy > best.accuracy:
        return f"{said}，是目前最好的一次 🎉"
    return f"{said}。"


def _by_subject(sheet: Sheet) -> str:
    parts = (
        f"- {SUBJECT_NAMES[part.id][0]} {part.right}/{part.total}" for part in sheet.subjects()
    )
    return "**各科**\n\n" + "\n".join(parts)


def _weakest(library: Library, sheet: Sheet, link: Callable[[str], str]) -> str:
    parts = sheet.weakest_chapters(3)
    if not parts:
        return ""
    lines = (
        f"- {library.outline.chapters[part.id].name} {part.right}/{part.total}，"
        f"发“/练 {link(part.id)}”"
        for part in parts
    )
    return "**最该补的章**\n\n" + "\n".join(lines)


def _wrong_lines(sheet: Sheet) -> str:
    wrong = [line for line in sheet.counted if line.attempt is not None and not line.right]
    if not wrong:
        return ""
    lines = [_wrong(line) for line in wrong[:_MOST_WRONG]]
    places = [line.asking.place for line in wrong[_MOST_WRONG:]]
    if places:
        lines.append(f"- 其余 {len(places)} 题（{_places(places)}）发“模考解析 {places[0]}”这样看")
    return "**错题**\n\n" + "\n".join(lines)


def _wrong(line: Line) -> str:
    asking = line.asking
    shown = line.attempt.shown if line.attempt else ""
    # Empty once the key was corrected: the reasons argued for the old one.
    reason = _reason(asking.question.why.get(asking.question.answer, ""))
    if not reason:
        return f"- 第 {asking.place} 题 你选 {shown}，应选 {asking.shown_answer}（答案更正过）"
    return f"- 第 {asking.place} 题 你选 {shown}，应选 {asking.shown_answer}：{reason}"


def _reason(why: str) -> str:
    """Take as many sentences as it needs to say something."""
    taken = ""
    for sentence in first_line(why).split("。"):
        taken = f"{taken}。{sentence}" if taken else sentence
        if len(taken) >= _REASON_SAYS:
            break
    return shortened(taken.rstrip("。"), _REASON_CHARS)


def _unanswered(sheet: Sheet) -> str:
    places = [line.asking.place for line in sheet.counted if line.attempt is None]
    return f"没答：{_places(places)}。" if places else ""


def _retracted(sheet: Sheet) -> str:
    places = [line.asking.place for line in sheet.lines if line.right is None]
    return f"{_places(places)}有误，已作废，不计分。" if places else ""


def _next(sheet: Sheet) -> str:
    missed = next((line.asking.place for line in sheet.counted if not line.right), None)
    if missed is None:
        return "全对，漂亮！发“/模考 40”挑战整套。"
    return (
        f"看某题的详细解析发“模考解析 {missed}”；做错的题已进错题本，过一天发“/练 错题”再练一遍。"
    )


def details(library: Library, line: Line) -> str:
    """Explain one question of a finished paper."""
    asking = line.asking
    options = "\n".join(f"{key}. {text}" for key, text in asking.options)
    parts = (
        f"**模考第 {asking.place} 题**",
        asking.question.stem,
        options,
        f"**{_verdict(line)}**",
        explanation(asking, chosen=line.attempt.chosen if line.attempt else None),
        sources_line(library, asking.question),
    )
    return "\n\n".join(part for part in parts if part)


def no_such_place(count: int) -> str:
    """Say which places a paper has."""
    return f"这份卷子是 1 到 {count} 题，例如“模考解析 1”。"


def minutes(duration: timedelta) -> str:
    """Say how long, in minutes begun: 27 分钟, 40 秒, 1 小时 5 分钟."""
    seconds = max(0, ceil(duration.total_seconds()))
    if seconds < 60:
        return f"{seconds} 秒"
    hours, rest = divmod(ceil(seconds / 60), 60)
    if not hours:
        return f"{rest} 分钟"
    return f"{hours} 小时 {rest} 分钟" if rest else f"{hours} 小时"


def finished_on(moment: datetime) -> str:
    """Head an earlier report: 11 月 22 日的模考."""
    day = moment.astimezone(SHANGHAI)
    return f"{day.month} 月 {day.day} 日的模考："


def _verdict(line: Line) -> str:
    if line.right is None:
        return RETRACTED
    if line.attempt is None:
        return f"没答，应选 {line.asking.shown_answer}。"
    if line.right:
        return f"✅ 答对了，选 {line.attempt.shown}。"
    return f"❌ 你选的是 {line.attempt.shown}，应选 {line.asking.shown_answer}。"


def _places(places: Sequence[int]) -> str:
    shown = "、".join(str(place) for place in places[:_MOST_PLACES])
    return f"第 {shown} 题{'等' if len(places) > _MOST_PLACES else ''}" if places else ""
