"""Is this folder a whole InternLM2 with what a chat needs: weights, tokenizer, template, stops?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from finetune.serving_files import ServingError, read_json

ARCHITECTURE = "InternLM2ForCausalLM"
IM_START, IM_END = "<|im_start|>", "<|im_end|>"
_NUMBERS = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "max_position_embeddings",
    "num_attention_heads",
    "num_hidden_layers",
    "num_key_value_heads",
)

_NOT_SERVED: tuple[tuple[str, object, str], ...] = (
    ("use_dora", False, "是 DoRA"),
    ("modules_to_save", [], "另存了整层的权重"),
    ("bias", "none", "训练了偏置"),
    ("lora_bias", False, "带 LoRA 偏置"),
)
"""Features of PEFT that vLLM refuses: key, the value that means "unused", and what it is."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a model folder says of itself.

    ``stops`` are the ids that end an answer, ``<|im_end|>`` among them; ``stop_was_missing`` when
    the folder's own generation configuration lacked it.
    """

    config: dict[str, Any]
    generation: dict[str, Any]
    tokenizer: dict[str, Any]
    stops: tuple[int, ...]
    stop_was_missing: bool


def check_model(folder: Path) -> Model:
    """Read and check ``folder``; raises ServingError with everything that is wrong."""
    config = read_json(folder / "config.json")
    architectures: list[Any] = list(config.get("architectures") or [])
    if ARCHITECTURE not in architectures:
        found = "、".join(map(str, architectures)) or "没有写"
        why = f"{folder} 不是 InternLM2（architectures：{found}）"
        raise ServingError([f"{why}；别的模型不用转换，直接 vllm serve"])
    tokenizer = _tokenizer(folder)
    missing = [name for name in _NUMBERS if not isinstance(config.get(name), int)]
    problems = [f"config.json 里没有 {name}" for name in missing]
    if config.get("bias"):
        problems.append("config.json 的 bias 是 true，vLLM 的 InternLM2 没有偏置")
    problems += _weight_problems(folder)
    problems += _template_problems(tokenizer)
    end = _token_id(tokenizer, IM_END)
    if end is None:
        problems.append(f"tokenizer_config.json 的 added_tokens_decoder 里没有 {IM_END}")
    elif isinstance(size := config.get("vocab_size"), int) and end >= size:
        problems.append(f"{IM_END} 的编号 {end} 超出了 vocab_size {size}")
    if problems or end is None:
        raise ServingError(problems)
    path = folder / "generation_config.json"
    generation = read_json(path) if path.is_file() else {}
    given = _ids(generation.get("eos_token_id"))
    stops = tuple(dict.fromkeys((*given, *_ids(config.get("eos_token_id")), end)))
    return Model(config, generation, tokenizer, stops, end not in given)


def _tokenizer(folder: Path) -> dict[str, Any]:
    """Return the tokenizer's configuration with its chat template in it."""
    config = read_json(folder / "tokenizer_config.json")
    if not any((folder / name).is_file() for name in ("tokenizer.model", "tokenizer.json")):
        raise ServingError([f"{folder} 里没有 tokenizer.model，分词器没有下载完"])
    template = folder / "chat_template.jinja"
    if "chat_template" not in config and template.is_file():
        config["chat_template"] = template.read_text(encoding="utf-8")
    return config


def _template_problems(tokenizer: dict[str, Any]) -> list[str]:
    template = tokenizer.get("chat_template")
    if not isinstance(template, str):
        return ["没有对话模板（chat_template）：这是基座模型，要用 chat 版"]
    lacking = [mark for mark in (IM_START, IM_END) if mark not in template]
    return [f"对话模板里没有 {mark}，不是 InternLM2 的模板" for mark in lacking]


def _weight_problems(folder: Path) -> list[str]:
    """Say which weights are missing: a broken download leaves an index without its parts."""
    for name in ("model.safetensors.index.json", "pytorch_model.bin.index.json"):
        if (folder / name).is_file():
            named = cast("dict[str, str]", read_json(folder / name).get("weight_map", {}))
            absent = sorted({part for part in named.values() if not (folder / part).is_file()})
            return [f"权重没有下载完，缺 {'、'.join(absent)}"] if absent else []
    if any(folder.glob("*.safetensors")) or any(folder.glob("*.bin")):
        return []
    return [f"{folder} 里没有权重（*.safetensors）"]


def _token_id(tokenizer: dict[str, Any], content: str) -> int | None:
    added: dict[str, Any] = tokenizer.get("added_tokens_decoder") or {}
    for number, token in added.items():
        if isinstance(token, dict) and cast("dict[str, Any]", token).get("content") == content:
            return int(number)
    return None


def _ids(value: object) -> tuple[int, ...]:
    """Return token ids that are written as one number, a list, or not at all."""
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return tuple(number for number in values if isinstance(number, int))


def lora_rank(folder: Path) -> int:
    """Return the highest rank in the LoRA adapter in ``folder``; ServingError when it does not fit.

    An adapter of a Llama-like conversion (``q_proj`` …) would be loaded and then do nothing. vLLM
    refuses one for ``output`` (its InternLM2 names no embedding modules) and what ``_NOT_SERVED``
    lists.
    """
    config = read_json(folder / "adapter_config.json")
    weights = ("adapter_model.safetensors", "adapter_model.bin")
    problems: list[str] = []
    if not any((folder / name).is_file() for name in weights):
        problems.append(f"{folder} 里没有 adapter_model.safetensors")
    targets: object = config.get("target_modules") or []
    names = {targets} if isinstance(targets, str) else set(cast("list[str]", targets))
    strange = sorted(names - {"wqkv", "wo", "w1", "w2", "w3", "all-linear"})
    if "output" in strange:
        strange.remove("output")
        problems.append(
            f"{folder} 也改了输出层（output），vLLM 的 InternLM2 不支持，要去掉它重新训练"
        )
    if strange:
        problems.append(
            f"{folder} 是给别的结构训练的（{'、'.join(strange)}），"
            "InternLM2 的层叫 wqkv、wo、w1、w2、w3"
        )
    for key, default, what in _NOT_SERVED:
        if (config.get(key) or default) != default:
            problems.append(f"{folder} {what}（{key}），vLLM 不支持，要去掉它重新训练")
    patterns: dict[str, Any] = config.get("rank_pattern") or {}
    ranks = [config.get("r"), *patterns.values()]
    known = [rank for rank in ranks if isinstance(rank, int) and rank > 0]
    if len(known) < len(ranks):
        problems.append(f"{folder}/adapter_config.json 里的 r 或 rank_pattern 不是正整数")
    if problems:
        raise ServingError(problems)
    return max(known)
