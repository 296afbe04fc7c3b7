"""Where the models of FlagEmbedding lie on this machine, and what runs them; nothing is fetched.

A model is a folder, or a name whose files are already in the cache of huggingface_hub.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from backend.errors import KnowledgeBaseError

Device = Literal["auto", "cpu", "cuda"]

INSTALL = "先装 torch 再装 requirements/bge.txt，步骤见 docs/models/embeddings.md"

_SHAPING = ("config.json", "vocab.txt", "tokenizer.json", "sentencepiece.bpe.model")
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


def as_folder(model: str) -> Path | None:
    """Return the folder that ``model`` names, None when it is the name of a published model.

    KnowledgeBaseError when it is clearly meant as a folder of a model and is none.
    """
    path = Path(model).expanduser()
    if (path / "config.json").is_file():
        return path
    if path.is_dir() or path.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise KnowledgeBaseError(f"{model} 不是模型文件夹：里面应有 config.json 和权重。")
    return None


def digest(folder: Path) -> str:
    """Return 12 hex digits of a SHA-256 over the files that decide what a model computes.

    Reads all weights: about a second for each gigabyte.
    """
    total = hashlib.sha256()
    for path in _deciding(folder):
        with path.open("rb") as file:
            total.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:12]


def _deciding(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _SHAPING if (folder / name).is_file())
    for pattern in _WEIGHTS:
        yield from sorted(folder.glob(pattern))


def located(model: str) -> Path:
    """Return the folder of a model's files; OSError or ValueError when it is not here.

    KnowledgeBaseError as for ``as_folder``.
    """
    folder = as_folder(model)
    if folder is not None:
        return folder
    from huggingface_hub import snapshot_download  # pyright: ignore[reportMissingImports]

    return Path(snapshot_download(model, local_files_only=True))


def chosen_device(device: Device) -> str:
    """Return ``cuda:0`` or ``cpu``; ValueError when a GPU is asked for and there is none."""
    import torch  # pyright: ignore[reportMissingImports]

    there = bool(torch.cuda.is_available())
    if device == "cuda" and not there:
        raise ValueError("设置要求 GPU（cuda），但 torch 在这台机器上看不到 GPU")
    return "cuda:0" if there and device != "cpu" else "cpu"


def make_room() -> None:
    """Compute on half of the cores unless OMP_NUM_THREADS says otherwise; draw no progress bars.

    The threads of one operation wait for each other by spinning: with as many as there are cores,
    busy neighbours made a query to bge-small take 4.6 s instead of .13 (2 cores, load 9).
    """
    import torch  # pyright: ignore[reportMissingImports]
    from transformers.utils.logging import (  # pyright: ignore[reportMissingImports]
        disable_progress_bar,
    )

    disable_progress_bar()
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))


def short(error: Exception) -> str:
    """Return the beginning of what a library complained of, on one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__
