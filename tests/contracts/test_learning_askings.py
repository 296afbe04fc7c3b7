"""What was asked, on both databases."""

import asyncio
from datetime import timedelta

from backend.questions.question import OPTION_KEYS
from tests.learning import (
    DAY,
    ELSEWHERE,
    GROUP,
    MINUTE,
    NOON,
    open_record,
    private,
    question,
)


async def test_an_asking_comes_back_as_it_was_put(record):
    reveal_at = NOON + timedelta(hours=9)
    asking = await record.daily(place=2, reveal_at=reveal_at)
    assert await record.askings.get(asking.id) == asking
    assert (asking.kind, asking.group_key, asking.conversation) == ("daily", GROUP, GROUP)
    assert (asking.question, asking.place, asking.reveal_at) == (question(), 2, reveal_at)
    assert (asking.day, asking.asked_at, asking.revealed_at) == (NOON.date(), NOON, None)
    assert sorted(asking.order) == sorted(OPTION_KEYS)
    assert await record.askings.get("nothing") is None


async def test_options_are_shown_in_different_orders(record):
    orders = {(await record.daily()).order for _ in range(20)}
    assert len(orders) > 5


async def test_many_are_found_at_once(record):
    asked = [await record.daily(question(number)) for number in range(3)]
    found = await record.askings.many([asked[0].id, asked[2].id, "nothing"])
    assert found == {asked[0].id: asked[0], asked[2].id: asked[2]}
    assert await record.askings.many([]) == {}


async def test_asking_again_with_the_same_id_gives_the_first(record):
    first = await record.daily(question(1), id="daily-1")
    assert await record.daily(question(2), id="daily-1") == first


async def test_an_asking_is_found_by_any_of_its_messages(record):
    asking = await record.daily()
    await record.askings.note_messages(asking.id, GROUP, ["m1", "m2"])
    await record.askings.note_messages(asking.id, GROUP, ["m2", "m3"])
    await record.askings.note_messages(asking.id, GROUP, [])
    for message in ("m1", "m2", "m3"):
        assert await record.askings.by_message(GROUP, message) == asking
    assert await record.askings.by_message(ELSEWHERE, "m1") is None
    assert await record.askings.by_message(GROUP, "m4") is None


async def test_a_group_sees_its_own_daily_questions_newest_first(record):
    me = await record.person()
    old = await record.daily(question(1), at=NOON - DAY)
    first = await record.daily(question(2))
    second = await record.daily(question(3), place=2)
    await record.daily(question(4), group=ELSEWHERE)
    await record.practice(me, question(5))
    assert await record.askings.of_group(GROUP, NOON - DAY) == [second, first, old]
    assert await record.askings.of_group(GROUP, NOON) == [second, first]


async def test_the_open_question_is_the_newest_unanswered_one(record):
    me, you = await record.person("1"), await record.person("2")
    here = private(me)
    assert await record.askings.open_for(me.id, here, NOON) is None
    old = await record.practice(me, question(1))
    new = await record.practice(me, question(2), at=NOON + MINUTE)
    later = NOON + 2 * MINUTE
    assert await record.askings.open_for(me.id, here, later) == new
    assert await record.askings.open_for(you.id, here, later) is None
    assert await record.askings.open_for(me.id, "elsewhere", later) is None
    await record.answers(new, me, True)
    assert await record.askings.open_for(me.id, here, later) == old
    assert await record.askings.open_for(me.id, here, NOON + DAY) is None


async def test_a_reveal_happens_once(record, record_url, tmp_path):
    asking = await record.daily()
    async with open_record(record_url, tmp_path) as other:
        told = await asyncio.gather(
            *(
                instance.askings.reveal(asking.id, NOON + MINUTE)
                for _ in range(10)
                for instance in (record, other)
            )
        )
    assert told.count(True) == 1
    assert (await record.askings.get(asking.id)).revealed_at == NOON + MINUTE
    assert await record.askings.reveal("nothing", NOON) is False


async def test_due_reveals_are_those_whose_time_has_come(record):
    due = await record.daily(question(1), reveal_at=NOON)
    overdue = await record.daily(question(2), reveal_at=NOON - DAY)
    await record.daily(question(3), reveal_at=NOON + MINUTE)
    await record.daily(question(4))
    done = await record.daily(question(5), reveal_at=NOON)
    await record.askings.reveal(done.id, NOON)
    assert await record.askings.due_reveals(NOON) == [overdue, due]


async def test_a_tally_names_only_who_agreed_in_this_group(record):
    asking = await record.daily()
    named = await record.member("1", name="小红")
    silent = await record.member("2")
    elsewhere = await record.member("3", name="外人", group=ELSEWHERE)
    second = await record.member("4", name="小明")
    for who in (second, silent, elsewhere, named):
        await record.answers(asking, who, who in (named, silent))
    tally = await record.askings.tally(asking.id)
    assert tally.names == ("小明", "小红")
    assert (tally.total, tally.counts["B"]) == (4, 2)
    assert set(tally.counts) == set(OPTION_KEYS)


async def test_a_tally_of_nothing_counts_nothing(record):
    tally = await record.askings.tally((await record.daily()).id)
    assert (tally.total, tally.names) == (0, ())


async def test_what_was_asked_lately_is_known_of_groups_and_people(record):
    me, other = await record.person("1"), await record.person("2")
    daily = await record.daily(question(1))
    await record.daily(question(2), at=NOON - DAY)
    await record.practice(me, question(3))
    await record.practice(other, question(4))
    recent = record.askings.recent_question_ids
    assert await recent(group_key=GROUP, since=NOON) == {"q.os.test-1"}
    assert await recent(group_key=GROUP, since=NOON - DAY) == {"q.os.test-1", "q.os.test-2"}
    assert await recent(person_id=me.person_id, since=NOON) == {"q.os.test-3"}
    await record.answers(daily, me, True)
    assert await recent(person_id=me.person_id, since=NOON) == {"q.os.test-1", "q.os.test-3"}
    assert await recent(since=NOON) == set()


async def test_the_points_of_a_group_know_when_they_were_asked_last(record):
    await record.daily(question(1, point="OS0101"), at=NOON - DAY)
    await record.daily(question(2, point="OS0101"), at=NOON)
    await record.daily(question(3, point="CN0301"), at=NOON - 3 * DAY)
    await record.daily(question(4, point="DS0101"), group=ELSEWHERE)
    points = await record.askings.recent_points(GROUP, NOON - 2 * DAY)
    assert points == {"OS0101": NOON}


async def test_a_paper_is_asked_as_a_whole_and_answered_in_its_order(record):
    me = await record.person()
    here, ends_at = private(me), NOON + timedelta(minutes=60)
    questions = [question(number) for number in range(5)]
    paper, asked = await record.askings.papers.start(me.id, here, questions, NOON, ends_at)
    assert [one.place for one in asked] == [1, 2, 3, 4, 5]
    assert [one.question for one in asked] == questions
    assert {one.kind for one in asked} == {"mock"}
    assert await record.askings.papers.askings_of(paper.id) == asked
    assert await record.askings.papers.open(me.id, here, NOON) == paper
    assert await record.askings.open_for(me.id, here, NOON) == asked[0]
    for one in (asked[2], asked[0]):
        await record.answers(one, me, True)
    left = await record.askings.papers.unanswered(paper.id, me.id)
    assert [one.place for one in left] == [2, 4, 5]
    given = await record.attempts.of_paper(paper.id, me.id)
    assert [one.asking_id for one in given] == [asked[0].id, asked[2].id]


async def test_a_paper_is_finished_once(record):
    me = await record.person()
    here, ends_at = private(me), NOON + timedelta(minutes=60)
    paper, _ = await record.askings.papers.start(me.id, here, [question()], NOON, ends_at)
    assert await record.askings.papers.overdue(me.id, here, NOON) is None
    assert await record.askings.papers.open(me.id, here, ends_at) is None
    assert await record.askings.papers.overdue(me.id, here, ends_at) == paper
    assert await record.askings.papers.finish(paper.id, ends_at) is True
    assert await record.askings.papers.finish(paper.id, ends_at + MINUTE) is False
    assert (await record.askings.papers.get(paper.id)).finished_at == ends_at
    assert await record.askings.papers.open(me.id, here, NOON) is None
    assert await record.askings.papers.overdue(me.id, here, ends_at) is None
    assert await record.askings.open_for(me.id, here, NOON) is None
    assert await record.askings.papers.get("nothing") is None


async def test_many_who_ask_at_once_each_hear_of_their_own(record):
    people = [await record.person(str(number)) for number in range(6)]
    mine = await record.daily(question(1))
    theirs = await record.daily(question(2), group=ELSEWHERE, at=NOON + MINUTE)
    for person in people[:2]:
        await record.practice(person, question(3))
    groups = await asyncio.gather(
        *(record.askings.of_group(key, NOON) for key in (GROUP, ELSEWHERE, "none") * 3),
        record.askings.of_group(ELSEWHERE, NOON + 2 * MINUTE),
    )
    assert groups == [[mine], [theirs], []] * 3 + [[]]
    busy = await asyncio.gather(
        *(record.askings.is_busy(p.id, private(p), NOON + MINUTE) for p in people)
    )
    assert busy == [True, True, False, False, False, False]
    assert not await record.askings.is_busy(people[0].id, GROUP, NOON)
    assert not await record.askings.is_busy(people[0].id, private(people[0]), NOON + 2 * DAY)


async def test_a_paper_keeps_its_writer_busy_until_it_is_finished(record):
    me = await record.person()
    paper, _ = await record.askings.papers.start(
        me.id, private(me), [question(1)], NOON, NOON + timedelta(hours=1)
    )
    assert await record.askings.is_busy(me.id, private(me), NOON + 3 * DAY)
    await record.askings.papers.finish(paper.id, NOON + 3 * DAY)
    assert not await record.askings.is_busy(me.id, private(me), NOON + 3 * DAY)


async def test_answers_are_counted_off_in_their_order(record):
    asking = await record.daily()
    people = [await record.person(str(number)) for number in range(9)]
    outcomes = await asyncio.gather(
        *(record.attempts.answer(asking, person, "A", NOON + MINUTE) for person in people)
    )
    places = await asyncio.gather(*(record.askings.place_of(o.attempt) for o in outcomes))
    assert sorted(places) == list(range(1, 10))
    by_seq = sorted(zip(outcomes, places, strict=True), key=lambda pair: pair[0].attempt.seq)
    assert [place for _, place in by_seq] == list(range(1, 10))
