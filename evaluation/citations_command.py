"""``python -m evaluation citations``: how well the citation check finds unsupported sentences."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from backend.answering.grounding.checker import Checker
from backend.answering.grounding.support import WEIGHTS
from backend.knowledge.library import load_library
from config.loading import load_settings
from evaluation.citations import (
    SHIPPED,
    Checked,
    Detection,
    PlantedKind,
    by_answer,
    by_sentence,
    check_all,
    load_answers,
    milliseconds_a_sentence,
    recall_by_kind,
)
from evaluation.citations_fit import TUNING, collect, fit, write_weights
from evaluation.dataset import DatasetInvalid

_NAMES = {
    "unsupported": "没有依据",
    "number": "数字不对",
    "citation": "引错出处",
    "reversed": "说反了",
}
# What the check was asked to find; "reversed" is harder, and was added to see how much is missed.
_CLAIMED: tuple[PlantedKind, ...] = ("unsupported", "number", "citation")


def citations(
    file: Annotated[Path, typer.Argument(help="构造的回答（JSONL）")] = SHIPPED,
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="用哪一半")] = "test",
    show: Annotated[bool, typer.Option(help="列出每一句判错的")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Measure on one split how well planted sentences are found."""
    chosen = [answer for answer in load_answers(file) if split in (answer.split, "all")]
    if not chosen:
        raise DatasetInvalid(f"标注文件 {file} 里没有 {split} 的回答")
    checked = check_all(Checker(load_library(load_settings().content_dir)), chosen)
    if as_json:
        print(json.dumps(_as_json(checked), ensure_ascii=False))
        return
    _print(checked, split)
    if show:
        for one in checked:
            _print_misjudged(one)


def fit_citations() -> None:
    """Fit the weights on dev and the tuning answers and write them where the checker reads them."""
    answers = [a for path in (SHIPPED, TUNING) for a in load_answers(path) if a.split == "dev"]
    fitted = fit(collect(load_library(load_settings().content_dir), answers))
    write_weights(WEIGHTS, fitted.weights)
    print(
        f"{len(answers)} 个回答里有 {fitted.samples} 句要靠权重判断，其中 {fitted.unsupported} 句"
        f"没有依据；交叉验证：对数损失 {fitted.log_loss:.4f}，F1 {fitted.f1:.3f}"
        f"（正则 {fitted.penalty}，门槛 {fitted.weights.threshold}）。已写入 {WEIGHTS}"
    )


def _print(checked: Sequence[Checked], split: str) -> None:
    table = Table(title=f"引用检查（{split}，{len(checked)} 个回答）")
    for column in ("", "精确率", "召回率", "F1", "查对", "误报", "漏掉"):
        table.add_column(column, justify="right" if column else "left")
    for name, d in (("按句", by_sentence(checked)), ("按回答", by_answer(checked))):
        shares = (f"{d.precision:.3f}", f"{d.recall:.3f}", f"{d.f1:.3f}")
        table.add_row(name, *shares, str(d.hits), str(d.false_alarms), str(d.missed))
    recalls = recall_by_kind(checked)
    rows = [(_NAMES[kind], *counts) for kind, counts in recalls.items()]
    claimed = [recalls[kind] for kind in _CLAIMED if kind in recalls]
    rows.append(("前三类合计", sum(f for f, _ in claimed), sum(n for _, n in claimed)))
    for name, found, total in rows:
        recall = f"{found / total:.3f}" if total else "-"
        table.add_row(name, "-", recall, "-", str(found), "-", str(total - found))
    console = Console()
    console.print(table)
    times = milliseconds_a_sentence(checked)
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    console.print(f"每句用处理器时间：p50 {p50:.2f} ms  p99 {p99:.2f} ms")


def _print_misjudged(one: Checked) -> None:
    for finding, kind in zip(one.findings, one.kinds, strict=True):
        if bool(finding.problem) != (kind is not None):
            said = finding.problem or "没有问题"
            print(
                f"{one.answer.id}  应为 {kind or '没有问题'}，得到 {said}：{finding.text.strip()}"
            )


def _as_json(checked: Sequence[Checked]) -> dict[str, object]:
    times = milliseconds_a_sentence(checked)
    return {
        "answers": len(checked),
        "sentence": _figures(by_sentence(checked)),
        "answer": _figures(by_answer(checked)),
        "recall": {kind: found / total for kind, (found, total) in recall_by_kind(checked).items()},
        "ms_a_sentence": {"p50": times[len(times) // 2], "p99": times[int(len(times) * 0.99)]},
    }


def _figures(detection: Detection) -> dict[str, float]:
    return {
        "precision": detection.precision,
        "recall": detection.recall,
        "f1": detection.f1,
        "hits": detection.hits,
        "false_alarms": detection.false_alarms,
        "missed": detection.missed,
    }
