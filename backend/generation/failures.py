"""What an error status or an exception of the transport means: one failure of our own tree."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from backend.errors import (
    GenerationBusy,
    GenerationError,
    GenerationRefused,
    GenerationUnreachable,
)


class ModelNotServed(GenerationRefused):
    """The endpoint has no such model, or no such path (404)."""


class RequestNotAccepted(GenerationRefused):
    """The endpoint works but does not answer this request: says nothing of others.

    It refused it (400, 413, 422), or its filter held back the answer.
    """


_ADVICE = {
    400: "检查 ASSISTANT408_LLM__FAMILY、ASSISTANT408_LLM__MAX_TOKENS 和模型的上下文长度",
    401: "检查 ASSISTANT408_LLM__API_KEY",
    404: "检查 ASSISTANT408_LLM__MODEL，以及 ASSISTANT408_LLM__BASE_URL 是不是以 /v1 结尾",
}
_SAME_ADVICE = {403: 401, 413: 400, 422: 400}


def of_status(response: httpx.Response) -> GenerationError:
    """Return the failure that an error status is; its text never holds what the endpoint wrote."""
    failure = _of_status(response.status_code)
    failure.retry_after_seconds = retry_after_seconds(response)
    return failure


def _of_status(status: int) -> GenerationError:
    if status == 429:
        return GenerationBusy("模型接口说请求太多（状态码 429）")
    if status in (502, 503, 504):
        return GenerationUnreachable(f"模型接口后面没有可用的模型（状态码 {status}）")
    kind = _SAME_ADVICE.get(status, status)
    advice = f"：{_ADVICE[kind]}" if kind in _ADVICE else ""
    said = f"模型接口出错（状态码 {status}）{advice}"
    if kind == 400:
        return RequestNotAccepted(said)
    return ModelNotServed(said) if kind == 404 else GenerationRefused(said)


def of_transport(error: httpx.HTTPError) -> GenerationError:
    """Return the failure that an exception of the transport is."""
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        why = "超时" if isinstance(error, httpx.ConnectTimeout) else type(error).__name__
        return GenerationUnreachable(f"模型接口连不上（{why}）")
    if isinstance(error, httpx.TransportError):
        return GenerationUnreachable(f"模型接口的连接断了（{type(error).__name__}）")
    return GenerationRefused(f"模型接口出错（{type(error).__name__}）")


def retry_after_seconds(response: httpx.Response, now: datetime | None = None) -> float:
    """Return how long the endpoint asks to wait (RFC 9110, 10.2.3); 0 when it does not say."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
