"""A reply on its way: rendered, sent part by part with picture, embed, buttons and file."""

from collections.abc import Sequence
from dataclasses import replace

from loguru import logger

from bot.platforms.discord.calls import Refused
from bot.platforms.discord.codec import CAPS
from bot.platforms.discord.embeds import ending_embed
from bot.platforms.discord.places import Part, Place
from bot.rendering.markups import messages
from bot.rendering.outgoing import Outgoing, Painter, file_as_texts, outgoing, without_picture
from plugins.messages import Attachment, DeliveryUncertain, NotSent, Receipt, Reply

PICTURE_NAME = "408.png"


async def deliver(
    reply: Reply, place: Place, painter: Painter | None, draft_id: str | None = None
) -> Receipt:
    """Send ``reply``; the message ``draft_id``, if there is one, becomes its first part.

    Raises NotSent or DeliveryUncertain. Once the first part is confirmed the reply counts as
    delivered: what fails later is logged, and missing in the receipt.
    """
    apart = place.may_embed
    drawn = await outgoing(reply, CAPS, painter, ending_apart=apart)
    try:
        receipt = await _send(_parts(drawn, reply), place, draft_id)
    except Refused as refused:
        if drawn.picture is None:
            raise
        logger.warning("图片没有发出，改发文字：{}", refused)
        written = without_picture(reply, CAPS, ending_apart=apart)
        receipt = await _send(_parts(written, reply), place, draft_id)
    if reply.attachment is not None:
        await _attach(place, reply.attachment)
    return receipt


async def first_message(text: str) -> str:
    """Render the beginning of a text that is still being written."""
    drawn = await outgoing(Reply(text, "answer"), CAPS, None)
    return drawn.texts[0] if drawn.texts else ""


def _parts(drawn: Outgoing, reply: Reply) -> list[Part]:
    """The picture goes with the first text, embed and buttons under the last."""
    embed = ending_embed(drawn.ending, reply)
    ending = () if embed is not None else messages(drawn.ending, CAPS.markup, CAPS.max_chars)
    parts = [Part(text) for text in (*drawn.texts, *ending)] or [Part()]
    if drawn.picture is not None:
        parts[0] = replace(parts[0], file=Attachment(PICTURE_NAME, drawn.picture))
    parts[-1] = replace(parts[-1], choices=reply.choices, embed=embed)
    return parts


async def _send(parts: Sequence[Part], place: Place, draft_id: str | None) -> Receipt:
    """Send the parts in order; only the failure of the first is raised."""
    ids = [await _first(parts[0], place, draft_id)]
    for number, part in enumerate(parts[1:], 2):
        try:
            ids.append(await place.post(part))
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("第 {}/{} 部分没有发出：{}", number, len(parts), error)
            break
    return Receipt(tuple(ids))


async def _first(part: Part, place: Place, draft_id: str | None) -> str:
    """Put the first part in the place of the draft, beside it when somebody deleted that."""
    if draft_id is None:
        return await place.post(part)
    try:
        await place.edit(draft_id, part)
    except Refused:
        if part.file is not None:
            raise
        return await place.post(part)
    return draft_id


async def _attach(place: Place, attachment: Attachment) -> None:
    """Send the file; its content as messages where none can be sent."""
    try:
        await place.post(Part(file=attachment))
    except Refused as refused:
        logger.warning("文件没有发出，改发文字：{}", refused)
    except (NotSent, DeliveryUncertain) as error:
        logger.warning("文件没有发出：{}", error)
        return
    else:
        return
    for text in file_as_texts(attachment, CAPS.max_chars, CAPS.markup):
        try:
            await place.post(Part(text))
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("文件的内容没有发出：{}", error)
            return
