"""``python -m evaluation gate``: what each set of features is worth to the decision."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from backend.answering.answerer import Answerer
from backend.knowledge.library import load_library
from config.loading import load_settings
from config.settings import Settings
from evaluation.base import StrictSearch, open_base
from evaluation.dataset import SHIPPED, LabelledMessage, load_messages
from evaluation.gate import GateRow, ablation


def gate(
    file: Annotated[Path, typer.Argument(help="标注文件（JSONL）")] = SHIPPED,
) -> None:
    """Fit on the dev half, judge on the test half, print one row for each set."""
    name, rows = asyncio.run(_measure(load_settings(), load_messages(file)))
    table = Table(title=f"判定的特征（{name}，dev 上拟合，test 上评判，{rows[0].total} 条）")
    for column in ("特征", "决定对", "决定和概念都对", "拒答 F1", "答非所问", "代价"):
        table.add_column(column, justify="left" if column == "特征" else "right")
    for row in rows:
        table.add_row(
            row.features,
            f"{row.decision / row.total:.1%}",
            f"{row.right / row.total:.1%}",
            f"{row.refusal_f1:.3f}",
            str(row.wrong_answers),
            f"{row.cost:.3f}",
        )
    Console().print(table)


async def _measure(
    settings: Settings, messages: Sequence[LabelledMessage]
) -> tuple[str, list[GateRow]]:
    library = load_library(settings.content_dir)
    dev, test = ([m for m in messages if m.split == split] for split in ("dev", "test"))
    async with open_base(settings) as base:
        search = StrictSearch(base)
        rows = await ablation(lambda fitted: Answerer(library, search, fitted), dev, test)
        return base.embedder, rows
