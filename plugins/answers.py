"""Which messages answer a question: the letters, and whether it was a guess.

    read ─▶ Answers   one or more letters: B, 我选 c 吧, 1A 2C 3B, 全选A
         ─▶ Unclear   a try that no question can take: AB, A或者B, E
         ─▶ Change    another letter for an answer that was given: 我点错了，是D
         ─▶ None      anything else

A whole message must consist of such words: C语言, B树是什么 and A和B的区别 are None.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import cast

from backend.questions.question import OPTION_KEYS, OptionKey
from plugins.messages import IncomingMessage

# Letters of other alphabets that a Chinese keyboard's symbol page offers, and the squared ones.
_LOOKALIKES = str.maketrans("ΑΒАВСасβ🅰🅱", "ABABCacb" + "AB")
_UNSEEN = ("So", "Sk", "Cf", "Cs", "Co", "Mn")
_FACE = re.compile(r"\[[\u4e00-\u9fff]{1,4}\]")  # [捂脸], as platforms spell their faces
_NUMERALS = "零一二三四五六七八九十"
_LONGEST = 60

_GUESS_WORDS = (
    r"(?:我)?(?:都|全部|全|也)?(?:是)?(?:瞎|乱|盲|随便)?(?:蒙|猜|选)(?:的|了|一下|一个|个|对的|错的)"
    r"|(?:瞎|乱|盲)?[蒙猜]|(?:我)?(?:都|也)?(?:不太|不是很|不大|不)(?:确定|肯定)|(?:我)?没把握|拿不准"
    r"|不知道对不对|不会"
)
_LEAD = re.compile(
    r"(?:(?:蒙一个|蒙个|瞎蒙|盲猜|盲选|瞎猜|乱猜|瞎选|随便选|猜一个|猜个|[蒙猜]|不会|不确定|没把握"
    r"|我的|答案|回答|答|每日一题|今日一题|今天这题|今天的?|这道题|这题|本题|觉得|认为|感觉|应该"
    r"|肯定|大概|可能|也许|估计|好像|似乎|一定|绝对|确定|选择|选项|选|是|为|要|还是|那就|就|我|嗯|呃|额"
    r")[\s:,、.!(（]*)*"
)
_GUESSED_LEAD = re.compile("[蒙猜盲瞎乱]|随便|不会|不确定|没把握")
_PLACE = (
    rf"(?:第\s*(?P<n1>\d{{1,2}}|[{_NUMERALS}]{{1,2}})\s*道?小?题|[TQ题]\s*(?P<n2>\d{{1,2}})"
    r"|第?\(?(?P<n3>\d{1,2})(?:\s*[题道])?\)?)\s*[.、:,)\-—]?\s*"
)
_ITEM = re.compile(
    rf"(?:{_PLACE})?(?:我?选择?|是|答案?|填)?[\s:(（]*(?P<key>[A-D])(?![A-Z+#*])\)?(?:选?项)?"
)
_ITS_GUESS = re.compile(rf"(?!我?[都全])(?:\(?(?:{_GUESS_WORDS})\)?)(?=[\s,;、]|$)")
_BETWEEN = re.compile(r"[\s,;、.]*")
_TAIL = re.compile(
    rf"(?P<all>(?:[\s,.!?~;:、()…]|{_GUESS_WORDS}|我?确定|我?肯定|没错|这个|这项|哈+|H+|吧|啊|呀|哦|嘛"
    r"|了|啦|项|选项|谢谢|嘿)*)"
)
_GUESSED = re.compile(_GUESS_WORDS)
_EVERY = re.compile(r"(?:我|都|全部|全|答案|选择?|是|为|的|\s)*")
_MANY = re.compile(
    r"[A-D](?:[\s、,/&|]*(?:或者?|还是|和|与|跟|及|OR|AND)?[\s、,/&|]*[A-D]){1,3}(?![A-Z])"
    r"|[E-H](?![A-Z])"
)
_CHANGED = re.compile(
    r"(?:啊|哦|呃|额|等等|等下|等一下|抱歉|不好意思|[\s,.!])*"
    r"(?:不对|(?:我)?(?:刚才|刚刚|刚)?(?:手滑|(?:点|选|按|打|写|发|看|回|答|填|搞|弄|手)?错)了?"
    r"|(?:我)?(?:要|想|能|可以)?(?:改|换)(?:主意了|一下|答案)?(?:成|为|选)?)[\s,.!:]*(?:应该)?"
)
_ORDINAL = re.compile(r"第\s*([一二三四1-4])\s*(?:个选项|个答案|个|选项|项)")
_ALONE = re.compile(
    r"[\s，,。.（(]*(?:我)?(?:是)?(?:瞎|乱)?(?:蒙|猜)(?:的|了|一下|一个|对的|错的)?[)）!！。.~～]*$"
)
_TERMS = ("BCD",)
"""What is a subject of the exam before it is a try at two options."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A letter as shown; ``place`` is the number of the question, None when it is not said."""

    key: OptionKey
    place: int | None = None
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """One or more letters; several have their numbers. ``every``: the one is for all questions."""

    items: tuple[Answer, ...]
    every: bool = False

    @property
    def guessed(self) -> bool:
        """Whether all of them are said to be guesses: 选 B 蒙的."""
        return all(item.guessed for item in self.items)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Letters that are no answer: several for one question, or one that no option has."""


@dataclass(frozen=True, slots=True)
class Change:
    """The wish to replace an answer: ``answer`` is the new one."""

    answer: Answer


def read(text: str) -> Answers | Unclear | Change | None:
    """Read what a message says about questions that wait; see the module."""
    said = _plain(text)
    if not said or len(said) > _LONGEST:
        return None
    changed = _CHANGED.match(said)
    if changed is not None:
        answers = _answers(said[changed.end() :])
        if answers is not None and len(answers.items) == 1:
            return Change(answers.items[0])
    return _answers(said) or _unclear(said)


def parse_answers(text: str) -> Answers | None:
    """Read B, b, 选B, 我选 b 吧, 答案是Ｂ, B 蒙的, 2B, 1A 2C 3B; None for anything else.

    One letter a question: AB is None, and so is everything with other words in it.
    """
    answers = read(text)
    return answers if isinstance(answers, Answers) else None


def parse_ordinal(text: str) -> Answers | None:
    """Read 第三个 and 选第二个 as the letters that stand there.

    Only for who knows that nothing else was offered to choose from: it picks from any list.
    """
    said = _plain(text)
    lead = _LEAD.match(said)
    match = _ORDINAL.match(said, lead.end() if lead else 0)
    if match is None:
        return None
    key = OPTION_KEYS[_number(match[1]) - 1]
    return _answers(f"{said[: match.start()]}{key}{said[match.end() :]}")


def says_guessed(text: str) -> bool:
    """Whether the whole message says that the last answer was a guess: 蒙的, 我猜的, 瞎蒙的."""
    said = text.strip()
    return 1 < len(said) <= 12 and _ALONE.fullmatch(said) is not None


def is_answer(message: IncomingMessage) -> bool:
    """Whether a message is a letter: two hundred members may send one in the same second."""
    return parse_answers(message.text) is not None


def _plain(text: str) -> str:
    """Fold widths and lookalikes, drop faces and all that is not seen, and raise letters."""
    said = unicodedata.normalize("NFKC", text.translate(_LOOKALIKES))
    kept = (" " if unicodedata.category(char) in _UNSEEN else char for char in said)
    said = _FACE.sub(" ", "".join(kept)).replace("。", ".")
    return said.strip(" \n\t'\"“”‘’【】「」[]").upper()


def _answers(said: str) -> Answers | None:
    every = _every(said)
    if every is not None:
        return every
    lead = _LEAD.match(said)
    assert lead is not None
    items, at = _items(said, lead.end())
    tail = _TAIL.fullmatch(said, at)
    if not items or tail is None:
        return None
    if len(items) > 1 and any(item.place is None for item in items):
        return None
    all_guessed = bool(_GUESSED_LEAD.search(lead[0]) or _GUESSED.search(tail[0]))
    return Answers(tuple(Answer(i.key, i.place, i.guessed or all_guessed) for i in items))


def _every(said: str) -> Answers | None:
    """Read 全选A and 都选 a 蒙的."""
    lead = _EVERY.match(said)
    if lead is None or not re.search("[全都]", lead[0]):
        return None
    match = re.compile(r"[A-D](?![A-Z])").match(said, lead.end())
    tail = _TAIL.fullmatch(said, match.end()) if match else None
    if match is None or tail is None:
        return None
    guessed = _GUESSED.search(tail[0]) is not None
    return Answers((Answer(cast("OptionKey", match[0]), guessed=guessed),), every=True)


def _items(said: str, at: int) -> tuple[list[Answer], int]:
    """Read letters with their numbers from ``at`` on; gives them and where they end."""
    items: list[Answer] = []
    while (match := _ITEM.match(said, at)) is not None:
        at = match.end()
        place = match["n1"] or match["n2"] or match["n3"]
        guess = _ITS_GUESS.match(said, at)
        # In 1A 2B 蒙的 the last word is about both, in 2B蒙的 about the one it stands at.
        at = guess.end() if guess else at
        key = cast("OptionKey", match["key"])
        items.append(Answer(key, _number(place) if place else None, guess is not None))
        following = _BETWEEN.match(said, at)
        assert following is not None
        if _ITEM.match(said, following.end()) is None:
            break
        at = following.end()
    return items, at


def _unclear(said: str) -> Unclear | None:
    lead = _LEAD.match(said)
    assert lead is not None
    match = re.compile(rf"(?:{_PLACE})?(?P<many>{_MANY.pattern})").match(said, lead.end())
    if match is None or match["many"] in _TERMS:
        return None
    return Unclear() if _TAIL.fullmatch(said, match.end()) else None


def _number(text: str) -> int:
    """Read 2, 二, 十, 十二."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.partition("十")
    digit = _NUMERALS.index
    return (digit(tens) if tens else 1) * 10 + (digit(ones) if ones else 0) if ten else digit(text)
