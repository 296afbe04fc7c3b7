"""Post JSON to a model's HTTP API and wait no longer than agreed: the only httpx in retrieval."""

import asyncio
import json
from typing import Any

import httpx

_MAX_REPLY_BYTES = 64 * 1024 * 1024


class ApiFailed(Exception):
    """There is no usable reply; ``str`` is the reason in Chinese.

    ``lost`` when it never came, so that asking again may help.
    """

    def __init__(self, reason: str, *, lost: bool) -> None:
        super().__init__(reason)
        self.lost = lost


class JsonApi:
    """One API, asked from a thread without an event loop; ``base_url`` usually ends in ``/v1``.

    httpx bounds each read, not all of them: the deadline over all needs an event loop, which
    lives here from the first call to ``close``.
    """

    def __init__(self, base_url: str, api_key: str, connect_seconds: float) -> None:
        self.base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._connect_seconds = connect_seconds
        self._runner: asyncio.Runner | None = None
        self._client: httpx.AsyncClient | None = None

    def post(self, path: str, body: dict[str, Any], deadline_seconds: float) -> Any:
        """Return the JSON that ``path`` answers with; ApiFailed otherwise, at the deadline."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(self._post(path, body, deadline_seconds))

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._runner is None:
            return
        if self._client is not None:
            self._runner.run(self._client.aclose())
        self._runner.close()
        self._runner = self._client = None

    async def _post(self, path: str, body: dict[str, Any], deadline_seconds: float) -> Any:
        client = self._client = self._client or self._connected()
        try:
            async with (
                asyncio.timeout(deadline_seconds),
                client.stream("POST", path, json=body) as response,
            ):
                if response.status_code != 200:
                    raise ApiFailed(f"返回状态码 {response.status_code}", lost=False)
                return json.loads(await _read(response))
        except httpx.ConnectTimeout as error:
            raise ApiFailed("连不上（超时）", lost=True) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ApiFailed(f"没有在 {deadline_seconds:g} 秒内应答", lost=True) from error
        except httpx.TransportError as error:
            raise ApiFailed(f"连不上（{type(error).__name__}）", lost=True) from error
        except (httpx.HTTPError, ValueError, RecursionError) as error:  # nested too deep for json
            raise ApiFailed("的应答读不懂", lost=False) from error

    def _connected(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        return httpx.AsyncClient(
            base_url=self.base_url + "/",
            headers=headers,
            timeout=httpx.Timeout(None, connect=self._connect_seconds),
            trust_env=False,
        )


async def _read(response: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in response.aiter_bytes():
        read += piece
        if len(read) > _MAX_REPLY_BYTES:
            raise ApiFailed("的应答没完没了", lost=False)
    return bytes(read)
