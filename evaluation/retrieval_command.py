"""``python -m evaluation retrieval``: which mode of retrieval finds what the queries ask for."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from backend.errors import KnowledgeBaseError
from backend.retrieval.passages import Passage, loads
from backend.retrieval.search import Mode
from backend.retrieval.versions import REBUILD, Manifest, Versions
from config.loading import load_settings
from config.settings import Settings
from evaluation.base import open_base
from evaluation.dataset import DatasetInvalid
from evaluation.measures import DEPTH, Difference
from evaluation.queries import SHIPPED, LabelledQuery, load_queries, require_findable
from evaluation.retrieval import HITS, Row, Run, mrr_by_kind, run, summary

_SHOWN = 3
_PLAIN: tuple[Mode, ...] = ("lexical", "dense", "hybrid")


def retrieval(
    file: Annotated[
        Path, typer.Argument(help="查询文件（JSONL，格式见 evaluation/data/README.md）")
    ] = SHIPPED,
    compare: Annotated[
        list[str] | None,
        typer.Option(
            help="比较哪几种，第一种作对照：--compare lexical dense hybrid rerank；"
            "不写就是所有能用的"
        ),
    ] = None,
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="用哪一半")] = "test",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    show: Annotated[bool, typer.Option(help="按类别比较，并列出没有排在第一的查询")] = False,
) -> None:
    """Search for every query in every mode, over one open base; print one table."""
    queries = [q for q in load_queries(file) if split in (q.split, "all")]
    if not queries:
        raise DatasetInvalid(f"查询文件 {file} 里没有 {split} 的查询")
    modes = _modes(compare or ())
    manifest, runs = asyncio.run(_runs(load_settings(), file, queries, modes))
    reference = next(iter(runs.values()))
    rows: dict[Mode, Row] = {
        mode: summary(own, None if own is reference else reference) for mode, own in runs.items()
    }
    title = (
        f"{manifest.embedder}（{manifest.dimension} 维），版本 {manifest.version}，"
        f"{manifest.passages} 段，{len(queries)} 个查询（{split}）"
    )
    if as_json:
        print(json.dumps(_as_json(manifest, runs, rows), ensure_ascii=False))
        return
    console = Console()
    console.print(title, soft_wrap=True)
    console.print(_table(rows))
    first = next(iter(rows))
    for mode, row in rows.items():
        if row.difference is not None:
            console.print(f"MRR@{DEPTH}：{mode} 比 {first} {difference_text(row.difference)}")
    if show:
        console.print(_kinds(runs))
        for mode, own in runs.items():
            for missed in own:
                if missed.reciprocal_rank < 1:
                    print(_missed(mode, missed))


def _modes(names: Sequence[str]) -> list[Mode]:
    known: tuple[Mode, ...] = get_args(Mode)
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise typer.BadParameter(f"没有“{unknown}”这种检索，只能用：{'、'.join(known)}。")
    return [mode for name in dict.fromkeys(names) for mode in known if mode == name]


async def _runs(
    settings: Settings, file: Path, queries: Sequence[LabelledQuery], modes: Sequence[Mode]
) -> tuple[Manifest, dict[Mode, list[Run]]]:
    async with open_base(settings) as base:
        manifest = base.manifest()
        require_findable(file, queries, _passages(settings, manifest))
        if "rerank" in modes and not base.reranker:
            raise KnowledgeBaseError(
                "没有配置重排模型，比较不了 rerank；设置见 ASSISTANT408_RERANKER__KIND，"
                "或从 --compare 里去掉它。"
            )
        chosen = modes or (*_PLAIN, *(("rerank",) if base.reranker else ()))
        await base.warm()
        runs = await run(base, queries, chosen, _progress)
        if sys.stderr.isatty():
            print(end="\r\033[K", file=sys.stderr)
        return manifest, runs


def _passages(settings: Settings, manifest: Manifest) -> list[Passage]:
    path = Versions(settings.data_dir.absolute()).folder(manifest.version) / "passages.jsonl"
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise KnowledgeBaseError(f"{path} 读不出来（{error}）；{REBUILD} 重建。") from error


def _progress(mode: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{mode} {done}/{total}", end="", file=sys.stderr, flush=True)


def _table(rows: Mapping[Mode, Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    hits = [f"Hit@{k}" for k in HITS]
    table.add_column("检索", no_wrap=True)
    for column in (*hits, f"MRR@{DEPTH}", f"nDCG@{DEPTH}", "p50 ms", "p99 ms"):
        table.add_column(column, justify="right")
    for mode, row in rows.items():
        measured = (*(row.hits[k] for k in HITS), row.mrr, row.ndcg)
        times = (f"{row.p50_ms:.1f}", f"{row.p99_ms:.1f}")
        table.add_row(mode, *(f"{value:.3f}" for value in measured), *times)
    return table


def difference_text(difference: Difference) -> str:
    """Word a difference and its interval: ``+0.041（95 % 区间 +0.010 … +0.073）``."""
    low, high = difference.low, difference.high
    return f"{difference.mean:+.3f}（95 % 区间 {low:+.3f} … {high:+.3f}）"


def _kinds(runs: Mapping[Mode, Sequence[Run]]) -> Table:
    table = Table(title=f"各类查询的 MRR@{DEPTH}")
    for column in ("类别", "条数", *runs):
        table.add_column(column, justify="left" if column == "类别" else "right")
    by_mode = [mrr_by_kind(own) for own in runs.values()]
    for kind, (count, _) in by_mode[0].items():
        table.add_row(kind or "-", str(count), *(f"{kinds[kind][1]:.3f}" for kinds in by_mode))
    return table


def _missed(mode: Mode, missed: Run) -> str:
    query = missed.query
    wanted = " ".join(str(label) for label in query.relevant)
    rank = f"第 {missed.found[0]}" if missed.found else f"前 {DEPTH} 里没有"
    best = "".join(
        f"\n    {p.id} {p.concept_id or p.source} {p.aspect or p.locator}"
        for p in missed.passages[:_SHOWN]
    )
    return f"{mode} {query.id} [{query.kind}] {query.text} → {wanted}：{rank}{best}"


def _as_json(
    manifest: Manifest, runs: Mapping[Mode, Sequence[Run]], rows: Mapping[Mode, Row]
) -> dict[str, object]:
    modes = {
        mode: {
            **asdict(row),
            "kinds": {
                kind: {"queries": count, "mrr": mrr}
                for kind, (count, mrr) in mrr_by_kind(runs[mode]).items()
            },
        }
        for mode, row in rows.items()
    }
    return {"embedder": manifest.embedder, "version": manifest.version, "modes": modes}
