"""What ``python -m finetune serving`` writes beside an InternLM2, and what it refuses."""

import shlex

import pytest
from typer.testing import CliRunner

from finetune.__main__ import app
from finetune.serving import prepare
from finetune.serving_files import ServingError
from tests.unit.finetune.internlm2_folder import (
    CONFIG,
    TOKENIZER,
    adapter_folder,
    model_folder,
    read,
    write,
)

NAME = "internlm2-chat-7b"


def served(folder, out, adapters=None, length=8192, **more):
    return prepare(folder, out, adapters or {}, NAME, length, **more)


def flags(command):
    """Return the flags of a command with their values; a flag without one has None."""
    found, name = {}, ""
    for word in command:
        if word.startswith("--"):
            name = word
            found[name] = None
        elif name:
            found[name] = word
    return found


def problems(folder, out, adapters=None):
    with pytest.raises(ServingError) as refused:
        served(folder, out, adapters)
    return refused.value.problems


def test_every_number_of_the_real_7b_reaches_vllm_as_a_llama(tmp_path):
    served(model_folder(tmp_path / "model"), tmp_path / "cfg")

    config = read(tmp_path / "cfg" / "config.json")
    assert config["model_type"] == "llama"
    assert config["architectures"] == ["InternLM2ForCausalLM"]
    changed = {"model_type", "architectures", "auto_map"}
    assert {k: v for k, v in config.items() if k not in changed} == {
        k: v for k, v in CONFIG.items() if k not in changed
    }
    assert "auto_map" not in config


def test_the_quantisation_is_carried_over(tmp_path):
    quantization = {"quant_method": "compressed-tensors", "format": "pack-quantized"}
    folder = model_folder(tmp_path / "model", quantization_config=quantization)

    prepared = served(folder, tmp_path / "cfg", must_be_quantized=True)

    assert read(tmp_path / "cfg" / "config.json")["quantization_config"] == quantization
    assert prepared.quantization == "compressed-tensors"


def test_the_model_folder_stays_untouched(tmp_path):
    folder = model_folder(tmp_path / "model")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    served(folder, tmp_path / "cfg")

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with pytest.raises(ServingError, match="保持原样"):
        served(folder, folder)


def test_an_answer_ends_at_im_end_even_where_the_folder_forgot_it(tmp_path):
    folder = model_folder(tmp_path / "model")
    assert served(folder, tmp_path / "cfg").model.stops == (2, 92542)

    write(folder / "generation_config.json", {"eos_token_id": 2, "max_length": 99})
    prepared = served(folder, tmp_path / "cfg")

    assert prepared.model.stop_was_missing
    written = read(tmp_path / "cfg" / "generation_config.json")
    assert written == {"eos_token_id": [2, 92542], "max_length": 99}


def test_without_a_generation_configuration_one_is_written(tmp_path):
    folder = model_folder(tmp_path / "model")
    (folder / "generation_config.json").unlink()

    served(folder, tmp_path / "cfg")

    written = read(tmp_path / "cfg" / "generation_config.json")
    assert written == {"eos_token_id": [2, 92542]}


def test_the_tokenizer_asks_for_no_code_of_the_repository(tmp_path):
    served(model_folder(tmp_path / "model"), tmp_path / "cfg")

    config = read(tmp_path / "cfg" / "tokenizer_config.json")
    assert "auto_map" not in config
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert config["added_tokens_decoder"] == TOKENIZER["added_tokens_decoder"]
    assert (tmp_path / "cfg" / "tokenizer.model").read_bytes() == b"pieces"


def test_a_template_in_a_file_of_its_own_is_found(tmp_path):
    folder = model_folder(tmp_path / "model")
    write(folder / "tokenizer_config.json", {**TOKENIZER, "chat_template": None})
    assert problems(folder, tmp_path / "cfg") == [
        "没有对话模板（chat_template）：这是基座模型，要用 chat 版"
    ]

    rest = {k: v for k, v in TOKENIZER.items() if k != "chat_template"}
    write(folder / "tokenizer_config.json", rest)
    (folder / "chat_template.jinja").write_text("<|im_start|>{{ x }}<|im_end|>", encoding="utf-8")
    served(folder, tmp_path / "cfg")

    config = read(tmp_path / "cfg" / "tokenizer_config.json")
    assert config["chat_template"] == "<|im_start|>{{ x }}<|im_end|>"


def test_the_command_names_the_written_folder_and_the_adapters(tmp_path):
    folder, out = model_folder(tmp_path / "model"), tmp_path / "cfg"
    adapters = {"a": adapter_folder(tmp_path / "a", 16), "b": adapter_folder(tmp_path / "b", 9)}

    command = served(folder, out, adapters).command

    assert command[:3] == ("vllm", "serve", str(folder))
    given = flags(command)
    assert given["--hf-config-path"] == given["--generation-config"] == str(out)
    assert given["--tokenizer"] == str(out)
    assert given["--served-model-name"] == NAME
    assert given["--max-lora-rank"] == "16"
    assert given["--max-loras"] == "2"
    modules = command[command.index("--lora-modules") + 1 :]
    assert modules == (f"a={tmp_path / 'a'}", f"b={tmp_path / 'b'}")
    assert "--trust-remote-code" not in given


def test_the_context_is_never_longer_than_the_model_allows(tmp_path):
    folder = model_folder(tmp_path / "model", max_position_embeddings=2048)

    assert flags(served(folder, tmp_path / "cfg").command)["--max-model-len"] == "2048"
    assert flags(served(folder, tmp_path / "cfg", length=1024).command)["--max-model-len"] == "1024"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"architectures": ["LlamaForCausalLM"]},
            "不是 InternLM2（architectures：LlamaForCausalLM）",
        ),
        ({"architectures": None}, "architectures：没有写"),
        ({"bias": True}, "bias 是 true"),
        ({"num_key_value_heads": None}, "没有 num_key_value_heads"),
        ({"vocab_size": 92540}, "<|im_end|> 的编号 92542 超出了 vocab_size 92540"),
    ],
)
def test_a_model_that_vllm_would_misread_is_refused(tmp_path, changes, said):
    [problem] = problems(model_folder(tmp_path / "model", **changes), tmp_path / "cfg")

    assert said in problem
    assert not (tmp_path / "cfg").exists()


def test_a_download_that_broke_off_is_named(tmp_path):
    folder = model_folder(tmp_path / "model")
    (folder / "model.safetensors").unlink()
    assert "没有权重" in problems(folder, tmp_path / "cfg")[0]

    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    write(folder / "model.safetensors.index.json", {"weight_map": parts})
    (folder / parts["a"]).write_bytes(b"")
    assert problems(folder, tmp_path / "cfg") == [f"权重没有下载完，缺 {parts['b']}"]

    (folder / parts["b"]).write_bytes(b"")
    served(folder, tmp_path / "cfg")


def test_all_problems_are_said_at_once(tmp_path):
    folder = model_folder(tmp_path / "model", hidden_size=None)
    (folder / "model.safetensors").unlink()
    write(folder / "tokenizer_config.json", {"chat_template": "[INST]"})

    assert len(problems(folder, tmp_path / "cfg")) == 5


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "tokenizer.model"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = model_folder(tmp_path / "model")
    (folder / name).unlink()

    assert name in problems(folder, tmp_path / "cfg")[0]


@pytest.mark.parametrize("text", ["[]", "{", "\xff"])
def test_a_file_that_is_no_object_is_named(tmp_path, text):
    folder = model_folder(tmp_path / "model")
    (folder / "config.json").write_text(text, encoding="latin-1")

    assert "config.json" in problems(folder, tmp_path / "cfg")[0]


def test_an_adapter_of_another_structure_is_refused(tmp_path):
    folder = model_folder(tmp_path / "model")
    llama = adapter_folder(tmp_path / "llama", targets=["q_proj", "wo"])
    [problem] = problems(folder, tmp_path / "cfg", {"x": llama})
    assert "q_proj" in problem
    assert "wqkv" in problem

    (llama / "adapter_model.safetensors").unlink()
    assert len(problems(folder, tmp_path / "cfg", {"x": llama})) == 2
    big = adapter_folder(tmp_path / "big", rank=1024)
    assert "1024" in problems(folder, tmp_path / "cfg", {"x": big})[0]
    assert "同名" in problems(folder, tmp_path / "cfg", {NAME: big})[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"target_modules": ["wqkv", "output"]}, "输出层（output）"),
        ({"use_dora": True}, "DoRA（use_dora）"),
        ({"modules_to_save": ["tok_embeddings"]}, "整层的权重（modules_to_save）"),
        ({"bias": "lora_only"}, "训练了偏置（bias）"),
        ({"lora_bias": True}, "LoRA 偏置（lora_bias）"),
        ({"r": None}, "r 或 rank_pattern 不是正整数"),
        ({"rank_pattern": {"wo": 0}}, "r 或 rank_pattern 不是正整数"),
    ],
)
def test_an_adapter_that_vllm_would_not_load_is_refused(tmp_path, more, said):
    adapter = adapter_folder(tmp_path / "adapter", **more)

    [problem] = problems(model_folder(tmp_path / "model"), tmp_path / "cfg", {"x": adapter})

    assert said in problem


def test_an_adapter_as_peft_writes_it_is_taken_with_its_highest_rank(tmp_path):
    unused = {"use_dora": False, "modules_to_save": None, "bias": "none", "lora_bias": False}
    pattern = {"layers.0.attention.wo": 40, "wqkv": 8}
    adapter = adapter_folder(tmp_path / "adapter", 16, rank_pattern=pattern, **unused)

    command = served(model_folder(tmp_path / "model"), tmp_path / "cfg", {"x": adapter}).command

    assert flags(command)["--max-lora-rank"] == "64"


def test_the_command_line_prints_only_the_command_on_standard_output(tmp_path):
    folder, out = model_folder(tmp_path / "model"), tmp_path / "cfg"
    adapter = adapter_folder(tmp_path / "adapter")
    arguments = ["serving", str(folder), "--out", str(out), "--adapter", f"jiangyi={adapter}"]

    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == 0
    [line] = done.stdout.splitlines()
    assert flags(shlex.split(line))["--lora-modules"] == f"jiangyi={adapter}"
    assert "ASSISTANT408_LLM__MODEL=internlm2-chat-7b" in done.stderr
    assert "ASSISTANT408_LLM__ADAPTER=jiangyi" in done.stderr
    assert "STOP_TOKEN_IDS" not in done.stderr


def test_the_command_line_asks_for_quantised_weights_on_a_small_card(tmp_path):
    folder, out = model_folder(tmp_path / "model"), tmp_path / "cfg"
    refused = CliRunner().invoke(app, ["serving", str(folder), "--out", str(out), "--quantized"])
    assert refused.exit_code == 1
    assert "没有量化" in refused.stderr
    assert not out.exists()

    model_folder(folder, quantization_config={"quant_method": "awq"})
    done = CliRunner().invoke(app, ["serving", str(folder), "--out", str(out), "--quantized"])
    assert flags(shlex.split(done.stdout))["--max-model-len"] == "4096"
    assert "已量化（awq）" in done.stderr


def test_an_adapter_without_a_name_is_explained(tmp_path):
    arguments = ["serving", str(tmp_path), "--out", str(tmp_path / "cfg"), "--adapter", "somewhere"]

    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == 1
    assert "名字=目录" in done.stderr
