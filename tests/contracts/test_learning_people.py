"""Who is who, on both databases."""

import asyncio
from datetime import time, timedelta

from sqlalchemy import select

from backend.learning import tables
from backend.learning.linking import CODE_LIVES, WRONG_CODES
from tests.learning import DAY, ELSEWHERE, GROUP, MINUTE, NOON, open_record, question


async def test_an_account_becomes_known_once(record):
    assert await record.people.find("qq", "1") is None
    me = await record.people.identify("qq", "1", NOON)
    assert (me.platform, me.user_id) == ("qq", "1")
    assert await record.people.identify("qq", "1", NOON + DAY) == me
    assert await record.people.find("qq", "1") == me
    assert (await record.people.identify("discord", "1", NOON)).person_id != me.person_id


async def test_an_account_that_two_instances_meet_at_once_is_one(record, record_url, tmp_path):
    async with open_record(record_url, tmp_path) as other:
        met = await asyncio.gather(
            *(
                instance.people.identify("qq", str(number % 10), NOON)
                for number in range(40)
                for instance in (record, other)
            )
        )
    assert len(set(met)) == len({one.person_id for one in met}) == 10


async def test_the_groups_of_a_person_come_last_seen_first(record):
    me, other = await record.person(), await record.person("2")
    await record.people.seen(GROUP, me.id, NOON)
    await record.people.seen(ELSEWHERE, me.id, NOON + MINUTE)
    await record.people.seen(GROUP, me.id, NOON + timedelta(seconds=30))
    await record.people.seen("qq:bot:g:3", other.id, NOON)
    assert await record.people.groups_of(me.person_id) == [ELSEWHERE, GROUP]
    await record.people.seen(GROUP, me.id, NOON + 2 * MINUTE)
    assert await record.people.groups_of(me.person_id) == [GROUP, ELSEWHERE]


async def test_being_seen_does_not_touch_the_name(record):
    me = await record.member("1", name="小明")
    await record.people.seen(GROUP, me.id, NOON + DAY)
    await record.answers(await record.daily(at=NOON + DAY), me, True, NOON + DAY)
    [rank] = await record.progress.ranking(GROUP, (NOON + DAY).date())
    assert rank.name == "小明"


async def test_a_name_is_erased_when_it_is_no_longer_shown(record):
    me = await record.member("1", name="小明")
    await record.people.show_name(GROUP, me.id, None, NOON)
    async with record.database.reading() as connection:
        query = select(tables.members.c.shows_name, tables.members.c.name)
        assert (await connection.execute(query)).one() == (False, "")


async def test_any_name_can_be_shown(record):
    me = await record.member("1", name="名" * 80 + "x")
    you = await record.member("2", name="a\0b \ud83d 🙂")
    asking = await record.daily()
    await record.answers(asking, me, True)
    await record.answers(asking, you, True)
    tally = await record.askings.tally(asking.id)
    assert tally.names == ("名" * 64, "ab ? 🙂")


async def test_linked_accounts_are_one_person(record):
    here, there = await record.person("1"), await record.person("9", platform="discord")
    asked = question()
    await record.practises(here, asked, True, NOON)
    await record.practises(there, asked, False, NOON + DAY)
    code = await record.people.issue_link_code(here.person_id, NOON)
    assert await record.people.link(code.lower(), there, NOON + MINUTE) == "linked"
    moved = await record.people.find("discord", "9")
    assert moved.person_id == here.person_id
    assert await record.people.identities_of(here.person_id) == [here, moved]
    state = await record.progress.state(here.person_id)
    assert state.streak.current == 2
    assert state.cards["OS0316"].reviews == 2
    assert list(state.wrong_book) == [asked.id]
    assert await record.people.groups_of(there.person_id) == []


async def test_a_code_works_once(record):
    me = await record.person("1")
    code = await record.people.issue_link_code(me.person_id, NOON)
    assert 6 <= len(code) <= 8
    assert await record.people.link(code, await record.person("2"), NOON) == "linked"
    assert await record.people.link(code, await record.person("3"), NOON) == "unknown"


async def test_a_code_expires_and_a_new_one_voids_it(record):
    me, you = await record.person("1"), await record.person("2")
    old = await record.people.issue_link_code(me.person_id, NOON)
    new = await record.people.issue_link_code(me.person_id, NOON)
    assert await record.people.link(old, you, NOON) == "unknown"
    assert await record.people.link(new, you, NOON + CODE_LIVES) == "unknown"
    newest = await record.people.issue_link_code(me.person_id, NOON + CODE_LIVES)
    assert await record.people.link(newest, you, NOON + CODE_LIVES) == "linked"


async def test_a_code_for_oneself_changes_nothing(record):
    me = await record.person("1")
    code = await record.people.issue_link_code(me.person_id, NOON)
    assert await record.people.link(code, me, NOON) == "same"
    assert await record.people.link(code, await record.person("2"), NOON) == "linked"


async def test_codes_cannot_be_guessed(record):
    me, you = await record.person("1"), await record.person("2")
    code = await record.people.issue_link_code(me.person_id, NOON)
    for _ in range(WRONG_CODES):
        assert await record.people.link("XXXXXXXX", you, NOON) == "unknown"
    assert await record.people.link(code, you, NOON + MINUTE) == "unknown"
    assert await record.people.link(code, await record.person("3"), NOON) == "linked"
    fresh = await record.people.issue_link_code(me.person_id, NOON + CODE_LIVES)
    assert await record.people.link(fresh, you, NOON + CODE_LIVES) == "linked"


async def test_only_a_digest_of_the_code_is_stored(record):
    me = await record.person("1")
    code = await record.people.issue_link_code(me.person_id, NOON)
    async with record.database.reading() as connection:
        [row] = (await connection.execute(select(tables.link_codes))).all()
    assert code not in str(row)


async def test_an_asking_that_both_accounts_answered_counts_once_after_linking(record):
    here, there = await record.person("1"), await record.person("2")
    asking = await record.daily()
    await record.answers(asking, here, True)
    await record.answers(asking, there, False, NOON + MINUTE)
    code = await record.people.issue_link_code(here.person_id, NOON)
    await record.people.link(code, there, NOON)
    assert (await record.askings.tally(asking.id)).total == 1
    state = await record.progress.state(here.person_id)
    assert state.days[NOON.date()].answered == 1
    assert not state.wrong_book
    again = await record.answers(asking, there, False, NOON + DAY)
    assert (again.status, again.attempt.identity_id) == ("repeated", here.id)


async def test_a_linked_account_cannot_answer_again(record):
    here, there = await record.person("1"), await record.person("2")
    code = await record.people.issue_link_code(here.person_id, NOON)
    await record.people.link(code, there, NOON)
    asking = await record.daily()
    outcomes = await asyncio.gather(
        record.answers(asking, here, True), record.answers(asking, there, False)
    )
    assert [outcome.status for outcome in outcomes] == ["recorded", "repeated"]
    assert outcomes[1].right is True


async def test_unlinking_gives_both_their_own_again(record):
    here, there = await record.person("1"), await record.person("2")
    asking = await record.daily()
    await record.answers(asking, here, True)
    await record.answers(asking, there, False)
    before = [await record.progress.state(one.person_id) for one in (here, there)]
    code = await record.people.issue_link_code(here.person_id, NOON)
    await record.people.link(code, there, NOON)
    assert await record.people.unlink(there, NOON) is True
    apart = await record.people.find("qq", "2")
    assert apart.person_id not in (here.person_id, there.person_id)
    after = [await record.progress.state(one.person_id) for one in (here, apart)]
    assert after == before
    assert await record.people.unlink(apart, NOON) is False


async def test_a_reminder_is_kept_changed_and_taken_away(record):
    me, you = await record.person("1"), await record.person("2")
    target = {"platform": "qq", "bot": "100", "id": "1"}
    await record.people.set_reminder(me.person_id, time(20, 0), target, NOON)
    await record.people.set_reminder(you.person_id, None, None, NOON)
    [reminder] = await record.people.reminders()
    assert (reminder.person_id, reminder.identity_id) == (me.person_id, me.id)
    assert (reminder.at, reminder.target) == (time(20, 0), target)
    await record.people.set_reminder(me.person_id, time(7, 30), target, NOON)
    assert [one.at for one in await record.people.reminders()] == [time(7, 30)]
    await record.people.set_reminder(me.person_id, None, None, NOON)
    assert await record.people.reminders() == []


async def test_a_reminder_names_the_account_that_it_goes_to(record):
    here, there = await record.person("1"), await record.person("9", platform="discord")
    code = await record.people.issue_link_code(here.person_id, NOON)
    await record.people.link(code, there, NOON)
    target = {"platform": "discord", "bot": "5", "id": "777"}
    await record.people.set_reminder(here.person_id, time(20), target, NOON)
    assert [one.identity_id for one in await record.people.reminders()] == [there.id]


async def test_a_merged_person_keeps_a_reminder(record):
    here, there, third = [await record.person(str(number)) for number in range(3)]
    target = {"platform": "qq", "bot": "100", "id": "1"}
    await record.people.set_reminder(there.person_id, time(8), target, NOON)
    await record.people.set_reminder(third.person_id, time(9), target, NOON)
    for other in (there, third):
        code = await record.people.issue_link_code(here.person_id, NOON)
        assert await record.people.link(code, other, NOON) == "linked"
    assert [(one.person_id, one.at) for one in await record.people.reminders()] == [
        (here.person_id, time(8))
    ]


async def test_an_account_that_goes_its_own_way_takes_the_reminder_that_is_written_to_it(record):
    me, there = await record.person("1"), await record.person("9", platform="discord")
    await record.people.link(await record.people.issue_link_code(me.person_id, NOON), there, NOON)
    for leaving, keeps in ((me, there), (there, me)):
        target = {"platform": there.platform, "bot": "b", "id": there.user_id}
        await record.people.set_reminder(me.person_id, time(20), target, NOON)
        account = await record.people.find(leaving.platform, leaving.user_id)
        assert await record.people.unlink(account, NOON)
        [reminder] = await record.people.reminders()
        owner = await record.people.find(there.platform, there.user_id)
        assert (reminder.person_id, reminder.identity_id) == (owner.person_id, there.id)
        kept = await record.people.find(keeps.platform, keeps.user_id)
        code = await record.people.issue_link_code(kept.person_id, NOON)
        left = await record.people.find(leaving.platform, leaving.user_id)
        await record.people.link(code, left, NOON)
        me = await record.people.find("qq", "1")
