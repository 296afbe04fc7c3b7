"""How long does a student wait from starting ``python -m bot chat`` to the first reply?

    python -m benchmarks answering

The knowledge base is built and the program has run before (a second start). A named concept is
answered from its card; a paraphrase has to open the passages first.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.processes import environment

GOAL_SECONDS = 5.0
_STARTS = 5
_QUESTIONS = {
    "概念（什么是死锁）": "什么是死锁",
    "改述，要检索": "淘汰最久没被访问的页的那个算法",
}


def main(data_dir: Path, console: Console) -> None:
    table = Table(title=f"从启动到第一个答复，秒（{_STARTS} 次）", min_width=60)
    for column in ("问题", "中位", "最慢"):
        table.add_column(column, justify="left" if column == "问题" else "right")
    slowest = 0.0
    _first_reply_seconds(data_dir, "你好")
    for name, question in _QUESTIONS.items():
        times = [_first_reply_seconds(data_dir, question) for _ in range(_STARTS)]
        slowest = max(slowest, float(np.median(times)))
        table.add_row(name, f"{np.median(times):.2f}", f"{max(times):.2f}")
    console.print(table)
    reached = "达标" if slowest < GOAL_SECONDS else "未达标"
    console.print(f"目标 中位 < {GOAL_SECONDS:g} 秒：{slowest:.2f} 秒，{reached}\n")


def _first_reply_seconds(data_dir: Path, question: str) -> float:
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        cwd=data_dir,
        env=environment(data_dir),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{question}\n".encode())
        process.stdin.flush()
        said = process.stdout.readline()
        waited = time.perf_counter() - started
        process.stdin.close()
        process.stdout.read()
    if not said.strip() or process.returncode:
        raise RuntimeError(f"bot chat 没有答复（退出码 {process.returncode}）")
    return waited
