"""Waiting for what other tasks and processes do."""

import asyncio
from collections.abc import Callable


async def until(reached: Callable[[], bool]) -> None:
    """Wait for ``reached``; TimeoutError after half a minute."""
    async with asyncio.timeout(30):
        while not reached():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)
