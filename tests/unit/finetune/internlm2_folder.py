"""A folder as the InternLM2-chat-7b repository has it, with its real numbers and empty weights."""

import json
from pathlib import Path
from typing import Any

SPECIAL = {
    0: "<unk>",
    1: "<s>",
    2: "</s>",
    92538: "<|plugin|>",
    92539: "<|interpreter|>",
    92540: "<|action_end|>",
    92541: "<|action_start|>",
    92542: "<|im_end|>",
    92543: "<|im_start|>",
}
CONFIG: dict[str, Any] = {
    "architectures": ["InternLM2ForCausalLM"],
    "attn_implementation": "eager",
    "auto_map": {
        "AutoConfig": "configuration_internlm2.InternLM2Config",
        "AutoModelForCausalLM": "modeling_internlm2.InternLM2ForCausalLM",
    },
    "bias": False,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 4096,
    "initializer_range": 0.02,
    "intermediate_size": 14336,
    "max_position_embeddings": 32768,
    "model_type": "internlm2",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "pad_token_id": 2,
    "rms_norm_eps": 1e-05,
    "rope_scaling": {"type": "dynamic", "factor": 2.0},
    "rope_theta": 1000000,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "vocab_size": 92544,
}
TOKENIZER: dict[str, Any] = {
    "auto_map": {"AutoTokenizer": ["tokenization_internlm2.InternLM2Tokenizer", None]},
    "tokenizer_class": "InternLM2Tokenizer",
    "added_tokens_decoder": {
        str(number): {"content": text, "special": True} for number, text in SPECIAL.items()
    },
    "chat_template": "{{ bos_token }}…'<|im_start|>' + message['role'] …'<|im_end|>'…",
}


def model_folder(folder: Path, **changes: Any) -> Path:
    """Write the folder; ``changes`` go into ``config.json``, a value of None takes a key out."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {k: v for k, v in (CONFIG | changes).items() if v is not None}
    write(folder / "config.json", config)
    write(folder / "generation_config.json", {"eos_token_id": [2, 92542], "pad_token_id": 2})
    write(folder / "tokenizer_config.json", TOKENIZER)
    (folder / "tokenizer.model").write_bytes(b"pieces")
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def adapter_folder(
    folder: Path, rank: int = 16, targets: Any = ("wqkv", "wo"), **more: Any
) -> Path:
    """Write a LoRA adapter's folder; ``more`` goes into ``adapter_config.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "adapter_config.json", {"r": rank, "target_modules": list(targets)} | more)
    (folder / "adapter_model.safetensors").write_bytes(b"")
    return folder


def write(path: Path, value: Any) -> None:
    """Write ``value`` as JSON."""
    path.write_text(json.dumps(value), encoding="utf-8")


def read(path: Path) -> Any:
    """Read JSON."""
    return json.loads(path.read_text(encoding="utf-8"))
