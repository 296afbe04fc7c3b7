"""What people type around commands and instead of them: thanks, and words that sound like them."""

import re
from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

_LOOKS_LIKE = str.maketrans("夲莱咔", "本来卡")
_THANKS = re.compile(
    r"^(?:好的?|好滴|好嘞|谢谢(?:你|您|啦|老师)?|谢啦|多谢|感谢|嗯+|哦+|ok|行|懂了|明白了?|知道了|会了"
    r"|收到|了解|原来如此|辛苦了)[ ,，。.!！~、]+"
    r"|[ ,，。.!！~、]+(?:谢谢(?:你|您|啦)?|谢啦|多谢)$"
)
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def without_thanks(said: str) -> str:
    """Take a word of thanks or assent from the beginning or the end: 谢谢，再来一道."""
    return _THANKS.sub("", said)


class Slips:
    """Knows some command words; only a whole word that sounds like one of them is mended."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {sound: word for word in words if (sound := _sound(word))}

    def mended(self, said: str) -> str | None:
        """Return ``said`` with its first word (up to a blank) as it was meant; None if it is none.

        A word that is right is none either: there is nothing to mend.
        """
        word, blank, rest = said.partition(" ")
        meant = self._words.get(_sound(word.translate(_LOOKS_LIKE)))
        return f"{meant}{blank}{rest}" if meant is not None and meant != word else None


def _sound(word: str) -> str:
    """Return how a Chinese word sounds without its tones; "" for anything else."""
    return "-".join(lazy_pinyin(word, style=Style.NORMAL)) if _HAN.fullmatch(word) else ""
