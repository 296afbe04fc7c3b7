"""``python -m bot ledger`` and ``rebuild``: the learning record for the operator."""

import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date

from rich.console import Console
from rich.table import Table

from backend.errors import BackendError
from backend.learning.database import Database
from backend.learning.ledger import Delivery, Ledger
from backend.learning.migrating import open_database
from backend.learning.rebuild import rebuild
from backend.learning.values import SHANGHAI
from bot.errors import StartupError
from bot.platforms.ports import shanghai_now
from config.settings import Settings
from plugins.daily_quiz.wording import state_text

_MAX_DIFFERENCES = 20
_UNTERMINAL_WIDTH = 160


async def show_ledger(settings: Settings, day: str) -> None:
    """Print one line for each delivery of ``day`` ("" for today); StartupError for a bad date."""
    chosen = _day(day)
    async with _record(settings) as database:
        rows = await Ledger(database, "command").of_day(chosen)
    console = Console()
    if not console.is_terminal:
        console.width = _UNTERMINAL_WIDTH
    if not rows:
        console.print(f"{chosen} 没有推送记录。")
        return
    console.print(_table(rows))
    counts = Counter(row.state for row in rows)
    console.print("，".join(f"{state_text(state)} {n}" for state, n in counts.items()))


async def rebuild_record(settings: Settings, *, dry_run: bool) -> bool:
    """Fold the log again and print what came of it; whether nothing was different."""
    async with _record(settings) as database:
        console = Console(stderr=True)
        with console.status("正在从作答记录重建……") as status:

            def progress(done: int, total: int) -> None:
                status.update(f"正在从作答记录重建…… {done}/{total} 人")

            report = await rebuild(database, dry_run=dry_run, progress=progress)
    print(f"{report.people} 人，{report.attempts} 次作答。")
    if not report.differences:
        print("和现有的状态完全一致。")
        return True
    print(f"{len(report.differences)} 处不同，{'没有改动' if dry_run else '已改成重建的结果'}：")
    for difference in report.differences[:_MAX_DIFFERENCES]:
        print(f"  · {difference}")
    if len(report.differences) > _MAX_DIFFERENCES:
        print(f"  · ……另有 {len(report.differences) - _MAX_DIFFERENCES} 处")
    return False


@asynccontextmanager
async def _record(settings: Settings) -> AsyncGenerator[Database]:
    database = await open_database(
        settings.database.url.get_secret_value(), settings.data_dir.absolute()
    )
    try:
        yield database
    finally:
        try:
            await database.aclose()
        except BackendError as error:
            print(error, file=sys.stderr)


def _day(said: str) -> date:
    if not said:
        return shanghai_now().date()
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise StartupError(f"日期 {said} 写得不对，应形如 2026-11-27。") from None


def _table(rows: list[Delivery]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name in ("时间", "对象", "内容", "状态", "次数", "原因"):
        table.add_column(name)
    table.add_row("该发", "对象", "内容", "状态", "试过", "原因", style="bold")
    for row in rows:
        due = f"{row.due_at.astimezone(SHANGHAI):%m-%d %H:%M}"
        state = state_text(row.state)
        table.add_row(due, row.target, row.slot, state, f"{row.tries}", row.reason)
    return table
