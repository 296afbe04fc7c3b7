"""QQ's own bot platform on loopback, with what its users do.

with QqServer() as qq:
    with start(SERVE, log, qq.settings(data_dir), ready=LISTENS) as bot:
        qq.webhook = bot.url + "/qq/webhook"
        sent = qq.in_group("什么是死锁")
        assert "死锁" in qq.next_message().text
"""

import json
import queue
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.e2e.qq_api import APP_ID, SECRET, QqApi, Sent, numbers

GROUP = "G-20001"
PERSON = "M-30001"


class QqServer(QqApi):
    """The platform and its users; events come by ``webhook``, without one by the WebSocket."""

    webhook = ""
    event_time: str | None = None
    """What events say of when they happened; None: now."""

    def settings(self, data_dir: Any, **more: str) -> dict[str, str]:
        """Give the environment of the bot; names of ``more`` without prefix."""
        given = {
            "DATA_DIR": str(data_dir),
            "HTTP__PORT": "0",
            "PLATFORMS": "qq",
            "QQ__APP_ID": APP_ID,
            "QQ__SECRET": SECRET,
            "QQ__API_BASE": f"{self.url}/",
            "QQ__AUTH_BASE": f"{self.url}/app/getAppAccessToken",
            "LIMITS__USER_PER_MINUTE": "1000",
            "RECONNECT__FIRST_SECONDS": "0.05",
            "RECONNECT__MOST_SECONDS": "0.2",
            "RECONNECT__REFUSED_SECONDS": "0.5",
        } | more
        return {f"ASSISTANT408_{name}": value for name, value in given.items()}

    def in_group(self, words: str, *, group: str = GROUP, user: str = PERSON, **fields: Any) -> str:
        """Have a member mention the bot; the id of the message. QQ leaves a space before it."""
        author = {"id": user, "member_openid": user, "bot": False, "member_role": "member"}
        return self.message(
            "GROUP_AT_MESSAGE_CREATE",
            {"author": author, "group_id": group, "group_openid": group, "content": f" {words}"}
            | fields,
        )

    def in_private(self, words: str, *, user: str = PERSON, **fields: Any) -> str:
        """Have a person write to the bot; the id of the message."""
        author = {"id": user, "user_openid": user}
        return self.message("C2C_MESSAGE_CREATE", {"author": author, "content": words} | fields)

    def message(self, kind: str, data: dict[str, Any]) -> str:
        """Give a message to the bot, which must take it."""
        number = data.setdefault("id", f"ROBOT1.0_{next(numbers)}")
        assert self.event(kind, {"timestamp": self._moment()} | data) == 200
        return number

    def press(self, sent: Sent, label: str, *, user: str = PERSON, id: str = "") -> str:
        """Press a button; the id of the event that a reply must name.

        The same ``id``: the same press, which QQ tells of again.
        """
        where = {"chat_type": 2, "scene": "c2c", "user_openid": user}
        if sent.is_group:
            where = {"chat_type": 1, "scene": "group", "group_openid": sent.openid}
            where["group_member_openid"] = user
        number = id or f"interaction-{next(numbers)}"
        resolved = {"button_id": "0", "button_data": sent.buttons[label]}
        data = {"id": number, "type": 11, "version": 1, "timestamp": self._moment()}
        data |= where | {"application_id": APP_ID, "data": {"type": 11, "resolved": resolved}}
        event = f"INTERACTION_CREATE:{number}"
        assert self.event("INTERACTION_CREATE", data, event_id=event) == 200
        return event

    def _moment(self) -> str:
        if self.event_time is not None:
            return self.event_time
        return datetime.now(UTC).isoformat(timespec="seconds")

    def event(self, kind: str, data: dict[str, Any], event_id: str = "") -> int:
        """Give an event to the bot by whatever it listens on; the status of its answer."""
        payload = {"op": 0, "id": event_id or f"{kind}:{next(numbers)}", "t": kind, "d": data}
        if self.webhook:
            return self.post(*self.signed(json.dumps(payload).encode()))
        self._soon(self._push(payload))
        return 200

    def signed(
        self, body: bytes, *, at: float | None = None, app_id: str = APP_ID
    ) -> tuple[bytes, dict[str, str]]:
        """Give a body with the headers that QQ adds."""
        moment = str(int(time.time() if at is None else at))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "QQBot-Callback",
            "X-Bot-Appid": app_id,
            "X-Signature-Method": "Ed25519",
            "X-Signature-Timestamp": moment,
            "X-Signature-Ed25519": sign(SECRET, moment.encode() + body),
        }
        return body, headers

    def post(self, body: bytes, headers: dict[str, str], path: str = "") -> int:
        """Post to the webhook; the status."""
        return self.ask(body, headers, path)[0]

    def ask(self, body: bytes, headers: dict[str, str], path: str = "") -> tuple[int, bytes]:
        """Post to the webhook; status and body."""
        request = urllib.request.Request(self.webhook + path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def next_message(self, seconds: float = 15) -> Sent:
        """Wait for the next message of the bot; queue.Empty when none comes."""
        return self.messages.get(timeout=seconds)

    def answers_to(
        self, number: str, count: int = 0, *, seconds: float = 20, quiet: float = 0.6
    ) -> list[Sent]:
        """Wait for ``count`` answers to a message or event; 0: until none comes in ``quiet`` s."""
        found = [self.first(lambda sent: sent.answers == number, seconds)]
        while len(found) != count:
            patience = seconds if count else quiet
            try:
                found.append(self.first(lambda sent: sent.answers == number, patience))
            except queue.Empty:
                if count:
                    raise
                return found
        return found

    def first(self, fits: Callable[[Sent], bool], seconds: float = 15) -> Sent:
        """Wait for a message that ``fits``; the others stay for later."""
        deadline = time.monotonic() + seconds
        others: list[Sent] = []
        try:
            while True:
                sent = self.messages.get(timeout=max(0.001, deadline - time.monotonic()))
                if fits(sent):
                    return sent
                others.append(sent)
        finally:
            for sent in others:
                self.messages.put(sent)

    def is_silent(self, seconds: float = 0.8) -> bool:
        """Whether the bot sends nothing for so long."""
        try:
            self.next_message(seconds)
        except queue.Empty:
            return True
        return False

    def revoke_tokens(self) -> None:
        """Let no token given so far be valid."""
        self._valid.clear()

    def forget_session(self) -> None:
        """Let the session of the bot end, as after half an hour away."""
        self._session = ""

    def disconnect(self, code: int = 4009) -> None:
        """Close the bot's WebSocket."""
        self._soon(self._disconnect(code))

    def raw(self, frame: str | bytes) -> None:
        """Send a frame to the bot's WebSocket as it is."""
        self._soon(self._raw(frame))

    def break_off(self, beginning: bytes) -> None:
        """Send the beginning of a frame to the bot's WebSocket, then nothing any more."""
        self._soon(self._break_off(beginning))


def sign(secret: str, message: bytes) -> str:
    """Sign as QQ does."""
    seed = (secret * 32).encode()[:32]
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message).hex()
