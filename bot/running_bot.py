"""What a bot that runs on this machine already says of itself."""

import asyncio
import json
import urllib.request
from typing import Any

from bot.platforms.lines import in_daemon_thread
from bot.platforms.listening import display_host

_SECONDS = 3.0
_MOST_BYTES = 65_536


async def parts_of_running_bot(host: str, number: int) -> dict[str, dict[str, Any]] | None:
    """Give the parts on the health page at that port; None when our bot is not there."""
    if number == 0:
        return None
    reachable = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    url = f"http://{display_host(reachable)}:{number}/healthz"

    def fetch() -> bytes:
        # Without proxies: the environment's would be asked for our own address. 503 has a body too.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _AnyStatus)
        with opener.open(url, timeout=_SECONDS) as response:
            return response.read(_MOST_BYTES)

    try:
        async with asyncio.timeout(_SECONDS + 1):
            parts: Any = json.loads(await in_daemon_thread(fetch))["parts"]
        return parts if "content" in parts else None
    except Exception:  # noqa: BLE001 - a stranger's server may answer anything
        return None


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Takes every status for an answer."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response
