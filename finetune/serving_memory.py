"""How much memory of a GPU a model needs: its weights, and the keys and values of each token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GIB = 1024**3
_HALF = 2  # bytes of a bf16 number
_SCALE_BITS = 16


@dataclass(frozen=True, slots=True)
class Memory:
    """``weights`` in bytes; ``per_token`` bytes of bf16 keys and values for each token in use."""

    weights: int
    per_token: int


def memory(config: Mapping[str, Any]) -> Memory:
    """Work it out from an InternLM2 configuration, quantised (by groups) or bf16.

    Embedding and output stay bf16 in a quantised model; norms are too small to count.
    """
    hidden, layers = int(config["hidden_size"]), int(config["num_hidden_layers"])
    heads, kv_heads = int(config["num_attention_heads"]), int(config["num_key_value_heads"])
    size = hidden // heads
    attention = hidden * (heads + 2 * kv_heads) * size + hidden * hidden
    linear = layers * (attention + 3 * hidden * int(config["intermediate_size"]))
    edges = 2 * int(config["vocab_size"]) * hidden
    bits = _weight_bits(config.get("quantization_config") or {})
    return Memory(
        weights=int(linear * bits / 8) + edges * _HALF,
        per_token=2 * layers * kv_heads * size * _HALF,
    )


def _weight_bits(quantization: Mapping[str, Any]) -> float:
    """Return the bits of one weight, its part of a group's scale among them; 16 unquantised."""
    if not quantization:
        return 16.0
    groups: dict[str, Any] = quantization.get("config_groups") or {}
    weights: Mapping[str, Any] = next(iter(groups.values()), {}).get("weights", quantization)
    bits = int(weights.get("num_bits") or weights.get("bits") or 4)
    return bits + _SCALE_BITS / int(weights.get("group_size") or 128)
