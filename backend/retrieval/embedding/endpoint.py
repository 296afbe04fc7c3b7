"""An embedding model behind an OpenAI-compatible /v1/embeddings, such as vLLM's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable
from backend.retrieval.json_api import ApiFailed, JsonApi

_BUILD_SECONDS = 120.0


class EndpointEncoder:
    """``model`` of one endpoint; a query waits ``query_seconds``, a batch of passages minutes."""

    def __init__(self, api: JsonApi, model: str, query_seconds: float) -> None:
        self._api = api
        self._model = model
        self._query_seconds = query_seconds

    def encode(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        """See ``Encoder``; a lost request for passages is sent once more."""
        try:
            return self._ask(texts, self._query_seconds if query else _BUILD_SECONDS)
        except ApiFailed as failure:
            if query or not failure.lost:
                raise self._unavailable(failure) from failure
        try:
            return self._ask(texts, _BUILD_SECONDS)
        except ApiFailed as failure:
            raise self._unavailable(failure) from failure

    def close(self) -> None:
        self._api.close()

    def _ask(self, texts: Sequence[str], deadline_seconds: float) -> NDArray[np.float32]:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        reply = self._api.post("embeddings", body, deadline_seconds)
        try:
            items: Any = sorted(reply["data"], key=lambda item: item["index"])
            return np.array([item["embedding"] for item in items], np.float32)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise ApiFailed("的应答不合协议", lost=False) from error

    def _unavailable(self, failure: ApiFailed) -> EmbedderUnavailable:
        return EmbedderUnavailable(
            f"向量接口 {self._api.base_url} {failure}；"
            "请检查那个服务和 ASSISTANT408_EMBEDDER__… 各项。"
        )
