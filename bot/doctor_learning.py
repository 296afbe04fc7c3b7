"""Checks of the learning loop: the record, the questions, the pictures, the operators."""

from contextlib import aclosing

from backend.errors import ContentError
from backend.knowledge.library import load_library
from backend.learning.database import Database
from backend.learning.migrating import open_database
from backend.learning.progress import Progress
from backend.questions.bank import Bank, load_bank
from backend.questions.generators.registry import ALL
from bot.doctor_findings import Finding, failure, ok, warning
from bot.platforms.lines import in_daemon_thread
from bot.rendering.pictures.artist import Artist
from config.settings import Settings
from plugins.drawing import Drawing, Prose

RECORD = (
    "学习记录用不了，机器人不能启动：SQLite 检查目录权限、磁盘空间，或用备份恢复；"
    "PostgreSQL 检查 ASSISTANT408_DATABASE__URL 和那台服务器。"
)
QUESTIONS = "运行 python -m kb_builder questions check；没改好之前机器人不能启动。"
PICTURES = "pip install -r requirements/pictures.txt；在这之前报告和带代码、表格的题用文字。"

_SAMPLE = Drawing("检查", (Prose("页面置换 **LRU** `for (;;)`"),))
_DRAWING_SECONDS = 20.0


async def record(settings: Settings) -> Finding:
    """Open the record as a start would, its schema brought up to date, and read from it."""
    database = await open_database(
        settings.database.url.get_secret_value(), settings.data_dir.absolute()
    )
    async with aclosing(database):
        counts = await Progress(database).counts()
        revision = await _revision(database)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    return ok(
        f"{kind} {database.place}，修订 {revision}，可写；"
        f"{counts['people']} 人，{counts['attempts']:,} 次作答"
    )


async def questions(settings: Settings) -> Finding:
    """Count the questions that may be asked, and those that wait for their second answer."""

    def load() -> Bank:
        return load_bank(settings.content_dir, load_library(settings.content_dir))

    try:
        bank = await in_daemon_thread(load)
    except ContentError as error:
        return failure(f"{len(error.problems)} 处问题，例如：{error.problems[0]}", QUESTIONS)
    found = f"写好 {len(bank.written)} 题，可以出 {len(bank.questions)} 题，生成器 {len(ALL)} 个"
    if bank.written and not bank.questions:
        return failure(f"{found}；没有一道算数", QUESTIONS)
    if bank.waiting:
        return warning(
            f"{found}；{len(bank.waiting)} 题还没通过第二次作答，不会出",
            "运行 python -m kb_builder questions check 看是哪些。",
        )
    return ok(found)


async def pictures(settings: Settings) -> Finding:
    """Draw one."""
    if not settings.pictures.enabled:
        return ok("设置里关着，一律用文字")
    artist = Artist(deadline_seconds=_DRAWING_SECONDS)
    try:
        picture = await artist.draw(_SAMPLE)
        state = artist.state()
    finally:
        await artist.aclose()
    if picture is None:
        return warning(f"画不出来：{state}", PICTURES)
    return ok(f"画得出来（试画一张 {len(picture) // 1024} KB）")


async def superusers(accounts: tuple[str, ...]) -> Finding:
    """Whether anybody may use the operator's commands and is told of what goes wrong."""
    if not accounts:
        return warning(
            "没有设置：/管理 谁也用不了，推送出了问题只写在日志里",
            "设 ASSISTANT408_SUPERUSERS=onebot:你的QQ号（多个用逗号隔开）。",
        )
    shown = "、".join(f"{account.partition(':')[0]} 尾号 {account[-4:]}" for account in accounts)
    return ok(f"{len(accounts)} 个：{shown}")


async def _revision(database: Database) -> str:
    async with database.reading() as connection:
        found = await connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        return str(found.scalar())
