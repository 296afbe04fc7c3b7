"""Choices as a card with buttons, and what a pressed button says.

A button carries its choice, and the card the id under which the question is noted in the learning
record: pressing it works after a restart, for nothing of it is kept in memory.

https://developer.work.weixin.qq.com/document/path/101032
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from bot.platforms.wecom.frames import Body, part, string

TITLE = "点一下就行"
TITLE_CHOSEN = "你选了「{}」"
_MAX_BUTTONS = 6
_MAX_LABEL_CHARS = 10
_MAX_KEY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: what it says, and the card that it is on."""

    choice: str
    task_id: str


def new_task_id() -> str:
    """Make the id of a card: at most 128 letters, digits, ``_-@``."""
    return f"a408-{secrets.token_hex(12)}"


def card(choices: Sequence[str], task_id: str) -> Body:
    """Make a card of at most six buttons; the choices stand in the text of the reply, too."""
    return _card(TITLE, [_button(choice, style=1) for choice in choices], task_id)


def pressed_card(press: Press) -> Body:
    """Make what the card becomes for who pressed it."""
    title = TITLE_CHOSEN.format(_shortened(press.choice))
    return _card(title, [_button(press.choice, style=4)], press.task_id)


def fits(choices: Sequence[str]) -> bool:
    """Whether buttons can carry ``choices`` at all."""
    return bool(choices) and all(len(c.encode()) <= _MAX_KEY_BYTES for c in choices)


def read_press(event: Body) -> Press | None:
    """Read the event of a pressed button; None when it is another event."""
    if string(event, "eventtype") != "template_card_event":
        return None
    pressed = part(event, "template_card_event") or event
    task_id = string(pressed, "task_id") or string(pressed, "taskid")
    choice = string(pressed, "event_key")
    return Press(choice, task_id) if choice else None


def _card(title: str, buttons: list[Body], task_id: str) -> Body:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": title},
        "button_list": buttons[:_MAX_BUTTONS],
        "task_id": task_id,
    }


def _button(choice: str, *, style: int) -> Body:
    return {"text": _shortened(choice), "style": style, "key": choice}


def _shortened(choice: str) -> str:
    return choice if len(choice) <= _MAX_LABEL_CHARS else choice[: _MAX_LABEL_CHARS - 1] + "…"
