"""QQ through OneBot v11 clients (NapCat, Lagrange, LLOneBot …).

door.py         who may come in at all: no HTTP events, refusals logged
codec.py        event → IncomingMessage, reply → message segments
connections.py  the accounts connected now, calling an action and naming its failure
outbox.py       replies and pushes: parts, pictures, files, second tries
platform.py     the platform: its adapter in NoneBot, its messages to the desk
"""

import bot.platforms.nonebot_quietly  # noqa: F401 # pyright: ignore[reportUnusedImport]
