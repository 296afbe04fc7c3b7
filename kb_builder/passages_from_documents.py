"""Read documents to passages: pieces below a heading, with the way to them as context."""

from pathlib import PurePosixPath

from backend.retrieval.passages import Passage, make_passage
from kb_builder.documents import Block, Document
from kb_builder.splitting import split_text

_MAX_LOCATOR, _MAX_CONTEXT = 120, 500


def document_passages(document: Document, source: str) -> list[Passage]:
    """Return the passages of a document; ``source`` is its path below the documents' folder.

    A piece that a document repeats below the same heading is kept once.
    """
    passages = [
        make_passage(
            text=piece,
            context=_context(document, block),
            title=document.title,
            locator=_locator(block),
            source=source,
        )
        for block in document.blocks
        for piece in split_text(block.text)
    ]
    return list({passage.id: passage for passage in passages}.values())


def _context(document: Document, block: Block) -> str:
    trail = " ".join((PurePosixPath(document.title).stem, *block.heading_path))
    return trail[:_MAX_CONTEXT]


def _locator(block: Block) -> str:
    where = " > ".join(block.heading_path)
    if len(where) > _MAX_LOCATOR:
        where = "…" + where[-_MAX_LOCATOR:]
    page = f"第 {block.page} 页" if block.page is not None else ""
    return " · ".join(part for part in (where, page) if part) or "全文"
