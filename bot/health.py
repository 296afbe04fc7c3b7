"""Whether each part of the running bot works: ``/healthz`` for people, ``/metrics`` for Prometheus.

A probe is an async function that gives a dict: ``{"ok": bool, …details for a reader…}``. Details
are served without authentication, so they hold no addresses with passwords and no user's data.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

Probe = Callable[[], Awaitable[dict[str, Any]]]

METRICS_CONTENT_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The state of every part; ``ok`` when all the parts that answering needs work."""

    ok: bool
    parts: dict[str, dict[str, Any]]

    @property
    def http_status(self) -> int:
        return 200 if self.ok else 503

    def as_json(self) -> dict[str, Any]:
        return {"status": "ok" if self.ok else "unavailable", "parts": self.parts}


class Health:
    """Collects probes by name and asks them all at once, each within ``deadline_seconds``."""

    def __init__(
        self, *, deadline_seconds: float = 2.0, registry: CollectorRegistry = REGISTRY
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._registry = registry
        self._probes: dict[str, Probe] = {}
        self._required: set[str] = set()

    @property
    def registry(self) -> CollectorRegistry:
        """Where counters and histograms are registered."""
        return self._registry

    def add(self, name: str, probe: Probe, *, required: bool = False) -> None:
        """Watch a part; without a ``required`` one the bot cannot answer."""
        self._probes[name] = probe
        if required:
            self._required.add(name)

    async def report(self) -> HealthReport:
        """Ask every probe; one that fails or is late counts as not working. Never raises."""
        names = list(self._probes)
        states = await asyncio.gather(*(self._ask(self._probes[name]) for name in names))
        parts = dict(zip(names, states, strict=True))
        ok = all(parts[name]["ok"] for name in self._required)
        return HealthReport(ok, parts)

    def metrics(self) -> bytes:
        """Give all counters and histograms in the Prometheus text format."""
        return generate_latest(self._registry)

    async def _ask(self, probe: Probe) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._deadline_seconds):
                state = await probe()
        except TimeoutError:
            return {"ok": False, "error": f"没有在 {self._deadline_seconds:g} 秒内回答"}
        except Exception as error:  # noqa: BLE001 - the type only: its text may hold a password
            return {"ok": False, "error": type(error).__name__}
        return {**state, "ok": bool(state.get("ok"))}
