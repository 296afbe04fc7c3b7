"""Answer questions from a W4A16 checkpoint, its weights read by the format's own library.

    python -m tests.model.vllm.dequantised MODEL < QUESTIONS.json

Runs in the environment of the server. vLLM's kernel for four-bit weights on a processor needs
AVX-512, which a test machine may lack; what is tested is the file, by ``compressed_tensors``, which
vLLM reads it with. Prints a JSON object of the likeliest answers as its last line.
"""

# ruff: noqa: TID253  run by a process of its own, in the environment of the server
import json
import sys
from pathlib import Path

import torch
from compressed_tensors.compressors.pack_quantized.helpers import unpack_from_int32
from safetensors.torch import load_file
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from tests.model.vllm.network import InternLm2, Shape
from tests.model.vllm.tokenizer import IM_END

_MOST_TOKENS = 80
_PACKED = ".weight_packed"


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    network = InternLm2(Shape(config["vocab_size"]))
    network.load_state_dict(_weights(load_file(folder / "model.safetensors")))
    print(json.dumps({q: _answer(network, tokenizer, q) for q in json.load(sys.stdin)}))


def _weights(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    weights = {name: w.float() for name, w in stored.items() if name.endswith(".weight")}
    for name in stored:
        if name.endswith(_PACKED):
            stem = name.removesuffix(_PACKED)
            shape = torch.Size(stored[f"{stem}.weight_shape"].tolist())
            scale = stored[f"{stem}.weight_scale"].float()
            integers = unpack_from_int32(stored[name], 4, shape).float()
            weights[f"{stem}.weight"] = integers * scale.repeat_interleave(128, dim=1)
    return weights


@torch.no_grad()
def _answer(network: InternLm2, tokenizer: PreTrainedTokenizerFast, question: str) -> str:
    messages = [{"role": "user", "content": question}]
    told = tokenizer.apply_chat_template(messages, add_generation_prompt=True)
    ids = list(told if isinstance(told, list) else told["input_ids"])
    start = len(ids)
    while len(ids) < start + _MOST_TOKENS:
        best = int(network.output(network(torch.tensor([ids]))[0, -1]).argmax())
        if best == IM_END:
            break
        ids.append(best)
    return str(tokenizer.decode(ids[start:]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
