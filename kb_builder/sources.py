"""Which files a knowledge base is made of, and whether they changed since."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.errors import DocumentError
from backend.retrieval.versions import SCHEMA, Manifest, SourceRecord
from kb_builder.documents import MAX_BYTES, find_documents

_CONTENT_SUFFIXES = {".md", ".yaml", ".json"}
_TRUST_TIME_FROM = 1024 * 1024
"""Documents from this size (bytes) count as unchanged when size and time are; others are read."""

Key = tuple[str, str]
"""Kind (``content`` or ``docs``) and path of a source."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to build from, and what for. ``server`` is the URI of a Milvus server or None."""

    content: Path
    docs: Path | None
    embedder: str
    server: str | None = None


def scan(inputs: Inputs, known: Manifest | None = None) -> dict[Key, SourceRecord]:
    """Return every source with its digest, unread for passages.

    Digests of large documents are taken from ``known`` while size and time are the same.
    OSError when the folder of documents cannot be listed.
    """
    before = {(source.kind, source.path): source for source in known.sources} if known else {}
    found: dict[Key, SourceRecord] = {}
    for path in sorted(inputs.content.rglob("*")):
        if path.suffix in _CONTENT_SUFFIXES and path.is_file():
            record = _record("content", path, inputs.content, {})
            found["content", record.path] = record
    for path in find_documents(inputs.docs) if inputs.docs else ():
        record = _record("docs", path, inputs.docs or path.parent, before)
        found["docs", record.path] = record
    return found


def differences(manifest: Manifest, inputs: Inputs) -> Iterator[str]:
    """Yield in Chinese what speaks against using the version as it is; nothing when up to date."""
    if manifest.schema != SCHEMA:
        yield "程序的知识库格式变了"
    if manifest.embedder != inputs.embedder:
        yield f"向量模型由 {manifest.embedder} 改为 {inputs.embedder}"
    if manifest.server != inputs.server:
        yield f"存放位置由 {manifest.server or '本机'} 改为 {inputs.server or '本机'}"
    docs = str(inputs.docs) if inputs.docs else None
    if manifest.docs != docs:
        yield f"资料文件夹由 {manifest.docs or '（无）'} 改为 {docs or '（无）'}"
    before = {(source.kind, source.path): source.sha256 for source in manifest.sources}
    now = {key: record.sha256 for key, record in scan(inputs, manifest).items()}
    for name, count in (
        ("新增", len(now.keys() - before.keys())),
        ("删除", len(before.keys() - now.keys())),
        ("修改", sum(1 for key in now.keys() & before.keys() if now[key] != before[key])),
    ):
        if count:
            yield f"{name}了 {count} 个文件"


def require_folder(docs: Path) -> Path:
    """Return the absolute folder of documents; DocumentError when there is none."""
    if not docs.is_dir():
        raise DocumentError(
            f"资料文件夹 {docs} 不存在；用 --docs 指定另一个，或用 --no-docs 表示不再使用。"
        )
    return docs.absolute()


def _record(kind: str, path: Path, root: Path, before: Mapping[Key, SourceRecord]) -> SourceRecord:
    # A name that is not UTF-8 could be neither written to the manifest nor shown.
    name = path.relative_to(root).as_posix().encode("utf-8", "replace").decode()
    try:
        status = path.stat()
    except OSError as error:
        return SourceRecord(name, kind, "", 0, 0, skipped=f"读不出来（{error.strerror}）")
    size, time = status.st_size, status.st_mtime_ns
    old = before.get((kind, name))
    same = old is not None and (old.bytes, old.mtime_ns) == (size, time)
    if old is not None and same and size >= _TRUST_TIME_FROM:
        return SourceRecord(name, kind, old.sha256, size, time)
    if size > MAX_BYTES:  # never read, so its size stands for its content
        return SourceRecord(name, kind, f"size:{size}", size, time)
    try:
        return SourceRecord(name, kind, _digest(path), size, time)
    except OSError as error:
        return SourceRecord(name, kind, "", size, time, skipped=f"读不出来（{error.strerror}）")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
