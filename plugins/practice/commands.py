"""Which messages want to practise, review, look at mistakes, sit a mock exam or report a question.

With a slash a command may be written in any way; in plain words it must be nothing but the wish to
practise, because 死锁的题怎么做 and 复习一下死锁 are questions for the knowledge base.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from plugins.practice import patterns
from plugins.practice.phrases import EXACT, Kind
from plugins.slips import Slips, without_thanks

Form = Literal["md", "csv", "anki"]


@dataclass(frozen=True, slots=True)
class Command:
    """``words`` name what to practise or look at, or say what is wrong with a question.

    ``number`` counts the questions of a mock exam, or is the place of one in it or in a day. A
    command that is not ``sure`` is one only if ``words`` are a part of the outline. ``offhand`` is
    来道题: in the middle of a topic, one on that topic is meant. So many questions as ``number``
    says were wished at once by 三道, and hard ones are by ``harder``.
    """

    kind: Kind
    words: str = ""
    number: int | None = None
    form: Form = "md"
    sure: bool = True
    offhand: bool = False
    harder: bool = False


_HEADS = Slips(("练", "练习", "刷题", "做题", "复习", "错题", "错题本", "模考", "纠错"))
_WORDS = Slips(
    sentence
    for sentence, kind in EXACT.items()
    if (len(sentence) > 2 and kind not in ("left", "show_answer"))
    or sentence in ("刷题", "错题", "模考")
)
_FORMS: dict[str, Form] = {
    "": "md",
    "md": "md",
    "markdown": "md",
    "csv": "csv",
    "excel": "csv",
    "表格": "csv",
    "anki": "anki",
    "卡片": "anki",
    "anki卡片": "anki",
}
_OF_A_PAPER: tuple[Kind, ...] = ("previous", "left")
_ONLY_IN_A_PAPER = ("提交", "确认", "确定", "退出", "放弃", "结束", "不做了", "不考了")
_LEADING = ("练习", "练", "刷题", "做题")
_PARTICLES = re.compile(r"(?<=..)(?:吧|呗|呀|啊|哈|啦)$")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_ENDS_IN_QUESTION = re.compile(r"(?:的)?(?:选择|练习)?(?<!问)(?:题目|题)$")
_EVERYTHING = ("全部", "随机", "随便", "任意", "都行", "所有", "不限", "四科", "408", "综合")
_NO_TOPIC = (
    "",
    "新",
    "别",
    "其他",
    "其它",
    "不一样",
    "简单",
    "简单点",
    "容易",
    "基础",
)
_DIGITS = "零一二三四五六七八九"
_LONGEST = 40


def parse(text: str) -> Command | None:
    """Read a command; None when the message is none of these."""
    said = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    slash = said.startswith("/")
    body = said.lstrip("/ ")
    report = _report(body, slash)
    if report is not None or len(body) > _LONGEST:
        return report
    bare = body.strip(" 。.!?~,;:、…！？").lower()
    bare = patterns.WRONG_TONE.sub(r"\g<verb>道", bare)
    spaceless = _BETWEEN_CHINESE.sub("", bare)
    for sentence in dict.fromkeys((without_thanks(bare), bare, spaceless)):
        command = _read(sentence, slash)
        if command is not None:
            return command
    meant = _meant(bare, slash)
    return _read(meant, slash) if meant is not None else None


def _meant(bare: str, slash: bool) -> str | None:
    """Return a command that was typed wrongly as it was meant; None for everything else."""
    if slash:
        return _HEADS.mended(bare)
    if bare.startswith("莱"):
        return f"来{bare[1:]}"
    return _WORDS.mended(bare)


def _read(bare: str, slash: bool) -> Command | None:
    for sentence in (bare, _PARTICLES.sub("", bare)):
        if sentence in EXACT:
            return _exact(sentence, slash)
    for read in (_mock, _export, _wrong, _book, _review, _practise):
        command = read(bare, slash)
        if command is not None:
            return command
    return None


def _exact(sentence: str, slash: bool) -> Command:
    kind = EXACT[sentence]
    doubtful = kind in _OF_A_PAPER or sentence in _ONLY_IN_A_PAPER
    return Command(kind, sure=slash or not doubtful)


def _report(body: str, slash: bool) -> Command | None:
    match = patterns.REPORT.fullmatch(body)
    if match is not None and (slash or match["gap"] or not match["text"]):
        text = match["text"].strip()
        placed = patterns.PLACED.match(text)
        return Command("report", text, _number(placed["n"]) if placed else None)
    said = body.strip()
    if patterns.REPORTED.fullmatch(said):
        return Command("report", said, sure=False)
    return (
        Command("doubt", sure=False) if patterns.DOUBTED.fullmatch(said.rstrip("?!。.~")) else None
    )


def _mock(bare: str, slash: bool) -> Command | None:
    details = patterns.DETAILS.fullmatch(patterns.DETAILS_OF.sub(r"模考\2 \1", bare))
    if details is not None:
        return Command("details", number=_number(details["n"]))
    match = patterns.MOCK.fullmatch(bare)
    if match is not None:
        return Command("mock", number=_number(match["n"]))
    if patterns.PAPER.fullmatch(bare):
        return Command("mock")
    return Command("mock", bare[2:].strip()) if slash and bare.startswith("模考") else None


def _export(bare: str, slash: bool) -> Command | None:
    match = patterns.EXPORT.fullmatch(bare)
    if match is None:
        return None
    said = re.sub(
        r"^[成为到:]+|(?:的)?(?:格式|文件)+$",
        "",
        match["form"] or match["form2"] or match["form3"] or "",
    )
    words = said.replace(" ", "")
    topic = _topic(match["topic"] or match["topic2"] or "")
    if words in _FORMS:
        return Command("export", topic, form=_FORMS[words], sure=slash or not topic)
    named = [word for word in said.split() if word not in _FORMS]
    wished: list[Form] = [_FORMS[word] for word in said.split() if word in _FORMS]
    topic = " ".join([*topic.split(), *named])
    return Command("export", topic, form=wished[0] if wished else "md") if slash else None


def _wrong(bare: str, slash: bool) -> Command | None:
    match = patterns.WRONG.fullmatch(bare) or patterns.WRONG_AGAIN.fullmatch(bare)
    if match is not None and not _is_study(bare):
        topic = _topic(match["topic"])
        return Command("wrong", topic, sure=slash or not topic)
    if not slash:
        return None
    match = re.fullmatch(r"(?:练习|练|复习) ?错题(?:本)? ?(.*)", bare)
    return Command("wrong", _topic(match[1])) if match else None


def _book(bare: str, slash: bool) -> Command | None:
    if patterns.BOOK_ASKED.fullmatch(bare):
        return Command("book")
    match = patterns.BOOK.fullmatch(bare)
    if match is None:
        return None
    topic = _topic(f"{match['topic']} {match['rest']}")
    if slash:
        return Command("book", topic)
    if _is_study(bare) or (match["rest"] and not match["after"]):
        return None
    return Command("book", topic, sure=not topic)


def _review(bare: str, slash: bool) -> Command | None:
    match = re.fullmatch(r"复习 ?(.*)", bare) if slash else None
    return Command("review", _topic(match[1])) if match else None


def _practise(bare: str, slash: bool) -> Command | None:
    if slash:
        for word in _LEADING:
            if bare.startswith(word):
                return _slash_practice(bare[len(word) :])
    match = patterns.SUBJECT_FIRST.fullmatch(bare)
    if match is not None:
        return Command("practise", match["topic"])
    for command in (_one(bare), _drill(bare)):
        if command is not None and not _is_study(bare):
            return command
    return None if slash else _of_a_topic(bare)


def _slash_practice(rest: str) -> Command:
    topic, harder = _level(_topic(_ENDS_IN_QUESTION.sub("", rest)))
    return Command("practise", topic, harder=harder)


def _of_a_topic(bare: str) -> Command | None:
    """Read 死锁的题, 有没有死锁的练习题, 网络选择题."""
    match = patterns.OF_A_TOPIC.fullmatch(bare)
    if match is None:
        return None
    topic = _topic(match["topic"] or match["subject"])
    topic, harder = _level(topic)
    if not topic or _is_study(topic):
        return None
    return Command("practise", topic, sure=False, harder=harder)


def _is_study(bare: str) -> bool:
    """Whether a sentence is a question for the knowledge base, however it begins."""
    request = patterns.REQUEST.fullmatch(bare)
    said = bare[: request.start("end")] if request is not None else bare
    return patterns.STUDY.search(patterns.PRINCIPLES.sub("", said)) is not None


def _one(bare: str) -> Command | None:
    """Read 来一道网络的题: with 个 and 点 it must say that it is a question (来个总结 is not)."""
    match = patterns.ONE.fullmatch(bare)
    if match is None:
        return None
    unit, (topic, harder) = match["unit"], _level(_topic(match["topic"]))
    says_question = match["question"] is not None or unit == "题"
    if not says_question and not harder and unit in "个点":
        return None
    if (
        unit == "题"
        and not match["count"]
        and not match["question"]
        and (topic or bare[-1] in "吗么")
    ):
        return None  # 出题规律, 能出题吗
    return Command(
        "practise",
        topic,
        number=_several(match["count"]),
        sure=says_question or not topic,
        offhand=not topic and not harder,
        harder=harder,
    )


def _several(count: str | None) -> int | None:
    """Read how many questions are wished at once; None for one."""
    number = 3 if count == "几" else _number(count)
    return number if number and number > 1 else None


def _drill(bare: str) -> Command | None:
    """Read 练习 操作系统, 刷网络, 考考我死锁, 做计组的题."""
    match = patterns.DRILL.fullmatch(bare)
    if match is None or (match["verb"] in ("做", "做做") and not match["question"]):
        return None
    topic, harder = _level(_topic(match["topic"]))
    if not topic and not match["question"]:
        return None
    return Command("practise", topic, sure=not topic, harder=harder)


def _level(topic: str) -> tuple[str, bool]:
    """Split 难一点的网络 into what to practise and whether it should be hard."""
    rest = patterns.HARD.sub("", topic)
    return (_topic(rest), True) if rest != topic else (topic, False)


def _topic(said: str) -> str:
    topic = re.sub(r"^(?:关于|有关|一下|一道|的)|的$", "", said.strip(" :,，、的")).strip()
    return "" if topic in _NO_TOPIC or topic in _EVERYTHING or topic.isdigit() else topic


def _number(text: str | None) -> int | None:
    """Read 20, 五, 十五, 二十, 三十五."""
    if not text or text.isascii():
        return int(text) if text else None
    tens, ten, ones = text.replace("两", "二").partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 0
    if not ten:
        return _DIGITS.index(tens)
    return 10 * (_DIGITS.index(tens) if tens else 1) + (_DIGITS.index(ones) if ones else 0)
