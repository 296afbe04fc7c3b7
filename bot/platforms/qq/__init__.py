"""QQ's own bots (q.qq.com), which speak with Tencent's servers; QQ accounts are in ``onebot``.

signatures.py  ed25519 of the webhook, and which signed requests have come before
door.py        who may come in by the webhook
adapter.py     the adapter of NoneBot and its account, with what they lack
gateway.py     the WebSocket that the account may hold instead of the webhook
account.py     signing in and staying signed in
failures.py    calling the API of QQ and naming what went wrong
budget.py      how much may be said in answer to one message
codec.py       event → IncomingMessage, texts and buttons → bodies of requests
sending.py     one message: uploaded, posted, tried again
pieces.py      the messages that a rendered reply becomes
rests.py       what waits for “更多”
outbox.py      replies and pushes: planned to fit, their pictures and files
platform.py    the platform: its part of NoneBot, its messages to the desk
"""

import bot.platforms.nonebot_quietly  # noqa: F401 # pyright: ignore[reportUnusedImport]
