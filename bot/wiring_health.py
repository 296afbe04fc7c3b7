"""What ``/healthz`` says of the stores and the model that ``bot/wiring.py`` opened."""

from backend.conversation.embedded import RedisHandle
from backend.conversation.redis_store import RedisStore
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.usage import DailyUsage
from backend.knowledge.library import Library
from backend.retrieval.knowledge_base import KnowledgeBase
from bot.health import Health


def watch_stores(
    health: Health,
    library: Library,
    redis: RedisHandle,
    store: RedisStore,
    base: KnowledgeBase,
) -> None:
    """Show the cards, the dialogues, the knowledge base and what it searches with."""

    async def cards() -> dict[str, object]:
        return {"ok": True, "concepts": len(library.concepts)}

    async def dialogues() -> dict[str, object]:
        state = await store.state()
        detail = {} if state.problem is None else {"error": state.problem}
        return {"ok": state.up, "kind": redis.kind, **detail}

    async def passages() -> dict[str, object]:
        state = base.state()
        unfitted = base.uncalibrated()
        detail = {"calibration": unfitted} if unfitted else {}
        return {"ok": not state.startswith("不可用"), "state": state, **detail}

    async def embedder() -> dict[str, object]:
        problem = base.embedder_problem()
        said = f"暂时只用词面检索：{problem}" if problem else "正常"
        return {"ok": not problem, "name": base.embedder, "state": said}

    async def reranker() -> dict[str, object]:
        problem = base.reranker_problem()
        said = f"暂时不重排：{problem}" if problem else "正常" if base.reranker else "未配置"
        return {"ok": not problem, "name": base.reranker, "state": said}

    health.add("content", cards, required=True)
    health.add("redis", dialogues)
    health.add("knowledge_base", passages)
    health.add("embedder", embedder)
    health.add("reranker", reranker)


def watch_model(health: Health, generator: OpenAiGenerator | None, usage: DailyUsage) -> None:
    """Show the language model and what it was asked today."""

    async def language_model() -> dict[str, object]:
        if generator is None:
            return {"ok": True, "state": "未配置，由概念卡片回答"}
        state = generator.state()
        return {
            "ok": state == "ok",
            "state": state,
            "breaker": generator.breaker_state,
            "running": generator.running,
            "waiting": generator.waiting,
            "model": generator.model,
            "context_tokens": generator.context_tokens,
            "today": usage.today(),
        }

    health.add("model", language_model)
