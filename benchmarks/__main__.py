"""How fast is it, and in how much memory? Everything in one run on loopback.

    python -m benchmarks [messages memory retrieval analysers answering answers learners platforms]
    python -m benchmarks generation [--base-url URL --model NAME --api-key KEY]

Without names: messages, memory, retrieval, platforms. Exit code 1 when a message was lost or
nothing could be measured.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.processes import build_knowledge_base

_SERVED = ("messages", "memory", "answering", "generation", "platforms")
NAMES = (
    "messages",
    "memory",
    "retrieval",
    "analysers",
    "answering",
    "answers",
    "learners",
    "generation",
    "platforms",
)
DEFAULT = ("messages", "memory", "retrieval", "platforms")


def main(asked: argparse.Namespace) -> int:
    from benchmarks.memory import MessagesLost

    names: Sequence[str] = asked.names
    # Tables keep their width in a pipe or a log file.
    console = Console(width=max(100, Console().width))
    console.print(_machine())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="a408-bench-") as folder:
        built = Path(folder, "built")
        built.mkdir()
        if set(names) & set(_SERVED):
            build_knowledge_base(built)
        for name in names:
            console.rule(name)
            started = time.perf_counter()
            try:
                # Each has data of its own: ids seen by the one before would count as duplicates.
                own = shutil.copytree(built, Path(folder, name), dirs_exist_ok=True)
                _run(name, own, console, asked)
            except MessagesLost as lost:
                console.print(f"有消息没有得到应有的答复：{lost}")
                failed = 1
            seconds = time.perf_counter() - started
            console.print(f"用时 {seconds:.0f} 秒，结束时负载 {_load()}\n")
    return failed


def _run(name: str, data_dir: Path, console: Console, asked: argparse.Namespace) -> None:
    from benchmarks import (
        analysers,
        answering,
        answers,
        generation,
        learners,
        memory,
        messages,
        platforms,
        retrieval,
    )

    match name:
        case "messages":
            messages.main(data_dir, console)
        case "memory":
            memory.main(data_dir, console)
        case "answering":
            answering.main(data_dir, console)
        case "retrieval":
            retrieval.main()
        case "answers":
            answers.main(data_dir, console)
        case "learners":
            learners.main()
        case "platforms":
            platforms.main(data_dir, console)
        case "generation":
            served = None
            if asked.base_url:
                served = generation.Served(asked.base_url, asked.model, asked.api_key)
            generation.main(data_dir, console, served)
        case _:
            analysers.main()


def _machine() -> str:
    return (
        f"{platform.system()} {platform.machine()}，{os.cpu_count()} 核，"
        f"Python {platform.python_version()}，开始时负载 {_load()}"
    )


def _load() -> str:
    """The run queue over 1, 5 and 15 minutes: above the number of cores, others want them too."""
    return " ".join(f"{load:.2f}" for load in os.getloadavg())


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description="一次运行，同机对照")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"要跑哪些：{' '.join(NAMES)}")
    model = parser.add_argument_group("generation", "问哪个模型；不写就启动一个小模型")
    model.add_argument("--base-url", default="", help="OpenAI 兼容接口的地址，以 /v1 结尾")
    model.add_argument("--model", default="internlm2-chat-7b", help="接口里的模型名")
    model.add_argument("--api-key", default="", help="接口的密钥")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in NAMES]
    if unknown:
        parser.error(f"没有 {' '.join(unknown)} 这一项，可以选：{' '.join(NAMES)}")
    asked.names = tuple(asked.names) or DEFAULT
    return asked


if __name__ == "__main__":
    try:
        sys.exit(main(_arguments(sys.argv[1:])))
    except RuntimeError as error:
        sys.exit(str(error))
