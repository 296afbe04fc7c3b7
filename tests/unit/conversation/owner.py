"""A process that holds the Redis under DATA_DIR until its stdin closes or SIGTERM comes.

Usage: python -m tests.unit.conversation.owner DATA_DIR [--forget-to-close]
Prints "ready" when it has stored one turn, then for each line on stdin the number of turns that
it reads or "down".
"""

import asyncio
import signal
import sys
from datetime import datetime
from pathlib import Path

from backend.conversation.embedded import RedisHandle, open_redis
from backend.conversation.redis_store import RedisStore
from backend.conversation.turns import SHANGHAI, Turn
from backend.errors import StoreUnavailable


async def main(data_dir: str, *options: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    handle = await open_redis("", Path(data_dir))
    store = RedisStore(handle.link, max_turns=20, ttl_seconds=3600, dedupe_seconds=600)
    await store.append("s", "u", Turn("user", "什么是死锁", datetime.now(SHANGHAI)))
    print("ready", flush=True)
    answering = asyncio.create_task(answer(store, stop))
    await stop.wait()
    answering.cancel()
    if "--forget-to-close" not in options:
        await close(handle)


async def answer(store: RedisStore, stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.readline():
        try:
            print(len(await store.recent("s", 100)), flush=True)
        except StoreUnavailable:
            print("down", flush=True)
    stop.set()


async def close(handle: RedisHandle) -> None:
    await handle.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
