"""Bars on a terminal for what takes long; nothing where standard error is no terminal."""

from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def progress_bar() -> Generator[Callable[[str, int, int], None]]:
    """Give what to call with the stage, and how much of it is done of how much."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    console = Console(stderr=True)
    # Redirecting would send what other libraries print to stdout through this console.
    bar = Progress(
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total)

    with bar:
        yield show
