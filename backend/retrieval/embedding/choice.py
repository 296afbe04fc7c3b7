"""From plain values, as the settings hold them, to an embedder."""

import hashlib
import json
from typing import Literal

from backend.errors import KnowledgeBaseError
from backend.retrieval.breaker import PAUSE_SECONDS, Breaker
from backend.retrieval.embedding.bge import FlagEncoder
from backend.retrieval.embedding.cached import CachedEmbedder
from backend.retrieval.embedding.lsa import LSA
from backend.retrieval.embedding.port import EmbedderKind
from backend.retrieval.embedding.pretrained import Encoder, PretrainedEmbedder
from backend.retrieval.flag_models import Device, as_folder, digest

Instruction = Literal["auto", "none"] | str
"""Text before every query; ``auto`` is what the model was trained with."""

CHINESE_BGE_INSTRUCTION = "为这个句子生成表示以用于检索相关文章："
"""What bge-*-zh and bge-*-zh-v1.5 were trained with (C-Pack, 2023); bge-m3 with none."""

_CONNECT_SECONDS = 1.0


def choose_embedder(
    *,
    kind: Literal["lsa", "bge", "endpoint"],
    model: str,
    device: Device,
    batch_size: int,
    instruction: Instruction,
    base_url: str,
    api_key: str,
    timeout_seconds: float,
    cache_size: int,
    pause_seconds: float = PAUSE_SECONDS,
) -> EmbedderKind:
    """Return the embedder of these settings; loads and asks nothing yet.

    Its name holds everything that its vectors depend on: for a folder, a digest of the weights.
    KnowledgeBaseError when the settings make no sense together.
    """
    if kind == "lsa":
        return LSA
    known = default_instruction(model, local=kind == "bge")
    said = {"auto": known, "none": ""}.get(instruction, instruction)
    breaker = Breaker(pause_seconds)
    if kind == "bge":
        name = f"bge:{_label(model)}{_mark(said, known)}"
        return _kind(name, FlagEncoder(model, device), said, breaker, batch_size, cache_size)
    if not base_url:
        raise KnowledgeBaseError(
            "ASSISTANT408_EMBEDDER__KIND=endpoint 还要设 ASSISTANT408_EMBEDDER__BASE_URL，"
            "如 http://127.0.0.1:8001/v1。"
        )
    # httpx costs a tenth of a second, which a build that is not needed has no use for.
    from backend.retrieval.embedding.endpoint import EndpointEncoder
    from backend.retrieval.json_api import JsonApi

    api = JsonApi(base_url, api_key, min(_CONNECT_SECONDS, timeout_seconds))
    encoder = EndpointEncoder(api, model, timeout_seconds)
    name = f"endpoint:{model}{_mark(said, known)}"
    return _kind(name, encoder, said, breaker, batch_size, cache_size)


def default_instruction(model: str, *, local: bool = True) -> str:
    """Return what queries of ``model`` are introduced by: a text for Chinese BGE, else nothing.

    A ``local`` folder is judged by its architecture, which is BERT for bge-*-zh.
    """
    folder = as_folder(model) if local else None
    if folder is None:
        chinese = "bge" in model.lower() and "-zh" in model.lower()
    else:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        chinese = config.get("model_type") == "bert"
    return CHINESE_BGE_INSTRUCTION if chinese else ""


def _kind(
    name: str,
    encoder: Encoder,
    instruction: str,
    breaker: Breaker,
    batch_size: int,
    cache_size: int,
) -> EmbedderKind:
    return EmbedderKind(
        name=name,
        fit=lambda _: PretrainedEmbedder.measured(name, encoder, instruction, breaker),
        load=lambda folder: CachedEmbedder(
            PretrainedEmbedder.load(folder, encoder, instruction, breaker), cache_size
        ),
        batch_size=batch_size,
        problem=breaker.problem,
        close=encoder.close,
    )


def _label(model: str) -> str:
    folder = as_folder(model)
    return model if folder is None else f"{folder.resolve().name}@{digest(folder)}"


def _mark(instruction: str, known: str) -> str:
    """Tell another instruction than the usual one apart."""
    if instruction == known:
        return ""
    return "+" + hashlib.sha256(instruction.encode()).hexdigest()[:8] if instruction else "+none"
