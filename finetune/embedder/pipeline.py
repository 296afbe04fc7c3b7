"""From a base model and the cards to a judged model: all steps in turn, the folder at the end."""

import gc
import hashlib
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from backend.knowledge.library import load_library
from backend.retrieval.embedding.bge import FlagEncoder
from backend.retrieval.embedding.choice import default_instruction
from backend.retrieval.flag_models import INSTALL, Device, chosen_device, digest, located
from evaluation.dataset import DatasetInvalid
from evaluation.queries import load_queries, require_findable
from evaluation.retrieval import Row
from finetune.embedder.corpus import load_corpus
from finetune.embedder.data import training_lines
from finetune.embedder.dense import DenseModel, Progress
from finetune.embedder.examples import training_examples
from finetune.embedder.judge import Verdict, ranked, verdict
from finetune.embedder.train import (
    Hyperparameters,
    TrainingFailed,
    finish_model,
    run_training,
    training_command,
    training_environment,
)
from finetune.serving_files import write_json

MANIFEST, DATA = "finetune.json", "train.jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """What to train: ``base`` is a folder or a name, ``out`` absolute and empty or not there."""

    base: str
    out: Path
    content: Path
    queries: Path
    device: Device
    epochs: int
    batch_size: int
    learning_rate: float
    negatives: int
    data_only: bool = False

    @property
    def log(self) -> Path:
        """Where the training's output goes: beside ``out``, as it outlives a failure."""
        return self.out.with_name(f"{self.out.name}.log")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``verdict`` is None when only data was asked for; ``instruction`` is for the settings."""

    lines: int
    instruction: str
    verdict: Verdict | None


def finetune(job: Job, progress: Progress) -> Outcome:
    """Make ``job.out`` whole, or not at all.

    TrainingFailed, BackendError or DatasetInvalid say why not; KeyboardInterrupt passes.
    """
    device, base = _device(job.device), _located(job.base)
    instruction = default_instruction(job.base)
    corpus = load_corpus(load_library(job.content))
    queries = load_queries(job.queries)
    require_findable(job.queries, queries, corpus.passages)
    held_back = [query for query in queries if query.split == "test"]
    if not held_back:
        raise DatasetInvalid(f"{job.queries} 里没有 test 的查询，训练得好不好无从判断")
    chosen = Hyperparameters(job.epochs, job.batch_size, job.learning_rate, job.negatives, device)
    with unfinished(job.out) as work:
        data, model = work / DATA, work / "model"
        with _loaded(base, job.device, instruction, progress) as dense:
            vectors = dense.encode_passages(corpus.passages)
            examples = training_examples(corpus, queries)
            lines = training_lines(
                corpus, examples, dense, vectors, negatives=job.negatives, batch_size=job.batch_size
            )
            before = ranked(corpus, held_back, dense, vectors)
        data.write_text("".join(lines), encoding="utf-8")
        judgement = None
        if job.data_only:
            model.mkdir()
        else:
            command = training_command(base, data, model, instruction, chosen)
            environment = training_environment(device)
            run_training(command, environment, job.log, partial(progress, "训练"))
            finish_model(base, model)
            with _loaded(model, job.device, instruction, progress) as dense:
                vectors = dense.encode_passages(corpus.passages)
                judgement = verdict(before, ranked(corpus, held_back, dense, vectors))
        record = _record(job, base, instruction, chosen, data, judgement)
        shutil.move(data, model / DATA)
        write_json(model / MANIFEST, record)
        os.rename(model, job.out)
    usual = instruction if job.data_only else default_instruction(str(job.out))
    setting = "auto" if instruction == usual else instruction or "none"
    return Outcome(len(lines), setting, judgement)


def _device(device: Device) -> str:
    if find_spec("torch") is None or find_spec("FlagEmbedding") is None:
        raise TrainingFailed(f"没有装好 FlagEmbedding；{INSTALL}。")
    try:
        return chosen_device(device)
    except ValueError as error:
        raise TrainingFailed(f"{error}。") from error


def _located(base: str) -> Path:
    try:
        return located(base)
    except (OSError, ValueError) as error:
        raise TrainingFailed(
            f"模型 {base} 不在这台机器上；下载方法见 docs/models/embeddings.md，"
            "或把 --base 写成模型文件夹。"
        ) from error


@contextmanager
def unfinished(out: Path) -> Generator[Path]:
    """Give a folder beside ``out`` to work in, gone at the end whatever happens."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise TrainingFailed(f"{out} 已经有东西了，--out 换一个文件夹。")
    work = out.with_name(f"{out.name}.unfinished")
    try:
        work.mkdir(parents=True)
    except FileExistsError:
        raise TrainingFailed(
            f"{work} 还在：另一次训练正在用它，或者上一次被强行终止；确认没有在跑，就删掉它再来。"
        ) from None
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _loaded(
    model: Path, device: Device, instruction: str, progress: Progress
) -> Generator[DenseModel]:
    """Give ``model``; afterwards a GPU's memory is free again for what comes next."""
    import torch  # pyright: ignore[reportMissingImports]

    encoder = FlagEncoder(str(model), device)
    try:
        yield DenseModel(encoder, instruction, progress)
    finally:
        encoder.close()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _record(
    job: Job,
    base: Path,
    instruction: str,
    chosen: Hyperparameters,
    data: Path,
    judgement: Verdict | None,
) -> dict[str, Any]:
    made = {
        "base": job.base,
        "base_digest": digest(base),
        "instruction": instruction,
        "hyperparameters": asdict(chosen),
        "queries_sha256": _sha256(job.queries),
        "data_sha256": _sha256(data),
        "versions": {name: version(name) for name in ("FlagEmbedding", "torch", "transformers")},
    }
    if judgement is None:
        return made
    return made | {
        "held_back": judgement.before.queries,
        "before": _measures(judgement.before),
        "after": _measures(judgement.after),
        "mrr_difference": asdict(judgement.difference),
        "recommended": judgement.recommended,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _measures(row: Row) -> dict[str, Any]:
    hits = {f"hit@{k}": value for k, value in row.hits.items()}
    return {**hits, "mrr@10": row.mrr, "ndcg@10": row.ndcg}
