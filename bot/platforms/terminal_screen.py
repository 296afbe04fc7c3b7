"""A conversation with the person at the terminal: a prompt, Markdown, a spinner while waiting."""

import asyncio
import contextlib
import importlib
import signal
import sys
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner
from rich.text import Text

from bot.platforms.exports import saved_line
from bot.platforms.lines import in_daemon_thread
from bot.platforms.ports import Answerer
from bot.rendering.markdown import markdown_parser
from bot.rendering.outgoing import SOURCES_MARK, with_sources
from plugins.messages import IncomingMessage, Receipt, Reply

HINT = "408 学习助手。直接提问，例如「什么是死锁」；输入「帮助」看用法，「退出」或 Ctrl-D 离开。"
WAITING = "正在想…"
GOODBYE = "再见，祝复习顺利。"
PROMPT = "> "
_CANCEL_SECONDS = 1.0
EXIT_WORDS = frozenset({"退出", "exit", "quit"})

T = TypeVar("T")


class _Leave(Exception):
    """The person wants to go."""


async def chat_on_screen(
    answerer: Answerer, message_of: Callable[[str], IncomingMessage], exports: Path
) -> None:
    """Talk at the process's terminal until the person leaves (Ctrl-C, Ctrl-D, 退出, exit).

    Files are written into ``exports``.
    """
    console = Console()
    console.print(Text(HINT, style="dim"))
    restore_terminal = _terminal_restorer()
    try:
        with _interrupts() as interrupted, contextlib.suppress(_Leave):
            while True:
                text = await _unless(interrupted, _ask())
                await _unless(interrupted, _reply(console, answerer, message_of(text), exports))
    finally:
        restore_terminal()
    console.print(Text(GOODBYE, style="dim"))


async def _ask() -> str:
    """Read the next line that is not empty; _Leave at the end."""
    with contextlib.suppress(ImportError):
        # Gives input() editing that knows wide characters.
        importlib.import_module("readline")
    while True:
        try:
            line = await in_daemon_thread(lambda: input(PROMPT))
        except (EOFError, OSError):
            print()
            raise _Leave from None
        except UnicodeDecodeError:
            continue
        if (text := line.strip()).lower() in EXIT_WORDS:
            raise _Leave
        if text:
            return text


async def _reply(
    console: Console, answerer: Answerer, message: IncomingMessage, exports: Path
) -> None:
    waiting = Spinner("dots", Text(WAITING, style="dim"))
    with Live(waiting, console=console, transient=True, refresh_per_second=10) as live:

        async def grow(so_far: str) -> None:
            live.update(_markdown(so_far))

        reply = await answerer.handle(message, grow)
    if not reply.is_silent:
        _show(console, reply, exports)
        await answerer.delivered(message, reply, Receipt())


def _show(console: Console, reply: Reply, exports: Path) -> None:
    body, mark, tail = with_sources(reply).rpartition(SOURCES_MARK)
    if not mark:
        body, tail = tail, ""
    console.print(_markdown(body))
    if mark:
        console.print(Text(mark + tail, style="dim"))
    if reply.attachment is not None:
        console.print(Text(saved_line(reply.attachment, exports), style="dim"))
    console.print()


def _markdown(text: str) -> RenderableType:
    """Let rich draw our subset of Markdown, not its own, which eats ``vector<int>``."""
    drawn = Markdown("")
    drawn.parsed = markdown_parser().parse(text)
    return drawn


async def _unless(interrupted: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """Await ``work``; _Leave as soon as Ctrl-C is pressed."""
    task = asyncio.ensure_future(work)
    stop = asyncio.ensure_future(interrupted.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise _Leave
        return task.result()
    finally:
        stop.cancel()
        task.cancel()
        await asyncio.wait({task, stop}, timeout=_CANCEL_SECONDS)


@contextlib.contextmanager
def _interrupts() -> Generator[asyncio.Event]:
    """Turn Ctrl-C into an event for as long as the context lasts."""
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_interrupt(*_: object) -> None:
        loop.call_soon_threadsafe(interrupted.set)

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, previous)


def _terminal_restorer() -> Callable[[], None]:
    """Give a function that puts the terminal back: readline may be left waiting in raw mode."""
    try:
        import termios
    except ImportError:  # Windows has neither termios nor readline
        return lambda: None
    try:
        saved = termios.tcgetattr(sys.stdin)
    except (termios.error, OSError, ValueError):  # not a terminal after all
        return lambda: None
    return lambda: termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)
