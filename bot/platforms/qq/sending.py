"""One message on its way to QQ: uploaded, posted, tried again where that is of use.

A message of a reply has a number, by which QQ knows it when it comes a second time: so one that
was not confirmed is sent again. A push has none and is sent once.
"""

import asyncio
import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from bot.platforms.qq.account import Account
from bot.platforms.qq.budget import Budget
from bot.platforms.qq.codec import (
    PICTURE,
    Target,
    keyboard,
    markdown_body,
    media_body,
    quoting,
    text_body,
)
from bot.platforms.qq.failures import Duplicate, RateLimited, Refused, call
from plugins.messages import DeliveryUncertain, NotSent

_TRIES = 3
_AGAIN_SECONDS = 0.5
_MOST_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why something is sent: in answer to ``reference`` within ``budget``, or unasked (None).

    ``quote`` is the index of a message for the first part to quote, "" for none.
    """

    target: Target
    session: str
    reference: dict[str, str]
    budget: Budget | None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One message."""

    text: str
    markdown: bool = False
    picture: bytes | None = None
    choices: tuple[str, ...] = ()


class Sender:
    """Sends with one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def send(self, occasion: Occasion, piece: Piece, *, first: bool = False) -> list[str]:
        """Send one message; by what it can be quoted: its id, its index, its buttons.

        The ``first`` one quotes, unless QQ does not want that.
        """
        token = secrets.token_hex(8)
        body = await self._body(occasion.target, piece, token)
        if first and occasion.quote:
            try:
                answer = await self.post(occasion, body | quoting(occasion.quote))
            except Refused as refused:
                if type(refused) is not Refused or not refused.can_retry:
                    raise
                answer = await self.post(occasion, body)
        else:
            answer = await self.post(occasion, body)
        known = [answer.get("id"), (answer.get("ext_info") or {}).get("ref_idx")]
        ids = [str(each) for each in known if each]
        return [*ids, token] if piece.choices else ids

    async def _body(self, target: Target, piece: Piece, token: str) -> dict[str, Any]:
        if piece.picture is not None:
            return media_body(await self.upload(target, PICTURE, piece.picture), piece.text)
        if not piece.markdown:
            return text_body(piece.text)
        buttons = keyboard(piece.choices, token) if piece.choices else {}
        return markdown_body(piece.text) | buttons

    async def post(self, occasion: Occasion, body: dict[str, Any]) -> dict[str, Any]:
        """Send one message, again where that is of use; raises as ``call`` does."""
        path = (*occasion.target.path, "messages")
        budget = occasion.budget
        if budget is not None:
            body = body | occasion.reference | {"msg_seq": budget.take()}
        uncertain = False
        for last in (*[False] * (_TRIES - 1), True):
            try:
                return await call(self._account.bot, "POST", *path, body=body)
            except Duplicate:
                if uncertain:
                    return {}  # the first try did arrive
                raise
            except RateLimited as limited:
                if last or limited.seconds > _MOST_WAIT_SECONDS:
                    _require_certainty(uncertain)
                    _give_back(budget)
                    raise
                await asyncio.sleep(limited.seconds)
            except NotSent as error:
                if last or budget is None or type(error) is not NotSent:
                    _require_certainty(uncertain)
                    _give_back(budget)
                    raise
                await asyncio.sleep(_AGAIN_SECONDS)
            except DeliveryUncertain:
                if last or budget is None:
                    raise
                uncertain = True
                await asyncio.sleep(_AGAIN_SECONDS)
        raise AssertionError("the last try returns or raises")

    async def upload(self, target: Target, kind: int, data: bytes, name: str = "") -> str:
        """Give QQ a file without showing it; its ``file_info``. Raises Refused or NotSent."""
        body: dict[str, Any] = {"file_type": kind, "srv_send_msg": False}
        body["file_data"] = b64encode(data).decode("ascii")
        if name:
            body["file_name"] = name
        try:
            answer = await call(self._account.bot, "POST", *target.path, "files", body=body)
        except (RateLimited, DeliveryUncertain) as error:
            raise Refused(f"文件没有传上去：{error}") from None
        uploaded = answer.get("file_info")
        if not isinstance(uploaded, str) or not uploaded:
            raise Refused("QQ 没有收下文件")
        return uploaded


def _require_certainty(uncertain: bool) -> None:
    """DeliveryUncertain where an earlier try may have arrived, whatever became of the last one."""
    if uncertain:
        raise DeliveryUncertain("不知第一次有没有发到") from None


def _give_back(budget: Budget | None) -> None:
    if budget is not None:
        budget.give_back()
