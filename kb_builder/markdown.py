"""Markdown and plain text, in whatever encoding Chinese systems write."""

import codecs
import re
from pathlib import Path

from backend.errors import DocumentError
from kb_builder.documents import Block

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*\s*")
_FENCE = re.compile(r"[ ]{0,3}(```+|~~~+)")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")
_MAX_CONTROL_SHARE = 0.001
_USUAL = re.compile("[\t\n\r -~\u00b7\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\ufeff]")
_MIN_USUAL_SHARE = 0.9
_UTF16_UNMARKED = ("utf-16-le", "utf-16-be")


def decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 or GB 18030; DocumentError when it is none of them, or not text."""
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _looks_like_text(text, guessed=encoding in _UTF16_UNMARKED):
            return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    raise DocumentError("不是文本，或编码不认识（支持 UTF-8、GBK/GB18030、UTF-16）")


def _looks_like_text(text: str, guessed: bool) -> bool:
    """Tell text from other data; where the encoding is a guess, nearly all must be usual."""
    if guessed and len(_USUAL.findall(text)) < len(text) * _MIN_USUAL_SHARE:
        return False
    return len(_CONTROL.findall(text)) <= len(text) * _MAX_CONTROL_SHARE


def _candidates(data: bytes) -> tuple[str, ...]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\x00" in data:  # no other of our encodings ever writes a zero byte
        return _UTF16_UNMARKED
    return ("utf-8", "gb18030")


def read_text(path: Path) -> tuple[Block, ...]:
    """Read a .txt file as one block."""
    return (Block((), decode(path.read_bytes())),)


def read_markdown(path: Path) -> tuple[Block, ...]:
    """Read a .md file as one block for each heading."""
    return markdown_blocks(decode(path.read_bytes()))


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """Split Markdown at its ATX headings (outside code); front matter is dropped."""
    blocks: list[Block] = []
    trail: list[tuple[int, str]] = []
    lines: list[str] = []
    fence = ""

    def close() -> None:
        body = "\n".join(lines).strip("\n")
        if body.strip():
            blocks.append(Block(tuple(title for _, title in trail), body))
        lines.clear()

    for line in _FRONT_MATTER.sub("", text, count=1).split("\n"):
        fence = _fence_after(line, fence)
        heading = None if fence else _HEADING.fullmatch(line)
        if heading is None:
            lines.append(line)
            continue
        close()
        level = len(heading[1])
        trail = [(depth, title) for depth, title in trail if depth < level]
        trail.append((level, heading[2]))
    close()
    return tuple(blocks)


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after ``line``, or an empty string."""
    match = _FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return match[1]
    closes = match[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence
