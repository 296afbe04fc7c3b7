"""``python -m bot doctor``: every dependency and setting on one screen, and what to do."""

from collections.abc import Sequence
from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import doctor_learning as learning
from bot import doctor_machine as machine
from bot import doctor_model, doctor_photos
from bot import doctor_platforms as platforms
from bot import doctor_retrieval as retrieval
from bot import doctor_stores as stores
from bot.doctor_findings import Check, Finding, Line, State, ok, run_checks
from config.errors import SettingsInvalid
from config.loading import load_settings
from config.settings import Settings

_MARKS: dict[State, tuple[str, str]] = {
    "ok": ("✔", "green"),
    "warning": ("!", "bold yellow"),
    "failure": ("✘", "bold red"),
}
_UNTERMINAL_WIDTH = 160
"""Columns when the output is a file or a pipe, where nothing needs to be folded early."""


async def examine() -> bool:
    """Check everything and print one line for each; return whether nothing has failed."""
    console = Console()
    if not console.is_terminal:
        console.width = _UNTERMINAL_WIDTH
    with Console(stderr=True).status("正在检查，约十秒……"):
        lines = await look_at_everything()
    console.print(table(lines))
    console.print(verdict(lines))
    return all(line.finding.state != "failure" for line in lines)


async def look_at_everything() -> list[Line]:
    """Run every check that can be run, in the order of the screen."""
    try:
        settings = load_settings()
    except SettingsInvalid as invalid:
        advice = "改正后再运行一次；用到设置的检查这次没有做。"
        wrong = Line("设置", Finding("failure", str(invalid), advice))
        return [wrong, *await run_checks(_without_settings())]
    readable = Line("设置", ok("读得出来"))
    return [readable, *await run_checks([*_without_settings(), *_with(settings)])]


def table(lines: Sequence[Line]) -> Table:
    """Lay the lines out; advice stands below what it is for."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for line in lines:
        mark, style = _MARKS[line.finding.state]
        said = Text(line.finding.found)
        if line.finding.advice:
            said.append(f"\n→ {line.finding.advice}", style="cyan")
        grid.add_row(Text(mark, style), Text(line.name), said)
    return grid


def verdict(lines: Sequence[Line]) -> Text:
    """Sum up in one sentence."""
    states = [line.finding.state for line in lines]
    failures, warnings = states.count("failure"), states.count("warning")
    if failures:
        return Text(f"\n{failures} 项有问题（✘），{warnings} 项要留意（!）。")
    if warnings:
        return Text(f"\n可以运行，{warnings} 项要留意（!）。")
    return Text("\n全部正常。")


def _without_settings() -> list[Check]:
    return [
        Check("Python", machine.python, "安装 Python 3.11 或更新的版本。"),
        Check("依赖包", machine.packages, "运行 make setup。"),
        Check("环境变量", machine.environment, "全部设置见 docs/settings.md。"),
        Check("资料格式", machine.readers, "pip install -r requirements/docs.txt。"),
    ]


def _with(settings: Settings) -> list[Check]:
    host, number = settings.http.host, settings.http.port
    has_token = bool(settings.onebot.access_token.get_secret_value())
    return [
        Check(
            "数据目录",
            partial(machine.data_dir, settings.data_dir),
            "没有可写的数据目录，机器人不能启动。",
        ),
        Check("学习内容", partial(stores.content, settings), "检查 ASSISTANT408_CONTENT_DIR。", 20),
        Check("题库", partial(learning.questions, settings), learning.QUESTIONS, 20),
        Check("学习记录", partial(learning.record, settings), learning.RECORD, 30),
        Check("知识库", partial(stores.knowledge, settings), stores.REBUILD, 60),
        Check("向量模型", partial(retrieval.embedder, settings), retrieval.EMBEDDER, 30),
        Check("重排模型", partial(retrieval.reranker, settings), retrieval.RERANKER, 30),
        Check("Redis", partial(stores.redis, settings), stores.REDIS, 30),
        Check("Milvus", partial(stores.milvus, settings), "运行 make setup。"),
        Check(
            "语言模型",
            partial(doctor_model.language_model, settings),
            doctor_model.ADVICE,
            doctor_model.SECONDS,
        ),
        Check("图片", partial(learning.pictures, settings), learning.PICTURES, 30),
        Check("照片", partial(doctor_photos.photos, settings), doctor_photos.ADVICE, 40),
        Check(
            "HTTP 端口",
            partial(machine.port, host, number),
            "检查 ASSISTANT408_HTTP__HOST 和 ASSISTANT408_HTTP__PORT。",
        ),
        Check(
            "OneBot 令牌", partial(machine.token, host, has_token), "见 docs/platforms/onebot.md。"
        ),
        *platforms.checks(settings),
        Check("运营者", partial(learning.superusers, settings.superusers), "见 docs/settings.md。"),
    ]
