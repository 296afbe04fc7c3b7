"""The command ``python -m finetune serving``: prepare a model for vLLM, print how to start it."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from finetune.serving import Prepared, prepare
from finetune.serving_files import ServingError
from finetune.serving_memory import GIB, memory
from finetune.serving_quantise import quantise

QUANTISE_HELP = "把 InternLM2 量化成 W4A16（四位权重），给 8–12 GB 的显卡；不需要 GPU。"
HELP = "检查下载好的 InternLM2，写出 vLLM 要的配置，打印启动命令（标准输出只有这条命令）。"
_USUAL_STOPS = {2, 92542}
_SMALL_LENGTH = 4096


def serving(
    model_dir: Annotated[Path, typer.Argument(help="模型目录（config.json 所在），不会被改动。")],
    out: Annotated[Path, typer.Option(help="写配置的目录，要和模型目录分开。")],
    adapter: Annotated[
        list[str] | None, typer.Option(help="LoRA 适配器，写作 名字=目录；可以写多次。")
    ] = None,
    quantized: Annotated[
        bool,
        typer.Option("--quantized", help="给 8–12 GB 的显卡：要求权重已量化，参数按小显存来。"),
    ] = False,
    name: Annotated[str, typer.Option(help="接口里的模型名。")] = "internlm2-chat-7b",
    max_model_len: Annotated[
        int | None, typer.Option(min=512, help="提示加回答最多的词元数；不写是 8192，小显存 4096。")
    ] = None,
) -> None:
    length = max_model_len or (_SMALL_LENGTH if quantized else 2 * _SMALL_LENGTH)
    try:
        adapters = dict(_named(text) for text in adapter or ())
        prepared = prepare(model_dir, out, adapters, name, length, must_be_quantized=quantized)
    except ServingError as error:
        raise _refused(error) from error
    small = ("--max-num-seqs", "8", "--gpu-memory-utilization", "0.92") if quantized else ()
    _explain(prepared, out, name, adapters)
    print(shlex.join((*prepared.command, *small)))


def quantising(
    model_dir: Annotated[Path, typer.Argument(help="bf16 的模型目录，不会被改动。")],
    out: Annotated[Path, typer.Option(help="写量化模型的目录。")],
) -> None:
    try:
        quantise(model_dir, out, lambda line: print(line, file=sys.stderr))
    except ImportError as error:
        print("需要 torch 和 safetensors：pip install -r requirements/bge.txt", file=sys.stderr)
        raise typer.Exit(1) from error
    except ServingError as error:
        raise _refused(error) from error
    print(f"写好了：{out}。接着：python -m finetune serving {out} --out 配置目录 --quantized")


def _refused(error: ServingError) -> typer.Exit:
    for problem in error.problems:
        print(f"不能用：{problem}", file=sys.stderr)
    return typer.Exit(1)


def _named(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise ServingError([f"--adapter 要写作 名字=目录，不是 {text}"])
    return name, Path(path)


def _explain(prepared: Prepared, out: Path, name: str, adapters: dict[str, Path]) -> None:
    """Say on standard error what was found, and which settings of the bot go with it."""
    model = prepared.model
    weights = f"已量化（{prepared.quantization}）" if prepared.quantization else "未量化"
    needed = memory(model.config)
    lines = [
        f"配置写在 {out}；权重{weights}，约 {needed.weights / GIB:.1f} GiB，"
        f"另外每 1000 个词元约 {needed.per_token * 1000 / GIB:.2f} GiB"
    ]
    if model.stop_was_missing:
        lines.append("generation_config.json 里少了 <|im_end|>，已经补进停止词元")
    lines += ["机器人的 .env：", f"  ASSISTANT408_LLM__MODEL={name}"]
    lines += [f"  ASSISTANT408_LLM__ADAPTER={next(iter(adapters))}"] if adapters else []
    lines.append("  ASSISTANT408_LLM__FAMILY=internlm2")
    if set(model.stops) != _USUAL_STOPS:
        lines.append(f"  ASSISTANT408_LLM__STOP_TOKEN_IDS={','.join(map(str, model.stops))}")
    print("\n".join([*lines, "启动命令："]), file=sys.stderr)
