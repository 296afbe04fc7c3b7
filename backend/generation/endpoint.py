"""Where the model is, how it wants to be asked, and how long it is waited for: plain values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from backend.generation.ports import ChatMessage

Family = Literal["internlm2", "openai"]
"""``internlm2``: served by vLLM, whose own fields may be used. ``openai``: nothing but the common
protocol, for any other model or server."""

INTERNLM2_STOPS = (92542, 2)
"""``<|im_end|>`` and ``</s>`` in InternLM2's vocabulary."""

DEFAULT_CONTEXT_TOKENS = 4096
"""Taken until the endpoint has told; InternLM2 has 32768, a small card may be given less."""


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """One endpoint; times in seconds, ``base_url`` ends in ``/v1``.

    ``adapter`` is the name under which a LoRA adapter of ``model`` is served, "" for none.
    ``context_tokens`` is None to take what the endpoint tells. Stop tokens are given by id
    (``stop_token_ids``, None for those of the family): with ``stop`` strings vLLM holds the end of
    the text back until it knows that none of them begins there, a delay of as many characters.
    """

    base_url: str
    model: str
    api_key: str = ""
    family: Family = "openai"
    adapter: str = ""
    context_tokens: int | None = None
    max_tokens: int = 700
    temperature: float = 0.2
    stop: tuple[str, ...] = ()
    stop_token_ids: tuple[int, ...] | None = None
    concurrency: int = 8
    queue: int = 32
    queue_seconds: float = 6.0
    connect_timeout_seconds: float = 2.0
    first_token_timeout_seconds: float = 8.0
    stall_timeout_seconds: float = 8.0
    total_timeout_seconds: float = 40.0
    short_timeout_seconds: float = 4.0
    breaker_failures: int = 3
    breaker_seconds: float = 5.0
    breaker_most_seconds: float = 60.0

    def body(
        self,
        messages: Sequence[ChatMessage],
        max_tokens: int,
        *,
        temperature: float | None = None,
        choices: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Return what is asked of the base model, in the family's words.

        ``choices`` holds vLLM to one of them; in the common protocol they are asked for in words.
        """
        said = [asdict(message) for message in messages]
        body: dict[str, Any] = {
            "messages": said,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": max_tokens,
            "temperature": self.temperature if temperature is None else temperature,
        }
        if self.stop:
            body["stop"] = list(self.stop)
        if self.family == "internlm2":
            ids = INTERNLM2_STOPS if self.stop_token_ids is None else self.stop_token_ids
            body["stop_token_ids"] = list(ids)
            if choices:
                body["structured_outputs"] = {"choice": list(choices)}
        elif choices:
            said[-1]["content"] += f"\n\n只输出下面其中一项，不要解释：{' / '.join(choices)}"
        return body

    def headers(self) -> dict[str, str]:
        """Return the headers of every request; compression would delay the pieces."""
        key = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return {**key, "Accept-Encoding": "identity"}


def encoded(body: Mapping[str, Any], model: str) -> bytes:
    """Return the body for ``model`` as JSON; a broken character of a message becomes ``?``."""
    text = json.dumps({"model": model, **body}, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def chosen(text: str, choices: Sequence[str]) -> str | None:
    """Return the choice that ``text`` is, quotes and stops around it aside; None for none."""
    plain = text.strip().strip("\"'“”‘’`*。.，,：:（）() \n")
    return next((choice for choice in choices if choice in (text.strip(), plain)), None)
