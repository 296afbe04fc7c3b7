"""The W4A16 checkpoint that ``python -m finetune quantise`` makes of the tiny model."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from finetune.serving_files import ServingError
from finetune.serving_quantise import packed, quantise
from tests.model.vllm.asking import answer, client, question
from tests.model.vllm.checkpoint import Checkpoint
from tests.model.vllm.lessons import ADAPTED, ANSWERS
from tests.model.vllm.server import ADAPTER, VllmServer, serving_command


@pytest.fixture(scope="module")
def quantised(tiny: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    out = tmp_path_factory.mktemp("w4a16") / "model"
    quantise(tiny.model, out, lambda line: None)
    return Checkpoint(out, tiny.adapter)


@pytest.fixture(scope="module")
def small_server(
    quantised: Checkpoint, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VllmServer]:
    """A server of the quantised model, beside the other one, which has nothing to do meanwhile."""
    folder = tmp_path_factory.mktemp("vllm-w4a16")
    server = VllmServer(serving_command(quantised, folder / "config"), folder / "vllm.log")
    try:
        server.ensure_ready()
        yield server
    finally:
        server.stop()


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


async def test_the_quantised_model_still_knows_what_it_learnt(small_server):
    async with client(small_server, temperature=0.0) as generator:
        said = {text: (await answer(generator, question(text)))[0] for text in ANSWERS}

    right = sum(said[text] == ANSWERS[text] for text in ANSWERS)
    assert right >= 0.8 * len(ANSWERS), said


async def test_the_adapter_of_the_original_fits_the_quantised_model(small_server):
    async with client(small_server, adapter=ADAPTER, temperature=0.0) as generator:
        said = {text: (await answer(generator, question(text)))[0] for text in ADAPTED}

    assert sum(said[text] == ADAPTED[text] for text in ADAPTED) >= 3, said


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
