"""NoneBot without its logging; to be imported before anything of NoneBot's.

When NoneBot is first imported it removes every sink of loguru's one logger and adds its own to
standard output. It is silenced from the start: it logs whole events and, at DEBUG, its
configuration with the tokens. What an operator needs is logged by our platforms.
"""

import importlib
import sys

from loguru import logger


def _import_nonebot() -> None:
    logger.disable("nonebot")
    kind = type(logger)
    remove, add = kind.remove, kind.add
    kind.remove = kind.add = _ignored  # pyright: ignore[reportAttributeAccessIssue]
    try:
        importlib.import_module("nonebot.log")
    finally:
        kind.remove, kind.add = remove, add


def _ignored(*_: object, **__: object) -> int:
    return 0


if "nonebot" not in sys.modules:
    _import_nonebot()
