"""The photos half of ``bot/wiring.py``: what reads questions in pictures."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from backend.knowledge.library import Library
from backend.photos.photos import Photos, corrector_of
from backend.photos.rapid import RapidOcr
from backend.questions.bank import Bank
from bot.health import Health
from config.settings import Settings

_CARD_SECONDS = 2.0


@asynccontextmanager
async def open_photos(
    settings: Settings, library: Library, bank: Bank, health: Health
) -> AsyncGenerator[Photos | None]:
    """Make what reads photos; None when they are switched off."""
    given = settings.photos
    if not given.enabled:
        yield None
        return
    ocr = RapidOcr(seconds=given.deadline_seconds, idle_seconds=given.idle_minutes * 60)
    photos = Photos(
        ocr,
        corrector_of(library, bank.written.values()),
        max_bytes=round(given.max_megabytes * (1 << 20)),
        max_waiting=given.waiting,
        most_seconds=_most_seconds(settings),
    )

    async def state() -> dict[str, object]:
        said = photos.state()
        return {"ok": said == "ok", "state": said}

    health.add("photos", state)
    try:
        yield photos
    finally:
        await photos.aclose()


def _most_seconds(settings: Settings) -> float:
    """Return what of a message's time its photo may take: the rest is the answer's."""
    llm = settings.llm
    model = llm.short_timeout_seconds + llm.total_timeout_seconds if llm.base_url else 0.0
    return max(settings.limits.message_seconds - model - _CARD_SECONDS, _CARD_SECONDS)
