"""Versions of the knowledge base on disk: built beside the one in use, switched to atomically.

data_dir/kb/
├── current                 the name of the version in use
├── build.lock              held while a build runs
├── versions/<version>/
│   ├── lock                shared by every reader, exclusive for whoever removes it
│   ├── milvus.db/  embedder/  passages.jsonl  vectors.npy
│   └── manifest.json       written last: a version without it is an interrupted build
└── readers/<random>/       private copies of readers (see ``reader_copy``)
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from backend.errors import (
    KnowledgeBaseBusy,
    KnowledgeBaseCorrupt,
    KnowledgeBaseError,
    KnowledgeBaseMissing,
)

SCHEMA = 2
"""Layout of a version and meaning of its passages; another number forces a rebuild."""

FITTED_FOR = "fitted_for"
"""Key in a manifest's calibration: the name of the embedder that it was fitted for."""

CALIBRATE = (
    "还没有为 {} 标定，能不能答只看认出的概念；"
    "请运行 python -m evaluation calibrate，再重建知识库。"
)

REBUILD = "请运行 python -m kb_builder build"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source file: ``path`` below its root; ``skipped`` is the reason it gave no passage."""

    path: str
    kind: str
    """``content`` or ``docs``."""
    sha256: str
    bytes: int
    mtime_ns: int
    passages: int = 0
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version is made of. ``docs`` is the documents' folder; ``created`` is ISO 8601."""

    version: str
    created: str
    schema: int
    embedder: str
    dimension: int
    passages: int
    sources: tuple[SourceRecord, ...]
    content: str
    docs: str | None = None
    server: str | None = None
    """URI of the Milvus server that holds the passages, or None for milvus-lite."""
    calibration: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def files(self) -> int:
        """Sources that gave at least one passage."""
        return sum(1 for source in self.sources if source.passages)

    @property
    def calibrated(self) -> bool:
        """Whether the calibration was fitted for the embedder of this version."""
        return self.calibration.get(FITTED_FOR) == self.embedder

    @property
    def skipped(self) -> tuple[SourceRecord, ...]:
        """Sources that could not be read."""
        return tuple(source for source in self.sources if source.skipped)


_MANIFEST = TypeAdapter(Manifest)


class Versions:
    """The versions below one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "kb"
        self._pointer = self.root / "current"

    def folder(self, version: str) -> Path:
        """Where a version lies."""
        return self.root / "versions" / version

    def current(self) -> str:
        """Return the version in use; KnowledgeBaseMissing if there is none."""
        try:
            version = self._pointer.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise KnowledgeBaseMissing(f"还没有知识库；{REBUILD}。") from None
        except (OSError, UnicodeDecodeError) as error:
            raise KnowledgeBaseCorrupt(
                f"{self._pointer} 读不出来（{error}）；{REBUILD}。"
            ) from error
        if not version or "/" in version or version.startswith("."):
            raise KnowledgeBaseCorrupt(f"{self._pointer} 的内容不是版本名；{REBUILD}。")
        return version

    def manifest(self, version: str) -> Manifest:
        """Read a version's manifest; KnowledgeBaseMissing or KnowledgeBaseCorrupt otherwise."""
        path = self.folder(version) / "manifest.json"
        try:
            return _MANIFEST.validate_json(path.read_bytes())
        except FileNotFoundError:
            raise KnowledgeBaseMissing(
                f"知识库版本 {version} 不完整或已删除；{REBUILD}。"
            ) from None
        except (OSError, ValidationError) as error:
            raise KnowledgeBaseCorrupt(f"{path} 读不出来；{REBUILD}。") from error

    def newest(self) -> Manifest | None:
        """Return the newest manifest that can be read, whichever version is in use."""
        for folder in sorted((self.root / "versions").glob("*"), reverse=True):
            with suppress(KnowledgeBaseError):
                return self.manifest(folder.name)
        return None

    def write_manifest(self, manifest: Manifest) -> None:
        """Complete a version: everything in its folder and then the manifest reach the disk."""
        folder = self.folder(manifest.version)
        for path in folder.rglob("*"):
            if path.is_file():
                _sync(path)
        data = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        _write_durably(folder / "manifest.json", data)

    def switch(self, version: str) -> None:
        """Make a complete version the one in use, atomically."""
        self.manifest(version)
        _write_durably(self._pointer, version + "\n")

    @contextmanager
    def building(self) -> Generator[None]:
        """Hold the right to build; KnowledgeBaseBusy when another process has it."""
        self.root.mkdir(parents=True, exist_ok=True)
        with _locked(self.root / "build.lock", fcntl.LOCK_EX) as lock:
            if lock is None:
                raise KnowledgeBaseBusy("另一个进程正在构建知识库，请等它完成后再试。")
            yield

    def hold(self, version: str) -> IO[bytes]:
        """Keep a version from being removed until the returned file is closed."""
        try:
            lock = (self.folder(version) / "lock").open("rb")
        except OSError as error:
            raise KnowledgeBaseMissing(
                f"知识库版本 {version} 不完整或已删除；{REBUILD}。"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            self.manifest(version)
        except BaseException as error:
            lock.close()
            if isinstance(error, OSError):
                raise KnowledgeBaseMissing(f"知识库版本 {version} 正在被删除。") from error
            raise
        return lock

    def create(self, version: str) -> IO[bytes]:
        """Start a version's folder, held like one in use until the returned file is closed."""
        folder = self.folder(version)
        folder.mkdir(parents=True)
        lock = (folder / "lock").open("ab")
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return lock

    def collect(
        self, drop: Callable[[str], None] | None = None, interrupted: bool = False
    ) -> list[str]:
        """Remove versions that are neither in use nor held; return their names.

        ``drop`` removes what a version keeps elsewhere. ``interrupted`` also takes folders without
        a manifest; only the holder of ``building`` may ask for that.
        """
        try:
            current = self.current()
        except KnowledgeBaseMissing:
            current = ""
        except KnowledgeBaseCorrupt:  # any of them may be the one in use
            return []
        removed: list[str] = []
        for folder in sorted((self.root / "versions").glob("*")):
            complete = (folder / "manifest.json").exists()
            if folder.name == current or not (complete or interrupted):
                continue
            with _locked(folder / "lock", fcntl.LOCK_EX) as lock:
                if lock is None:
                    continue
                if drop is not None:
                    drop(folder.name)
                (folder / "manifest.json").unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder.name)
        return removed


@contextmanager
def _locked(path: Path, kind: int) -> Generator[IO[bytes] | None]:
    """Hold an advisory lock on ``path`` for the block; gives None when others hold it."""
    try:
        lock = path.open("ab")
    except FileNotFoundError:
        yield None
        return
    with lock:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield lock


def _write_durably(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
