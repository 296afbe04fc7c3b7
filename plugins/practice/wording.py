"""What is said around single questions, reviews and reports."""

from datetime import date

from backend.knowledge.library import Library
from backend.learning.folding import RIGHT_DAYS_TO_LEAVE
from backend.learning.values import Asking
from backend.questions.scope import Scope
from plugins.asking_words import RETRACTED, about, explanation, sources_line

RECORD_DOWN = "学习记录暂时用不了，这次没有记上，请过几分钟再发一次。"

HOW_HERE = "回复字母就行，蒙的说“B 蒙的”，不会说“不会”，换题说“跳过”。"
HOW_GROUP = "@我 发字母，或引用这条消息回字母；不会说“不会”，换题说“跳过”。"
NOTHING_OPEN = "现在没有等你作答的题。发“/练”来一道，或者“/复习”看看今天该复习什么。"
ONE_LETTER = "现在只有一道题等你作答，回一个字母就行，比如“B”。"
NOT_YOURS = "这道题是别人在练的。发“/练”，我给你出一道自己的。"
PUT_ASIDE = "这道题已经跳过或看过答案，不再计成绩。发“再来一道”换一题。"
SKIPPED = "跳过，这题不计成绩。"
ASK_WHY = "没想通就接着问“为什么”。"
NEXT_IN_GROUP = "下一题发“继续”。"
STILL_OPEN = "上一题还在等你："
NO_QUESTIONS_AT_ALL = "题库里现在没有能出的题，请联系机器人的运营者。"
ONLY_CHOICE = "我这里只有单项选择题。发“/练”来一道；大题可以直接把考点发给我，看它的例题和考法。"
NOT_PAST_PAPERS = "我没有真题原题，题目都是自己编写、逐题验算的。发“/练”来一道，或“/模考”做一套。"

HOW_TO_LEAVE = (
    "错题不用手动删：同一题在三个不同的日子答对就移出错题本，蒙对的不算。发“/练 错题”开始消。"
)
BOOK_CLOSED = "你还有一份模考没交卷，错题先不看，免得剧透。交卷之后再来。"
NO_WRONG_YET = "错题本是空的。做错的、说“蒙的”的题会自动记进来。发“/练”来一道？"
ONE_AT_A_TIME = "一次一题，答完发“继续”就来下一题。"
_AT_ONCE = (5, 40)
WRONG_AGAIN_TODAY = "这些错题今天都出过了，隔天再练更管用。想换换口味就发“/练”。"
NOTHING_HERE = "群里暂时没有能重练的题。自己的错题私聊我看：发“/错题本”，或“/练 错题”。"
VERDICT_LATER = (
    "收到，记上了。这道和群里还没公布答案的每日一题是同一题，对错等公布再看。换一题发“再来一道”。"
)
ANSWER_LATER = (
    "这道和群里还没公布答案的每日一题是同一题，答案先不在群里放。换一题发“跳过”，想现在看就私聊我。"
)
THIS_AGAIN_TODAY = "这道错题今天出过了，隔天再练更管用。想换换口味就发“/练”。"
NO_OTHER_WRONG = "除了刚跳过的那题，没有别的错题可练了。发“/练”换换口味。"

REPORT_HOW = (
    "哪里有问题？发“/纠错”加一句话，比如“/纠错 C 也对，因为……”，运营者会核对。"
    "要指明是哪道题，就引用那条题目再发。"
)
NO_SUCH_QUESTION = "没有这个题号。请引用那道题的消息，再发“/纠错”和你的理由。"
NOTHING_TO_REPORT = "没找到你要纠错的题。请引用那道题的消息，再发“/纠错”和你的理由。"

GUESS_NOTED = "记下了。"
GUESS_KNOWN = "这题已经记过是蒙的了。"
GUESS_OF_NOTHING = "最近 24 小时没有你的作答，没什么可标记的。发“/练”来一道。"
_GUESS_RIGHT = "记下了：蒙对的也放进错题本，过几天再考你一次。"
_GUESS_WRONG = "记下了，这题在错题本里，会再来找你。"

LINK_CHARS = 20
"""A longer name of a point or chapter is a nuisance to type: its id is shown instead."""
_LABEL_CHARS = 16
_WEEKDAYS = "一二三四五六日"


def head(what: str, library: Library, asking: Asking, label: str = "") -> str:
    """Head a question: 【练习 · 内存管理】操作系统 · ★★★☆☆."""
    named = f"{what} · {shortened(label, _LABEL_CHARS)}" if label else what
    return f"【{named}】{about(library, asking.question)}"


def scope_label(scope: Scope) -> str:
    """Name a scope in a head, where the subject stands anyway."""
    return scope.label if scope.kind in ("chapter", "points") else ""


def shortened(text: str, limit: int) -> str:
    """Cut ``text`` to ``limit`` characters, an ellipsis included."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def unknown_scope(words: str) -> str:
    """Say that there is no such part of the outline, and what there is."""
    return (
        f"没认出“{shortened(words, 20)}”。可以写科目（/练 网络）、章（/练 内存管理）、"
        "考点（/练 死锁），或者“/练 错题”；只发“/练”就由我来挑。"
    )


def nothing_in(scope: Scope, nearest: str) -> str:
    """Say that there is no question in a scope, and where the nearest are."""
    label = shortened(scope.label, 20)
    return f"“{label}”还没有题，离它最近的是“{nearest}”：发“/练 {nearest}”。"


def several(count: int) -> str:
    """Say how ``count`` questions are practised."""
    if not _AT_ONCE[0] <= count <= _AT_ONCE[1]:
        return ONE_AT_A_TIME
    return f"{ONE_AT_A_TIME}想一口气做 {count} 题，私聊我发“/模考 {count}”。"


def wrong_again_today(count: int) -> str:
    """Say that the ``count`` wrong questions were all asked today."""
    return WRONG_AGAIN_TODAY if count > 1 else THIS_AGAIN_TODAY


def next_practice(scope: Scope | None) -> str:
    """Offer the next question."""
    if scope is None or scope.kind == "all":
        return "下一题发“再来一道”；想专攻一块就带上名字，比如“/练 网络”。"
    return f"下一题发“再来一道”（还是{shortened(scope.label, 20)}），不限范围发“/练”。"


def next_wrong(left: int) -> str:
    """Offer the next question of the wrong book, where ``left`` questions are."""
    if not left:
        return "错题本清空了 🎉 发“/练”继续。"
    return f"错题本里还有 {left} 题，发“继续”练下一题。"


def next_review(left: int) -> str:
    """Offer the next review; ``left`` points are due."""
    if not left:
        return "今天到期的考点都复习完了 🎉 想多做几道就发“/练”。"
    return f"还有 {left} 个考点到期，发“继续”。"


def review_begins(due: int, days_left: str) -> str:
    """Say how much there is to review."""
    return f"今天有 {due} 个考点到了复习时间（{days_left}），先来最容易忘的。"


def nothing_due(following: tuple[date, int] | None, today: date) -> str:
    """Say when there is something to review again; ``following`` is that day and how many."""
    if following is None:
        return "还没有要复习的考点：做过的题会按遗忘曲线排进来。先发“/练”来一道。"
    day, count = following
    return (
        f"现在没有到期的考点。下一批 {count} 个在{day_name(day, today)}，"
        "想先练就发“/练”，或“/练 错题”。"
    )


def nothing_due_in(scope: Scope) -> str:
    """Say that nothing of a scope is due."""
    return f"“{scope.label}”里没有到期的考点。发“/复习”看全部，或“/练 {scope.label}”接着练。"


def day_name(day: date, today: date) -> str:
    """Name a day of this or the next weeks: 明天, 12 月 3 日（周四）."""
    near = {0: "今天", 1: "明天", 2: "后天"}.get((day - today).days)
    return near or f" {day.month} 月 {day.day} 日（周{_WEEKDAYS[day.weekday()]}）"


def shown_answer(library: Library, asking: Asking, link: str) -> str:
    """Show the answer to who does not know it; nothing is recorded."""
    again = f"这题不计成绩。趁热练同一个考点：发“/练 {link}”；换一题发“再来一道”。"
    if asking.retracted:
        return f"{RETRACTED}\n\n{again}"
    question = asking.question
    return "\n\n".join(
        (
            f"**答案是 {asking.shown_answer}：**{question.options[question.answer]}",
            explanation(asking),
            sources_line(library, question),
            again,
        )
    )


def guess_noted(right: bool | None) -> str:
    """Confirm that an answer was marked as guessed, once its verdict is known."""
    if right is None:
        return GUESS_NOTED
    return _GUESS_RIGHT if right else _GUESS_WRONG


def reported(asking: Asking, number: int, *, added: bool) -> str:
    """Confirm a report, or what was ``added`` to it, and say what comes of it."""
    stem = shortened(first_line(asking.question.stem), 24)
    if added:
        return f"收到，补充到纠错 #{number} 了：“{stem}”。运营者会一起核对，结果随后告诉你。"
    return (
        f"收到，纠错 #{number} 已提交：“{stem}”。\n\n"
        "运营者会核对：确实有误就改答案或作废，所有做过的人重新判分，结果会随你之后的消息告诉你。"
        "想补充就再发一次“/纠错 ……”。"
    )


def as_seen(text: str, asking: Asking) -> str:
    """Add to a report in which order its letters stood: the operator sees the author's order."""
    if not any(letter in text.upper() for letter in "ABCD"):
        return text
    order = "、".join(f"{shown}＝原{asking.canonical(shown)}" for shown, _ in asking.options)
    return f"{text}（他看到的选项：{order}）"


def first_line(markdown: str) -> str:
    """Return the first line of a text without its marks."""
    line = next((line for line in markdown.splitlines() if line.strip(" `")), "")
    return line.replace("**", "").replace("`", "").strip()


def dots(right_days: int) -> str:
    """Draw how near a question is to leaving the wrong book: ●●○."""
    return "●" * right_days + "○" * (RIGHT_DAYS_TO_LEAVE - right_days)


def no_wrong(scope: Scope) -> str:
    """Say that the wrong book has nothing in a scope."""
    if scope.kind == "all":
        return NO_WRONG_YET
    return f"“{scope.label}”里没有错题。发“/错题本”看全部，或“/练 {scope.label}”来一道。"
