"""What is stored is what the log says, after any history, on both databases."""

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update

from backend.learning import tables
from backend.learning.rebuild import rebuild
from backend.learning.values import Asking, Identity
from tests.learning import DAY, GROUP, NOON, Record, private, question

_POINTS = ("OS0316", "OS0201", "CN0301", "DS0401", "CO0302")


class History:
    """Lives a random month: answers, guesses, make-ups, links, decisions, people who leave."""

    def __init__(self, record: Record, seed: int) -> None:
        self._record = record
        self._chance = random.Random(seed)
        self._now = NOON
        self._asked: list[Asking] = []
        self.recorded = 0

    async def live(self, steps: int) -> None:
        doing: list[tuple[Callable[[], Awaitable[object]], float]] = [
            (self._ask, 6),
            (self._answer, 20),
            (self._guess, 4),
            (self._make_up, 2),
            (self._link, 2),
            (self._unlink, 1),
            (self._decide, 2),
            (self._reveal, 2),
            (self._forget, 0.3),
            (self._go_on, 8),
        ]
        actions, weights = zip(*doing, strict=True)
        await self._ask()
        for action in self._chance.choices(actions, weights, k=steps):
            await action()

    async def _someone(self) -> Identity:
        return await self._record.people.identify("qq", str(self._chance.randrange(5)), self._now)

    async def _ask(self) -> None:
        number = self._chance.randrange(12)
        asked = question(number, point=_POINTS[number % 5], difficulty=number % 5 + 1)
        who = await self._someone()
        if self._chance.random() < 0.5:
            self._asked.append(await self._record.daily(asked, at=self._now))
        else:
            self._asked.append(await self._record.practice(who, asked, at=self._now))

    async def _answer(self) -> None:
        asking = self._chance.choice(self._asked[-8:])
        # Clocks of several machines differ: some answers are dated a day and more before.
        back = timedelta(hours=self._chance.choice((0, 0, 0, 1, 30)))
        outcome = await self._record.answers(
            asking, await self._someone(), self._chance.random() < 0.6, self._now - back
        )
        self.recorded += outcome.status != "repeated"

    async def _guess(self) -> None:
        asking = self._chance.choice(self._asked[-8:])
        await self._record.attempts.mark_guessed(asking.id, await self._someone(), self._now)

    async def _make_up(self) -> None:
        await self._record.attempts.make_up(await self._someone(), self._now)

    async def _link(self) -> None:
        me, other = await self._someone(), await self._someone()
        code = await self._record.people.issue_link_code(me.person_id, self._now)
        await self._record.people.link(code, other, self._now)

    async def _unlink(self) -> None:
        await self._record.people.unlink(await self._someone(), self._now)

    async def _decide(self) -> None:
        asking, who = self._chance.choice(self._asked), await self._someone()
        report = await self._record.corrections.report(asking.id, who.id, "错", self._now)
        answer = self._chance.choice(("A", "B", "C", None))
        await self._record.corrections.accept(report.id, answer, "", "改了", self._now)

    async def _reveal(self) -> None:
        await self._record.askings.reveal(self._chance.choice(self._asked).id, self._now)

    async def _forget(self) -> None:
        await self._record.privacy.forget((await self._someone()).person_id, self._now)
        kept = await self._record.askings.many([asking.id for asking in self._asked])
        self._asked = [asking for asking in self._asked if asking.id in kept]
        await self._ask()

    async def _go_on(self) -> None:
        self._now += timedelta(hours=self._chance.choice((1, 8, 20, 26)))


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_history_what_is_stored_is_what_the_log_says(record, seed):
    history = History(record, seed)
    await history.live(220)
    report = await rebuild(record.database, dry_run=True)
    assert report.differences == []
    assert history.recorded > 40, "little has happened"
    assert 1 <= report.people <= 5


async def damaged(record) -> tuple[Identity, datetime]:
    me = await record.person()
    await record.practises(me, question(1), False, NOON)
    await record.practises(me, question(2), True, NOON + DAY)
    async with record.database.writing() as connection:
        await connection.execute(delete(tables.wrong_book))
        await connection.execute(update(tables.streaks).values(current=9))
        wrong = {"answered": 7}
        days = tables.study_days
        await connection.execute(update(days).where(days.c.day == NOON.date()).values(wrong))
        stale = {"person_id": me.person_id, "chapter": "CN01", "rating": 1.0, "attempts": 1}
        await connection.execute(tables.abilities.insert(), stale | {"right": 1})
    return me, NOON


EXPECTED = ["wrong_book q.os.test-1", "abilities CN01", "study_days 2026-11-02", "streaks"]


async def test_a_dry_run_names_what_differs_and_changes_nothing(record):
    me, _ = await damaged(record)
    for _ in range(2):
        report = await rebuild(record.database, dry_run=True)
        assert report.differences == [f"人 {me.person_id}：{what}" for what in EXPECTED]
    assert (await record.progress.state(me.person_id)).streak.current == 9


async def test_a_rebuild_mends_what_differs(record):
    me, _ = await damaged(record)
    report = await rebuild(record.database)
    assert (report.people, report.attempts) == (1, 2)
    assert len(report.differences) == len(EXPECTED)
    assert (await rebuild(record.database)).differences == []
    state = await record.progress.state(me.person_id)
    assert list(state.wrong_book) == ["q.os.test-1"]
    assert (state.streak.current, list(state.abilities)) == (2, ["OS03"])


async def test_a_rebuild_goes_on_over_many_people_and_tells(record):
    for number in range(130):
        await record.person(str(number))
    told: list[tuple[int, int]] = []
    report = await rebuild(record.database, progress=lambda done, total: told.append((done, total)))
    assert report.people == 130
    assert told == [(100, 130), (130, 130)]


async def test_nobody_is_rebuilt_in_an_empty_record(record):
    report = await rebuild(record.database)
    assert (report.people, report.attempts, report.differences) == (0, 0, [])


async def test_a_private_question_does_not_belong_to_the_group(record):
    me = await record.member("1")
    asking = await record.practice(me)
    assert (asking.group_key, asking.conversation) == (None, private(me))
    assert await record.askings.of_group(GROUP, NOON - DAY) == []
