"""The W4A16 checkpoint that ``python -m finetune quantise`` makes of the tiny model."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from finetune.serving import prepare
from finetune.serving_files import ServingError
from finetune.serving_quantise import packed, quantise
from tests.model.vllm.checkpoint import ROOT, Checkpoint, python
from tests.model.vllm.lessons import ANSWERS
from tests.model.vllm.server import NAME


@pytest.fixture(scope="module")
def quantised(tiny: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    out = tmp_path_factory.mktemp("w4a16") / "model"
    quantise(tiny.model, out, lambda line: None)
    return Checkpoint(out, tiny.adapter)


def unpacked(words):
    """The inverse of ``packed``, written another way."""
    rows = [[(int(w) >> (4 * place)) & 15 for w in row for place in range(8)] for row in words]
    return [[value - 8 for value in row] for row in rows]


def test_packing_loses_nothing():
    import torch

    integers = torch.randint(-8, 8, (6, 64), generator=torch.Generator().manual_seed(1))

    assert unpacked(packed(integers)) == integers.tolist()
    assert packed(integers).dtype == torch.int32


def test_no_weight_is_further_off_than_one_step(tiny, quantised):
    import torch
    from safetensors.torch import load_file

    before = load_file(tiny.model / "model.safetensors")
    after = load_file(quantised.model / "model.safetensors")
    name = "model.layers.0.feed_forward.w2"
    scales = after[f"{name}.weight_scale"].float().repeat_interleave(128, dim=1)
    values = torch.tensor(unpacked(after[f"{name}.weight_packed"])) * scales
    off = (values - before[f"{name}.weight"].float()).abs()

    assert after[f"{name}.weight_shape"].tolist() == list(before[f"{name}.weight"].shape)
    # Within half a step, but for the few weights of a group that were cut.
    assert (off <= 0.51 * scales).float().mean() > 0.97
    assert (off <= 3 * scales).all()
    assert torch.equal(after["output.weight"], before["output.weight"])


def test_the_quantised_model_still_knows_what_it_learnt(quantised, tmp_path):
    prepared = prepare(quantised.model, tmp_path, {}, NAME, 4096, must_be_quantized=True)
    assert prepared.quantization == "compressed-tensors"
    # The tokenizer that was written for vLLM, with the weights of the quantised model.
    for path in quantised.model.glob("*.safetensors"):
        shutil.copyfile(path, tmp_path / path.name)

    done = subprocess.run(
        [python(), "-W", "ignore", "-m", "tests.model.vllm.dequantised", tmp_path],
        input=json.dumps(list(ANSWERS)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    right = sum(said[text] == ANSWERS[text] for text in ANSWERS)
    assert right >= 0.8 * len(ANSWERS), said


def test_what_cannot_be_quantised_is_refused(tiny, quantised, tmp_path):
    with pytest.raises(ServingError, match="已经量化过了"):
        quantise(quantised.model, tmp_path / "again", print)
    with pytest.raises(ServingError, match="保持原样"):
        quantise(tiny.model, tiny.model, print)

    bare = Path(shutil.copytree(tiny.model, tmp_path / "bare"))
    (bare / "model.safetensors").rename(bare / "pytorch_model.bin")
    with pytest.raises(ServingError, match="转成 safetensors"):
        quantise(bare, tmp_path / "out", print)
    assert not (tmp_path / "out" / "config.json").exists()
