"""Stream chat completions from any OpenAI-compatible endpoint (vLLM first).

A model that is down, slow or talks nonsense costs a student at most the first-token deadline
once: after ``_BREAK_AFTER`` failures in a row it is left alone for ``_BREAK_SECONDS``.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from backend.errors import GenerationError, GenerationRefused, GenerationTimeout
from backend.generation.ports import ChatMessage, Finished

_BREAK_AFTER = 3
_BREAK_SECONDS = 30.0
_MAX_ANSWER_CHARS = 8000
_MAX_LINE_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """Where and how to ask; times in seconds, ``base_url`` ends in ``/v1``."""

    base_url: str
    model: str
    api_key: str = ""
    connect_timeout_seconds: float = 2.0
    first_token_timeout_seconds: float = 8.0
    total_timeout_seconds: float = 40.0
    max_tokens: int = 700
    temperature: float = 0.2
    concurrency: int = 8


class OpenAiGenerator:
    """A Generator over one endpoint; at most ``concurrency`` requests at a time."""

    def __init__(
        self, endpoint: ModelEndpoint, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._places = asyncio.Semaphore(endpoint.concurrency)
        self._failures = 0
        self._open_again_at = 0.0
        self._last_failure = ""
        headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
        self._client = httpx.AsyncClient(
            base_url=endpoint.base_url.rstrip("/") + "/",
            headers=headers,
            timeout=httpx.Timeout(
                endpoint.total_timeout_seconds, connect=endpoint.connect_timeout_seconds
            ),
            trust_env=False,
        )

    def state(self) -> str:
        """Return ``ok``, or why the model is being left alone."""
        if self._clock() < self._open_again_at:
            return f"模型接口暂停使用：{self._last_failure}"
        return f"上一次请求失败：{self._last_failure}" if self._failures else "ok"

    async def check(self) -> str:
        """Ask the endpoint for its models; returns their names, raises GenerationError."""
        try:
            response = await self._client.get("models")
            response.raise_for_status()
            names = [str(item["id"]) for item in response.json()["data"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise GenerationRefused(f"模型接口没有正常应答（{_brief(error)}）") from error
        return "、".join(names)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""
        return 4096

    @property
    def max_tokens(self) -> int:
        """How many tokens an answer has at most."""
        return self._endpoint.max_tokens

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        user: str,
        max_tokens: int | None = None,
        deadline_seconds: float | None = None,
    ) -> AsyncGenerator[str | Finished]:
        """Yield the answer piece by piece, within the deadlines; retries only before the first."""
        if self._clock() < self._open_again_at:
            raise GenerationRefused(self.state())
        started = False
        try:
            async with asyncio.timeout(self._endpoint.total_timeout_seconds), self._places:
                for attempt in (1, 2):
                    try:
                        async for piece in self._attempt(messages):
                            started = True
                            yield piece
                        break
                    except httpx.TransportError:
                        if started or attempt == 2:
                            raise
        except TimeoutError as error:
            raise self._failed(GenerationTimeout("模型没有在时限内答完")) from error
        except httpx.HTTPError as error:
            raise self._failed(GenerationRefused(f"模型接口出错（{_brief(error)}）")) from error
        except GenerationError as error:
            raise self._failed(error) from error
        if not started:
            raise self._failed(GenerationRefused("模型给了空的回答"))
        self._failures = 0
        yield Finished("stop")

    async def complete(self, messages: Sequence[ChatMessage], *, user: str, max_tokens: int) -> str:
        """Return a short text."""
        pieces = [p async for p in self.stream(messages, user=user) if isinstance(p, str)]
        return "".join(pieces).strip()

    async def choose(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], *, user: str
    ) -> str:
        """Return one of ``choices``."""
        said = await self.complete(messages, user=user, max_tokens=16)
        if said not in choices:
            raise GenerationRefused("模型没有从给定的选项里选")
        return said

    async def _attempt(self, messages: Sequence[ChatMessage]) -> AsyncIterator[str]:
        endpoint = self._endpoint
        body = {
            "model": endpoint.model,
            "messages": [asdict(message) for message in messages],
            "stream": True,
            "max_tokens": endpoint.max_tokens,
            "temperature": endpoint.temperature,
        }
        loop = asyncio.get_running_loop()
        written = 0
        async with asyncio.timeout(endpoint.first_token_timeout_seconds) as deadline:
            async with self._client.stream("POST", "chat/completions", json=body) as response:
                response.raise_for_status()
                async for line in response.aiter_lines():
                    piece, ended = _piece(line)
                    if piece and not written:
                        deadline.reschedule(loop.time() + endpoint.total_timeout_seconds)
                    written += len(piece)
                    if written > _MAX_ANSWER_CHARS:
                        raise GenerationRefused("模型的回答没完没了")
                    if piece:
                        yield piece
                    if ended:
                        return
        if written:
            # A model that dies may close its connection as if it had finished.
            raise GenerationRefused("模型的回答没有写完")

    def _failed(self, error: GenerationError) -> GenerationError:
        self._failures += 1
        self._last_failure = str(error)
        if self._failures >= _BREAK_AFTER:
            self._open_again_at = self._clock() + _BREAK_SECONDS
            self._failures = 0
        return error


def _piece(line: str) -> tuple[str, bool]:
    """Read one line of the event stream: its text, and whether the answer ends with it."""
    if not line.startswith("data:"):
        return "", False
    data = line[5:].strip()
    if data == "[DONE]":
        return "", True
    try:
        event: Any = json.loads(data[:_MAX_LINE_CHARS])
        if event.get("error"):
            raise GenerationRefused("模型接口在回答中途报错")
        choice: Any = (event.get("choices") or [{}])[0]
        text = str(choice.get("delta", {}).get("content") or "")
        return text, bool(choice.get("finish_reason"))
    except (ValueError, AttributeError, TypeError, LookupError) as error:
        raise GenerationRefused("模型接口的应答不合协议") from error


def _brief(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"状态码 {error.response.status_code}"
    return type(error).__name__
