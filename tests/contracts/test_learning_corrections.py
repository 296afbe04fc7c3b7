"""Reported questions on both databases: a decision reaches everyone who answered, at once."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from backend.learning import tables
from backend.learning.rebuild import rebuild
from backend.questions.question import OPTION_KEYS
from tests.learning import DAY, MINUTE, NOON, question
from tests.notices import taken


async def reported(record, asking, identity, text="应当选 C"):
    return await record.corrections.report(asking.id, identity.id, text, NOON)


async def test_a_report_waits_for_a_decision(record):
    me, asking = await record.person(), await record.daily()
    report = await reported(record, asking, me, "选项 C\0 也对\ud83d")
    assert (report.question_id, report.asking_id) == ("q.os.test-1", asking.id)
    assert (report.state, report.text, report.note) == ("open", "选项 C 也对?", "")
    assert report.created_at == NOON
    assert await record.corrections.open() == [report]
    assert await record.corrections.get(report.id) == report
    assert await record.corrections.get(99) is None


async def test_the_same_person_and_question_is_one_report(record):
    me, you = await record.person("1"), await record.person("2")
    asking, other = await record.daily(), await record.daily()
    first = await reported(record, asking, me, "一")
    again = await reported(record, other, me, "二")
    assert (again.id, again.text) == (first.id, "一\n二")
    for _ in range(2):
        assert (await reported(record, other, me, "二")).text == "一\n二", "said twice"
    assert len((await reported(record, other, me, "三" * 2000)).text) == 1000
    assert (await reported(record, asking, you)).id != first.id
    assert len(await record.corrections.open()) == 2


async def test_a_report_of_nothing_is_refused(record):
    me = await record.person()
    with pytest.raises(KeyError):
        await record.corrections.report("nothing", me.id, "错", NOON)


async def test_a_changed_key_regrades_everyone_and_tells_them(record):
    asking = await record.daily()
    people = {key: await record.person(key) for key in OPTION_KEYS}
    for key, who in people.items():
        await record.attempts.answer(asking, who, asking.shown(key), NOON)
    bystander = await record.person("bystander")
    report = await reported(record, asking, people["C"])
    told = await record.corrections.accept(report.id, "C", "算错了", "这题改选 C。", NOON + DAY)
    assert told == {who.id for who in people.values()}
    for key, who in people.items():
        state = await record.progress.state(who.person_id)
        assert (state.days[NOON.date()].right, len(state.wrong_book)) == (
            (1, 0) if key == "C" else (0, 1)
        )
        [(_, right)] = await record.progress.recent(who.person_id, NOON)
        assert right == (key == "C")
        assert await taken(record.corrections, who.id, NOON + DAY) == ["这题改选 C。"]
        assert await taken(record.corrections, who.id, NOON + DAY) == []
    assert await taken(record.corrections, bystander.id, NOON + DAY) == []
    assert (await rebuild(record.database)).differences == []


async def test_everything_is_read_with_the_new_key(record):
    me, asking = await record.person(), await record.daily()
    report = await reported(record, asking, me)
    await record.corrections.accept(report.id, "C", "", "已更正", NOON)
    corrected = replace(question(), answer="C", why={}, steps=())
    assert (await record.askings.get(asking.id)).question == corrected
    fresh = await record.daily()
    assert fresh.question.answer == "C"
    outcome = await record.attempts.answer(fresh, me, fresh.shown("C"), NOON)
    assert (outcome.right, outcome.attempt.answer) == (True, "C")
    assert await record.corrections.key_changes() == {
        ("q.os.test-1", question().text_fingerprint): "C"
    }


async def test_an_asking_read_before_the_change_is_judged_by_the_new_key(record):
    me, asking = await record.person(), await record.daily()
    report = await reported(record, asking, me)
    await record.corrections.accept(report.id, "C", "", "已更正", NOON)
    outcome = await record.attempts.answer(asking, me, asking.shown("B"), NOON)
    assert (outcome.right, outcome.attempt.answer) == (False, "C")


async def test_a_retracted_question_counts_for_the_day_only(record):
    me, you = await record.person("1"), await record.person("2")
    asking = await record.daily()
    await record.answers(asking, me, False)
    await record.answers(asking, you, True)
    report = await reported(record, asking, me)
    await record.corrections.accept(report.id, None, "条件不足", "这题作废。", NOON)
    for who in (me, you):
        state = await record.progress.state(who.person_id)
        day = state.days[NOON.date()]
        assert (day.answered, day.right, state.streak.current) == (1, 0, 1)
        assert (state.wrong_book, state.cards, state.abilities) == ({}, {}, {})
    again = await record.answers(await record.daily(), me, True, NOON + DAY)
    assert (again.status, again.right, again.answered_today) == ("recorded", None, 1)
    read = await record.askings.get(asking.id)
    assert (read.retracted, read.question) == (True, question())
    rewritten = await record.daily(replace(question(), stem="重写过的题。"))
    assert not rewritten.retracted


async def test_a_decision_is_about_the_text_that_was_reported(record):
    me = await record.person()
    report = await reported(record, await record.daily(), me)
    await record.corrections.accept(report.id, "C", "", "已更正", NOON)
    rewritten = replace(question(), stem="重写过的题。", answer="A")
    asking = await record.daily(rewritten)
    assert asking.question.answer == "A"
    assert (await record.answers(asking, me, True)).right is True


async def test_the_last_decision_holds(record):
    me, asking = await record.person(), await record.daily()
    await record.attempts.answer(asking, me, asking.shown("D"), NOON)
    for answer in (None, "C", "D"):
        report = await reported(record, asking, me)
        await record.corrections.accept(report.id, answer, "", "又改了", NOON)
    assert (await record.progress.state(me.person_id)).days[NOON.date()].right == 1
    notices = await taken(record.corrections, me.id, NOON)
    assert list(notices) == ["又改了"] * 3


async def test_a_rejection_tells_only_who_reported(record):
    me, you = await record.person("1"), await record.person("2")
    asking = await record.daily()
    await record.answers(asking, you, True)
    report = await reported(record, asking, me)
    assert await record.corrections.reject(report.id, "答案无误", "核对过，没有错。", NOON) is True
    assert await taken(record.corrections, me.id, NOON) == ["核对过，没有错。"]
    assert await taken(record.corrections, you.id, NOON) == []
    assert await record.corrections.key_changes() == {}
    [decided] = await record.corrections.list("rejected")
    assert (decided.id, decided.note) == (report.id, "答案无误")


async def test_a_report_is_decided_once(record):
    me, asking = await record.person(), await record.daily()
    await record.answers(asking, me, True)
    report = await reported(record, asking, me)
    await record.corrections.accept(report.id, "C", "", "改了", NOON)
    assert await record.corrections.accept(report.id, "D", "", "又改", NOON) == set()
    assert await record.corrections.reject(report.id, "", "没改", NOON) is False
    assert await record.corrections.accept(99, "D", "", "又改", NOON) == set()
    assert await record.corrections.key_changes() == {
        ("q.os.test-1", question().text_fingerprint): "C"
    }
    assert await taken(record.corrections, me.id, NOON) == ["改了"]
    later = await reported(record, asking, me)
    assert later.id != report.id
    assert [one.id for one in await record.corrections.list()] == [report.id, later.id]


async def test_both_accounts_of_a_person_are_told(record):
    here, there = await record.person("1"), await record.person("2")
    asking = await record.daily()
    await record.answers(asking, here, True)
    await record.answers(asking, there, True)
    code = await record.people.issue_link_code(here.person_id, NOON)
    await record.people.link(code, there, NOON)
    report = await reported(record, asking, here)
    told = await record.corrections.accept(report.id, "C", "", "改了", NOON + MINUTE)
    assert told == {here.id, there.id}


async def test_a_decision_is_whole_or_not_made(record, monkeypatch):
    me, asking = await record.person(), await record.daily()
    await record.answers(asking, me, True)
    report = await reported(record, asking, me)

    async def broken(*_):
        raise RuntimeError("切断")

    monkeypatch.setattr("backend.learning.corrections._tell", broken)
    with pytest.raises(RuntimeError):
        await record.corrections.accept(report.id, "C", "", "改了", NOON)
    assert await record.corrections.open() == [report]
    assert await record.corrections.key_changes() == {}
    assert (await record.progress.state(me.person_id)).days[NOON.date()].right == 1
    async with record.database.reading() as connection:
        query = select(func.count()).select_from(tables.key_changes)
        assert (await connection.execute(query)).scalar() == 0


async def test_a_notice_waits_until_it_has_reached_its_account(record):
    me = await record.person()
    asking = await record.practice(me, question(1))
    await record.attempts.answer(asking, me, "A", NOON)
    report = await record.corrections.report(asking.id, me.id, "错了", NOON)
    await record.corrections.accept(report.id, None, "", "作废了", NOON)
    for _ in range(2):  # read for a reply that was never sent
        untold = await record.corrections.untold(me.id)
        assert list(untold.values()) == ["作废了"]
    await record.corrections.told(list(untold), NOON)
    assert await record.corrections.untold(me.id) == {}


async def test_reasons_for_the_old_key_are_gone_with_it(record):
    me = await record.person()
    asking = await record.practice(me, question(1))
    old = asking.question.answer
    await record.attempts.answer(asking, me, "A", NOON)
    report = await record.corrections.report(asking.id, me.id, "错了", NOON)
    new = next(key for key in OPTION_KEYS if key != old)
    await record.corrections.accept(report.id, new, "", "改了", NOON)
    found = (await record.askings.get(asking.id)).question
    assert (found.answer, dict(found.why), found.steps) == (new, {}, ())
