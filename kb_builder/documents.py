"""Source documents to text: Markdown, plain text, Word and PDF with a text layer."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.errors import DocumentError

MAX_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Block:
    """Text below one heading: ``heading_path`` from the outermost; ``page`` from 1 or None."""

    heading_path: tuple[str, ...]
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A read file; ``title`` is its name without folder."""

    path: Path
    title: str
    blocks: tuple[Block, ...]


def find_documents(folder: Path) -> Iterator[Path]:
    """Yield the files below ``folder`` in order, without hidden ones and links that lead out."""
    root = folder.resolve()
    for parent, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not _is_hidden(name))
        for name in sorted(files):
            path = Path(parent, name)
            if _is_hidden(name) or not path.resolve().is_relative_to(root):
                continue
            yield path


def read_document(path: Path) -> Document:
    """Read one file; DocumentError with the reason when there is no text to be had."""
    reader = _reader(path.suffix.lower())
    try:
        size = path.stat().st_size
        if size == 0:
            raise DocumentError("文件是空的")
        if size > MAX_BYTES:
            raise DocumentError(f"文件太大（{size / 2**20:.0f} MB，最多 {MAX_BYTES // 2**20} MB）")
        blocks = reader(path)
    except OSError as error:
        raise DocumentError(f"读不出来（{error.strerror or error}）") from error
    except ImportError as error:
        raise DocumentError(
            f"缺少读取 {path.suffix} 的组件 {error.name}（pip install -r requirements/docs.txt）"
        ) from error
    except DocumentError:
        raise
    # A file may break the libraries below in any way; it must not stop the build.
    except Exception as error:
        raise DocumentError(f"读取时出错（{type(error).__name__}：{error}）") from error
    blocks = tuple(block for block in blocks if block.text.strip())
    if not blocks:
        raise DocumentError("里面没有文字")
    return Document(path, path.name, blocks)


def _reader(suffix: str) -> Callable[[Path], tuple[Block, ...]]:
    # Imported here: each pulls in a library that most builds do not need.
    if suffix == ".md":
        from kb_builder.markdown import read_markdown

        return read_markdown
    if suffix == ".txt":
        from kb_builder.markdown import read_text

        return read_text
    if suffix == ".docx":
        from kb_builder.word import read_word

        return read_word
    if suffix == ".pdf":
        from kb_builder.pdf import read_pdf

        return read_pdf
    raise DocumentError(f"不支持的格式 {suffix or '（没有扩展名）'}，目前支持 .md .txt .docx .pdf")


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))
