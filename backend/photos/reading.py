"""Fragments of a page as the text of its first question, options on lines of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.photos.furniture import is_furniture, is_margin, without_labels
from backend.photos.layout import Row, rows_of, straighten
from backend.photos.numerals import opens_statement, with_numerals
from backend.photos.ports import Fragment, Page

LEAST_SCORE = 0.5
MOST_CHARS = 1800
"""A question in the exam has at most 600; the router takes 2000 with what else is said."""

_LABEL = re.compile(r"(?:[(（\[]\s*)?([A-D])\s*(?:[)）\]]|[.．、,，:：·。])\s*")
_BARE_LABEL = re.compile(r"([A-D])\s*(?=[^\sA-Za-z0-9+*/=_\-().．、,，:：·。)）\]'’])")
_MISREAD_LABEL = {"8": "B", "6": "C", "0": "D", "O": "D", "o": "D", "©": "C", "®": "B", "¢": "C"}
_MISREAD = re.compile(r"([860Oo©®¢])\s*[.．、]\s*")
_NUMBER = re.compile(r"(?:第\s*)?(\d{1,3})\s*(?:题\s*[:：.．、]?|[.．、]|[)）])\s*(?=[^\d\s])")
_IN_BRACKETS = re.compile(r"[(（\[【]\s*(\d{1,3})\s*[)）\]】]\s*")
_WORD = re.compile(r"[A-Za-z0-9]")
_SPACES = re.compile(r"[ \t\u3000]+")
_EMPTY_BRACKETS = re.compile(r"[(（]\s*[)）]")
_ASKED = re.compile(r"[(（]\s*[)）]\s*[。.．]$")
"""The end of what a question asks: what follows it is never the rest of its line."""
_LEAST_OPTIONS = 3


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as printed; ``full`` ones may go on in the next, ``label`` opens an option."""

    text: str
    full: bool
    label: str = ""

    @property
    def is_bare(self) -> bool:
        """Whether it is the letter of an option whose words are on the next line."""
        return self.text == f"{self.label}. "


def read_page(fragments: Sequence[Fragment]) -> Page:
    """Put the fragments in order and give the first question; its text is "" where there is none.

    Furniture, question numbers and points are dropped: a solver takes every number for an input.
    """
    clear = [each for each in fragments if each.score >= LEAST_SCORE and each.text.strip()]
    lines = [_line(row) for row in rows_of(straighten(clear))]
    edges = {0, 1, len(lines) - 2, len(lines) - 1}
    lines = [
        line
        for place, line in enumerate(lines)
        if not (is_furniture(line.text) or (place in edges and is_margin(line.text)))
    ]
    read = with_numerals([line.text for line in lines])
    lines = [replace(line, text=text) for line, text in zip(lines, read, strict=True)]
    questions = _questions(_labelled([part for line in lines for part in _cut(line)]))
    if not questions:
        return Page("", 0, _sureness(fragments))
    text = without_labels(_joined(_unnumbered(questions[0])))
    return Page(text[:MOST_CHARS], len(questions), _sureness(fragments))


def _sureness(fragments: Sequence[Fragment]) -> float:
    chars = sum(len(each.text) for each in fragments)
    return sum(each.score * len(each.text) for each in fragments) / chars if chars else 0.0


def _line(row: Row) -> _Line:
    text = ""
    for before, piece in zip((None, *row.pieces), row.pieces, strict=False):
        gap = 0.0 if before is None else piece.left - before.right
        apart = before is not None and (
            gap > 0.6 * piece.height or (_is_word(text[-1:]) and _is_word(piece.text[:1]))
        )
        text += (" " if apart else "") + piece.text.strip()
    text = _SPACES.sub(" ", text).strip()
    return _Line(text, row.full and not _ASKED.search(text))


def _cut(line: _Line) -> list[_Line]:
    """Give every option of a line a line of its own: A. 1 B. 3 C. 9 D. 13."""
    starts: list[re.Match[str]] = []
    for found in _LABEL.finditer(line.text):
        if found.start() > 0 and not line.text[found.start() - 1].isspace():
            if not starts or found[0].strip()[0] in "A":
                continue
            if line.text[found.start() - 1].isascii() and line.text[found.start() - 1].isalpha():
                continue
        if not starts or ord(found[1]) == ord(starts[-1][1]) + 1:
            starts.append(found)
    if len(starts) < 2:
        return [line]
    parts: list[_Line] = []
    if line.text[: starts[0].start()].strip():
        parts.append(_Line(line.text[: starts[0].start()].strip(), full=False))
    ends = [found.start() for found in starts[1:]] + [len(line.text)]
    for found, end in zip(starts, ends, strict=True):
        last = end == len(line.text)
        parts.append(_Line(line.text[found.start() : end].strip(), full=last and line.full))
    return parts


def _labelled(lines: Sequence[_Line]) -> list[_Line]:
    """Mark the lines that open an option: letters in their order, also misread and bare ones."""
    marked: list[_Line] = []
    expected = "A"
    for number, line in enumerate(lines):
        letter, rest = _option(line.text, expected, lines[number + 1 :])
        if letter:
            marked.append(_Line(f"{letter}. {rest}", line.full, letter))
            expected = chr(ord(letter) + 1) if letter < "D" else "A"
        else:
            marked.append(line)
    return marked


def _option(text: str, expected: str, following: Sequence[_Line]) -> tuple[str, str]:
    """Read the letter of an option and what follows it; "" where the line opens none."""
    found = _LABEL.match(text)
    if found is not None and found[1] in ("A", expected):
        return found[1], text[found.end() :].strip()
    bare = _BARE_LABEL.match(text)
    if bare is not None and bare[1] == expected and (expected != "A" or _goes_on(following)):
        return bare[1], text[bare.end() :].strip()
    misread = _MISREAD.match(text)
    if misread is not None and expected != "A" and _MISREAD_LABEL[misread[1]] == expected:
        return expected, text[misread.end() :].strip()
    return "", text


def _goes_on(following: Sequence[_Line]) -> bool:
    """Whether B and C open lines below: 'A 进程' is an option then, 'A 是一个矩阵' is none."""
    letters = "".join(line.text[0] for line in following if _BARE_LABEL.match(line.text))
    return letters.startswith("BC")


def _questions(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Cut where a numbered line, or one with new options below it, follows a question's options."""
    questions: list[list[_Line]] = []
    current: list[_Line] = []
    for place, line in enumerate(lines):
        options = sum(bool(each.label) for each in current)
        if options >= _LEAST_OPTIONS and _begins_question(current[-1], line, lines[place + 1 :]):
            questions.append(current)
            current = []
        current.append(line)
    return [*questions, current] if current else questions


def _begins_question(before: _Line, line: _Line, following: Sequence[_Line]) -> bool:
    """Whether ``line``, below the options of a question, is the first of the next."""
    if line.label or before.is_bare:
        return False
    after = next((each.label for each in following if each.label), "")
    return _is_numbered(line.text) or (after == "A" and not before.full)


def _is_numbered(text: str) -> bool:
    return bool(_NUMBER.match(text) or _IN_BRACKETS.match(text))


def _unnumbered(question: Sequence[_Line]) -> list[_Line]:
    """Drop headings above a question's number, and the number.

    What stands above the number is the end of the question before it, or a heading.
    """
    for place, line in enumerate(question):
        found = _NUMBER.match(line.text) or _IN_BRACKETS.match(line.text)
        if line.label:
            break
        if found is not None and (place == 0 or _is_heading(question[:place])):
            rest = _Line(line.text[found.end() :].strip(), line.full)
            return [rest, *question[place + 1 :]]
    return list(question)


def _is_heading(lines: Sequence[_Line]) -> bool:
    return len(lines) <= 2 and all(
        not line.full and len(line.text) <= 40 and not _ASKED.search(line.text) for line in lines
    )


def _joined(lines: Sequence[_Line]) -> str:
    """Join the lines that were broken for the width of the page."""
    text = ""
    for before, line in zip((None, *lines), lines, strict=False):
        if before is None:
            text = line.text
        elif before.is_bare and not line.label:
            text += line.text
        elif line.label or not before.full or opens_statement(line.text):
            text += "\n" + line.text
        else:
            words = _is_word(text[-1:]) and _is_word(line.text[:1])
            text += (" " if words else "") + line.text
    return _EMPTY_BRACKETS.sub("（ ）", text)


def _is_word(char: str) -> bool:
    return bool(_WORD.match(char))
