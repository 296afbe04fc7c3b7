"""Private copies of a store."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backend.retrieval.reader_copy import ReaderCopy


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "milvus.db"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "rows.parquet").write_bytes(b"rows")
    (folder / "manifest.json").write_text("{}")
    (folder / "LOCK").touch()
    return folder


def test_a_copy_has_everything_but_the_lock(store: Path, tmp_path: Path):
    copy = ReaderCopy(store, tmp_path / "readers")
    assert (copy.store / "data" / "rows.parquet").read_bytes() == b"rows"
    assert not (copy.store / "LOCK").exists()
    copy.close()


def test_what_is_written_to_a_copy_leaves_the_original_alone(store: Path, tmp_path: Path):
    copy = ReaderCopy(store, tmp_path / "readers")
    (copy.store / "manifest.json").write_text("changed")
    (copy.store / "data" / "rows.parquet").unlink()
    assert (store / "manifest.json").read_text() == "{}"
    assert (store / "data" / "rows.parquet").read_bytes() == b"rows"
    copy.close()


def test_data_files_take_no_space_twice(store: Path, tmp_path: Path):
    copy = ReaderCopy(store, tmp_path / "readers")
    assert os.path.samefile(copy.store / "data" / "rows.parquet", store / "data" / "rows.parquet")
    assert not os.path.samefile(copy.store / "manifest.json", store / "manifest.json")
    copy.close()


def test_closing_removes_only_the_own_copy(store: Path, tmp_path: Path):
    one, other = (ReaderCopy(store, tmp_path / "readers") for _ in range(2))
    one.close()
    one.close()
    assert not one.store.exists()
    assert other.store.exists()
    other.close()


def test_the_copy_of_a_killed_reader_is_removed_by_the_next(store: Path, tmp_path: Path):
    code = (
        "import sys, time, pathlib\n"
        "from backend.retrieval.reader_copy import ReaderCopy\n"
        "copy = ReaderCopy(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "print(copy.store, flush=True)\n"
        "time.sleep(60)"
    )
    arguments = [sys.executable, "-c", code, str(store), str(tmp_path / "readers")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        left = Path(reader.stdout.readline().strip())
        ReaderCopy(store, tmp_path / "readers").close()
        assert left.exists()
        reader.send_signal(signal.SIGKILL)
        reader.wait()
    ReaderCopy(store, tmp_path / "readers").close()
    assert not left.exists()


def test_a_missing_store_leaves_nothing_behind(tmp_path: Path):
    with pytest.raises(OSError, match=r"milvus\.db"):
        ReaderCopy(tmp_path / "milvus.db", tmp_path / "readers")
    assert [path.name for path in (tmp_path / "readers").iterdir()] == ["lock"]
