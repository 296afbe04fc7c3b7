"""The one place that names every concrete class and puts the house together from settings."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from backend.answering.answerer import Answerer
from backend.answering.decision import Calibration, read_calibration
from backend.conversation.embedded import RedisHandle, open_redis
from backend.conversation.redis_store import RedisStore
from backend.errors import KnowledgeBaseError, KnowledgeBaseMismatch
from backend.generation.endpoint import ModelEndpoint
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.usage import Asked, DailyUsage, Observer
from backend.knowledge.library import Library, load_library
from backend.retrieval.embedding.choice import choose_embedder
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.milvus_index import Server
from backend.retrieval.reranking.choice import choose_reranker
from bot.errors import StartupError
from bot.health import Health
from bot.logs import decision_observer
from bot.metrics import watch_tasks
from bot.metrics_model import count_fallbacks, count_requests, watch_queue
from bot.outboxes import Outboxes
from bot.platforms.ports import shanghai_now
from bot.rendering.pictures.artist import Artist
from bot.watched_search import WatchedSearch
from bot.wiring_health import watch_model, watch_stores
from bot.wiring_learning import Learning, bank_of, open_learning, watch_learning
from bot.wiring_photos import open_photos
from config.settings import Settings
from plugins.answers import is_answer
from plugins.qa.plugin import QaPlugin
from plugins.router import Limits, Router


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a platform needs; made by ``open_house``."""

    router: Router
    health: Health
    library: Library
    search: WatchedSearch
    learning: Learning
    outboxes: Outboxes


@asynccontextmanager
async def open_house(settings: Settings, *, limited: bool) -> AsyncGenerator[House]:
    """Open every store and build the plugins; closes them at the end.

    ``limited`` applies the rate limits (off in the terminal, where the one user is the operator).
    Raises StartupError or BackendError when starting makes no sense.
    """
    require_writable(settings.data_dir)
    library = load_library(settings.content_dir)
    async with AsyncExitStack() as stack:
        redis = await open_redis(
            settings.redis.url.get_secret_value(),
            settings.data_dir.absolute(),
            settings.redis.timeout_seconds,
        )
        stack.push_async_callback(redis.aclose)
        store = _store(settings, redis)
        base = knowledge_base(settings)
        stack.push_async_callback(base.close)
        search = WatchedSearch(base)
        stack.push_async_callback(search.aclose)
        health = Health()
        watch_tasks(health.registry)
        usage = DailyUsage(shanghai_now)
        generator = model(settings, _observers(usage.note, count_requests(health.registry)))
        if generator is not None:
            watch_queue(health.registry, generator)
            stack.push_async_callback(generator.aclose)
        answerer = Answerer(
            library,
            search,
            _calibration(settings, base, search),
            passages=settings.answering.passages,
            followup_window=timedelta(minutes=settings.history.followup_minutes),
        )
        outboxes = Outboxes()
        bank = bank_of(settings, library)
        learning = await stack.enter_async_context(
            open_learning(
                settings,
                library,
                answerer.linker,
                bank,
                store,
                outboxes,
                shanghai_now,
                health.registry,
            )
        )
        fallbacks = count_fallbacks(health.registry)
        photos = await stack.enter_async_context(open_photos(settings, library, bank, health))
        router = Router(
            [
                *learning.plugins,
                QaPlugin(
                    library,
                    answerer,
                    store,
                    generator,
                    max_unsupported_share=settings.answering.max_unsupported_share,
                    label_additions=settings.answering.label_additions,
                    on_fallback=fallbacks,
                    photos=photos,
                ),
            ],
            store,
            store,
            _limits(settings, limited=limited),
            decision_observer(health.registry, with_text=settings.log_message_text),
            unmetered=is_answer,
            postscript=learning.owed,
            on_delivered=learning.delivered,
        )
        watch_stores(health, library, redis, store, base)
        watch_model(health, generator, usage)
        watch_learning(health, learning)
        yield House(router, health, library, search, learning, outboxes)


@asynccontextmanager
async def open_artist(settings: Settings, health: Health) -> AsyncGenerator[Artist | None]:
    """Make what draws pictures; None when they are switched off."""
    if not settings.pictures.enabled:
        yield None
        return
    artist = Artist(deadline_seconds=settings.pictures.deadline_seconds)

    async def pictures() -> dict[str, object]:
        state = artist.state()
        return {"ok": state == "ok", "state": state}

    health.add("pictures", pictures)
    warming = asyncio.create_task(artist.warm())
    try:
        yield artist
    finally:
        warming.cancel()
        await artist.aclose()


def require_writable(data_dir: Path) -> None:
    """Create the data directory; StartupError when files cannot be written there."""
    probe = data_dir / f".write-test-{os.getpid()}"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        raise StartupError(
            f"数据目录 {data_dir} 写不进去（{error.strerror or error}）："
            "请检查权限和磁盘空间，或用 ASSISTANT408_DATA_DIR 换一个目录。"
        ) from error


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """Make the knowledge base of these settings; nothing is opened yet."""
    # Looking at the pointer costs microseconds: what was deleted is gone with the next search.
    return KnowledgeBase(
        settings.data_dir.absolute(),
        milvus_server(settings),
        choose_embedder(**settings.embedder.plain()),
        choose_reranker(**settings.reranker.plain()),
        check_seconds=0.0,
    )


def milvus_server(settings: Settings) -> Server | None:
    """Return the Milvus server of these settings, None for milvus-lite."""
    uri = settings.milvus.uri
    return Server(uri, settings.milvus.token.get_secret_value()) if uri else None


def model(settings: Settings, observe: Observer = lambda asked: None) -> OpenAiGenerator | None:
    """Make the client of the language model, None when none is configured.

    StartupError when its deadlines leave no time for the card within that of the message.
    """
    llm, whole = settings.llm, settings.limits.message_seconds
    if not llm.base_url:
        return None
    if llm.short_timeout_seconds + llm.total_timeout_seconds >= whole:
        raise StartupError(
            f"ASSISTANT408_LLM__TOTAL_TIMEOUT_SECONDS（现为 {llm.total_timeout_seconds:g}）加 "
            f"ASSISTANT408_LLM__SHORT_TIMEOUT_SECONDS（现为 {llm.short_timeout_seconds:g}）要小于 "
            f"ASSISTANT408_LIMITS__MESSAGE_SECONDS（现为 {whole:g}），"
            "否则模型超时的时候来不及改由概念卡片回答。"
        )
    named = "internlm2" if "internlm2" in llm.model.lower() else "openai"
    same = llm.model_dump(exclude={"api_key", "family"})
    endpoint = ModelEndpoint(
        **same, api_key=llm.api_key.get_secret_value(), family=llm.family or named
    )
    return OpenAiGenerator(endpoint, observe)


def _observers(*observers: Observer) -> Observer:
    """Tell all of them."""

    def observe(asked: Asked) -> None:
        for each in observers:
            each(asked)

    return observe


def _store(settings: Settings, redis: RedisHandle) -> RedisStore:
    return RedisStore(
        redis.link,
        max_turns=settings.history.max_turns,
        ttl_seconds=settings.history.ttl_hours * 3600,
        dedupe_seconds=settings.limits.dedupe_minutes * 60,
    )


def _limits(settings: Settings, *, limited: bool) -> Limits:
    limits = settings.limits
    return Limits(
        per_user=limits.user_per_minute if limited else None,
        per_group=limits.group_per_minute if limited else None,
        concurrency=limits.concurrency,
        queue=limits.queue,
        message_seconds=limits.message_seconds,
        max_message_chars=limits.max_message_chars,
    )


def _calibration(settings: Settings, base: KnowledgeBase, search: WatchedSearch) -> Calibration:
    """The calibration of the knowledge base in use; settings override its lines.

    StartupError when the lines are then in the wrong order.
    """
    try:
        base.require_match()
        calibration = read_calibration(base.calibration())
    except KnowledgeBaseMismatch:
        raise
    except KnowledgeBaseError as error:
        search.tell(error)
        calibration = Calibration()
    lines = {
        "ask_back_line": settings.answering.ask_back_line,
        "answer_line": settings.answering.answer_line,
    }
    fitted = calibration.model_copy(update={k: v for k, v in lines.items() if v is not None})
    if fitted.ask_back_line > fitted.answer_line:
        raise StartupError(
            f"设置 ASSISTANT408_ANSWERING__ASK_BACK_LINE（现为 {fitted.ask_back_line:g}）"
            f"不能大于 ASSISTANT408_ANSWERING__ANSWER_LINE（现为 {fitted.answer_line:g}）。"
        )
    return fitted
