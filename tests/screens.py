"""Screens of the learning loop as members see it, for the documentation.

    python -m tests.screens docs/images

A group and a fictional member, 小满, study for four weeks on a temporary database: the wiring of
the bot, its shipped questions, its plugins and its pictures, with a clock that is turned and
members whose answers are drawn. Only the window around the messages is made here: every word of
the bot and every card is what it sends to QQ. The same content gives the same screens.
"""

import asyncio
import itertools
import random
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.learning.values import SHANGHAI, Asking
from backend.questions.question import OPTION_KEYS
from bot.outboxes import Outboxes
from bot.platforms.onebot.codec import CAPS
from bot.rendering.outgoing import Outgoing, outgoing
from bot.rendering.pictures.artist import Artist
from bot.rendering.pictures.fonts import find_fonts
from bot.rendering.pictures.press import TypstPress
from bot.wiring_learning import Learning, bank_of, open_learning
from config.settings import Settings
from plugins.drawing import Drawing
from plugins.messages import Caps, Conversation, IncomingMessage, Receipt, Reply
from plugins.practice.plugin import PracticePlugin
from plugins.router import Limits, Router
from tests.chat_window import PIXELS_PER_INCH, Bubble, window
from tests.fakes_conversation import FakeConversationStore
from tests.unit.knowledge.shipped import shipped_library, shipped_linker

EXAM, LAST_DAY, DAYS = date(2026, 12, 19), date(2026, 11, 27), 26
GROUP = Conversation("onebot", "10000", "408408", is_group=True)
BOT, GROUP_NAME = "408 助手", "408 冲刺群"
XIAOMAN = "小满"
# How often each answers rightly; the first five have agreed to be named.
MEMBERS = {
    XIAOMAN: 0.66, "阿青": 0.8, "Leo": 0.6, "一只栗子": 0.7, "南风": 0.5, "周周": 0.55,
    "夏天": 0.75, "Kiki": 0.45, "阿木": 0.65, "十七": 0.6, "橘子": 0.7, "老李": 0.5,
}  # fmt: skip
NAMED = tuple(MEMBERS)[:5]
ADMIN = "阿青"
SKILL = {"DS": 0.85, "CO": 0.55, "OS": 0.75, "CN": 0.45}
MISSED_DAYS_AGO = 6
SEED = 408
MOST_EXTRAS = 60
SCREENS = (
    "daily", "daily-picture", "practice", "wrong-book", "reveal", "me", "week", "group-week",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One message: what a member typed, or a reply of the bot; ``quote`` is what it refers to."""

    name: str
    what: str | Reply
    quote: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class QuestionTime:
    """A daily question with the first answers to it."""

    question: Reply
    talk: tuple[Said, ...]


class KeepingOutbox:
    """Stands for QQ: takes every push and keeps it."""

    def __init__(self) -> None:
        self.sent: list[Reply] = []
        self._ids = itertools.count(1)

    def caps(self, conversation: Conversation) -> Caps | None:
        return CAPS

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        self.sent.append(reply)
        return Receipt((f"push-{next(self._ids)}",))


class Group:
    """The group, its members and its bot, and the moment that it is there."""

    def __init__(self, learning: Learning, router: Router, outbox: KeepingOutbox) -> None:
        self.learning = learning
        self.outbox = outbox
        self.now = datetime.combine(LAST_DAY, time(12), SHANGHAI)
        self.chance = random.Random(SEED)
        self._router = router
        self._ids = itertools.count(1)

    async def says(self, name: str, text: str, *, privately: bool = False) -> Reply:
        """Let a member say something to the bot; half a minute goes by."""
        user = user_of(name)
        where = Conversation("onebot", "10000", user, is_group=False) if privately else GROUP
        number = next(self._ids)
        message = IncomingMessage(
            f"m{number}",
            where,
            user,
            text,
            addressed=True,
            received_at=self.now,
            is_group_admin=name == ADMIN,
            sender_name=name,
        )
        reply = await self._router.handle(message)
        assert reply.decision != "error", reply.text
        await self._router.delivered(message, reply, Receipt((f"r{number}",)))
        self.now += timedelta(seconds=30)
        return reply

    async def pushes(self, at: datetime) -> list[Reply]:
        """Turn the clock to ``at`` and give what the bot sends of itself."""
        self.now, before = at, len(self.outbox.sent)
        await self.learning.pusher.run_due(at)
        return self.outbox.sent[before:]

    async def asked(self, reply: Reply) -> Asking:
        assert reply.asking is not None, reply.text
        asking = await self.learning.askings.get(reply.asking)
        assert asking is not None
        return asking

    async def letter(self, question: Reply, skill: float) -> str:
        """Give the letter that somebody of this skill answers."""
        right = (await self.asked(question)).shown_answer
        wrong = [letter for letter in OPTION_KEYS if letter != right]
        return right if self.chance.random() < skill else self.chance.choice(wrong)

    async def question_time(self, question: Reply, absent: str = "") -> QuestionTime:
        """Let most of the members answer the question of the day."""
        at = f"{self.now:%H:%M}"
        said = [Said(BOT, question, time=f"{self.now.month} 月 {self.now.day} 日 {at}")]
        for name, skill in MEMBERS.items():
            here = name in NAMED or self.chance.random() < 0.7
            if name == absent or not here:
                continue
            words = f"@{BOT} {await self.letter(question, skill)}"
            receipt = await self.says(name, words.removeprefix(f"@{BOT} "))
            said += [Said(name, words), Said(BOT, receipt, quote=f"{name}：{words}")]
        return QuestionTime(question, tuple(said[:5]))


async def play(group: Group, days: int) -> list[QuestionTime]:
    """Let the group study up to the last day's noon, ``days`` days before it and that one."""
    first = LAST_DAY - timedelta(days=days)
    group.now = _moment(first, 12)
    await group.says(ADMIN, "/每日一题 开")
    for name in NAMED:
        await group.says(name, f"/排行 加入 {name}")
    found: list[QuestionTime] = []
    for day in (first + timedelta(days=number) for number in range(days + 1)):
        missing = day == LAST_DAY - timedelta(days=MISSED_DAYS_AGO)
        for question in await group.pushes(_moment(day, 12, 30)):
            found.append(await group.question_time(question, XIAOMAN if missing else ""))
        if day < LAST_DAY:
            if not missing:
                await _evening(group, day)
            await group.pushes(_moment(day, 21, 30))
    return found


async def _evening(group: Group, day: date) -> None:
    """小满 reviews what is due, practises, and practises mistakes again."""
    group.now = _moment(day, 20)
    if day == LAST_DAY - timedelta(days=MISSED_DAYS_AGO - 1):
        await group.says(XIAOMAN, "/补卡", privately=True)
    wishes = ["/复习", "/练", "/练 错题", "/练", "/练 错题", "/练", "/复习", "/练 网络"]
    for wish in wishes[: group.chance.randint(3, len(wishes))]:
        question = await group.says(XIAOMAN, wish, privately=True)
        if question.asking is not None:
            asking = await group.asked(question)
            skill = 0.85 if asking.kind == "wrong_book" else SKILL[asking.question.subject]
            await group.says(XIAOMAN, await group.letter(question, skill), privately=True)


async def extra(group: Group, *, drawn: bool) -> QuestionTime:
    """Let the operator push questions until one is shown as a picture, or as text."""
    [there] = await group.learning.groups.all()
    for _ in range(MOST_EXTRAS):
        before = len(group.outbox.sent)
        problem = await group.learning.pusher.push_now(there, group.now)
        assert problem is None, problem
        [question] = group.outbox.sent[before:]
        if (question.drawing is not None) == drawn:
            return await group.question_time(question)
        group.now += timedelta(minutes=1)
    raise AssertionError(f"no question of that kind in {MOST_EXTRAS}")


class SmallPress(TypstPress):
    """Prints the bot's cards with fewer pixels: a page shows them a phone wide."""

    def png(self, drawing: Drawing) -> bytes:
        drawn = self._compiler.compile(
            format="png", ppi=PIXELS_PER_INCH, sys_inputs=self.inputs(drawing)
        )
        assert isinstance(drawn, bytes)
        return drawn


class Studio:
    """Draws what was said, as QQ shows it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._artist = Artist(SmallPress(), deadline_seconds=60)
        fonts = find_fonts()
        assert fonts is not None
        self._fonts = fonts

    async def aclose(self) -> None:
        await self._artist.aclose()

    async def card(self, name: str, reply: Reply) -> None:
        """Write the picture of a reply."""
        sent = await outgoing(reply, CAPS, self._artist)
        assert sent.picture is not None, reply.text
        (self._folder / f"{name}.png").write_bytes(sent.picture)

    async def window(self, name: str, title: str, talk: Sequence[Said]) -> None:
        """Write a chat window."""
        bubbles = [self._bubble(one, await self._as_sent(one.what)) for one in talk]
        (self._folder / f"{name}.png").write_bytes(window(title, bubbles, self._fonts))

    async def _as_sent(self, what: str | Reply) -> Outgoing:
        """Render a reply as it goes to QQ; what a member typed is there already."""
        if isinstance(what, str):
            return Outgoing((what,))
        return await outgoing(what, CAPS, self._artist)

    def _bubble(self, said: Said, sent: Outgoing) -> Bubble:
        return Bubble(
            said.name,
            "\n\n".join(sent.texts),
            sent.picture,
            quote=said.quote,
            time=said.time,
            is_bot=said.name == BOT,
            is_mine=said.name == XIAOMAN,
        )


async def _daily(group: Group, studio: Studio, days: Sequence[QuestionTime]) -> None:
    """The newest question of the day that is text, and the newest with code or a table in it."""
    for name, drawn in (("daily", False), ("daily-picture", True)):
        fitting = [day for day in days if (day.question.drawing is not None) == drawn]
        day = fitting[-1] if fitting else await extra(group, drawn=drawn)
        await studio.window(name, GROUP_NAME, day.talk)


async def _practice(group: Group, studio: Studio) -> None:
    """小满 asks for a question, gets it wrong, and looks into the wrong book."""
    group.now = _moment(LAST_DAY, 20, 14)
    wish = "来一道内存管理的题"
    question = await group.says(XIAOMAN, wish, privately=True)
    letter = await group.letter(question, 0)
    verdict = await group.says(XIAOMAN, letter, privately=True)
    said = (
        Said(XIAOMAN, wish, time="20:14"),
        Said(BOT, question),
        Said(XIAOMAN, letter),
        Said(BOT, verdict),
    )
    await studio.window("practice", BOT, said)
    book = await group.says(XIAOMAN, "/错题本", privately=True)
    said = (Said(XIAOMAN, "/错题本", time="20:15"), Said(BOT, book))
    await studio.window("wrong-book", BOT, said)


async def _evening_cards(group: Group, studio: Studio) -> None:
    """The reveal of the last day, and the reports after it."""
    reveals = await group.pushes(_moment(LAST_DAY, 21, 30))
    await studio.card("reveal", reveals[0])
    for name, text in (("me", "/我的"), ("week", "/周报")):
        await studio.card(name, await group.says(XIAOMAN, text, privately=True))
    await studio.card("group-week", await group.says(XIAOMAN, "/群周报"))


@asynccontextmanager
async def group_at(data_dir: Path, superusers: Sequence[str] = ()) -> AsyncGenerator[Group]:
    """Put the bot together as ``bot/wiring.py`` does, with chance and clock in our hands."""
    accounts = tuple(f"onebot:{user_of(name)}" for name in superusers)
    settings = Settings(data_dir=data_dir, exam_date=EXAM, superusers=accounts)
    store, outboxes, outbox = FakeConversationStore(), Outboxes(), KeepingOutbox()
    outboxes.add("onebot", outbox)
    clock = {"now": lambda: datetime.now(SHANGHAI)}
    library = shipped_library()
    bank = bank_of(settings, library)
    async with open_learning(
        settings, library, shipped_linker(), bank, store, outboxes, lambda: clock["now"]()
    ) as learning:
        [practice] = [one for one in learning.plugins if isinstance(one, PracticePlugin)]
        practice._drill._selection._chance = random.Random(SEED)  # all plugins share it
        learning.askings._chance = random.Random(SEED)
        router = Router(
            learning.plugins,
            store,
            store,
            Limits(per_user=None, per_group=None),
            postscript=learning.owed,
            on_delivered=learning.delivered,
        )
        group = Group(learning, router, outbox)
        clock["now"] = lambda: group.now
        yield group


async def make(folder: Path, days: int = DAYS) -> None:
    """Write all screens into ``folder``."""
    studio = Studio(folder)
    try:
        with TemporaryDirectory() as data_dir:
            async with group_at(Path(data_dir)) as group:
                await _daily(group, studio, await play(group, days))
                await _practice(group, studio)
                await _evening_cards(group, studio)
    finally:
        await studio.aclose()


def user_of(name: str) -> str:
    """Give the account of a member."""
    return str(20001 + list(MEMBERS).index(name))


def _moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def main() -> None:
    """Write the screens into the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("用法：python -m tests.screens 文件夹")
    asyncio.run(make(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
