"""The practice plugin on the house of the learning loop, and a person who talks to it."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from plugins.messages import Reply
from plugins.practice.plugin import PracticePlugin
from tests.fakes_conversation import FakeConversationStore
from tests.learning_house import EXAM, GROUP, LearningHouse, learning_house
from tests.unit.knowledge.shipped import shipped_library


def practice_plugin(house: LearningHouse, dialogues) -> PracticePlugin:
    return PracticePlugin(
        shipped_library(),
        house.people,
        house.askings,
        house.attempts,
        house.progress,
        house.corrections,
        house.selection,
        house.scopes,
        dialogues,
        EXAM,
    )


@dataclass
class Practising:
    """Talks to the plugin as a person in private, unless a group is said; keeps time."""

    house: LearningHouse
    dialogues: FakeConversationStore = field(default_factory=FakeConversationStore)

    def __post_init__(self):
        self.plugin = practice_plugin(self.house, self.dialogues)

    def restart(self):
        """Forget all that a process keeps to itself."""
        self.plugin = practice_plugin(self.house, self.dialogues)

    def later(self, **by):
        self.house.now += timedelta(**by)

    def message(self, text, *, user="1", group=False, **more):
        conversation = GROUP if group else self.house.private(user)
        return self.house.message(text, user=user, conversation=conversation, **more)

    async def try_to_say(self, text, **more) -> Reply | None:
        return await self.plugin.respond(self.message(text, **more))

    async def say(self, text, **more) -> Reply:
        reply = await self.try_to_say(text, **more)
        assert reply is not None, f"{text} was left to other plugins"
        return reply

    async def asked(self, reply):
        """Return the question that a reply asks."""
        assert reply.asking is not None, reply.text
        asking = await self.house.askings.get(reply.asking)
        assert asking is not None
        return asking

    async def answer(self, reply, *, right, **more) -> Reply:
        """Answer the question that ``reply`` asks."""
        asking = await self.asked(reply)
        return await self.say(letter(asking, right=right), **more)

    async def identity(self, user="1"):
        return await self.house.people.identify("fake", user, self.house.now)

    async def attempts(self, user="1"):
        person = (await self.identity(user)).person_id
        found = await self.house.progress.recent(person, self.house.now - timedelta(days=90))
        return [attempt for attempt, _ in found]

    async def book(self, user="1"):
        return await self.house.progress.wrong_book((await self.identity(user)).person_id)


def letter(asking, *, right):
    """A letter that answers an asking rightly or wrongly."""
    return next(key for key, _ in asking.options if (key == asking.shown_answer) == right)


@asynccontextmanager
async def practising(folder):
    async with learning_house(folder) as house:
        yield Practising(house)
