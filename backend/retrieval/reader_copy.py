"""A private copy of a milvus-lite store for each reader.

milvus-lite lets one process hold a folder and writes to it even when only searched. With a copy
of its own, every bot on the machine can open the same version, a killed bot leaves the published
files untouched, and a version can be opened while another process checks it. Data files are
never changed in place, so they are hard links; the rest is small.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

_NEVER_CHANGED = ".parquet"


class ReaderCopy:
    """A copy of ``store`` below ``readers``, removed by ``close`` or, after a kill, by the next."""

    def __init__(self, store: Path, readers: Path) -> None:
        """Copy; OSError when the store is incomplete or the disk is full."""
        readers.mkdir(parents=True, exist_ok=True)
        with (readers / "lock").open("ab") as gate:
            # Without the gate another reader could take this folder, not yet locked, for a stale.
            fcntl.flock(gate, fcntl.LOCK_EX)
            _remove_stale(readers)
            self._folder = Path(tempfile.mkdtemp(dir=readers))
            self._owner: IO[bytes] = (self._folder / "owner").open("ab")
            fcntl.flock(self._owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.store = self._folder / "milvus.db"
        try:
            shutil.copytree(
                store,
                self.store,
                copy_function=_link_or_copy,
                ignore=shutil.ignore_patterns("LOCK"),
            )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the copy; harmless when repeated."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._owner.close()


def _link_or_copy(source: str, target: str) -> str:
    if source.endswith(_NEVER_CHANGED):
        try:
            os.link(source, target)
            return target
        except OSError:  # another file system, or one without hard links
            pass
    return shutil.copy2(source, target)


def _remove_stale(readers: Path) -> None:
    for folder in readers.iterdir():
        if not folder.is_dir():
            continue
        try:
            with (folder / "owner").open("ab") as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
