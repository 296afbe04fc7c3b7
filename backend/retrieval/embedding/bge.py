"""BGE on this machine, through FlagEmbedding."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable
from backend.retrieval.flag_models import INSTALL, Device, chosen_device, located, make_room, short


class FlagEncoder:
    """``model``, loaded with the first text (seconds) and kept.

    FlagModel takes the vector of the first token, which is also the dense vector of bge-m3. Full
    precision on every device, so that a knowledge base may be built on one and searched on another.
    """

    def __init__(self, model: str, device: Device) -> None:
        self._model = model
        self._device: Device = device
        self._loaded: Any = None

    def encode(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        """See ``Encoder``."""
        del query
        if self._loaded is None:
            self._loaded = self._load()
        try:
            # From batch_size texts on, FlagEmbedding draws progress bars.
            return np.asarray(self._loaded.encode_corpus(list(texts), batch_size=len(texts) + 1))
        except Exception as error:  # of torch, CUDA and tokenizers, which share no tree
            raise EmbedderUnavailable(
                f"向量模型 {self._model} 算不下去（{short(error)}）；"
                "显存不够就把 ASSISTANT408_EMBEDDER__BATCH_SIZE 调小。"
            ) from error

    def close(self) -> None:
        """Let go of the model and its memory; another text loads it again."""
        self._loaded = None

    def _load(self) -> Any:
        try:
            folder, device = located(self._model), chosen_device(self._device)
            from FlagEmbedding import FlagModel  # pyright: ignore[reportMissingImports]

            make_room()
            return FlagModel(str(folder), use_fp16=False, devices=device)
        except ImportError as error:
            raise EmbedderUnavailable(f"没有装好 FlagEmbedding（{error}）；{INSTALL}。") from error
        # torch, transformers, safetensors and huggingface_hub share no tree.
        except Exception as error:
            raise EmbedderUnavailable(
                f"向量模型 {self._model} 载入不了（{short(error)}）；下载方法见"
                " docs/models/embeddings.md，或把 ASSISTANT408_EMBEDDER__MODEL 设成模型文件夹。"
            ) from error
