"""The command ``python -m finetune embedder``: its options, and what it says.

Exit codes: 0 the model is recommended (or only data was asked for), 1 there is no model, 3 there is
one, but it is not recommended, 130 interrupted.
"""

import errno
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from backend.errors import BackendError
from config.errors import SettingsInvalid
from config.loading import load_settings
from evaluation.dataset import DatasetInvalid
from evaluation.measures import DEPTH
from evaluation.queries import SHIPPED
from evaluation.retrieval import HITS
from finetune.embedder.judge import Verdict
from finetune.embedder.pipeline import DATA, MANIFEST, Job, Outcome, finetune
from finetune.embedder.train import TrainingFailed
from kb_builder.progress import progress_bar

HELP = "用卡片和 dev 一半的查询训练向量模型，在 test 一半上比较，比原来好才推荐使用。"
_NOT_RECOMMENDED, _INTERRUPTED = 3, 130


def embedder(
    base: Annotated[str, typer.Option(help="原来的模型：本机文件夹，或已经下载好的模型名。")],
    out: Annotated[Path, typer.Option(help="放新模型的文件夹，要还不存在或是空的。")],
    queries: Annotated[
        Path, typer.Option(help="标注好的查询（JSONL，格式见 evaluation/data/README.md）。")
    ] = SHIPPED,
    epochs: Annotated[int, typer.Option(min=1, help="训练几遍。")] = 3,
    batch_size: Annotated[
        int, typer.Option(min=2, help="一批几个查询；大一些效果好，显存不够就调小。")
    ] = 16,
    learning_rate: Annotated[float, typer.Option(min=0, help="学习率。")] = 1e-5,
    negatives: Annotated[int, typer.Option(min=1, help="每个查询配几个难负例。")] = 7,
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option(help="在哪里算；auto 表示有 GPU 就用。")
    ] = "auto",
    data_only: Annotated[bool, typer.Option("--data-only", help="只写训练数据，不训练。")] = False,
) -> None:
    # Without this a SIGTERM would leave the unfinished folder and the child behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    out = out.expanduser().absolute()
    try:
        job = Job(
            base=base,
            out=out,
            content=load_settings().content_dir,
            queries=queries,
            device=device,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            negatives=negatives,
            data_only=data_only,
        )
        with progress_bar() as progress:
            outcome = finetune(job, progress)
    except (SettingsInvalid, DatasetInvalid, BackendError, TrainingFailed, OSError) as error:
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        print("磁盘满了：腾出空间再来。" if full else error, file=sys.stderr)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        print("已中断，没有留下半个模型。", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    _report(job, outcome)
    if outcome.verdict and not outcome.verdict.recommended:
        raise typer.Exit(_NOT_RECOMMENDED)


def _report(job: Job, outcome: Outcome) -> None:
    if outcome.verdict is None:
        print(f"训练数据 {outcome.lines} 行，写在 {job.out / DATA}")
        return
    Console().print(_table(outcome.verdict))
    found = outcome.verdict.difference
    interval = f"{found.mean:+.3f}（95 % 区间 {found.low:+.3f} … {found.high:+.3f}）"
    print(f"MRR@{DEPTH} 变化 {interval}；训练数据 {outcome.lines} 行，记录在 {job.out / MANIFEST}")
    if not outcome.verdict.recommended:
        print("不推荐：在没有训练过的查询上看不出比原来的模型好，请继续用原来的。")
        return
    print("推荐使用。写进 .env：")
    print("  ASSISTANT408_EMBEDDER__KIND=bge")
    print(f"  ASSISTANT408_EMBEDDER__MODEL={job.out}")
    print(f"  ASSISTANT408_EMBEDDER__INSTRUCTION={outcome.instruction}")
    print("然后重建知识库，为它标定回答的界线，再建一次让标定生效：")
    print("  python -m kb_builder build")
    print("  python -m evaluation calibrate && python -m kb_builder build")


def _table(verdict: Verdict) -> Table:
    table = Table(title=f"{verdict.before.queries} 个没有训练过的查询，只用向量检索卡片")
    hits = [f"Hit@{k}" for k in HITS]
    for column in ("模型", *hits, f"MRR@{DEPTH}", f"nDCG@{DEPTH}"):
        table.add_column(column, justify="left" if column == "模型" else "right")
    for name, row in (("原来的", verdict.before), ("训练后", verdict.after)):
        values = (*(row.hits[k] for k in HITS), row.mrr, row.ndcg)
        table.add_row(name, *(f"{value:.3f}" for value in values))
    return table
