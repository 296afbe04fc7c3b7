"""QQ through OneBot v11 clients (NapCat, Lagrange, LLOneBot …): the only place with NoneBot.

    door.py         who may come in at all: no HTTP events, refusals logged
    codec.py        event → IncomingMessage, reply → message segments
    connections.py  the accounts connected now, sending with one retry
    app.py          NoneBot, its one matcher, the web application, ``serve``

Importing any of them imports NoneBot, which throws away loguru's sinks and adds its own to
stdout: configure logging afterwards.
"""
