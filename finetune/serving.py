"""Prepare a downloaded InternLM2 for the current vLLM: what it needs beside the untouched folder.

vLLM has the network (``InternLM2ForCausalLM``), but transformers 5 does not know the repository's
configuration, and the repository's own Python code is written for transformers 4. So one folder is
written next to the model and named three times in the command:

    config.json             the same numbers as a ``llama`` configuration      --hf-config-path
    generation_config.json  with ``<|im_end|>`` among the stop tokens          --generation-config
    tokenizer_config.json   the same tokenizer without a reference to code     --tokenizer

The tokenizer's class is named on purpose: as ``LlamaTokenizer``, the usual one of a ``llama``, the
special tokens would get ids behind the end of the embedding.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.serving_checks import ARCHITECTURE, Model, check_model, lora_rank
from finetune.serving_files import ServingError, write_json

_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)  # vLLM's choices of --max-lora-rank
_TOKENIZER_FILES = ("tokenizer.model", "tokenizer.json", "special_tokens_map.json")


@dataclass(frozen=True, slots=True)
class Prepared:
    """``command`` starts the server; ``quantization`` is the method of the weights, "" for none."""

    model: Model
    command: tuple[str, ...]
    quantization: str


def prepare(
    folder: Path,
    out: Path,
    adapters: Mapping[str, Path],
    served_name: str,
    max_model_len: int,
    *,
    must_be_quantized: bool = False,
) -> Prepared:
    """Check ``folder`` and ``adapters``, write ``out``; ServingError with what is wrong.

    ``max_model_len`` (tokens of prompt and answer together) is lowered to what the model allows.
    """
    if out.resolve() == folder.resolve():
        raise ServingError(["--out 不能是模型目录本身：模型目录要保持原样"])
    model = check_model(folder)
    method = str((model.config.get("quantization_config") or {}).get("quant_method", ""))
    if must_be_quantized and not method:
        raise ServingError(
            [f"{folder} 没有量化（config.json 里没有 quantization_config）；见 deploy/vllm"]
        )
    lora = _lora_flags(adapters, served_name)
    write_json(out / "config.json", converted(model.config))
    write_json(out / "generation_config.json", model.generation | {"eos_token_id": [*model.stops]})
    _write_tokenizer(folder, model, out)
    length = min(max_model_len, int(model.config["max_position_embeddings"]))
    command = (
        *("vllm", "serve", str(folder)),
        *("--hf-config-path", str(out)),
        *("--generation-config", str(out)),
        *("--tokenizer", str(out)),
        *("--served-model-name", served_name),
        *("--max-model-len", str(length)),
        "--enable-prefix-caching",
        "--enable-prompt-tokens-details",
        *lora,
    )
    return Prepared(model, command, method)


def converted(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration as vLLM wants it; every number and quantisation is carried over."""
    kept = {key: value for key, value in config.items() if key != "auto_map"}
    return kept | {"model_type": "llama", "architectures": [ARCHITECTURE]}


def _write_tokenizer(folder: Path, model: Model, out: Path) -> None:
    for name in _TOKENIZER_FILES:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, out / name)
    kept = {key: value for key, value in model.tokenizer.items() if key != "auto_map"}
    write_json(out / "tokenizer_config.json", kept | {"tokenizer_class": "PreTrainedTokenizerFast"})


def _lora_flags(adapters: Mapping[str, Path], served_name: str) -> tuple[str, ...]:
    if not adapters:
        return ()
    if served_name in adapters:
        raise ServingError([f"适配器不能和模型同名：{served_name}"])
    rank = max(lora_rank(path) for path in adapters.values())
    if rank > _RANKS[-1]:
        raise ServingError([f"适配器的秩 {rank} 超过 vLLM 的上限 {_RANKS[-1]}"])
    return (
        "--enable-lora",
        *("--max-loras", str(len(adapters))),
        *("--max-lora-rank", str(next(r for r in _RANKS if r >= rank))),
        *("--lora-modules", *(f"{name}={path}" for name, path in adapters.items())),
    )
