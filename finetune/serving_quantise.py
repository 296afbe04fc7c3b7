"""Quantise an InternLM2 to W4A16 in its own layout: four bits a weight, in groups of 128.

The result is a ``compressed-tensors`` checkpoint (``pack-quantized``, symmetric) with the names of
the original, so that it is served like it and takes the same adapters. Rounding is to the nearest,
each group by the scale among a few that errs least: no calibration data and no GPU is needed, and
one tensor at a time is in memory. Embedding, output and norms stay as they are.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetune.serving_checks import check_model
from finetune.serving_files import ServingError, write_json

if TYPE_CHECKING:
    from torch import Tensor  # pyright: ignore[reportMissingImports]

GROUP = 128
_LAYERS = (
    "attention.wqkv",
    "attention.wo",
    "feed_forward.w1",
    "feed_forward.w2",
    "feed_forward.w3",
)
_LOWEST, _HIGHEST = -8, 7
_PER_INTEGER = 8
# A group's largest weight may be cut: the others then get finer steps.
_SHRINKS = tuple(1.0 - 0.02 * step for step in range(11))
_COPIED = (".json", ".model", ".jinja", ".py")
_INDEX = "model.safetensors.index.json"

QUANTIZATION: dict[str, Any] = {
    "quant_method": "compressed-tensors",
    "format": "pack-quantized",
    "quantization_status": "compressed",
    "ignore": ["output"],
    "config_groups": {
        "group_0": {
            "targets": ["Linear"],
            "weights": {
                "num_bits": 4,
                "type": "int",
                "symmetric": True,
                "strategy": "group",
                "group_size": GROUP,
                "dynamic": False,
            },
            "input_activations": None,
            "output_activations": None,
        }
    },
}


def quantise(folder: Path, out: Path, say: Callable[[str], None]) -> None:
    """Write the quantised model into ``out``, ``config.json`` last; raises ServingError.

    ``say`` hears of each file that is done. Needs torch and safetensors.
    """
    model = check_model(folder)
    if model.config.get("quantization_config"):
        raise ServingError([f"{folder} 已经量化过了"])
    if out.resolve() == folder.resolve():
        raise ServingError(["--out 不能是模型目录本身：模型目录要保持原样"])
    parts = sorted(folder.glob("*.safetensors"))
    if not parts:
        raise ServingError([f"{folder} 里没有 *.safetensors（.bin 的权重要先转成 safetensors）"])
    from safetensors import safe_open  # pyright: ignore[reportMissingImports]
    from safetensors.torch import save_file  # pyright: ignore[reportMissingImports]

    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").unlink(missing_ok=True)
    weight_map: dict[str, str] = {}
    size = 0
    for part in parts:
        made: dict[str, Tensor] = {}
        with safe_open(part, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118  an open file, not a mapping
                made |= _quantised(name, tensors.get_tensor(name))
        save_file(made, out / part.name, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(made, part.name)
        size += sum(tensor.nbytes for tensor in made.values())
        say(f"{part.name} 完成")
    write_json(out / _INDEX, {"metadata": {"total_size": size}, "weight_map": weight_map})
    for path in folder.iterdir():
        if path.suffix in _COPIED and path.name not in ("config.json", _INDEX):
            shutil.copyfile(path, out / path.name)
    write_json(out / "config.json", model.config | {"quantization_config": QUANTIZATION})


def _quantised(name: str, tensor: "Tensor") -> "dict[str, Tensor]":
    """Return what is stored for one tensor: itself, or its packed integers, scales and shape."""
    import torch  # pyright: ignore[reportMissingImports]

    stem = name.removesuffix(".weight")
    if not stem.endswith(_LAYERS):
        return {name: tensor.contiguous()}
    rows, columns = tensor.shape
    if columns % GROUP:
        raise ServingError([f"{name} 的宽度 {columns} 不是 {GROUP} 的倍数，不能按组量化"])
    groups = tensor.float().reshape(rows, columns // GROUP, GROUP)
    scales = _scales(groups).to(tensor.dtype)
    integers = _rounded(groups, scales.float()).reshape(rows, columns)
    return {
        f"{stem}.weight_packed": packed(integers),
        f"{stem}.weight_scale": scales.contiguous(),
        f"{stem}.weight_shape": torch.tensor([rows, columns], dtype=torch.int64),
    }


def _scales(groups: "Tensor") -> "Tensor":
    """Return for each group [rows, groups] the scale that errs least in squares."""
    import torch  # pyright: ignore[reportMissingImports]

    largest = groups.abs().amax(dim=-1).clamp(min=1e-8)
    best = torch.full_like(largest, torch.inf)
    scales = largest / _HIGHEST
    for shrink in _SHRINKS:
        tried = largest * shrink / _HIGHEST
        error = (_rounded(groups, tried) * tried[..., None] - groups).square().sum(dim=-1)
        scales = torch.where(error < best, tried, scales)
        best = torch.minimum(error, best)
    return scales


def _rounded(groups: "Tensor", scales: "Tensor") -> "Tensor":
    return (groups / scales[..., None]).round().clamp(_LOWEST, _HIGHEST)


def packed(integers: "Tensor") -> "Tensor":
    """Pack −8 … 7 [rows, columns] into int32 [rows, columns / 8], the first in the lowest bits."""
    import torch  # pyright: ignore[reportMissingImports]

    rows, columns = integers.shape
    unsigned = (integers.to(torch.int64) - _LOWEST).reshape(rows, columns // _PER_INTEGER, -1)
    shifts = torch.arange(_PER_INTEGER, dtype=torch.int64) * 4
    words = (unsigned << shifts).sum(dim=-1)
    return torch.where(words >= 2**31, words - 2**32, words).to(torch.int32).contiguous()
