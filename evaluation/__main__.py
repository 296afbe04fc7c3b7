"""``python -m evaluation messages | calibrate | gate | retrieval | citations``: how right it is."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from backend.answering.answerer import Answerer
from backend.answering.decision import Calibration
from backend.errors import BackendError
from backend.knowledge.library import load_library
from config.errors import SettingsInvalid
from config.loading import load_settings
from config.settings import Settings
from evaluation.base import StrictSearch, make_base, open_base
from evaluation.calibration import collect, fit, write_fitted
from evaluation.citations_command import citations, fit_citations
from evaluation.dataset import SHIPPED, DatasetInvalid, LabelledMessage, load_messages
from evaluation.gate_command import gate
from evaluation.listed_option import ListedOptions
from evaluation.pipe import PipeFailed, answer_all
from evaluation.retrieval_command import retrieval
from evaluation.scores import Outcome, refusal, scores, wrong_answers

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="在标注好的消息上量一量答得对不对、快不快。"
)
app.command(help="引用检查：能不能查出没有依据、数字不对、引错出处、说反了的句子。")(citations)
app.command("fit-citations", help="在 dev 和 citations-tuning.jsonl 上拟合引用检查的权重。")(
    fit_citations
)
app.command(help="判定该用哪些特征：dev 上拟合，test 上评判。")(gate)
app.command(
    cls=ListedOptions, help="比较几种检索：Hit@k、MRR、nDCG、耗时，同一批查询、同一个知识库。"
)(retrieval)
_File = Annotated[Path, typer.Argument(help="标注文件（JSONL，格式见 evaluation/data/README.md）")]


@app.command(help="按类别报告：决定、概念、方面的正确率，拒答的 F1，耗时。")
def messages(
    file: _File = SHIPPED,
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="用哪一半")] = "test",
    show: Annotated[bool, typer.Option(help="列出每一条答错的")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Evaluate on one split."""
    chosen = [m for m in load_messages(file) if split in (m.split, "all")]
    if not chosen:
        raise DatasetInvalid(f"标注文件 {file} 里没有 {split} 的消息")
    settings = load_settings()
    # Without one the bot would answer from its cards alone, and the figures would mislead.
    make_base(settings)
    outcomes = answer_all(chosen)
    if as_json:
        print(json.dumps(_as_json(outcomes), ensure_ascii=False))
        return
    _print(outcomes, split)
    if show:
        for outcome in outcomes:
            if not outcome.right:
                _print_wrong(outcome)


@app.command(help="在 dev 一半上为现在的向量模型拟合判定，写入 content/calibration.json。")
def calibrate(file: _File = SHIPPED) -> None:
    """Fit the calibration and write it where ``kb_builder build`` picks it up."""
    settings = load_settings()
    chosen = [m for m in load_messages(file) if m.split == "dev"]
    embedder, calibration = asyncio.run(_calibrate(settings, chosen))
    path = settings.content_dir / "calibration.json"
    print(write_fitted(path, embedder, calibration))
    print(
        f"已为 {embedder} 写入 {path}；运行 python -m kb_builder build 让它生效。", file=sys.stderr
    )


async def _calibrate(
    settings: Settings, chosen: Sequence[LabelledMessage]
) -> tuple[str, Calibration]:
    async with open_base(settings) as base:
        library = load_library(settings.content_dir)
        answerer = Answerer(library, StrictSearch(base), Calibration())
        return base.embedder, fit(await collect(answerer, chosen))


def _print(outcomes: Sequence[Outcome], split: str) -> None:
    table = Table(title=f"标注消息（{split}，{len(outcomes)} 条）")
    for column in ("类别", "条数", "决定对", "决定和概念都对", "方面对"):
        table.add_column(column, justify="left" if column == "类别" else "right")
    for kind, s in scores(outcomes).items():
        aspect = f"{s.aspect / s.aspect_total:.0%}" if s.aspect_total else "-"
        shares = (f"{s.decision / s.total:.0%}", f"{s.right / s.total:.0%}", aspect)
        table.add_row(kind, str(s.total), *shares)
    precision, recall, f1 = refusal(outcomes)
    times = sorted(o.elapsed_ms for o in outcomes)
    console = Console()
    console.print(table)
    console.print(f"拒答：精确率 {precision:.3f}  召回率 {recall:.3f}  F1 {f1:.3f}")
    console.print(f"答非所问：{wrong_answers(outcomes)} 条")
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    console.print(f"每条耗时：p50 {p50:.1f} ms  p99 {p99:.1f} ms")


def _print_wrong(outcome: Outcome) -> None:
    message = outcome.message
    earlier = " → ".join((*message.history, message.text))
    print(
        f"{message.id} [{message.kind}] {earlier}\n"
        f"    应为 {message.decision} {list(message.concepts)} {message.aspect}；"
        f"得到 {outcome.decision} {list(outcome.concepts)} {outcome.aspect} "
        f"{outcome.confidence:.2f}"
    )


def _as_json(outcomes: Sequence[Outcome]) -> dict[str, object]:
    table = {
        kind: {"total": s.total, "decision": s.decision, "right": s.right, "aspect": s.aspect}
        for kind, s in scores(outcomes).items()
    }
    precision, recall, f1 = refusal(outcomes)
    return {
        "kinds": table,
        "refusal": {"precision": precision, "recall": recall, "f1": f1},
        "wrong_answers": wrong_answers(outcomes),
    }


def main() -> None:
    """Run the command line; turn known failures into one sentence on standard error."""
    try:
        app()
    except (SettingsInvalid, DatasetInvalid, PipeFailed, BackendError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
