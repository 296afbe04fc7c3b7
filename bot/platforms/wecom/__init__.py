"""WeCom's AI bots (企业微信智能机器人) over their long connection.

frames.py      what travels on the wire, both ways
line.py        the one connection: subscribing, heartbeats, commands and their acknowledgements
codec.py       callback → IncomingMessage, and what a message of ours is called
cards.py       choices → a card with buttons, a pressed button → the choice
media.py       pictures that came in (encrypted), pictures and files that go out (in pieces)
stream.py      the reply that grows while it is written
quota.py       how much was said in a chat in the last minute
outbox.py      replies and pushes
platform.py    the platform: messages to the desk, the welcome, the pressed buttons

The official ``wecom-aibot-python-sdk`` 1.0.2 was read and is not used. It never ends and never
reconnects after a normal close (1000), does not know the event by which the platform says that
another program took the connection over, starts tasks that nobody owns, cannot upload pictures,
forces TLS so that no local server can stand in for the platform, writes whole messages to its
log, and imports a name that ``websockets`` has deprecated. The protocol itself is small: JSON
texts over one WebSocket, which aiohttp, already here for NoneBot, speaks.
"""
