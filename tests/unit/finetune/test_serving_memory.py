"""The memory that a model needs, against numbers worked out by hand."""

import pytest

from finetune.serving_memory import memory
from finetune.serving_quantise import QUANTIZATION
from tests.unit.finetune.internlm2_folder import CONFIG

# wqkv 4096·6144, wo 4096·4096, three of 4096·14336, in 32 layers; and embedding and output.
LINEAR = 32 * (4096 * 6144 + 4096 * 4096 + 3 * 4096 * 14336)
EDGES = 2 * 92544 * 4096


def test_a_7b_in_bf16_takes_two_bytes_a_weight():
    assert memory(CONFIG).weights == 2 * (LINEAR + EDGES)


def test_each_token_keeps_a_key_and_a_value_in_every_layer():
    assert memory(CONFIG).per_token == 2 * 32 * 8 * 128 * 2


def test_w4a16_takes_half_a_byte_and_a_share_of_the_groups_scale():
    needed = memory(CONFIG | {"quantization_config": QUANTIZATION})

    assert needed.weights == LINEAR // 2 + LINEAR // 128 * 2 + 2 * EDGES


@pytest.mark.parametrize("method", ["awq", "gptq"])
def test_other_quantisations_say_their_bits_in_their_own_way(method):
    quantization = {"quant_method": method, "bits": 4, "group_size": 128}

    needed = memory(CONFIG | {"quantization_config": quantization})

    assert needed == memory(CONFIG | {"quantization_config": QUANTIZATION})
