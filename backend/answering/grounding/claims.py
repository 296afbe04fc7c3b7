"""Tells the sentences that claim something from headings, lead-ins, courtesies and disclaimers."""

import re
from typing import Literal

from backend.answering.grounding.citations import without_marks
from backend.answering.grounding.numbers import Number, normal, numbers
from backend.answering.grounding.passage import Passage, read
from backend.answering.grounding.sentences import is_code_block
from backend.answering.grounding.support import unstated

Kind = Literal["claim", "lead_in", "code", "none"]

_ITEM = re.compile(r"\s*(?:[-*+•·]\s+|\d{1,2}[.)、．]\s*|[(（]\d{1,2}[)）]\s*|[①-⑳]\s*)")
_HEADING = re.compile(r"\s*(?:#{1,6}\s+(.*)|\*\*([^*]+)\*\*\s*$|【([^】\d]+)】\s*$)", re.DOTALL)
_HASHES = re.compile(r"\A\s*#{1,6}\s+")
_ENDS_CLAUSE = re.compile(r"[，,。；;！!]|[:：](?=.*\w)")
# What only a claim says, unless it asks.
_STATES = re.compile(
    "等价|等同|等于|就是|都是|必须|必然|一定|不需要|无需|不会|不是|不能|不可能|只要|只需|总是|永远"
)
_ASKS = re.compile("什么|为何|怎么|怎样|如何|吗|呢|是否|哪|几|多少|能不能|会不会|是不是")
_EQUATES = re.compile("(?:等价|等同|等于)[^:：，,]{2,}")
_RULE = re.compile(r"[\s|:\-=*_>]*\Z")
_LEAD_IN = re.compile(r"[:：][\s*_]*\Z")
_SOURCES = r"资料|来源|材料|原文|以上内容|(?<![\u4e00-\u9fff])在?文中|提供的(?:内容|信息|文本|段落)"
_ABSENT = "没|并?未|不包含|不包括|不含|不足|查不到|找不到|看不到|缺少|缺乏"
DISCLAIMER = re.compile(
    rf"(?:{_SOURCES})[^，。；\n]{{0,10}}(?:{_ABSENT})"
    rf"|没(?:有|能)?[在从][^，。；\n]{{0,6}}(?:{_SOURCES})"
)
"""Says that the sources do not have something."""
_COURTESY = re.compile(
    r"希望|祝你|祝[^，。]{0,4}(?:顺利|上岸)|加油|如果?(?:你)?还?有[^，。]{0,8}(?:问题|疑问|不懂|不清楚)"
    r"|还有[^，。]{0,6}(?:问题|疑问)|随时[^，。]{0,4}(?:问|找|说)|欢迎[^，。]{0,6}(?:问|提)"
    r"|(?:这样|现在)[^，。]{0,6}(?:清楚|明白|懂)了?(?:吗|吧|没)|(?:多|好好)[^，。]{0,6}(?:练|复习)|不客气|别(?:慌|急|担心)"
    r"|建议[^，。]{0,6}(?:查|看|翻|参考|问)|(?:无法|不能|没法|不好)(?:确定|判断|回答|给出)"
)
_OPENER = re.compile(
    r"\s*(?:好的|好问题|同学(?:你)?好|你好|没问题|当然(?:可以)?|可以的|嗯|是的|对的?|不是的?|不能|不会|不对|能"
    r"|总结(?:一下)?|综上(?:所述)?|简单(?:来)?说|(?:我们)?(?:下面)?(?:来)?(?:一起)?看(?:一下|一看|看)?)[!！。~～,，\s]*\Z"
)
_COUNT = re.compile(
    r"(?:主要|一共|总共|无非|就|可以|要|有|分)*(?:成|为)?[一两二三四五六几][个步点条种类件层头](?:方面)?[\u4e00-\u9fff]{0,4}[。.]\Z"
)
_PARTS = re.compile(
    "个?(?:点|方面|步|类|种|条|部分|要点|原因|角度|层|件事|阶段|情况|大块|问题|行|句|招|项)"
)
_CLAUSE = re.compile(r"[^，,；;。！!~～？?]+[？?]?")
_TOPIC = re.compile(r"\s*(?:至于|关于)")
# What may stand before a question without claiming anything.
_BEFORE_QUESTION = re.compile(
    r"\s*(?:那么?\Z|如果|假如|要是|若|既然|当(?!然)|假设|(?:你|有人|有同学)(?:可能|也许)?会?(?:问|想))"
)
_BRIEF, _SHORT, _SHORT_CELL = 10, 20, 12
_SPOKEN = re.compile("[\u4e00-\u9fffA-Za-z0-9]")
_UNIT = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9_+\-]+")
_MARKUP = re.compile(r"[*_`#>~|]")


def kind_of(sentence: str) -> Kind:
    """Return what ``sentence`` looks like: only a ``claim`` must be supported by what it cites.

    A ``lead_in`` announces what follows: it ends with a colon, or only says how many (分两步走。).
    ``none`` is a heading, a courtesy, a question or a disclaimer from beginning to end.
    """
    if is_code_block(sentence):
        return "code"
    text = without_marks(sentence).strip()
    if not text or _RULE.match(text) or _is_heading(text):
        return "none"
    bare = _MARKUP.sub("", _without_item(text)).strip()
    if not bare or _claims_nothing(bare):
        return "none"
    announces = _LEAD_IN.search(text) and not _EQUATES.search(bare)
    return "lead_in" if announces or _COUNT.match(bare) else "claim"


def disclaims(sentence: str) -> bool:
    """Tell whether ``sentence`` only says what the sources do not have, which it may name."""
    text = without_marks(sentence)
    return bool(DISCLAIMER.search(text)) and _claims_nothing(_MARKUP.sub("", _without_item(text)))


def asks(sentence: str) -> bool:
    """Tell whether ``sentence`` is a question with a word that asks, so that it affirms nothing."""
    text = bare_text(sentence)
    return text.endswith(("?", "？")) and bool(_ASKS.search(text))


def announced(claim: Passage, number: Number) -> bool:
    """Tell whether ``number`` of ``claim`` only numbers or counts what follows: 二、, 三步."""
    before, after = claim.text[: number.start], claim.text[number.end :]
    is_ordinal = before.endswith(("第", "这", "下面", "以下")) or (
        before in ("", "(") and after[:1] in "、)"
    )
    return is_ordinal or (number.counted and bool(_PARTS.match(after)))


def states_number(sentence: str) -> bool:
    """Tell whether ``sentence`` states a number, in Chinese numerals too, not ``announced``."""
    claim = read(bare_text(sentence))
    return any(not announced(claim, number) for number in claim.numbers)


def results(sentence: str, sources: Passage, asked: Passage) -> bool:
    """Tell whether ``sentence`` gives a number of the question, which no source has, to something
    else than the question does: of 7、0、1 it may not say 缺页 7 次."""
    claim = read(bare_text(sentence))
    given = {quantity for fragment in asked.fragments for quantity in fragment.quantities}
    said = {quantity for fragment in claim.fragments for quantity in fragment.quantities}
    plain = {
        n.value
        for n in unstated(claim, sources)
        if not n.is_formula and not n.parts and not announced(claim, n)
    }
    return any(value in plain for value, _ in said - given)


def says_anything(sentence: str) -> bool:
    """Tell whether there is a letter or a digit in ``sentence`` apart from its citations."""
    return any(character.isalnum() for character in without_marks(sentence))


def is_head_row(sentence: str) -> bool:
    """Tell whether ``sentence`` may be the head of a table: a row of short cells, no claims."""
    cells = sentence.strip().strip("|").split("|")
    return is_row(sentence) and all(_is_label(cell, _SHORT_CELL) for cell in cells)


def is_brief(sentence: str) -> bool:
    """Tell whether ``sentence`` is so short that it only says yes, no, or what follows."""
    return len(_SPOKEN.findall(sentence)) <= _BRIEF and not numbers(normal(sentence))


def is_item(sentence: str) -> bool:
    """Tell whether ``sentence`` begins an item of a list or is a row of a table."""
    return bool(_ITEM.match(sentence)) or is_row(sentence)


def is_row(sentence: str) -> bool:
    """Tell whether ``sentence`` is a row of a table."""
    return sentence.lstrip().startswith("|")


def bare_text(sentence: str) -> str:
    """Return ``sentence`` without citations, list marks and marks of headings and bold."""
    text = _HASHES.sub("", without_marks(sentence))
    return re.sub(r"\*\*|__", "", _without_item(text)).strip()


def row_text(sentence: str) -> str:
    """Return the cells of a row of a table as one line, for by itself a row says nothing."""
    return "，".join(cell.strip() for cell in bare_text(sentence).strip("|").split("|"))


def _is_heading(text: str) -> bool:
    match = _HEADING.match(text)
    label = "".join(match.groups("")) if match else ""
    return match is not None and _is_label(_MARKUP.sub("", label), _SHORT)


def _is_label(text: str, most: int) -> bool:
    """Tell whether ``text`` is short and names something instead of saying something of it."""
    claims = _STATES.search(text) and not _ASKS.search(text)
    return not claims and not _ENDS_CLAUSE.search(text) and len(_UNIT.findall(text)) <= most


def _claims_nothing(text: str) -> bool:
    clauses = [clause.strip() for clause in _CLAUSE.findall(text) if _SPOKEN.search(clause)]
    is_question = text.endswith(("?", "？"))
    return bool(clauses) and all(
        DISCLAIMER.search(clause)
        or _OPENER.match(clause)
        or clause.endswith(("?", "？"))
        or (_COURTESY.search(clause) and not _STATES.search(clause))
        or (_TOPIC.match(clause) and not _STATES.search(clause))
        or (is_question and _BEFORE_QUESTION.match(clause))
        for clause in clauses
    )


def _without_item(text: str) -> str:
    item = _ITEM.match(text)
    return text[item.end() :] if item else text
