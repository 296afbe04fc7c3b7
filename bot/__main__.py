"""``python -m bot serve | chat | doctor``; a failure to start is one sentence and exit code 1."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Annotated, Any

import typer
from loguru import logger

from backend.errors import BackendError
from bot.errors import StartupError
from bot.logs import configure_logging
from bot.platforms.listening import PortUnavailable
from config.env_file import unknown_variables
from config.errors import SettingsInvalid
from config.loading import load_settings
from config.settings import Settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="408 学习助手：serve 接聊天平台（QQ、Discord、微信），chat 在终端里问，"
    "doctor 检查各个部分；ledger 看推送台账，rebuild 重建学习状态。",
)


@app.command(help="启动设置里写的聊天平台（ASSISTANT408_PLATFORMS，默认 onebot）。")
def serve() -> None:
    """Serve the platforms of the settings until a signal."""
    settings = load_settings()
    configure_logging(settings.log_level)
    _warn_of_unknown_variables()
    _run(_serve(settings))


@app.command(help="在终端里提问；接在管道里时，一行问题对应一段回答。")
def chat(
    json: Annotated[
        bool,
        typer.Option("--json", help="一行一个 JSON 进，一行一个 JSON 出（格式见 docs/json.md）"),
    ] = False,
) -> None:
    """Chat on standard input and output."""
    settings = load_settings()
    configure_logging("WARNING" if settings.log_level == "INFO" else settings.log_level)
    _warn_of_unknown_variables()
    _run(_chat(settings, json=json))


@app.command(help="看推送台账：每一次该发的题、公布和提醒，发了没有，没发是为什么。")
def ledger(
    day: Annotated[
        str, typer.Argument(metavar="[DATE]", help="年-月-日，如 2026-11-27；不写就是今天。")
    ] = "",
) -> None:
    """Print the deliveries of one day."""
    from bot.record_commands import show_ledger

    settings = load_settings()
    configure_logging("ERROR")
    _run(show_ledger(settings, day))


@app.command(help="从作答记录重建错题本、复习卡、打卡和掌握度，并说出和现有的差别。")
def rebuild(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只比较，不改；有差别时退出码为 1。")
    ] = False,
) -> None:
    """Fold the log again."""
    from bot.record_commands import rebuild_record

    settings = load_settings()
    configure_logging("ERROR")
    same = _run(rebuild_record(settings, dry_run=dry_run))
    raise typer.Exit(0 if same or not dry_run else 1)


@app.command(help="检查每一项依赖和设置，并说明怎么处理发现的问题。")
def doctor() -> None:
    """Check everything and say what to do about each failure."""
    from bot.doctor import examine

    configure_logging("ERROR")
    raise typer.Exit(0 if _run(examine()) else 1)


def _warn_of_unknown_variables() -> None:
    """A mistyped name of a token would leave the door open without a word."""
    for name, near in unknown_variables(os.environ):
        hint = f"，是不是想写 {near}" if near else ""
        logger.warning("环境变量 {} 不是任何一个设置，没有起作用{}。", name, hint)


async def _serve(settings: Settings) -> None:
    from bot.platforms.listening import claim
    from bot.platforms.running import run_platforms
    from bot.wiring import open_artist, open_house
    from bot.wiring_platforms import make_platforms, pauses, require_settings

    require_settings(settings)
    listener = claim(settings.http.host, settings.http.port)
    try:
        async with open_house(settings, limited=True) as house:
            warming = asyncio.create_task(house.search.warm())
            async with open_artist(settings, house.health) as artist:
                clockwork = house.learning.clockwork
                await run_platforms(
                    make_platforms(settings, house, artist),
                    house.health,
                    host=settings.http.host,
                    listener=listener,
                    pauses=pauses(settings),
                    on_ready=[clockwork.start],
                    before_close=[clockwork.stop],
                )
            warming.cancel()
    finally:
        listener.close()


async def _chat(settings: Settings, *, json: bool) -> None:
    from bot.platforms.terminal import run_chat, run_pipe_json
    from bot.wiring import open_house

    async with open_house(settings, limited=False) as house:
        stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
        if json:
            await run_pipe_json(house.router, stream_in=stdin, stream_out=stdout)
            return
        interactive = sys.stdin.isatty() and sys.stdout.isatty()
        warming = asyncio.create_task(house.search.warm()) if interactive else None
        await run_chat(house.router, stream_in=stdin, stream_out=stdout, interactive=interactive)
        if warming is not None:
            warming.cancel()


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    from bot.platforms.loop import loop_factory

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(work)


def main() -> None:
    """Run the command line; turn known failures into one sentence on standard error."""
    try:
        app()
    except (SettingsInvalid, StartupError, PortUnavailable, BackendError) as error:
        sys.exit(_said(str(error)))
    except KeyboardInterrupt:
        sys.exit(130)


def _said(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    main()
