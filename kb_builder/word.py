"""Word documents (.docx): headings by style, tables as rows."""

import re
import zipfile
from pathlib import Path
from typing import Any

from backend.errors import DocumentError
from kb_builder.documents import Block

_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_MAX_UNPACKED = 500 * 1024 * 1024


def read_word(path: Path) -> tuple[Block, ...]:
    """Read a .docx file as one block for each heading."""
    blocks: list[Block] = []
    trail: list[tuple[int, str]] = []
    lines: list[str] = []

    def close() -> None:
        if lines:
            blocks.append(Block(tuple(title for _, title in trail), "\n".join(lines)))
            lines.clear()

    for item in _open(path).iter_inner_content():
        if hasattr(item, "rows"):
            lines += ["", *_rows(item), ""]
            continue
        text = item.text.strip()
        level = _level(item)
        if level is None or not text:
            lines += [text] if text else []
            continue
        close()
        trail = [(depth, title) for depth, title in trail if depth < level]
        trail.append((level, text))
    close()
    return tuple(blocks)


def _open(path: Path) -> Any:
    import docx

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
                raise DocumentError("解压后太大")
        return docx.Document(str(path))
    except DocumentError:
        raise
    except zipfile.BadZipFile as error:
        # Word writes a password-protected .docx as an OLE container.
        encrypted = path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
        reason = "文件有密码，或其实是旧的 .doc" if encrypted else "文件损坏，不是 Word 文档"
        raise DocumentError(reason) from error
    # python-docx lets lxml's, zipfile's and its own errors through.
    except Exception as error:
        raise DocumentError(f"文件损坏，Word 内容读不出来（{type(error).__name__}）") from error


def _level(paragraph: Any) -> int | None:
    style = paragraph.style.name if paragraph.style is not None else ""
    if style == "Title":
        return 0
    match = _HEADING_STYLE.match(style or "")
    return int(match[1]) if match else None


def _rows(table: Any) -> list[str]:
    rows: list[str] = []
    for row in table.rows:
        cells: list[str] = []
        before = None
        for cell in row.cells:
            if cell._tc is not before:  # a merged cell is given once for each column it spans
                cells.append(" ".join(cell.text.split()))
            before = cell._tc
        rows.append("| " + " | ".join(cells) + " |")
    return rows
