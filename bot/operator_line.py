"""The way to the operator: the log, and a private message where that can be."""

from collections import deque

from loguru import logger

from bot.outboxes import Outboxes
from plugins.messages import Conversation, NotSent, Reply

_KEPT_NOTICES = 20


class OperatorLine:
    """Tells the operator something: in the log, and privately where a superuser can be reached."""

    def __init__(self, superusers: frozenset[str], outboxes: Outboxes) -> None:
        self._superusers = superusers
        self._outboxes = outboxes
        self._waiting: deque[tuple[str, str]] = deque(maxlen=_KEPT_NOTICES)

    async def __call__(self, sentence: str) -> None:
        """Log ``sentence`` and send it to every superuser."""
        logger.warning("{}", sentence)
        for superuser in sorted(self._superusers):
            await self._tell(superuser, sentence)

    async def again(self) -> None:
        """Send what could not be sent before: after a start, nobody is connected yet."""
        for _ in range(len(self._waiting)):
            await self._tell(*self._waiting.popleft())

    async def _tell(self, superuser: str, sentence: str) -> None:
        platform, _, user = superuser.partition(":")
        conversation = Conversation(platform, "", user, is_group=False)
        caps = self._outboxes.caps(conversation)
        if caps is None or not caps.unprompted:
            return
        if not self._outboxes.is_ready(conversation):
            self._waiting.append((superuser, sentence))
            return
        try:
            await self._outboxes.send(conversation, Reply(f"【运营】{sentence}", "command"))
        except NotSent as refused:
            logger.warning("没能私聊通知运营者：{}", refused)
        except Exception as error:  # noqa: BLE001 - telling is a courtesy, the log has it
            logger.warning("没能私聊通知运营者：{}", type(error).__name__)
