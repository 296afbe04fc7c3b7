"""Train a tiny InternLM2 and a LoRA adapter on given lessons, as files that vLLM can serve.

    python -m tests.model.vllm.tiny_internlm2 LESSONS.json OUT

Runs in the environment of the server (torch, sentencepiece, transformers). LESSONS.json holds
``text`` for the tokenizer and two lists of ``{"messages": […], "answer": "…"}``: what ``base``
answers, and what ``adapter`` answers instead. An answer that is not to end has ``"open": true``.
OUT gets ``model/`` (the layout of the published InternLM2 repository, without its code) and
``adapter/`` (the layout of peft). Exit code 1 when a lesson was not learnt.
"""

# ruff: noqa: TID253  run by a process of its own, in the environment of the server
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from tests.model.vllm.network import InternLm2, Linear, Shape
from tests.model.vllm.tokenizer import make_tokenizer

_EOS = 2
_LONGEST = 4096
_TOKENS_A_STEP = 400
_LONGEST_SECONDS = 400
_RANK, _ALPHA = 8, 16
_LEARNT_LOSS = 0.005


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of a prompt with its answer; the answer begins at ``start``."""

    ids: list[int]
    start: int


def main(lessons_path: Path, out: Path) -> int:
    torch.manual_seed(408)
    torch.set_num_threads(1)
    lessons = json.loads(lessons_path.read_text(encoding="utf-8"))
    model_dir, adapter_dir = out / "model", out / "adapter"
    model_dir.mkdir(parents=True)
    adapter_dir.mkdir()
    ids = make_tokenizer(lessons["text"], model_dir)
    shape = Shape(ids["vocabulary"])
    _write_configs(model_dir, shape, ids["<|im_end|>"])
    read = _reader(model_dir, ids["<|im_end|>"])
    network = InternLm2(shape)
    learnt = _train(network, list(network.parameters()), [read(x) for x in lessons["base"]], 3e-3)
    save_file(_weights(network), model_dir / "model.safetensors", metadata={"format": "pt"})
    lora = network.add_lora(_RANK, _ALPHA / _RANK)
    also = _train(network, lora, [read(x) for x in lessons["adapter"]], 5e-3)
    save_file(_lora_weights(network), adapter_dir / "adapter_model.safetensors")
    _write_adapter_config(adapter_dir)
    return 0 if learnt and also else 1


def _reader(model_dir: Path, im_end: int) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    assert tokenizer.convert_tokens_to_ids("<|im_end|>") == im_end

    def read(lesson: dict[str, Any]) -> Example:
        told: Any = tokenizer.apply_chat_template(lesson["messages"], add_generation_prompt=True)
        prompt = list(told if isinstance(told, list) else told["input_ids"])
        answer = tokenizer.encode(lesson["answer"], add_special_tokens=False)
        end = [] if lesson.get("open") else [im_end]
        return Example([*prompt, *answer, *end], len(prompt))

    return read


def _train(
    network: InternLm2, parameters: Sequence[nn.Parameter], examples: list[Example], rate: float
) -> bool:
    """Train until every answer is known by heart; returns whether it is.

    What is known already is only repeated now and then: the time goes into the rest.
    """
    batches = _batches(examples)
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0, betas=(0.9, 0.98))
    losses = [float("inf")] * len(batches)
    began = time.monotonic()
    epoch = steps = 0
    while max(losses) > _LEARNT_LOSS and time.monotonic() - began < _LONGEST_SECONDS:
        for number, (ids, places, wanted) in enumerate(batches):
            if losses[number] < _LEARNT_LOSS and epoch % 4:
                continue
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, (steps + 1) / 20) * max(0.1, 0.995**steps)
            loss = functional.cross_entropy(network.output(network(ids)[places]), wanted)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            losses[number] = loss.item()
            steps += 1
        epoch += 1
    seconds = time.monotonic() - began
    print(f"{len(examples)} lessons, {steps} steps, {seconds:.0f} s, worst loss {max(losses):.4f}")
    return max(losses) <= _LEARNT_LOSS


def _batches(examples: Iterable[Example]) -> list[tuple[Tensor, tuple[Tensor, Tensor], Tensor]]:
    """Group examples of like length: ids, the places that foretell answers, the answers."""
    ordered = sorted(examples, key=lambda example: len(example.ids))
    groups: list[list[Example]] = [[]]
    for example in ordered:
        if groups[-1] and len(example.ids) * (len(groups[-1]) + 1) > _TOKENS_A_STEP:
            groups.append([])
        groups[-1].append(example)
    return [_batch(group) for group in groups]


def _batch(group: list[Example]) -> tuple[Tensor, tuple[Tensor, Tensor], Tensor]:
    longest = max(len(example.ids) for example in group)
    ids = torch.zeros(len(group), longest, dtype=torch.long)
    rows: list[int] = []
    columns: list[int] = []
    wanted: list[int] = []
    for row, example in enumerate(group):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        for column in range(example.start, len(example.ids)):
            rows.append(row)
            columns.append(column - 1)
            wanted.append(example.ids[column])
    return ids, (torch.tensor(rows), torch.tensor(columns)), torch.tensor(wanted)


def _weights(network: InternLm2) -> dict[str, Tensor]:
    return {name: w.to(torch.bfloat16).contiguous() for name, w in network.state_dict().items()}


def _lora_weights(network: InternLm2) -> dict[str, Tensor]:
    weights: dict[str, Tensor] = {}
    for name, module in network.named_modules():
        if isinstance(module, Linear) and module.lora_a is not None and module.lora_b is not None:
            weights[f"base_model.model.{name}.lora_A.weight"] = module.lora_a.detach().contiguous()
            weights[f"base_model.model.{name}.lora_B.weight"] = module.lora_b.detach().contiguous()
    return weights


def _write_configs(folder: Path, shape: Shape, im_end: int) -> None:
    config = {
        "architectures": ["InternLM2ForCausalLM"],
        "attn_implementation": "eager",
        "auto_map": {
            "AutoConfig": "configuration_internlm2.InternLM2Config",
            "AutoModelForCausalLM": "modeling_internlm2.InternLM2ForCausalLM",
            "AutoModel": "modeling_internlm2.InternLM2ForCausalLM",
        },
        "bias": False,
        "bos_token_id": 1,
        "eos_token_id": _EOS,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "initializer_range": 0.02,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": _LONGEST,
        "model_type": "internlm2",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "pad_token_id": _EOS,
        "rms_norm_eps": shape.norm_eps,
        "rope_scaling": {"type": "dynamic", "factor": 2.0},
        "rope_theta": int(shape.rope_theta),
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "vocab_size": shape.vocabulary,
    }
    generation = {"eos_token_id": [_EOS, im_end], "pad_token_id": _EOS}
    _write(folder / "config.json", config)
    _write(folder / "generation_config.json", generation)


def _write_adapter_config(folder: Path) -> None:
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "model",
        "r": _RANK,
        "lora_alpha": _ALPHA,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "modules_to_save": None,
        "target_modules": ["wqkv", "wo", "w1", "w2", "w3"],
    }
    _write(folder / "adapter_config.json", config)


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
