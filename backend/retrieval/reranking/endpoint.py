"""A cross-encoder behind a /rerank, as vLLM, Jina and Cohere serve it."""

from collections.abc import Sequence

from backend.errors import RerankerUnavailable
from backend.retrieval.json_api import ApiFailed, JsonApi


class EndpointScorer:
    """``model`` of one endpoint, waited for ``deadline_seconds``."""

    def __init__(self, api: JsonApi, model: str, deadline_seconds: float) -> None:
        self._api = api
        self._model = model
        self._deadline_seconds = deadline_seconds

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """See ``Scorer``."""
        try:
            return self._ask(query, texts)
        except ApiFailed as failure:
            raise RerankerUnavailable(
                f"重排接口 {self._api.base_url} {failure}；"
                "请检查那个服务和 ASSISTANT408_RERANKER__… 各项。"
            ) from failure

    def close(self) -> None:
        self._api.close()

    def _ask(self, query: str, texts: Sequence[str]) -> list[float]:
        body = {"model": self._model, "query": query, "documents": list(texts)}
        reply = self._api.post("rerank", body, self._deadline_seconds)
        try:
            found = {int(one["index"]): float(one["relevance_score"]) for one in reply["results"]}
            return [found[place] for place in range(len(texts))]
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise ApiFailed("的应答不合协议", lost=False) from error
