"""What practice needs of askings, on both databases: putting aside, putting again, old papers."""

from datetime import timedelta

from tests.learning import MINUTE, NOON, private, question


async def test_what_was_put_aside_is_not_open(record):
    me = await record.person()
    old = await record.practice(me, question(1))
    new = await record.practice(me, question(2), at=NOON + MINUTE)
    later = NOON + 2 * MINUTE
    await record.askings.reveal(new.id, later)
    assert await record.askings.open_for(me.id, private(me), later) == old
    await record.askings.reveal(old.id, later)
    assert await record.askings.open_for(me.id, private(me), later) is None


async def test_a_question_that_is_put_again_is_the_open_one(record):
    me = await record.person()
    here = private(me)
    questions = [question(number) for number in range(3)]
    _, asked = await record.askings.papers.start(me.id, here, questions, NOON, NOON + 60 * MINUTE)
    await record.askings.put_again(asked[2].id, NOON + timedelta(milliseconds=1))
    opened = await record.askings.open_for(me.id, here, NOON + MINUTE)
    assert opened.id == asked[2].id
    assert opened.asked_at - NOON == timedelta(milliseconds=1)
    assert (opened.day, opened.order) == (asked[2].day, asked[2].order)


async def test_finished_papers_come_newest_first_and_are_ones_own(record):
    me, you = await record.person("1"), await record.person("2")
    ends_at = NOON + 60 * MINUTE
    papers = []
    for number in range(4):
        at = NOON + number * MINUTE
        paper, _ = await record.askings.papers.start(me.id, "p", [question(number)], at, ends_at)
        papers.append(paper)
    other, _ = await record.askings.papers.start(you.id, "p", [question(9)], NOON, ends_at)
    assert await record.askings.papers.finished(me.id, 5) == []
    for number, paper in enumerate((*papers[:3], other)):
        await record.askings.papers.finish(paper.id, NOON + (10 + number) * MINUTE)
    found = await record.askings.papers.finished(me.id, 5)
    assert [paper.id for paper in found] == [paper.id for paper in reversed(papers[:3])]
    assert found[0].finished_at == NOON + 12 * MINUTE
    assert len(await record.askings.papers.finished(me.id, 2)) == 2
