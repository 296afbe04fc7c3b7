"""Checks of the models that retrieval uses: the embedder and the reranker."""

import time
from collections.abc import Callable
from typing import TypeVar

from backend.errors import EmbedderUnavailable, RerankerUnavailable
from backend.retrieval.embedding.choice import choose_embedder
from backend.retrieval.flag_models import INSTALL, Device, chosen_device, located
from backend.retrieval.reranking.choice import choose_reranker
from bot.doctor_findings import Finding, failure, ok
from bot.platforms.lines import in_daemon_thread
from config.settings import Settings

EMBEDDER = (
    "检查 ASSISTANT408_EMBEDDER__… 各项，见 docs/models/embeddings.md；在这之前只用词面检索。"
)
RERANKER = "检查 ASSISTANT408_RERANKER__… 各项，见 docs/models/embeddings.md；在这之前不重排。"

_SAMPLE = "操作系统"
_Result = TypeVar("_Result")


async def embedder(settings: Settings) -> Finding:
    """Whether the model for vectors is there, and what it gives."""
    chosen = settings.embedder
    if chosen.kind == "lsa":
        return ok("内置的 LSA，不用下载")
    if chosen.kind == "bge":
        return await in_daemon_thread(lambda: _here(chosen.model, chosen.device, EMBEDDER))

    def ask() -> Finding:
        kind = choose_embedder(**chosen.plain())
        try:
            model = kind.fit([_SAMPLE])
            _, milliseconds = _timed(lambda: model.encode_query(_SAMPLE))
        except EmbedderUnavailable as error:
            return failure(str(error), EMBEDDER)
        finally:
            kind.close()
        return ok(f"{kind.name}，{model.dimension} 维，应答 {milliseconds:.0f} 毫秒")

    return await in_daemon_thread(ask)


async def reranker(settings: Settings) -> Finding:
    """Whether the model that reranks is there, and how long it takes for a few passages."""
    chosen = settings.reranker
    if chosen.kind == "bge":
        return await in_daemon_thread(lambda: _here(chosen.model, chosen.device, RERANKER))

    def ask() -> Finding:
        model = choose_reranker(**chosen.plain())
        if model is None:
            return ok("没有配置，用词面和向量融合的顺序")
        try:
            _, milliseconds = _timed(lambda: model.scores(_SAMPLE, [_SAMPLE] * 20))
        except RerankerUnavailable as error:
            return failure(str(error), RERANKER)
        finally:
            model.close()
        return ok(f"{model.name}，20 段用 {milliseconds:.0f} 毫秒")

    return await in_daemon_thread(ask)


def _here(model: str, device: Device, advice: str) -> Finding:
    """Look for the files and the device; loading it is left to the line of the knowledge base."""
    try:
        folder, where = located(model), chosen_device(device)
    except ImportError as error:
        return failure(f"没有装 {error.name}", f"{INSTALL}。")
    except (OSError, ValueError) as error:
        return failure(f"用不了 {model}：{' '.join(str(error).split())[:120]}", advice)
    return ok(f"{model} 在 {folder}，由 {where} 计算")


def _timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    started = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - started) * 1000
