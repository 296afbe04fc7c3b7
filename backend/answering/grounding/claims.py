"""Tells the sentences that claim something from headings, lead-ins, courtesies and disclaimers."""

import re
from typing import Literal

from backend.answering.grounding.citations import without_marks
from backend.answering.grounding.numbers import normal, numbers
from backend.answering.grounding.sentences import is_code_block

Kind = Literal["claim", "lead_in", "code", "none"]

_ITEM = re.compile(r"\s*(?:[-*+•·]\s+|\d{1,2}[.)、．]\s*|[(（]\d{1,2}[)）]\s*|[①-⑳]\s*)")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|\*\*[^*]{1,20}\*\*\s*$|【[^】\d]{1,20}】\s*$)")
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
)
_OPENER = re.compile(
    r"\s*(?:好的|好问题|同学(?:你)?好|你好|没问题|当然(?:可以)?|可以的|嗯|是的|对的?|不是的?|不能|不会|不对|能"
    r"|总结(?:一下)?|综上(?:所述)?|简单(?:来)?说|(?:我们)?(?:下面)?(?:来)?(?:一起)?看(?:一下|一看|看)?)[!！。~～,，\s]*\Z"
)
_COUNT = re.compile(
    r"(?:主要|一共|总共|无非|就|可以|要|有|分)*(?:成|为)?[一两二三四五六几][个步点条种类件层头](?:方面)?[\u4e00-\u9fff]{0,4}[。.]\Z"
)
_BRIEF = 10
_SPOKEN = re.compile("[\u4e00-\u9fffA-Za-z0-9]")
_MARKUP = re.compile(r"[*_`#>~|]")


def kind_of(sentence: str) -> Kind:
    """Return what ``sentence`` is: only a ``claim`` must be supported by what it cites.

    A ``lead_in`` announces what follows: it ends with a colon, or only says how many (分两步走。).
    """
    if is_code_block(sentence):
        return "code"
    text = without_marks(sentence).strip()
    if not text or _RULE.match(text) or _HEADING.match(text):
        return "none"
    if DISCLAIMER.search(text) or _COURTESY.search(text):
        return "none"
    bare = _MARKUP.sub("", _without_item(text)).strip()
    if not bare or _OPENER.match(bare) or bare.endswith(("?", "？")):
        return "none"
    return "lead_in" if _LEAD_IN.search(text) or _COUNT.match(bare) else "claim"


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
    """Return ``sentence`` without citations, list marks and Markdown emphasis."""
    return re.sub(r"\*\*|__", "", _without_item(without_marks(sentence))).strip()


def _without_item(text: str) -> str:
    item = _ITEM.match(text)
    return text[item.end() :] if item else text
