"""Splits an answer into sentences without losing a character."""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t]*(```|~~~)")
_CITATIONS = re.compile(r"[ \t]*(?:[\[［【]\d{1,2}(?:\s*[,，、]\s*\d{1,2})*[\]］】])+")
_ONLY_CITATIONS = re.compile(rf"(?:{_CITATIONS.pattern})+[ \t]*[。.]?[ \t]*\n?\Z")
_UNFINISHED = re.compile(rf"(?:{_CITATIONS.pattern})*[ \t]*[\[［【][\d,，、 ]*\Z")
_CITATION_BEFORE = re.compile(r"[\]］】][ \t]*\Z")
_CLOSERS = "」』”’）)】》\"'*_"
_ABBREVIATIONS = frozenset({"e.g", "i.e", "etc", "vs", "fig", "eq", "no", "cf", "al", "p", "pp"})
_LATIN_BEFORE = re.compile(r"[A-Za-z][A-Za-z.]*\Z")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced block of code, line by line.

    ``opening`` and ``closing`` are the whole lines with its fences, whatever else stands on them;
    ``closing`` is empty where the block is not closed. ``before`` + ``after`` is all of it, and
    ``after`` what follows the closing line: blank lines, citations.
    """

    opening: str
    lines: tuple[str, ...]
    closing: str
    before: str
    after: str


def split_sentences(text: str) -> list[str]:
    """Return the sentences of ``text`` in order; joined they are ``text`` again.

    A line ends a sentence; a fenced code block is one, with its fences. White space and citations
    after a sentence belong to it. Growing ``text`` changes only the last sentence, so that all
    but the last of a text that is being written are final.
    """
    sentences: list[str] = []
    for block in _blocks(text):
        if is_code_block(block):
            sentences.append(block)
        else:
            _append_line(sentences, block)
    if len(sentences) > 1 and not sentences[0].strip():
        sentences[:2] = ["".join(sentences[:2])]
    return sentences


def is_code_block(sentence: str) -> bool:
    """Tell whether ``sentence`` is a fenced code block."""
    return bool(_FENCE.match(sentence))


def code_block(sentence: str) -> CodeBlock:
    """Take ``sentence``, a fenced code block, apart."""
    opening, *rest = sentence.splitlines(keepends=True)
    fence = _FENCE.match(opening)
    for place, line in enumerate(rest):
        match = _FENCE.match(line)
        if fence and match and match[1] == fence[1]:
            before = "".join((opening, *rest[: place + 1]))
            after = sentence[len(before) :]
            return CodeBlock(opening, tuple(rest[:place]), line, before, after)
    return CodeBlock(opening, tuple(rest), "", sentence, "")


def _blocks(text: str) -> list[str]:
    """Split into lines with their ends, and fenced code blocks (the last may be unclosed)."""
    blocks: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line)
        if fence:
            blocks[-1] += line
            if match and match[1] == fence:
                fence = ""
        else:
            blocks.append(line)
            fence = match[1] if match else ""
    return blocks


def _append_line(sentences: list[str], line: str) -> None:
    if sentences and (not line.strip() or _belongs_before(line)):
        sentences[-1] += line
        return
    start = 0
    for end in _ends(line):
        sentences.append(line[start:end])
        start = end
    if start < len(line):
        sentences.append(line[start:])


def _belongs_before(line: str) -> bool:
    return bool(_ONLY_CITATIONS.match(line) or _UNFINISHED.match(line))


def _ends(line: str) -> list[int]:
    """Return where the sentences within ``line`` end."""
    if line.lstrip().startswith("|"):
        return []  # a row of a table is one claim
    ends: list[int] = []
    position = 0
    while position < len(line):
        character = line[position]
        if character in "`$":
            closing = line.find(character, position + 1)
            if closing < 0:
                return ends
            position = closing + 1
            continue
        position += 1
        if character in "。！？" or (character in ".!?" and _is_stop(line, position - 1)):
            while position < len(line) and (
                line[position] in "。！？!?" or line[position] in _CLOSERS
            ):
                position += 1
        elif not (character in "；;" and _CITATIONS.match(line, position)) and not (
            character in "；;" and _CITATION_BEFORE.search(line, 0, position - 1)
        ):
            continue
        position = _after(line, position)
        ends.append(position)
    return ends


def _after(line: str, position: int) -> int:
    """Return the end of the citations and blanks after a sentence that stops at ``position``."""
    while match := _CITATIONS.match(line, position):
        position = match.end()
        while position < len(line) and line[position] in "。." + _CLOSERS:
            position += 1
    while position < len(line) and line[position].isspace():
        position += 1
    return len(line) if _UNFINISHED.match(line, position) else position


def _is_stop(line: str, position: int) -> bool:
    """Tell whether the ASCII mark at ``position`` ends a sentence.

    It does not in 3.14, 192.168.0.1, n!, a?b:c, e.g. and the number of a list item.
    """
    after = line[position + 1 :].lstrip("*_\"')")
    follows = not after or after[0].isspace() or after[0] in "[［【" or ord(after[0]) > 0x2E80
    if not follows:
        return False
    before = line[:position]
    if line[position] == "." and re.fullmatch(r"[\s>*\-]*(?:\*\*)?\d{1,2}", before):
        return False
    word = _LATIN_BEFORE.search(before)
    if line[position] == ".":
        return word is None or word[0].lower() not in _ABBREVIATIONS
    if line[position] == "!":
        return not (word and len(word[0]) == 1) and not before[-1:].isdigit()
    return not before[-1:].isspace()
