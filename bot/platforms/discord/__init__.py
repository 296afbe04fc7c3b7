"""Discord through its own gateway and REST interface (discord.py).

codec.py      message, slash command, button → IncomingMessage
commands.py   the slash commands: what is registered, what each one says to the bot
calls.py      a call with a deadline, its failure in our words
places.py     where parts of a reply go: a channel, or an interaction that waits for its answer
sending.py    a reply, part by part, with picture, buttons and file
drafts.py     what is seen while an answer is being written
outbox.py     pushes, and who is there
client.py     the connection: what is heard, where it leads, how it is kept
platform.py   the platform: events to the desk, replies to their places
"""
