"""QQ through OneBot v11 clients (NapCat, Lagrange, LLOneBot …): the only place with NoneBot.

door.py         who may come in at all: no HTTP events, refusals logged
codec.py        event → IncomingMessage, reply → message segments
connections.py  the accounts connected now, calling an action and naming its failure
outbox.py       replies and pushes: parts, pictures, files, second tries
app.py          NoneBot, its one matcher, the web application, ``serve``
"""

import importlib
import sys

from loguru import logger


def _import_nonebot() -> None:
    """Import NoneBot without losing our logging.

    When it is first imported it removes every sink of loguru's one logger and adds its own to
    standard output.

    It is silenced from the start: it logs whole events and, at DEBUG, its configuration with the
    token. What an operator needs is logged by ``OneBotPlatform`` and ``Door``.
    """
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
