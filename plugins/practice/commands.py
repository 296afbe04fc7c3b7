"""Which messages want to practise, review, look at mistakes, sit a mock exam or report a question.

With a slash a command may be written in any way; in plain words it must be nothing but the wish to
practise, because 死锁的题怎么做 and 复习一下死锁 are questions for the knowledge base.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from backend.questions.scope import SUBJECT_NAMES

Kind = Literal[
    "practise",
    "again",
    "wrong",
    "review",
    "go_on",
    "skip",
    "show_answer",
    "book",
    "export",
    "mock",
    "hand_in",
    "hand_in_surely",
    "quit",
    "give_up",
    "resume",
    "previous",
    "left",
    "details",
    "report",
    "doubt",
]
Form = Literal["md", "csv", "anki"]


@dataclass(frozen=True, slots=True)
class Command:
    """``words`` name what to practise or look at, or say what is wrong with a question.

    ``number`` counts the questions of a mock exam, or is the place of one in it or in a day. A
    command that is not ``sure`` is one only if ``words`` are a part of the outline. ``offhand`` is
    来道题: in the middle of a topic, one on that topic is meant.
    """

    kind: Kind
    words: str = ""
    number: int | None = None
    form: Form = "md"
    sure: bool = True
    offhand: bool = False


_NUMBER = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})"
_POLITE = (
    r"(?:请|麻烦|那就|那|好的|好|嗯|行|ok)?[,，、 ]*(?:你)?(?:再)?"
    r"(?:给我|帮我|我想要|我想|我要|我来|想|能不能|可不可以|可以|能)?(?:再)?(?:随机|随便|任意)?(?:再)?"
)
_OVER = (
    r"(?:做做|做|试试|试一下|考考我|考我|练练手|练练|练手|看看)?"
    r"(?:吧|呗|呀|啊|哈|哦|嘛|啦|谢谢|,|，|!|~| )*"
)
_TOPIC = r"(?P<topic>.{0,20}?)"
_QUESTION = r"(?P<question>(?:的)?(?:选择|单选|练习|复习)?(?:题目|试题|题))?"

_ONE = re.compile(
    _POLITE
    + r"(?:来|出|给|整|抽|做|练|刷|考|搞|换)(?:我|考我)?(?P<count>一|1|几|两)?(?P<unit>道|题|个|点)"
    + rf" ?{_TOPIC} ?{_QUESTION}(?:我)?{_OVER}"
)
_DRILL = re.compile(
    _POLITE
    + r"(?P<verb>练习|练一练|练练|练一下|练下|练|刷一刷|刷刷|刷|做做|做|考考我|考考|考我|测测我)"
    + rf"(?:一下)? ?{_TOPIC} ?{_QUESTION}{_OVER}"
)
_SUBJECTS = "|".join(
    sorted((name for names in SUBJECT_NAMES.values() for name in names), key=len, reverse=True)
)
_SUBJECT_FIRST = re.compile(
    rf"(?P<topic>{_SUBJECTS})(?:的)?(?:再)?(?:来|出|整)(?:一|1)?(?:道|题|个)(?:题)?{_OVER}"
)
_WRONG = re.compile(
    _POLITE
    + r"(?:来|出|练习|练|刷|做|复习|重做|重练|重刷|考考我)(?:一下)?(?:一|1)?(?:道|题|个)?"
    + rf" ?{_TOPIC}(?:的)?(?:我的)?错题(?:本)?{_OVER}"
)
_WRONG_AGAIN = re.compile(rf"{_TOPIC}(?:的)?错题(?:本)?(?:重做|重练|再练|再做|练习|复习){_OVER}")
_BOOK = re.compile(
    rf"(?:看看?|查看?|打开)?(?:一下)?(?:我的?)?{_TOPIC}(?:的)?错题(?P<after>本|集|列表)?"
    r" ?(?P<rest>.{0,12})"
)
_BOOK_ASKED = re.compile(
    r"我?(?:都|还|以前|之前|最近)?(?:做)?错(?:了|过)?(?:的)?(?:哪些|什么|哪几道|啥)(?:题目|题)?(?:了)?"
    r"|(?:哪些|什么|哪几道)(?:题目|题)?(?:是)?我(?:做)?错(?:了|过|的)?(?:的)?"
    r"|我(?:做)?错(?:了|过)的(?:题目|题)(?:有哪些|呢)?"
)
_EXPORT = re.compile(
    r"(?:导出|下载)(?:我的|一下)?(?:错题本|错题集|错题)(?P<form>.*)"
    r"|(?:我的)?(?:错题本|错题集|错题)\s*(?:导出|下载)(?P<form2>.*)"
    r"|导出(?:成|为|到)?\s*(?P<form3>anki|csv|excel|md|markdown)(?:的)?(?:格式|文件|卡片)?"
)
_MOCK = re.compile(
    _POLITE + r"(?:开始|进行|来|做|考|出|整|搞)?(?:一|1)?(?:套|份|次|场|张)?(?:408)?"
    r"(?:模考|模拟考试|模拟考|模拟卷子|模拟试卷|模拟卷|模拟测试)(?:卷)?(?:一下|一次|一场)?"
    rf" ?(?:{_NUMBER})? ?(?:道)?(?:题)?{_OVER}"
)
_PAPER = re.compile(
    _POLITE + r"(?:来|做|出|整|搞)(?:一|1)?(?:套|份|张)(?:408)?(?:选择题|卷子|试卷|卷|题)" + _OVER
)
_DETAILS = re.compile(
    rf"模考 ?(?:的)?(?:解析|讲解|详解|答案|结果|成绩|报告) ?(?:第)? ?(?:{_NUMBER})? ?(?:题)?"
)
_REPORT = re.compile(r"(?:纠错|报错|反馈错误)(?P<gap>[\s:,，：]*)(?P<text>.*)", re.DOTALL)
_REPORTED = re.compile(
    r"(?:这|上|刚才那?|那)(?:一)?(?:道)?题(?:的|目)?(?:答案|题目|题干|选项|解析|知识点)?"
    r"(?:好像|应该|是不是|是|明显|感觉)?(?:有问题|有误|有错误?|有歧义|出错了?|给错了|写错了|不严谨)"
    r"(?:[,，。!:： ].*)?"
    r"|(?:这|上|刚才那?|那)(?:一)?(?:道)?题(?:的)?(?:答案|题目|题干|选项|解析)"
    r"(?:好像|应该|是不是|是|明显|感觉)?(?:不对|错了|错)(?:[,，。!:： ].*)?",
    re.DOTALL,
)

_PLACED = re.compile(rf"(?:刚才|模考|卷子)?的?第 ?{_NUMBER} ?(?:道|小)?题")
_DOUBTED = re.compile(
    r"(?:我)?(?:觉得|感觉|怀疑|看)?(?:你)?(?:们)?(?:是不是)?(?:这|那|上)?(?:一)?(?:道)?(?:个)?"
    r"(?:题目?|答案|解析|选项)(?:的)?(?:答案|题目|题干|选项|解析)?"
    r"(?:好像|应该|是不是|可能|明显|感觉)?(?:有问题|有误|有错误?|出错|错|不对|给错|写错)"
    r"(?:了|吧|吗|啊|呀|哦|呢)*"
)

# What is asked of the knowledge base, whatever the sentence begins with.
_STUDY = re.compile(
    r"什么|怎|如何|为何|为啥|啥|吗|哪|例题|例子|示例|多少|几种|几个|区别|是不是|方法|技巧|步骤|过程"
    r"|原理|定义|概念|特点|公式|总结|推荐|[问话主标命课专]题"
)

# The subject's own name is no question about a 原理.
_PRINCIPLES = re.compile(r"(?:计算机)?组成原理")

_SENTENCES: dict[Kind, str] = {
    "again": """再来一道 再来一题 再来一个 再来 再来道题 再来一道题 再来个题 下一题 下一道 下一个
        下题 换一题 换一道 换道题 换个题 换一道题 换题 接着练 继续练 继续做题 继续刷题
        再做一道 再出一道 再出一题 再练一道 再刷一道 再考一道""",
    "review": """复习 开始复习 去复习 我要复习 我想复习 今日复习 今天复习 今天的复习 复习任务
        今天复习什么 今天复习啥 今天该复习什么 该复习什么 该复习什么了 要复习什么 复习什么 复习啥
        有什么要复习的 有哪些要复习的 哪些要复习 哪些该复习了 今天要复习什么 今天要复习哪些
        到期复习 该复习了""",
    "go_on": "继续 接着来 继续来 go",
    "skip": "跳过 跳过这题 跳过这道 跳过这道题 这题跳过 这道题跳过 先跳过 先跳过这题 跳 pass skip",
    "show_answer": """不会 我不会 不会做 我不会做 这题不会 这道题不会 这题我不会 完全不会 真不会
        不知道 我不知道 没思路 没有思路 看答案 看下答案 看看答案 直接看答案 给我答案 公布答案
        答案 答案是什么 答案是啥 显示答案 看解析 看看解析 解析 认输 我认输""",
    "hand_in": """交卷 我要交卷 现在交卷 提交试卷 提交卷子 我交卷 交卷了 我要交卷了 我交卷了
        我想交卷 提交 确认 确定""",
    "hand_in_surely": "确认交卷 确定交卷 交卷确认 直接交卷 就交卷",
    "quit": "退出 放弃 结束 不做了 不考了",
    "give_up": "放弃模考 退出模考 结束模考 取消模考 放弃这次模考",
    "resume": """继续模考 接着模考 继续考试 接着考试 继续考 接着考 回到模考 继续做模考 模考继续
        继续做卷子 接着做卷子""",
    "previous": "上一题 上一道 上一道题 上题 前一题 返回上一题 回到上一题 看上一题 回上一题",
    "left": """还剩多少时间 还有多少时间 剩多少时间 剩余时间 还剩多久 还有多久 还剩几分钟 还有几分钟
        还剩多少分钟 还有多少分钟 时间还剩多少 还有多长时间 还剩多长时间 还有多少题 还剩多少题
        还有几题 还剩几题 还有几道题 还剩几道题 还有多少道题 还剩多少道题 剩几题 剩多少题
        还有几题没做 还有多少题没做 还有几题没答 还有多少题没答 还有哪些题没做 哪些题没做""",
    "mock": "考试开始 开始考试 开考 开始模考",
    "practise": """练 练习 练题 刷题 做题 出题 来题 我要做题 我想做题 我要刷题 我想刷题 开始做题
        开始刷题 开始练习 考考我 测测我 随机一题 随机一道 随机来一题 随机出题""",
    "book": """错题 错题本 错题集 错题列表 我的错题 我的错题本 看错题 看看错题 看我的错题 查错题
        查看错题 查看错题本 打开错题本 错题记录""",
}
_EXACT: dict[str, Kind] = {
    sentence: kind for kind, said in _SENTENCES.items() for sentence in said.split()
}
_OF_A_PAPER: tuple[Kind, ...] = ("previous", "left")
_ONLY_IN_A_PAPER = ("提交", "确认", "确定", "退出", "放弃", "结束", "不做了", "不考了")
_LEADING = ("练习", "练", "刷题", "做题")
_PARTICLES = re.compile(r"(?<=..)(?:吧|呗|呀|啊|哈|啦)$")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_ENDS_IN_QUESTION = re.compile(r"(?:的)?(?:选择|练习)?(?:题目|题)$")
_EVERYTHING = ("全部", "随机", "随便", "任意", "都行", "所有", "不限", "四科", "408", "综合")
_NO_TOPIC = (
    "",
    "新",
    "别",
    "其他",
    "其它",
    "不一样",
    "难",
    "难一点",
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
    spaceless = _BETWEEN_CHINESE.sub("", bare)
    return _read(bare, slash) or (_read(spaceless, slash) if spaceless != bare else None)


def _read(bare: str, slash: bool) -> Command | None:
    for sentence in (bare, _PARTICLES.sub("", bare)):
        if sentence in _EXACT:
            return _exact(sentence, slash)
    for read in (_mock, _export, _wrong, _book, _review, _practise):
        command = read(bare, slash)
        if command is not None:
            return command
    return None


def _exact(sentence: str, slash: bool) -> Command:
    kind = _EXACT[sentence]
    doubtful = kind in _OF_A_PAPER or sentence in _ONLY_IN_A_PAPER
    return Command(kind, sure=slash or not doubtful)


def _report(body: str, slash: bool) -> Command | None:
    match = _REPORT.fullmatch(body)
    if match is not None and (slash or match["gap"] or not match["text"]):
        text = match["text"].strip()
        placed = _PLACED.match(text)
        return Command("report", text, _number(placed["n"]) if placed else None)
    said = body.strip()
    if _REPORTED.fullmatch(said):
        return Command("report", said, sure=False)
    return Command("doubt", sure=False) if _DOUBTED.fullmatch(said.rstrip("?!。.~")) else None


def _mock(bare: str, slash: bool) -> Command | None:
    details = _DETAILS.fullmatch(bare)
    if details is not None:
        return Command("details", number=_number(details["n"]))
    match = _MOCK.fullmatch(bare)
    if match is not None:
        return Command("mock", number=_number(match["n"]))
    if _PAPER.fullmatch(bare):
        return Command("mock")
    return Command("mock", bare[2:].strip()) if slash and bare.startswith("模考") else None


def _export(bare: str, slash: bool) -> Command | None:
    match = _EXPORT.fullmatch(bare)
    if match is None:
        return None
    said = re.sub(
        r"^[成为到:]+|(?:的)?(?:格式|文件)+$| ",
        "",
        match["form"] or match["form2"] or match["form3"] or "",
    )
    forms: dict[str, Form] = {
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
    if said in forms:
        return Command("export", form=forms[said])
    return Command("export", said) if slash else None


def _wrong(bare: str, slash: bool) -> Command | None:
    match = _WRONG.fullmatch(bare) or _WRONG_AGAIN.fullmatch(bare)
    if match is not None and not _is_study(bare):
        topic = _topic(match["topic"])
        return Command("wrong", topic, sure=slash or not topic)
    if not slash:
        return None
    match = re.fullmatch(r"(?:练习|练|复习) ?错题(?:本)? ?(.*)", bare)
    return Command("wrong", _topic(match[1])) if match else None


def _book(bare: str, slash: bool) -> Command | None:
    if _BOOK_ASKED.fullmatch(bare):
        return Command("book")
    match = _BOOK.fullmatch(bare)
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
                return Command("practise", _topic(_ENDS_IN_QUESTION.sub("", bare[len(word) :])))
    match = _SUBJECT_FIRST.fullmatch(bare)
    if match is not None:
        return Command("practise", match["topic"])
    for command in (_one(bare), _drill(bare)):
        if command is not None and not _is_study(bare):
            return command
    return None


def _is_study(bare: str) -> bool:
    """Whether a sentence is a question for the knowledge base, however it begins."""
    return _STUDY.search(_PRINCIPLES.sub("", bare)) is not None


def _one(bare: str) -> Command | None:
    """Read 来一道网络的题: with 个 and 点 it must say that it is a question (来个总结 is not)."""
    match = _ONE.fullmatch(bare)
    if match is None:
        return None
    unit, topic = match["unit"], _topic(match["topic"])
    says_question = match["question"] is not None or unit == "题"
    if not says_question and unit in "个点":
        return None
    if unit == "题" and topic and not match["count"] and not match["question"]:
        return None  # 出题规律
    return Command("practise", topic, sure=says_question or not topic, offhand=not topic)


def _drill(bare: str) -> Command | None:
    """Read 练习 操作系统, 刷网络, 考考我死锁, 做计组的题."""
    match = _DRILL.fullmatch(bare)
    if match is None or (match["verb"] in ("做", "做做") and not match["question"]):
        return None
    topic = _topic(match["topic"])
    if not topic and not match["question"]:
        return None
    return Command("practise", topic, sure=not topic)


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
