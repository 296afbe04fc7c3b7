"""The command ``python -m kb_builder``: build, look at and search the knowledge base."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backend.errors import (
    DocumentError,
    EmbedderUnavailable,
    KnowledgeBaseBusy,
    KnowledgeBaseError,
)
from backend.retrieval.versions import CALIBRATE, Manifest, Versions
from config.loading import load_settings
from config.settings import Settings
from kb_builder.explaining import explained, say
from kb_builder.progress import progress_bar
from kb_builder.questions import questions_app

if TYPE_CHECKING:
    from backend.retrieval.embedding.port import EmbedderKind
    from backend.retrieval.milvus_index import Server
    from kb_builder.build import Summary
    from kb_builder.sources import Inputs

_MAX_SKIPPED_SHOWN = 20

app = typer.Typer(
    help="构建和查看知识库：概念卡片与资料文件 → 可检索的段落。",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(questions_app, name="questions")


@app.command(help="构建知识库，检查后切换过去；正在运行的机器人会自动换用新版本。")
def build(
    docs: Annotated[
        Path | None,
        typer.Option(help="资料文件夹（.md .txt .docx .pdf）；不写就沿用上次构建时的文件夹。"),
    ] = None,
    no_docs: Annotated[bool, typer.Option("--no-docs", help="不再使用资料文件夹。")] = False,
    if_needed: Annotated[
        bool, typer.Option("--if-needed", help="来源没有变化就安静退出，不重新构建。")
    ] = False,
) -> None:
    if docs is not None and no_docs:
        raise typer.BadParameter("--docs 和 --no-docs 只能用一个。")
    with explained():
        settings = load_settings()
        if if_needed:
            _build_if_needed(settings, docs, no_docs)
        else:
            _print_summary(_build(settings, _inputs(settings, docs, no_docs, quiet=False)))


def _build_if_needed(settings: Settings, docs: Path | None, no_docs: bool) -> None:
    """Bring the knowledge base up to date, or go on with the one in use where that cannot be."""
    try:
        inputs = _inputs(settings, docs, no_docs, quiet=True)
        if not _is_current(settings, inputs):
            _print_summary(_build(settings, inputs))
    except (DocumentError, KnowledgeBaseBusy, EmbedderUnavailable) as error:
        if _used(settings) is None:
            raise
        say(f"{error}先用现有的知识库。")


@app.command(help="显示正在使用的版本，以及来源从那以后有没有变化。")
def status() -> None:
    from kb_builder.sources import differences

    with explained():
        settings = load_settings()
        versions = Versions(settings.data_dir)
        manifest = versions.manifest(versions.current())
        print(f"版本    {manifest.version}（{manifest.created}）")
        print(f"来源    {manifest.files} 个文件，{manifest.passages} 段")
        print(f"向量    {manifest.embedder}，{manifest.dimension} 维")
        print(f"存放    {manifest.server or versions.folder(manifest.version)}")
        print(f"资料    {manifest.docs or '（无）'}")
        fitted = "有" if manifest.calibrated else CALIBRATE.format(manifest.embedder)
        print(f"标定    {fitted}")
        for source in manifest.skipped:
            print(f"跳过    {source.path}：{source.skipped}")
        changed = list(differences(manifest, _inputs(settings, None, no_docs=False, quiet=True)))
        print(
            f"变化    {'；'.join(changed)}。请运行 build" if changed else "变化    没有，已是最新"
        )


@app.command(help="在知识库里检索，显示段落、来源和得分。")
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="要找的内容。")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="最多显示几段。")] = 5,
) -> None:
    with explained():
        asyncio.run(_search(load_settings(), query, limit))


@app.command(help="检查学习内容（卡片、对比表、大纲……）写得对不对，逐条说明问题。")
def check() -> None:
    from backend.knowledge.library import load_library

    with explained():
        library = load_library(load_settings().content_dir)
        print(
            f"没有问题：{len(library.outline.points)} 个考点，{len(library.concepts)} 张卡片，"
            f"{len(library.comparisons)} 张对比表。"
        )


def _server(settings: Settings) -> "Server | None":
    from backend.retrieval.milvus_index import Server

    uri = settings.milvus.uri
    return Server(uri, settings.milvus.token.get_secret_value()) if uri else None


def _kind(settings: Settings) -> "EmbedderKind":
    from backend.retrieval.embedding.choice import choose_embedder

    return choose_embedder(**settings.embedder.plain())


def _used(settings: Settings) -> Manifest | None:
    """Return the manifest of the version in use, if it can be read."""
    versions = Versions(settings.data_dir)
    try:
        return versions.manifest(versions.current())
    except KnowledgeBaseError:
        return None


def _inputs(settings: Settings, docs: Path | None, no_docs: bool, quiet: bool) -> "Inputs":
    """Settle the documents' folder: as said, else as remembered from the last build."""
    from kb_builder.sources import Inputs, require_folder

    if docs is None and not no_docs:
        docs = _remembered(settings)
        if docs is not None and not quiet:
            say(f"沿用上次的资料文件夹 {docs}（--no-docs 表示不再使用）。")
    folder = require_folder(docs) if docs is not None else None
    return Inputs(
        settings.content_dir.absolute(), folder, _kind(settings).name, settings.milvus.uri or None
    )


def _remembered(settings: Settings) -> Path | None:
    """Return the folder of the last build; where its record is damaged, say so."""
    versions = Versions(settings.data_dir)
    manifest = _used(settings) or versions.newest()
    if manifest is None and (versions.root / "current").exists():
        say("知识库的记录已损坏，上次用的资料文件夹不知道了；如果用过，请再用 --docs 指定。")
    return Path(manifest.docs) if manifest and manifest.docs else None


def _is_current(settings: Settings, inputs: "Inputs") -> bool:
    from kb_builder.sources import differences

    manifest = _used(settings)
    if manifest is None:
        say("还没有可用的知识库，现在构建（约半分钟）……")
        return False
    changed = list(differences(manifest, inputs))
    if changed:
        say(f"知识库需要更新：{'；'.join(changed)}。")
    return not changed


def _build(settings: Settings, inputs: "Inputs") -> "Summary":
    from kb_builder.build import Builder

    kind = _kind(settings)
    try:
        with progress_bar() as progress:
            builder = Builder(settings.data_dir, _server(settings), kind, progress)
            return builder.build(inputs.content, inputs.docs)
    finally:
        kind.close()


def _print_summary(summary: "Summary") -> None:
    new = summary.passages - summary.reused
    print(
        f"知识库已更新到 {summary.version}：{summary.files} 个文件，{summary.passages} 段"
        f"（新算 {new}，沿用 {summary.reused}），用时 {summary.seconds:.1f} 秒。"
    )
    if summary.uncalibrated:
        print(summary.uncalibrated)
    if summary.skipped:
        print(f"跳过 {len(summary.skipped)} 个文件：")
    for source in summary.skipped[:_MAX_SKIPPED_SHOWN]:
        print(f"  · {source.path}：{source.skipped}")
    if len(summary.skipped) > _MAX_SKIPPED_SHOWN:
        rest = len(summary.skipped) - _MAX_SKIPPED_SHOWN
        print(f"  · 还有 {rest} 个，见 status")


async def _search(settings: Settings, query: str, limit: int) -> None:
    from backend.retrieval.knowledge_base import KnowledgeBase
    from backend.retrieval.reranking.choice import choose_reranker

    reranker = choose_reranker(**settings.reranker.plain())
    base = KnowledgeBase.open(settings.data_dir, _server(settings), _kind(settings), reranker)
    try:
        found = await base.search(query, limit)
    finally:
        await base.close()
    similarity = "无" if found.dense is None else f"{found.dense:.3f}"
    print(f"词面最高分 {found.lexical:.2f}，向量最高相似度 {similarity}")
    for problem in (base.embedder_problem(), base.reranker_problem()):
        if problem:
            say(problem)
    if not found.hits:
        print("没有找到。")
    for hit in found.hits:
        passage = hit.passage
        print(f"\n{hit.rank}. [{hit.score:.4f}] {passage.title} · {passage.locator}")
        print(passage.text)


if __name__ == "__main__":
    app()
