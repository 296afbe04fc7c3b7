"""Forgetting and exporting a person, on both databases."""

import asyncio
import json
import traceback
from datetime import time

import pytest
from sqlalchemy import String, cast, func, insert, or_, select

from backend.errors import RecordUnavailable
from backend.learning import tables
from backend.learning.database import SQLITE_FILE
from backend.learning.rebuild import rebuild
from tests.learning import DAY, GROUP, MINUTE, NOON, Record, open_record, private, question

SECRET = "4081234"
"""Stands in every text that leads to the person: nothing of it may be left."""


async def lived(record: Record):
    """Let a person leave something in every table that there is."""
    me = await record.member(f"{SECRET}-a", name=f"{SECRET} 同学")
    extra = await record.person(f"{SECRET}-b", platform="discord")
    await record.people.issue_link_code(me.person_id, NOON)
    code = await record.people.issue_link_code(me.person_id, NOON)
    await record.people.link("wrong", extra, NOON)
    await record.people.link(code, extra, NOON)
    await record.people.issue_link_code(me.person_id, NOON)
    target = {"platform": "qq", "bot": "1", "id": SECRET}
    await record.people.set_reminder(me.person_id, time(20), target, NOON)
    daily = await record.daily()
    await record.answers(daily, me, False)
    await record.attempts.mark_guessed(daily.id, me, NOON)
    await record.practises(extra, question(2), True, NOON - 2 * DAY)
    assert await record.attempts.make_up(me, NOON) == "made"
    practice = await record.practice(me, question(3))
    await record.askings.note_messages(practice.id, private(me), ["m1"])
    await record.askings.papers.start(me.id, private(me), [question(4)], NOON, NOON + DAY)
    report = await record.corrections.report(practice.id, me.id, "题目有误", NOON)
    other = await record.corrections.report(daily.id, me.id, "选项有误", NOON)
    await record.corrections.reject(other.id, "", "没有错", NOON)
    async with record.database.writing() as connection:
        await connection.execute(insert(tables.deliveries), _delivery(f"person:{me.id}"))
        await connection.execute(insert(tables.deliveries), _delivery(GROUP))
    return me, daily, report


def _delivery(target: str) -> dict:
    return {
        "target": target,
        "slot": "reminder",
        "day": NOON.date(),
        "state": "confirmed",
        "due_at": NOON,
        "instance": "x",
        "updated_at": NOON,
    }


async def counts(record) -> dict[str, int]:
    async with record.database.reading() as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar()
            for table in tables.metadata.sorted_tables
        }


async def found(record, text: str) -> list[str]:
    """Name the tables in which ``text`` stands anywhere."""
    names = []
    async with record.database.reading() as connection:
        for table in tables.metadata.sorted_tables:
            anywhere = or_(*(cast(column, String).contains(text) for column in table.columns))
            if (await connection.execute(select(table).where(anywhere))).first():
                names.append(table.name)
    return names


async def test_nothing_of_a_forgotten_person_is_left(record):
    me, daily, report = await lived(record)
    await record.practises(await record.person("other"), question(9), False, NOON)
    before = await counts(record)
    theirs = set(before) - {"forgetting", "group_settings", "key_changes"}
    assert {name for name in theirs if not before[name]} == set(), "lived() leaves no trace there"
    assert await found(record, SECRET)

    gone = await record.privacy.forget(me.person_id, NOON)

    assert await found(record, SECRET) == []
    assert await counts(record) == {
        **dict.fromkeys(before, 0),
        "people": 1,
        "identities": 1,
        "askings": 3,  # the daily one, the other's, and the one that a report is about
        "attempts": 1,
        "wrong_book": 1,
        "review_cards": 1,
        "abilities": 1,
        "study_days": 1,
        "streaks": 1,
        "corrections": 2,
        "deliveries": 1,
    }
    assert gone["attempts"] == 2
    assert gone["identities"] == 2
    assert (await record.askings.tally(daily.id)).total == 0
    kept = await record.corrections.get(report.id)
    assert (kept.state, kept.text) == ("open", "题目有误")
    assert (await rebuild(record.database)).differences == []


async def test_others_are_not_touched(record):
    me, daily, _ = await lived(record)
    other = await record.member("other", name="别人")
    await record.answers(daily, other, True)
    await record.practises(other, question(9), False, NOON)
    before = await record.progress.state(other.person_id)
    await record.privacy.forget(me.person_id, NOON)
    assert await record.progress.state(other.person_id) == before
    tally = await record.askings.tally(daily.id)
    assert (tally.total, tally.names) == (1, ("别人",))


async def test_a_forgotten_person_begins_anew(record):
    me, daily, _ = await lived(record)
    await record.privacy.forget(me.person_id, NOON)
    assert await record.people.find(me.platform, me.user_id) is None
    again = await record.people.identify(me.platform, me.user_id, NOON + DAY)
    assert again.id not in (me.id, me.person_id)
    outcome = await record.answers(daily, again, True, NOON + DAY)
    assert outcome.status == "recorded"
    assert (await record.progress.state(again.person_id)).days.keys() == {NOON.date() + DAY}


async def test_forgetting_twice_finds_nothing(record):
    me, _, _ = await lived(record)
    assert await record.privacy.forget(me.person_id, NOON)
    assert await record.privacy.forget(me.person_id, NOON) == {}


async def test_a_report_about_a_forgotten_persons_question_can_still_be_accepted(record):
    me, _, report = await lived(record)
    await record.privacy.forget(me.person_id, NOON)
    assert await record.corrections.accept(report.id, "C", "", "改了", NOON) == set()
    assert await record.corrections.key_changes() == {
        ("q.os.test-3", question(3).text_fingerprint): "C"
    }


async def test_an_export_has_everything_with_texts_and_times(record):
    me, _, report = await lived(record)
    await record.corrections.accept(report.id, None, "", "作废", NOON)
    exported = json.loads(json.dumps(await record.privacy.export(me.person_id)))
    assert {one["user_id"] for one in exported["identities"]} == {f"{SECRET}-a", f"{SECRET}-b"}
    first = exported["attempts"][0]
    assert first["question"]["stem"] == question().stem
    assert first["chosen"] != first["answer"]
    assert first["right"] is False
    assert first["answered_at"] == NOON.isoformat()
    assert first["guessed_at"] == NOON.isoformat()
    assert [one["question_id"] for one in exported["wrong_book"]] == ["q.os.test-1"]
    assert exported["members"][0]["name"] == f"{SECRET} 同学"
    assert exported["preferences"][0]["reminder_at"] == "20:00"
    assert {one["text"] for one in exported["corrections"]} == {"题目有误", "选项有误"}
    assert exported["papers"][0]["started_at"] == NOON.isoformat()
    assert exported["makeups"][0]["day"] == (NOON - DAY).date().isoformat()
    empty = {name for name, rows in exported.items() if rows in ([], {}, None)}
    assert empty == set()


async def test_an_export_has_nothing_of_others(record):
    me, daily, _ = await lived(record)
    other = await record.member("8889999", name="别人")
    await record.answers(daily, other, True, NOON + MINUTE)
    await record.practises(other, question(7), False, NOON)
    exported = json.dumps(await record.privacy.export(me.person_id), ensure_ascii=False)
    assert "8889999" not in exported
    assert "别人" not in exported
    assert question(7).stem not in exported


async def test_who_is_forgotten_while_they_speak_is_not_seen_and_nothing_breaks(record):
    me, other = await record.member("1"), await record.member("2")
    asking = await record.practice(me)
    await record.privacy.forget(me.person_id, NOON)
    later = NOON + 2 * MINUTE
    await asyncio.gather(
        record.people.seen(GROUP, me.id, later), record.people.seen(GROUP, other.id, later)
    )
    assert await record.people.groups_of(me.person_id) == []
    assert await record.people.groups_of(other.person_id) == [GROUP]
    for write in (
        lambda: record.people.show_name(GROUP, me.id, "小明", later),
        lambda: record.people.set_reminder(me.person_id, time(20), {}, later),
        lambda: record.people.issue_link_code(me.person_id, later),
        lambda: record.practice(me, at=later),
        lambda: record.answers(asking, me, True, later),
    ):
        with pytest.raises(RecordUnavailable, match="已经不在学习记录里"):
            await write()


async def test_a_traceback_of_a_failed_statement_names_nobody(record):
    row = {"platform": "qq", "user_id": SECRET, "person_id": 999, "created_at": NOON}
    with pytest.raises(RecordUnavailable) as failed:
        async with record.database.writing() as connection:
            await connection.execute(insert(tables.identities), row)
    shown = "".join(traceback.format_exception(failed.value))
    assert "INSERT INTO identities" in shown
    assert SECRET not in shown


async def test_an_export_has_reminders_that_were_sent(record):
    me, _, _ = await lived(record)
    exported = await record.privacy.export(me.person_id)
    assert [row["target"] for row in exported["deliveries"]] == [f"person:{me.id}"]
    assert len(exported["link_failures"]) == 1


async def test_the_file_itself_has_nothing_left_of_who_was_forgotten(tmp_path):
    async with open_record("", tmp_path) as record:
        me, _, _ = await lived(record)
    path = tmp_path / SQLITE_FILE
    assert SECRET.encode() in path.read_bytes()
    async with open_record("", tmp_path) as record:
        await record.privacy.forget(me.person_id, NOON)
    for file in tmp_path.iterdir():
        assert SECRET.encode() not in file.read_bytes(), file.name
