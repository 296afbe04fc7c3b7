"""Command words that a phone took for others that sound or look like them: 打咔, 错题夲, /连."""

import re
from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

_LOOKS_LIKE = str.maketrans("夲莱咔", "本来卡")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


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
