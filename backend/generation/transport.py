"""One request to the endpoint over HTTP: its bytes in, checked pieces of text out."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing

import httpx

from backend.errors import (
    GenerationError,
    GenerationRefused,
    GenerationTimeout,
    GenerationUnreachable,
)
from backend.generation.endpoint import ModelEndpoint
from backend.generation.events import Event, EventReader
from backend.generation.failures import RequestNotAccepted, of_status, of_transport
from backend.generation.guard import TextGuard
from backend.generation.patience import Patience
from backend.generation.ports import Finished, FinishReason
from backend.generation.served import ServedModel, served_models

_MOST_ANSWER_CHARS = 8000
_MOST_LIST_BYTES = 4 * 1024 * 1024
_KEEP_CONNECTION_SECONDS = 4.0
"""Shorter than the 5 s of uvicorn, so that no request meets a connection that is just closing."""


class Transport:
    """The connections to one endpoint; closing an answer early closes its connection at once."""

    def __init__(self, endpoint: ModelEndpoint) -> None:
        # Patience bounds reading and writing: httpx's deadlines begin anew with every packet.
        self._client = httpx.AsyncClient(
            base_url=endpoint.base_url.rstrip("/") + "/",
            headers=endpoint.headers(),
            timeout=httpx.Timeout(None, connect=endpoint.connect_timeout_seconds),
            limits=httpx.Limits(max_connections=None, keepalive_expiry=_KEEP_CONNECTION_SECONDS),
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def models(self, seconds: float) -> tuple[ServedModel, ...]:
        """Ask what the endpoint serves; raises GenerationError, at the latest after ``seconds``."""
        said = bytearray()
        try:
            async with asyncio.timeout(seconds), self._client.stream("GET", "models") as response:
                if response.status_code != 200:
                    raise of_status(response)
                async for chunk in response.aiter_raw():
                    said += chunk
                    if len(said) > _MOST_LIST_BYTES:
                        raise GenerationRefused("模型接口列出的模型没完没了")
            return served_models(json.loads(said))
        except TimeoutError as error:
            raise GenerationTimeout(f"模型接口没有在 {seconds:g} 秒内说出它有哪些模型") from error
        except httpx.HTTPError as error:
            raise of_transport(error) from error
        except (ValueError, RecursionError) as error:
            raise GenerationRefused("模型接口说不出它有哪些模型") from error

    async def answer(self, content: bytes, patience: Patience) -> AsyncGenerator[str | Finished]:
        """Yield the text that answers ``content`` piece by piece, then how it ended."""
        guard = TextGuard(_MOST_ANSWER_CHARS)
        reason: FinishReason | None = None
        usage = None
        async with aclosing(self._events(content, patience)) as events:
            try:
                async for event in events:
                    usage = event.usage or usage
                    if reason is not None:
                        continue
                    text = guard.feed(event.text)
                    if text:
                        yield text
                    reason = "leaked" if guard.leaked else _reason(event)
                    if guard.leaked:
                        break
            except GenerationError:
                if reason is None:
                    raise
        if reason is None:
            # A model that dies may close its connection as if it had finished.
            raise GenerationUnreachable("模型的回答没有写完")
        rest = guard.close()
        if rest:
            yield rest
        yield Finished(reason, usage)

    async def _events(self, content: bytes, patience: Patience) -> AsyncGenerator[Event]:
        reader = EventReader()
        request = self._client.stream(
            "POST",
            "chat/completions",
            content=content,
            headers={"Content-Type": "application/json"},
        )
        try:
            async with AsyncExitStack() as stack:
                response = await patience.wait(stack.enter_async_context(request))
                _require_event_stream(response)
                chunks = response.aiter_raw()
                while True:
                    chunk = await patience.wait(anext(chunks, None))
                    for event in reader.close() if chunk is None else reader.feed(chunk):
                        patience.saw(event)
                        yield event
                    if chunk is None:
                        return
        except httpx.HTTPError as error:
            raise of_transport(error) from error


def _require_event_stream(response: httpx.Response) -> None:
    if response.status_code != 200:
        raise of_status(response)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise GenerationRefused(
            "模型接口返回的不是事件流：检查 ASSISTANT408_LLM__BASE_URL 是不是以 /v1 结尾"
        )


def _reason(event: Event) -> FinishReason | None:
    """Read how the answer ended; raises GenerationError when it did not end well."""
    match event.finish_reason:
        case None:
            return "stop" if event.is_last else None
        case "length":
            return "length"
        case "content_filter":
            raise RequestNotAccepted("模型接口拦下了这个回答")
        case "abort" | "error":
            raise GenerationUnreachable("模型的回答没有写完")
        case _:
            return "stop"
