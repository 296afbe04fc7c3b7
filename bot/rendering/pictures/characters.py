"""Strings as they can stand on a card: every character has a glyph and every line a break."""

import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

MAX_RUN = 14
"""Longest stretch of characters without a place to break a line."""

_BREAK = "\u200b"
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SKIN_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")
_WORD = re.compile(r"[!-~\u00a1-\u02ff]+")
_NATURAL_BREAK = re.compile(r"(?<=[/_.,;:=&?)\]}+|-])(?=[^\s/_.,;:=&?)\]}+|-])")
_LOOKALIKES = str.maketrans({"\t": "    ", "\u00a0": " ", "✗": "×", "✘": "×", "✔": "✓"})


def clean(text: str, drawable: AbstractSet[str]) -> str:
    """Drop from ``text`` what cannot be drawn: control and invisible characters, missing glyphs.

    Line feeds stay; of several accents on one letter the first stays.
    """
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).translate(_LOOKALIKES)
    kept = "".join(char for char in _SKIN_TONES.sub("", text) if char == "\n" or char in drawable)
    return _without_piled_accents("".join(c for c in kept if c == "\n" or _is_visible(c)))


def clip(text: str, max_chars: int) -> str:
    """Shorten one line to ``max_chars``, saying with "…" that there was more."""
    line = " ".join(text.split())
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def breakable(text: str, max_run: int = MAX_RUN) -> str:
    """Allow line breaks inside long words and paths, after punctuation where there is some.

    ``max_run`` is in ordinary letters; capitals and other broad letters count for more.
    """

    def cut(word: re.Match[str]) -> str:
        if sum(map(_breadth, word[0])) <= max_run:
            return word[0]
        return _BREAK.join(
            part for piece in _NATURAL_BREAK.split(word[0]) for part in _parts(piece, max_run)
        )

    return _WORD.sub(cut, text)


def _parts(piece: str, max_run: int) -> Iterator[str]:
    """Cut ``piece`` into parts of at most ``max_run``, and of at least one character."""
    part, used = "", 0.0
    for char in piece:
        if part and used + _breadth(char) > max_run:
            yield part
            part, used = "", 0.0
        part += char
        used += _breadth(char)
    yield part


def _breadth(char: str) -> float:
    """Compare a letter of Noto Sans SC with an ordinary one (0.56 em), rounded up."""
    if char in "WMmw@%&—…":
        return 1.7
    return 1.25 if char.isupper() else 1.0


def columns(text: str) -> int:
    """Count the columns of a monospaced grid that ``text`` takes: two for wide characters."""
    return sum(1 + is_wide(char) for char in text)


def is_wide(char: str) -> bool:
    """Whether ``char`` takes two columns (Unicode Standard Annex #11: W and F)."""
    return unicodedata.east_asian_width(char) in "WF"


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _without_piled_accents(text: str) -> str:
    return re.sub(r"[\u0300-\u036f]+", lambda pile: pile[0][0], text)
