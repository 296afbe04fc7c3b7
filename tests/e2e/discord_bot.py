"""``python -m bot serve`` beside a Discord on loopback, and what it says of itself; for tests."""

import asyncio
import json

from tests.e2e.server_process import LISTENS, SERVE, start

SUPERUSER = 9_408_123


def settings(discord, data_dir, **more):
    given = discord.settings() | {
        "ASSISTANT408_DATA_DIR": str(data_dir),
        "ASSISTANT408_SUPERUSERS": f"discord:{SUPERUSER}",
        "ASSISTANT408_LIMITS__USER_PER_MINUTE": "1000",
        "ASSISTANT408_LIMITS__GROUP_PER_MINUTE": "1000",
        "ASSISTANT408_RECONNECT__FIRST_SECONDS": "0.2",
        "ASSISTANT408_QUIZ__SWEEP_SECONDS": "2",
    }
    return given | {f"ASSISTANT408_{name}": value for name, value in more.items()}


class Process:
    """The bot's process, started and ended beside the loop that Discord runs in."""

    def __init__(self, discord, data_dir, log_path, **more):
        self._discord, self._log_path = discord, log_path
        self._env = settings(discord, data_dir, **more)

    async def __aenter__(self):
        self._run = start(SERVE, self._log_path, self._env, ready=LISTENS)
        self.server = await asyncio.to_thread(self._run.__enter__)
        await self._discord.ready()
        return self.server

    async def __aexit__(self, *exc):
        await asyncio.to_thread(self._run.__exit__, None, None, None)


async def health(server):
    _, body = await asyncio.to_thread(server.get, "/healthz")
    return json.loads(body)["parts"]["discord"]


async def until_healthy(server, reached):
    """Wait until ``/healthz`` says what is ``reached`` of the platform, and give it."""
    return await polled(lambda: health(server), reached)


async def logged(server, words):
    async def log():
        return server.log

    await polled(log, lambda text: words in text)


async def polled(look, reached, seconds=60):
    deadline = asyncio.get_running_loop().time() + seconds
    while not reached(found := await look()):
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.1)
    return found
