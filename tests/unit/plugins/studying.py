"""People who answer questions in the learning house, as far back as a test needs."""

from datetime import timedelta

from plugins.messages import Conversation
from plugins.progress.plugin import ProgressPlugin
from tests.learning_house import EXAM, GROUP, small_question
from tests.unit.knowledge.shipped import shipped_library

DAY = timedelta(days=1)


def progress_plugin(house, *, can_push=lambda conversation: True):
    return ProgressPlugin(
        shipped_library(),
        house.people,
        house.askings,
        house.attempts,
        house.progress,
        house.selection,
        house.privacy,
        EXAM,
        can_push,
    )


async def answers(house, user, point, moment, right=True, *, number=0):
    """Let ``user`` practise a question on ``point`` in private; ``number`` makes another one."""
    identity = await house.people.identify("fake", user, moment)
    asking = await house.askings.ask(
        small_question(f"{point.lower()}-{number}", point),
        kind="practice",
        conversation=Conversation("fake", "bot", user, is_group=False).key,
        identity_id=identity.id,
        now=moment,
    )
    return await house.attempts.answer(asking, identity, _letter(asking, right), moment)


async def daily(house, moment, *, number=0, group=GROUP, point="OS0230"):
    """Put a question to a group, to be revealed in the evening."""
    return await house.askings.ask(
        small_question(f"daily-{number}", point),
        kind="daily",
        conversation=group.key,
        group_key=group.key,
        now=moment,
    )


async def answers_daily(house, asking, user, moment, right=True):
    """Let a member answer a group's question."""
    identity = await house.people.identify("fake", user, moment)
    await house.people.seen(asking.group_key, identity.id, moment)
    return await house.attempts.answer(asking, identity, _letter(asking, right), moment)


def _letter(asking, right):
    return asking.shown_answer if right else asking.shown("A")
