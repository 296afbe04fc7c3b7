"""What an endpoint says that it serves (``GET /v1/models``), and what follows for asking it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loguru import logger

from backend.errors import GenerationRefused
from backend.generation.endpoint import DEFAULT_CONTEXT_TOKENS, ModelEndpoint


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model or LoRA adapter; ``context_tokens`` is None where the endpoint does not tell."""

    name: str
    context_tokens: int | None = None


def served_models(said: Any) -> tuple[ServedModel, ...]:
    """Read the answer of the endpoint; GenerationRefused when it is none."""
    try:
        return tuple(ServedModel(str(item["id"]), _context(item)) for item in said["data"])
    except (KeyError, TypeError, AttributeError) as error:
        raise GenerationRefused("模型接口说不出它有哪些模型") from error


def _context(item: Any) -> int | None:
    """vLLM calls it ``max_model_len``, other servers ``context_length``."""
    said = item.get("max_model_len") or item.get("context_length")
    return said if isinstance(said, int) and said > 0 else None


class Choice:
    """Which name to ask for and how long its context is, as far as is known."""

    def __init__(self, endpoint: ModelEndpoint) -> None:
        self._endpoint = endpoint
        self._told_context: int | None = None
        self._lacks_adapter = False

    @property
    def model(self) -> str:
        """The adapter, or the model itself while the endpoint lacks the adapter."""
        endpoint = self._endpoint
        return endpoint.model if self._lacks_adapter else endpoint.adapter or endpoint.model

    @property
    def context_tokens(self) -> int:
        """By the settings, else as the endpoint told, else a careful guess."""
        return self._endpoint.context_tokens or self._told_context or DEFAULT_CONTEXT_TOKENS

    def take(self, models: Sequence[ServedModel]) -> None:
        """Take note of what the endpoint serves now."""
        contexts = {model.name: model.context_tokens for model in models}
        self._told_context = contexts.get(self._endpoint.model) or self._told_context
        adapter = self._endpoint.adapter
        if not adapter:
            return
        if adapter not in contexts:
            self.lack_adapter()
        elif self._lacks_adapter:
            self._lacks_adapter = False
            logger.info("模型接口又有适配器 {} 了", adapter)

    def lack_adapter(self) -> None:
        """Go on without the adapter; says so once."""
        if not self._lacks_adapter:
            logger.warning(
                "模型接口没有适配器 {}，先用 {} 回答（检查 ASSISTANT408_LLM__ADAPTER）",
                self._endpoint.adapter,
                self._endpoint.model,
            )
        self._lacks_adapter = True
