"""What is said around the daily question."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from backend.knowledge.library import Library
from backend.learning.ledger import Delivery
from backend.learning.values import SHANGHAI, Asking, Streak
from plugins.asking_words import (
    HOW_TO_ANSWER_HERE,
    about,
    days_left_text,
    explanation,
    sources_line,
)
from plugins.asking_words import RETRACTED as RETRACTED_TEXT

LOG_NO_RECORD = "学习记录现在用不了，推送稍后再试：{}"
LOG_FAILED = "一次推送没有做好"
LOG_SKIPPED = "跳过推送 {}（{}）：{}"

NO_QUESTION = "没有合适的题可出"
NOT_RUNNING = "这个平台没有启动"
NO_PUSHES = "这个平台不允许主动推送"
UNCERTAIN = "平台没有确认"
NOBODY_CAME = "平台不允许主动推送，当天也没有人@我"
WITH_A_MESSAGE = "平台不允许主动推送，随当天第一条@消息发出"

_STEM_CHARS = 32
_STATES = {
    "claimed": "准备发送",
    "sent": "正在发送",
    "confirmed": "已送达",
    "failed": "没发出去，会重试",
    "skipped": "跳过",
    "unknown": "不确定",
}

GROUPS_ONLY = (
    "每日一题是群里的功能：在有我的 QQ、企业微信或 Discord 群里 @我 发“/每日一题 开”。"
    "这里可以发“/练”随时做题。"
)
NO_OPEN_QUESTION = (
    "现在没有等大家作答的每日一题。想做题就发“/练”，想每天定时出题请管理员发“/每日一题 开”。"
)
NONE_YET = "现在没有等大家作答的题。"
ALL_REVEALED = "上一题已经公布答案，发“解析”可以再看。"
RETRACTED = "这题有误，已经作废，不用答了，也不计对错。"
NOBODY_S = (
    "现在没有等你作答的题，发“/练”来一道。要答群里的每日一题，"
    "先在群里 @我 答一次，我才知道你在哪个群。"
)
ONE_LETTER = "一题只选一个字母：A、B、C 或 D。"
ONE_BY_ONE = "模考要一题一题答：回一个字母答当前这题，或带上题号，例如“3B 4C”。"
ALREADY = "你已经答过这题了，以第一次的为准。"
SEE_AGAIN = "答案已经公布，发“解析”可以再看。"
NEW_QUESTION = "上一题以第一次的答案为准，改不了。现在等你的是新的一题，直接回一个字母就行。"
ANSWER_FIRST = "先作答再看解析：回复字母就行，发“每日一题”可以再看一遍题目。"
HOW_IN_PRIVATE = f"{HOW_TO_ANSWER_HERE}答完马上看解析。"
HOW_BESIDE_OWN = "你在这里还有一道自己的题没答，直接回字母算那道；要答这题就发“每日一题 B”。"
BETWEEN_QUESTIONS = "\n\n————\n\n"
RECORD_DOWN = "学习记录暂时用不了，这次没有记上，请过几分钟再发一次。"


def question_head(library: Library, asking: Asking, exam: date, count: int) -> str:
    """Head a daily question: 【408 每日一题 1/3 · 距初试 27 天】操作系统 · ★★★☆☆.

    ``count`` is how many the group is asked a day; what is beyond it was put in addition.
    """
    number = f" {asking.place}/{count}" if count > 1 else ""
    if asking.place > count:
        number = f" · 第 {asking.place} 题（加推）"
    left = days_left_text(exam, asking.asked_at.astimezone(SHANGHAI).date())
    return f"【408 每日一题{number} · {left}】{about(library, asking.question)}"


def reveal_head(library: Library, asking: Asking, count: int) -> str:
    """Head a reveal with its day, and its number where there are several a day."""
    day = asking.asked_at.astimezone(SHANGHAI)
    number = f"第 {asking.place} 题" if max(count, asking.place) > 1 else ""
    return (
        f"【每日一题{number} · {day.month} 月 {day.day} 日答案】{about(library, asking.question)}"
    )


def which(asking: Asking, *, numbered: bool = False) -> str:
    """Name the question that is spoken of: a person may be in several groups."""
    number = f"第 {asking.place} 题" if numbered else ""
    return f"每日一题{number}：{stem_head(asking)}\n\n"


def stem_head(asking: Asking) -> str:
    """Return the first line of a question, cut to one line of a phone."""
    first = asking.question.stem.strip().split("\n", 1)[0]
    stem = first.replace("**", "").replace("`", "").strip()
    return stem if len(stem) <= _STEM_CHARS else f"{stem[:_STEM_CHARS]}……"


def key_and_reasons(library: Library, asking: Asking) -> str:
    """Explain a question to who has not answered it."""
    if asking.retracted:
        return RETRACTED_TEXT
    question = asking.question
    key = f"**答案是 {asking.shown_answer}：**{question.options[question.answer]}"
    return "\n\n".join((key, explanation(asking), sources_line(library, question)))


def received(key: str, number: int, *, place: int | None, when: str) -> str:
    """Confirm an answer in a group without a word of whether it is right."""
    which = f"第 {place} 题" if place else ""
    reveal = f"，{when} 公布答案" if when else ""
    return f"收到，{which}选 {key}（第 {number} 位作答{reveal}）。想现在看解析就私聊我发“解析”。"


def received_all(fresh: Sequence[tuple[int, str]], repeated: Sequence[int], when: str) -> str:
    """Confirm several answers in a group in one line."""
    reveal = f"，{when} 公布答案" if when else ""
    taken = "、".join(f"第 {place} 题 {key}" for place, key in fresh)
    lines = [f"收到：{taken}{reveal}。"] if fresh else []
    if repeated:
        lines.append(f"第 {_places(repeated)} 题你已经答过了，以第一次的为准。")
    return "".join(lines)


def no_change(key: str | None) -> str:
    """Say that the first answer counts; without its letter where others read along."""
    first = f"第一次的 {key} " if key else "第一次的答案"
    return f"以{first}为准，改不了。"


def all_done(count: int) -> str:
    """Say that there is nothing left to answer of ``count`` questions."""
    return f"现在的 {count} 道题你都答过了，以第一次的为准。"


def next_step(waiting: Sequence[int]) -> str:
    """Say after a verdict what to do next; ``waiting`` are the numbers still without an answer."""
    if waiting:
        return f"还有第 {_places(waiting)} 题没答，带上题号回字母就行，例如“{waiting[0]}B”。"
    return "想接着练就发“/练”，看错题发“/错题本”。"


def never_mind(reveal: datetime | None, now: datetime, *, is_group: bool) -> str:
    """Console who cannot answer."""
    when = moment(reveal, now)
    if is_group:
        later = f"{when} 公布解析。" if when else ""
        return f"不会也没关系，{later}想现在看，就私聊我凭感觉选一个，答完马上看解析。"
    later = f"；不选也行，{when} 群里公布" if when else ""
    return f"不会也没关系：凭感觉选一个字母，答完马上看解析{later}。"


def nothing_to_explain(place: int | None) -> str:
    """Say where explanations are found."""
    if place is not None:
        return f"没有第 {place} 题的每日一题可看。要看模考的解析，发“模考解析 {place}”。"
    return (
        "现在没有等你看解析的题：答完一道，解析就跟在判分后面。做题发“每日一题”或“/练”；"
        "模考的解析发“模考解析 3”这样看。"
    )


def after_the_paper(place: int) -> str:
    """Say when the questions of a mock exam are explained."""
    return f"模考还没交卷，先不看解析。交卷后发“模考解析 {place}”。"


def revealed_later(when: str) -> str:
    """Say when a group sees the explanation."""
    time = f"到公布时间（{when}）" if when else "到公布时间"
    return f"群里{time}才放解析，免得剧透；想现在看就私聊我作答。"


def which_of(places: Sequence[int]) -> str:
    """Ask which of several questions is meant."""
    if len(places) == 1:
        only = "一道题" if places[0] == 1 else f"第 {places[0]} 题"
        return f"现在只有{only}，直接回一个字母就行，比如“B”。"
    example = " ".join(f"{place}A" for place in places)
    return f"现在有 {len(places)} 道题，请带上题号，例如“{example}”，或引用那道题再回字母。"


def no_such_place(places: Sequence[int]) -> str:
    """Say which questions there are to be shown."""
    return f"没有这个题号，现在等大家作答的是第 {_places(places)} 题。"


def why_none(recent: Sequence[Asking]) -> str:
    """Say why no question can be shown; ``recent`` are those of the last days."""
    if not recent:
        return NONE_YET
    return ALL_REVEALED if recent[0].revealed_at is not None else RETRACTED


def _places(places: Sequence[int]) -> str:
    return "、".join(str(place) for place in places)


def reminder(exam: date, now: datetime, streak: Streak, due: int, *, done: bool) -> str:
    """Remind a person who asked for it."""
    left = days_left_text(exam, now)
    lines = [f"**学习提醒 · {left}**"]
    if done:
        lines.append(f"今天已经打卡，连续 {streak.current} 天，漂亮。")
    elif streak.current:
        lines.append(f"今天还没做题，已经连续 {streak.current} 天了，别断在今天。")
    else:
        lines.append("今天还没做题，来一道热热身？")
    lines.append(f"有 {due} 个考点到了复习时间，发“/复习”。" if due else "发“/练”来一道题。")
    lines.append("不想再收到提醒就发“/提醒 关”。")
    return "\n\n".join(lines)


def unknown_notice(row: Delivery) -> str:
    """Tell the operator of a push that may or may not have been delivered."""
    return (
        f"推送 {row.slot}（{row.day}）状态不明：{row.reason}。为避免重复不会再发；"
        "请到群里看一眼，需要补发就用“/管理 推送”。"
    )


def skipped_notice(row: Delivery) -> str:
    """Tell the operator of a push that was given up."""
    return f"推送 {row.slot}（{row.day}）没有发出，已跳过：{row.reason}。"


def passive_notice(platform: str) -> str:
    """Tell the operator that a platform does not take pushes."""
    return f"{platform} 不允许主动推送：每日一题会跟着群里当天第一条@我的消息发出。"


def too_late(window: timedelta) -> str:
    """Give the reason of a push that came too late."""
    return f"超过了补发时限（{int(window.total_seconds() // 60)} 分钟）"


def more_open(others: Sequence[Asking]) -> str:
    """List the other questions that wait, and how to see and to answer one; "" for none."""
    if not others:
        return ""
    lines = "\n".join(f"- 第 {one.place} 题：{stem_head(one)}" for one in others)
    place = others[0].place
    return (
        f"\n\n还有 {len(others)} 道也在等作答：\n{lines}\n"
        f"看题发“/每日一题 {place}”，作答带上题号，例如“{place}B”。"
    )


def first_push(due_at: datetime | None, now: datetime) -> str:
    """Say when the next question comes."""
    if due_at is None:
        return ""
    day = (due_at.astimezone(SHANGHAI).date() - now.astimezone(SHANGHAI).date()).days
    name = {0: "今天", 1: "明天", 2: "后天"}.get(day, f"{day} 天后")
    return f"下一题：{name} {_clock_of(due_at)}。"


def moment(at: datetime | None, now: datetime) -> str:
    """Name a moment that is promised: 21:30, 明天 07:00; "" for none."""
    if at is None:
        return ""
    day = at.astimezone(SHANGHAI)
    ahead = (day.date() - now.astimezone(SHANGHAI).date()).days
    named = {0: "", 1: "明天 "}.get(ahead, f"{day.month} 月 {day.day} 日 ")
    return f"{named}{day:%H:%M}"


def state_text(state: str) -> str:
    """Name a state of the ledger."""
    return _STATES.get(state, state)


def _clock_of(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%H:%M}"
