"""A WeChat official account (公众号): WeChat calls us over HTTP, a person at a time.

signing.py     who may call: signatures, the age of a request, replays
sealing.py     the safe mode: AES around the XML
wire.py        XML in and out
codec.py       event → IncomingMessage or a sentence that is said at once
answers.py     an answer, given part by part, and the shelf of those not given yet
conversing.py  what the response to one call says, in the few seconds that WeChat waits
api.py         WeChat's own API: access token, customer-service messages, pictures
outbox.py      replies and pushes as parts, and on their way through the API
callback.py    the HTTP side: limits, refusals, statuses
platform.py    the platform
"""
