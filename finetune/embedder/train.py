"""FlagEmbedding's own training in a child process: its output to a log, its progress to the caller.

The child has a session of its own, so Ctrl-C reaches only this process, which then ends the child.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.retrieval.flag_models import INSTALL

MODULE = "FlagEmbedding.finetune.embedder.encoder_only.base"
MAX_TOKENS = 512
"""Longest text of the BGE models; searching cuts at the same."""

_POLL_SECONDS = 0.2
_STALL_SECONDS = 1800.0
_END_SECONDS = 10.0
_TAIL_BYTES = 20_000
_STEP = re.compile(rb"[\r\n] *\d+%\|[^|]*\| (\d+)/(\d+) \[")
_POOLING = ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json")


class TrainingFailed(Exception):
    """The training ended without a model; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """``negatives`` for each query, beside the rest of its batch; ``device`` is cuda:0 or cpu."""

    epochs: int
    batch_size: int
    learning_rate: float
    negatives: int
    device: str


def training_command(
    base: Path, data: Path, out: Path, instruction: str, chosen: Hyperparameters
) -> list[str]:
    """Return the command that trains ``base`` on ``data`` and writes the model to ``out``.

    Lines are read in their order, so that a batch is what was arranged as one. The loss takes the
    first token's vector, as searching does, at temperature 0.02, which BGE was trained with.
    """
    arguments: dict[str, object] = {
        "model_name_or_path": base,
        "train_data": data,
        "cache_path": data.parent / "cache",
        "output_dir": out,
        "query_max_len": MAX_TOKENS,
        "passage_max_len": MAX_TOKENS,
        "train_group_size": chosen.negatives + 1,
        "num_train_epochs": chosen.epochs,
        "per_device_train_batch_size": chosen.batch_size,
        "learning_rate": chosen.learning_rate,
        "train_sampling_strategy": "sequential",
        "temperature": 0.02,
        "sentence_pooling_method": "cls",
        "normalize_embeddings": True,
        "save_strategy": "no",
        "report_to": "none",
        "logging_steps": 10,
        "seed": 408,
        "use_cpu": chosen.device == "cpu",
        "dataloader_pin_memory": chosen.device != "cpu",
    }
    if instruction:
        arguments["query_instruction_for_retrieval"] = instruction
    pairs = ((f"--{name}", str(value)) for name, value in arguments.items())
    return [sys.executable, "-m", MODULE, *(word for pair in pairs for word in pair)]


def training_environment(device: str) -> dict[str, str]:
    """Return the child's environment: one GPU or none, and nothing fetched from anywhere."""
    gpus = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")
    return os.environ | {
        "CUDA_VISIBLE_DEVICES": "" if device == "cpu" else gpus[0],
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def run_training(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    stall_seconds: float = _STALL_SECONDS,
) -> None:
    """Run ``command`` to its end; TrainingFailed says why there was none.

    It may take hours, but is ended when it has logged nothing for ``stall_seconds``.
    """
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            _watch(process, log, progress, stall_seconds)
        finally:
            _end(process)
    if process.returncode:
        raise TrainingFailed(f"{_reason(process.returncode, _tail(log))}；日志在 {log}")


def _watch(
    process: subprocess.Popen[bytes],
    log: Path,
    progress: Callable[[int, int], None],
    stall_seconds: float,
) -> None:
    size, changed = 0, time.monotonic()
    while process.poll() is None:
        time.sleep(_POLL_SECONDS)
        if log.stat().st_size != size:
            size, changed = log.stat().st_size, time.monotonic()
            steps = _STEP.findall(_tail(log))
            if steps:
                progress(int(steps[-1][0]), int(steps[-1][1]))
        elif time.monotonic() - changed > stall_seconds:
            raise TrainingFailed(f"训练 {stall_seconds:.0f} 秒没有动静，已停止；日志在 {log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_END_SECONDS)


def _tail(log: Path) -> bytes:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        return file.read()


def _reason(code: int, tail: bytes) -> str:
    said = tail.decode("utf-8", "replace")
    if "out of memory" in said or "OutOfMemoryError" in said:
        return "显存不够：把 --batch-size 或 --negatives 调小，或用 --device cpu"
    if "No space left on device" in said:
        return "磁盘满了，模型没有写完：腾出空间再来"
    if "No module named" in said:
        return f"没有装好 FlagEmbedding；{INSTALL}"
    if code == -9:
        return "训练进程被系统杀掉了，多半是内存不够：把 --batch-size 或 --negatives 调小"
    last = next((line.strip() for line in reversed(re.split("[\r\n]", said)) if line.strip()), "")
    return f"训练失败（{last[:200] or f'退出码 {code}'}）"


def finish_model(base: Path, model: Path) -> None:
    """Make the trained folder as whole as ``base``: how vectors are pooled is said beside it."""
    for name in _POOLING:
        if (base / name).is_file():
            shutil.copyfile(base / name, model / name)
    if (base / "1_Pooling").is_dir():
        shutil.copytree(base / "1_Pooling", model / "1_Pooling", dirs_exist_ok=True)
    (model / "training_args.bin").unlink(missing_ok=True)
