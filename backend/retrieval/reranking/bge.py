"""A BGE reranker on this machine, through FlagEmbedding."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from backend.errors import RerankerUnavailable
from backend.retrieval.flag_models import INSTALL, Device, chosen_device, located, make_room, short

_BATCH_CPU, _BATCH_GPU = 1, 16
"""Texts between two looks at the clock: a forward pass cannot be interrupted."""


class FlagScorer:
    """``model``, loaded with the first query (seconds) and kept; then ``deadline_seconds`` each."""

    def __init__(
        self,
        model: str,
        device: Device,
        deadline_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._device: Device = device
        self._deadline_seconds = deadline_seconds
        self._clock = clock
        self._loaded: Any = None
        self._batch_size = _BATCH_CPU

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """See ``Scorer``."""
        if self._loaded is None:
            self._loaded = self._load()
        late = self._clock() + self._deadline_seconds
        scores: list[float] = []
        for start in range(0, len(texts), self._batch_size):
            if self._clock() > late:
                raise RerankerUnavailable(
                    f"重排模型 {self._model} 在 {self._deadline_seconds:g} 秒内只读完"
                    f" {len(scores)} 段；没有 GPU 就用小一些的模型，或调大"
                    " ASSISTANT408_RERANKER__TIMEOUT_SECONDS。"
                )
            scores += self._batch(query, texts[start : start + self._batch_size])
        return scores

    def close(self) -> None:
        pass

    def _batch(self, query: str, texts: Sequence[str]) -> list[float]:
        pairs = [[query, text] for text in texts]
        try:
            # From batch_size pairs on, FlagEmbedding draws progress bars.
            return [float(s) for s in self._loaded.compute_score(pairs, batch_size=len(pairs) + 1)]
        except Exception as error:  # of torch, CUDA and tokenizers, which share no tree
            raise RerankerUnavailable(
                f"重排模型 {self._model} 算不下去（{short(error)}）。"
            ) from error

    def _load(self) -> Any:
        try:
            folder, device = located(self._model), chosen_device(self._device)
            from FlagEmbedding import FlagReranker  # pyright: ignore[reportMissingImports]

            make_room()
            self._batch_size = _BATCH_CPU if device == "cpu" else _BATCH_GPU
            return FlagReranker(str(folder), use_fp16=False, devices=device)
        except ImportError as error:
            raise RerankerUnavailable(f"没有装好 FlagEmbedding（{error}）；{INSTALL}。") from error
        # torch, transformers, safetensors and huggingface_hub share no tree.
        except Exception as error:
            raise RerankerUnavailable(
                f"重排模型 {self._model} 载入不了（{short(error)}）；下载方法见"
                " docs/models/embeddings.md，或把 ASSISTANT408_RERANKER__MODEL 设成模型文件夹。"
            ) from error
