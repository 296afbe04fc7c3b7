"""A small InternLM2 in plain torch: the published layout of weights, and LoRA on its layers.

The names and shapes are those of an InternLM2 checkpoint (``attention.wqkv`` holds, for each
key-value head, its query heads and then its key and its value), so that a state dict is a
checkpoint and nothing has to be converted. Rotary embedding is in halves (NeoX); the norm is RMS.
"""

# ruff: noqa: TID253  run by a process of its own, in the environment of the server
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the model; ``head_size`` must be one that vLLM's CPU attention knows (32, 64 …)."""

    vocabulary: int
    hidden: int = 128
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    intermediate: int = 384
    rope_theta: float = 1_000_000.0
    norm_eps: float = 1e-5

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads


class Linear(nn.Linear):
    """A linear layer without bias that ``add_lora`` gives a low-rank addition."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)
        self.lora_a: nn.Parameter | None = None
        self.lora_b: nn.Parameter | None = None
        self.scale = 0.0

    def add_lora(self, rank: int, scale: float) -> None:
        self.lora_a = nn.Parameter(torch.randn(rank, self.in_features) / self.in_features**0.5)
        self.lora_b = nn.Parameter(torch.zeros(self.out_features, rank))
        self.scale = scale

    def forward(self, input: Tensor) -> Tensor:
        out = super().forward(input)
        if self.lora_a is None or self.lora_b is None:
            return out
        return out + self.scale * (input @ self.lora_a.T) @ self.lora_b.T


class Norm(nn.Module):
    """Root-mean-square norm with a weight."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.hidden))
        self._eps = shape.norm_eps

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self._eps) * self.weight


class Attention(nn.Module):
    """Grouped-query attention over one fused projection."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self._shape = shape
        self._groups = shape.heads // shape.kv_heads
        size = shape.head_size
        self.wqkv = Linear(shape.hidden, (shape.heads + 2 * shape.kv_heads) * size)
        self.wo = Linear(shape.heads * size, shape.hidden)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, _ = x.shape
        shape, groups = self._shape, self._groups
        fused = self.wqkv(x).view(batch, length, shape.kv_heads, groups + 2, shape.head_size)
        q = fused[:, :, :, :groups].reshape(batch, length, shape.heads, shape.head_size)
        k, v = fused[:, :, :, groups], fused[:, :, :, groups + 1]
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        q, k = _rotated(q, cos, sin), _rotated(k, cos, sin)
        k, v = (part.repeat_interleave(groups, dim=1) for part in (k, v))
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.wo(mixed.transpose(1, 2).reshape(batch, length, -1))


class FeedForward(nn.Module):
    """SwiGLU: ``w2(silu(w1 x) · w3 x)``."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.w1 = Linear(shape.hidden, shape.intermediate)
        self.w3 = Linear(shape.hidden, shape.intermediate)
        self.w2 = Linear(shape.intermediate, shape.hidden)

    def forward(self, x: Tensor) -> Tensor:
        return self.w2(functional.silu(self.w1(x)) * self.w3(x))


class Layer(nn.Module):
    """One block."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = Attention(shape)
        self.feed_forward = FeedForward(shape)
        self.attention_norm = Norm(shape)
        self.ffn_norm = Norm(shape)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), cos, sin)
        return x + self.feed_forward(self.ffn_norm(x))


class Body(nn.Module):
    """Token embeddings, blocks and the last norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.tok_embeddings = nn.Embedding(shape.vocabulary, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape)


class InternLm2(nn.Module):
    """``model.*`` and ``output``: ids [batch, length] → hidden states [batch, length, hidden].

    The output layer is applied by the caller, to the positions that it needs.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self._shape = shape
        self.model = Body(shape)
        self.output = nn.Linear(shape.hidden, shape.vocabulary, bias=False)
        nn.init.normal_(self.model.tok_embeddings.weight, std=0.1)

    def forward(self, ids: Tensor) -> Tensor:
        cos, sin = _angles(ids.shape[1], self._shape)
        x = self.model.tok_embeddings(ids)
        for layer in self.model.layers:
            x = layer(x, cos, sin)
        return self.model.norm(x)

    def add_lora(self, rank: int, scale: float) -> list[nn.Parameter]:
        """Freeze the model, give every linear layer of the blocks a LoRA; return what to train."""
        self.requires_grad_(False)
        added: list[nn.Parameter] = []
        for module in self.modules():
            if isinstance(module, Linear):
                module.add_lora(rank, scale)
                added += [p for p in (module.lora_a, module.lora_b) if p is not None]
        return added


def _angles(length: int, shape: Shape) -> tuple[Tensor, Tensor]:
    steps = torch.arange(0, shape.head_size, 2).float() / shape.head_size
    angles = torch.outer(torch.arange(length).float(), shape.rope_theta**-steps)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def _rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin
