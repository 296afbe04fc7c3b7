"""Runs any set of platforms in one process, behind one web application, until a signal."""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from loguru import logger
from starlette.responses import JSONResponse, Response

from bot.health import METRICS_CONTENT_TYPE, Health, Probe
from bot.platforms.listening import display_host, port_of
from bot.platforms.platform import Platform
from bot.platforms.serving import Hook, serve_until_signal
from bot.platforms.supervision import Pauses, Supervisor


async def run_platforms(
    platforms: Sequence[Platform],
    health: Health,
    *,
    host: str,
    listener: socket.socket,
    pauses: Pauses | None = None,
    on_ready: Sequence[Hook] = (),
    before_close: Sequence[Hook] = (),
    on_shutdown: Sequence[Hook] = (),
) -> None:
    """Serve ``platforms`` and the health pages until SIGTERM or SIGINT.

    ``listener`` comes from ``listening.claim(host, port)``. ``on_ready`` hooks run when clients
    can connect; one that raises ends the serving. At the end ``before_close`` hooks run, replies
    under way get a second to leave, connections are closed, then the ``on_shutdown`` hooks run.
    """
    app = _web_application(platforms)
    _add_health_routes(app, health)
    address = f"{display_host(host)}:{port_of(listener)}"
    announcements = [platform.mount(app, address) for platform in platforms]
    keeping = _Keeping(platforms, pauses)
    for platform in platforms:
        health.add(platform.name, keeping.probe(platform))

    async def announce() -> None:
        logger.info("健康检查：http://{}/healthz", address)
        for said in announcements:
            if said is not None:
                said()

    async def drain() -> None:
        await asyncio.gather(*(platform.desk.drain() for platform in platforms))

    await serve_until_signal(
        app,
        listener,
        on_ready=(announce, keeping.start, *on_ready),
        before_close=(*before_close, drain, keeping.stop),
        after_close=on_shutdown,
    )


class _Keeping:
    """The supervisors of the platforms that hold a connection of their own."""

    def __init__(self, platforms: Sequence[Platform], pauses: Pauses | None) -> None:
        self._supervisors = {
            platform.name: Supervisor(platform.name, platform.connect, pauses)
            for platform in platforms
            if platform.connect is not None
        }
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        for supervisor in self._supervisors.values():
            self._tasks.append(asyncio.create_task(supervisor.forever()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            for done in await asyncio.gather(*self._tasks, return_exceptions=True):
                if isinstance(done, Exception):
                    logger.warning("退出时有一个平台没有关好：{}", type(done).__name__)

    def probe(self, platform: Platform) -> Probe:
        supervisor = self._supervisors.get(platform.name)

        async def probe() -> dict[str, Any]:
            return {**(supervisor.state() if supervisor else {}), **platform.state()}

        return probe


def _web_application(platforms: Sequence[Platform]) -> FastAPI:
    parts = [part for platform in platforms if (part := platform.nonebot()) is not None]
    if not parts:
        return FastAPI(openapi_url=None)
    from bot.platforms.nonebot_app import nonebot_app

    return nonebot_app(parts)


def _add_health_routes(app: FastAPI, health: Health) -> None:
    async def healthz() -> Response:
        report = await health.report()
        return JSONResponse(report.as_json(), report.http_status)

    async def metrics() -> Response:
        return Response(health.metrics(), media_type=METRICS_CONTENT_TYPE)

    app.add_api_route("/healthz", healthz, include_in_schema=False)
    app.add_api_route("/metrics", metrics, include_in_schema=False)
