"""Questions that come as photos: read, answered as if they had been pasted, shown for mending."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from backend.answering.pasted import letters
from backend.photos.photos import Photos
from backend.photos.ports import PhotoNotRead
from plugins.messages import Decision, IncomingMessage, PictureUnavailable, Reply, ReplyStream
from plugins.qa import photo_wording

MOST_CHARS_BESIDE = 40
"""With more than this beside it, a picture only illustrates what is asked."""

Respond = Callable[[IncomingMessage], Awaitable[Reply | ReplyStream]]


def asks_by_photo(message: IncomingMessage) -> bool:
    """Whether the question of a message is in its picture: 这题选啥."""
    text = message.text.strip()
    return bool(message.pictures) and len(text) <= MOST_CHARS_BESIDE and not letters(text)


async def answer_photo(
    photos: Photos | None,
    message: IncomingMessage,
    respond: Respond,
    names_something: Callable[[str], object],
) -> AsyncIterator[str | Reply]:
    """Read the first picture and have its question answered by ``respond``.

    Where it is not read, the words beside it are answered if they name something. A stream, so
    that a message whose photo waits for its turn keeps no place of the router from others.
    """
    try:
        if photos is None:
            raise PhotoNotRead("not_installed")
        page = await photos.read(message.pictures[0].fetch)
    except PictureUnavailable as error:
        head, decision = str(error), "error"
    except PhotoNotRead as error:
        head, decision = photo_wording.not_read_text(error.problem), _decision(error)
    else:
        head = photo_wording.recognised_text(page, len(message.pictures))
        asked = replace(message, text=page.text)
        async with aclosing(_headed(head, await respond(asked))) as parts:
            async for part in parts:
                yield part
        return
    if not names_something(message.text):
        yield Reply(head, decision, confidence=0.0)
        return
    async with aclosing(_headed(head, await respond(message))) as parts:
        async for part in parts:
            yield part


async def _headed(head: str, answer: Reply | ReplyStream) -> AsyncGenerator[str | Reply]:
    if isinstance(answer, Reply):
        yield replace(answer, text=f"{head}\n\n{answer.text}")
        return
    try:
        async for part in answer:
            if isinstance(part, Reply):
                yield replace(part, text=f"{head}\n\n{part.text}")
            else:
                yield f"{head}\n\n{part}"
    finally:
        if isinstance(answer, AsyncGenerator):
            await answer.aclose()  # at once: a model may still be writing for it


def _decision(error: PhotoNotRead) -> Decision:
    match error.problem:
        case "busy":
            return "busy"
        case "failed" | "too_slow":
            return "error"
        case _:
            return "ask_back"
