"""Discord through its own gateway and REST interface (discord.py).

codec.py       message, slash command, button → IncomingMessage
commands.py    the slash commands: what is registered, what each one says to the bot
calls.py       a call with a deadline, its failure in our words
link.py        what there is of Discord now, and calls through it
client.py      a session: what is heard, where it leads, how it is kept
embeds.py      the ending of a reply as an embed
places.py      where parts of a reply go: a channel, or an interaction that waits for its answer
sending.py     a reply, part by part, with picture, embed, buttons and file
drafts.py      what is seen while an answer is being written
responding.py  the way of one reply to its sender
outbox.py      pushes, and who is there
platform.py    the platform: events to the desk, replies to their places
"""

import warnings

with warnings.catch_warnings():  # its voice part, of no use here, asks for the old audioop
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401 # pyright: ignore[reportUnusedImport]
