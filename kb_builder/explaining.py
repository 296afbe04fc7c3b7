"""How the commands of kb_builder speak: one sentence instead of a traceback."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import typer

from backend.errors import BackendError
from config.errors import SettingsInvalid


@contextmanager
def explained() -> Generator[None]:
    """End the command with one sentence on stderr instead of a traceback."""
    try:
        yield
    except (BackendError, SettingsInvalid) as error:
        say(str(error))
        raise typer.Exit(1) from error
    except BrokenPipeError:
        # The reader has seen enough (| head); Python would complain about the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        where = f"：{error.filename}" if error.filename else ""
        say(f"读写文件失败（{error.strerror or error}{where}）；请检查数据目录的空间和权限。")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        say("已中断；正在使用的知识库没有变化。")
        raise typer.Exit(130) from None


def say(text: str) -> None:
    print(text, file=sys.stderr)
