"""How fast is it, and in how much memory? Everything in one run on loopback.

    python -m benchmarks [messages memory retrieval analysers answering answers learners]

Without names: messages, memory, retrieval. Exit code 1 when a message was lost or
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

_SERVED = ("messages", "memory", "answering")
NAMES = (
    "messages",
    "memory",
    "retrieval",
    "analysers",
    "answering",
    "answers",
    "learners",
)
DEFAULT = ("messages", "memory", "retrieval")


def main(names: Sequence[str]) -> int:
    from benchmarks.memory import MessagesLost

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
                _run(name, own, console)
            except MessagesLost as lost:
                console.print(f"有消息没有得到应有的答复：{lost}")
                failed = 1
            seconds = time.perf_counter() - started
            console.print(f"用时 {seconds:.0f} 秒，结束时负载 {_load()}\n")
    return failed


def _run(name: str, data_dir: Path, console: Console) -> None:
    from benchmarks import analysers, answering, answers, learners, memory, messages, retrieval

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


def _names(arguments: Sequence[str]) -> tuple[str, ...]:
    parser = argparse.ArgumentParser("python -m benchmarks", description="一次运行，同机对照")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"要跑哪些：{' '.join(NAMES)}")
    names = tuple(parser.parse_args(arguments).names) or DEFAULT
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        parser.error(f"没有 {' '.join(unknown)} 这一项，可以选：{' '.join(NAMES)}")
    return names


if __name__ == "__main__":
    try:
        sys.exit(main(_names(sys.argv[1:])))
    except RuntimeError as error:
        sys.exit(str(error))
