"""PDF with a text layer: one block for each page, broken lines joined."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from backend.errors import DocumentError
from kb_builder.documents import Block

_EDGE_LINES = 2
_REPEATED_SHARE = 0.6
_MIN_PAGES = 3
_MIN_CHARS_A_PAGE = 5
_FULL_SHARE = 0.8
"""A line shorter than this share of the page's longest ended by itself, not at the margin."""
_ITEM = re.compile(
    r"(?:[•·●○■\-–—*]|\(?\d{1,2}[.)、）]|[（(]?[一二三四五六七八九十]+[)）、.])\s*\S"
)
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def read_pdf(path: Path) -> tuple[Block, ...]:
    """Read a PDF; DocumentError when it is damaged, locked or has pictures of text only."""
    pages = drop_repeated_edges([_lines(text) for text in _page_texts(path)])
    blocks = tuple(
        Block((), join_lines(lines), number) for number, lines in enumerate(pages, start=1)
    )
    if sum(len(block.text) for block in blocks) < _MIN_CHARS_A_PAGE * max(len(pages), 1):
        raise DocumentError("PDF 里没有文字（可能是扫描版，需要先做文字识别）")
    return blocks


def _page_texts(path: Path) -> list[str]:
    import pypdfium2

    try:
        document: Any = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise DocumentError("PDF 有密码" if locked else "PDF 损坏，打不开") from error
    try:
        return [_page_text(document[number]) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise DocumentError("PDF 损坏，有一页读不出来") from error
    finally:
        document.close()


def _page_text(page: Any) -> str:
    text_page = page.get_textpage()
    try:
        return str(text_page.get_text_bounded())
    finally:
        text_page.close()
        page.close()


def _lines(text: str) -> list[str]:
    # U+FFFE stands for a hyphen that pdfium found at a line's end.
    clean = text.replace("\ufffe", "-").replace("\x00", "")
    return [line for line in (" ".join(raw.split()) for raw in clean.splitlines()) if line]


def drop_repeated_edges(pages: list[list[str]]) -> list[list[str]]:
    """Drop headers and footers: edge lines that, numbers apart, most of the pages share."""
    seen = Counter(key for lines in pages for key in {_key(line) for line in _edges(lines)})
    least = max(_MIN_PAGES, _REPEATED_SHARE * len(pages))
    repeated = {key for key, count in seen.items() if count >= least}
    return [_without_edges(lines, repeated) for lines in pages]


def _edges(lines: list[str]) -> list[str]:
    return lines[:_EDGE_LINES] + lines[_EDGE_LINES:][-_EDGE_LINES:]


def _key(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _without_edges(lines: list[str], repeated: set[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < min(_EDGE_LINES, end) and _key(lines[start]) in repeated:
        start += 1
    while end > max(start, len(lines) - _EDGE_LINES) and _key(lines[end - 1]) in repeated:
        end -= 1
    return lines[start:end]


def join_lines(lines: list[str]) -> str:
    """Join lines that the page's width broke; keep breaks after short lines and before items."""
    if not lines:
        return ""
    full = max(len(line) for line in lines) * _FULL_SHARE
    text = lines[0]
    for before, line in pairwise(lines):
        if len(before) < full or _ITEM.match(line):
            text += "\n" + line
        elif _WIDE.match(before[-1]) or _WIDE.match(line[0]):
            text += line
        elif before.endswith("-") and line[0].islower():
            text = text[:-1] + line
        else:
            text += " " + line
    return text
