"""The reply that grows while it is written: frames with the whole text so far.

Frames count among the 30 messages a minute that a chat allows, so they come ever more slowly (a
reply that takes 40 seconds to write sends about ten) and not at all where much is said.
"""

import asyncio
import secrets

from bot.platforms.wecom import frames
from bot.platforms.wecom.frames import Body
from bot.platforms.wecom.line import Line
from bot.platforms.wecom.quota import Quota

_FIRST_PAUSE_SECONDS = 0.8
_SLOWER = 1.5
_MOST_PAUSE_SECONDS = 6.0


class ReplyStream:
    """One stream, answering one callback."""

    def __init__(self, line: Line, req_id: str, chat: str, quota: Quota) -> None:
        """``chat`` is the platform's name of the window that the callback came from."""
        self._line = line
        self._req_id = req_id
        self._chat = chat
        self._quota = quota
        self._id = f"s-{secrets.token_hex(12)}"
        self._turn = asyncio.Lock()
        self._pause = _FIRST_PAUSE_SECONDS
        self._next_at = 0.0
        self.is_open = False
        """Whether something was shown that has to be finished."""

    @property
    def is_due(self) -> bool:
        """Whether another frame may be sent: not too soon, and not where much is said."""
        if self._turn.locked() or asyncio.get_running_loop().time() < self._next_at:
            return False
        return self._quota.has_room(self._chat)

    async def grow(self, content: str) -> None:
        """Show ``content``, which is not empty, as what there is so far.

        Raises NotSent or DeliveryUncertain.
        """
        self._next_at = asyncio.get_running_loop().time() + self._pause
        self._pause = min(_MOST_PAUSE_SECONDS, self._pause * _SLOWER)
        self.is_open = True
        await self._send(content, finish=False, within_seconds=0.0)

    async def finish(self, content: str, within_seconds: float) -> Body:
        """Show ``content`` as the whole reply; give the body of the answer.

        Raises NotSent or DeliveryUncertain.
        """
        answer = await self._send(content, finish=True, within_seconds=within_seconds)
        self.is_open = False
        return answer

    async def _send(self, content: str, *, finish: bool, within_seconds: float) -> Body:
        stream: Body = {"id": self._id, "finish": finish, "content": content}
        async with self._turn:
            self._quota.note(self._chat)
            return await self._line.call(
                frames.RESPOND,
                {"msgtype": "stream", "stream": stream},
                req_id=self._req_id,
                within_seconds=within_seconds,
            )
