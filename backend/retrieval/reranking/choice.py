"""From plain values, as the settings hold them, to a reranker."""

from typing import Literal

from backend.errors import KnowledgeBaseError
from backend.retrieval.breaker import PAUSE_SECONDS, Breaker
from backend.retrieval.flag_models import Device
from backend.retrieval.reranking.bge import FlagScorer
from backend.retrieval.reranking.model import ModelReranker
from backend.retrieval.reranking.port import Reranker

_CONNECT_SECONDS = 1.0


def choose_reranker(
    *,
    kind: Literal["none", "bge", "endpoint"],
    model: str,
    device: Device,
    base_url: str,
    api_key: str,
    timeout_seconds: float,
    pause_seconds: float = PAUSE_SECONDS,
) -> Reranker | None:
    """Return the reranker of these settings, None for ``none``; loads and asks nothing yet.

    KnowledgeBaseError when the settings make no sense together.
    """
    if kind == "none":
        return None
    if kind == "bge":
        scorer = FlagScorer(model, device, timeout_seconds)
        return ModelReranker(f"bge:{model}", scorer, Breaker(pause_seconds))
    if not base_url:
        raise KnowledgeBaseError(
            "ASSISTANT408_RERANKER__KIND=endpoint 还要设 ASSISTANT408_RERANKER__BASE_URL，"
            "如 http://127.0.0.1:8002/v1。"
        )
    # httpx costs a tenth of a second, which a bot without a reranker has no use for.
    from backend.retrieval.json_api import JsonApi
    from backend.retrieval.reranking.endpoint import EndpointScorer

    api = JsonApi(base_url, api_key, min(_CONNECT_SECONDS, timeout_seconds))
    return ModelReranker(
        f"endpoint:{model}", EndpointScorer(api, model, timeout_seconds), Breaker(pause_seconds)
    )
