"""The tiny InternLM2 on disk: trained once, kept under ``.cache`` by what went into it."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
VENV = ROOT / ".venv-vllm"
CACHE = ROOT / ".cache" / "tiny-internlm2"
_SOURCES = ("network.py", "tokenizer.py", "tiny_internlm2.py")
_TRAINING_SECONDS = 900
_KEPT = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``model`` is laid out as the published InternLM2 repository, ``adapter`` as peft's."""

    model: Path
    adapter: Path


def checkpoint(lessons: Mapping[str, Any]) -> Checkpoint:
    """Return the model that knows ``lessons``, trained now if it has not been before.

    RuntimeError with the output of the training when it failed or a lesson was not learnt.
    """
    text = json.dumps(lessons, ensure_ascii=False, sort_keys=True)
    sources = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in _SOURCES]
    key = hashlib.sha256("\0".join([text, *sources]).encode()).hexdigest()[:16]
    folder = CACHE / key
    if not folder.is_dir():
        _train(text, folder)
        _forget_all_but_the_latest()
    os.utime(folder)
    return Checkpoint(folder / "model", folder / "adapter")


def _train(lessons: str, folder: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="unfinished-") as unfinished:
        path = Path(unfinished, "lessons.json")
        path.write_text(lessons, encoding="utf-8")
        made = Path(unfinished, "made")
        done = subprocess.run(
            [python(), "-m", "tests.model.vllm.tiny_internlm2", path, made],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TRAINING_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the tiny model was not trained:\n{done.stdout}")
        # Another process may have made the same meanwhile: either will do.
        if not folder.is_dir():
            made.rename(folder)


def python() -> Path:
    """Return the interpreter of the server's environment; RuntimeError when it is not there."""
    found = VENV / "bin" / "python"
    if not found.exists():
        raise RuntimeError("没有 .venv-vllm：先运行 make test-model，它会装好")
    return found


def _forget_all_but_the_latest() -> None:
    made = [path for path in CACHE.iterdir() if not path.name.startswith("unfinished-")]
    for path in sorted(made, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
