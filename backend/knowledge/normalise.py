"""One normal form of text for matching names: width, case, blanks, brackets and 的 folded."""

import unicodedata
from dataclasses import dataclass

_DROPPED = set("的之 \t\n\r\u3000-_·•'\"“”‘’()（）[]【】《》<>/\\")


@dataclass(frozen=True, slots=True)
class Normalised:
    """``text[i]`` came from character ``offsets[i]`` of the original."""

    text: str
    offsets: tuple[int, ...]


def normalise(original: str) -> Normalised:
    """Fold width, case, blanks, brackets and 的/之 away, keeping where each character came from.

    Sentence punctuation stays (it separates names); so do ``+ # .`` inside names such as B+树.
    """
    characters: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(original):
        for folded in unicodedata.normalize("NFKC", character).lower():
            if folded in _DROPPED:
                continue
            characters.append(folded)
            offsets.append(position)
    text = "".join(characters).replace("节点", "结点")  # two spellings of one word, of one length
    return Normalised(text, tuple(offsets))
