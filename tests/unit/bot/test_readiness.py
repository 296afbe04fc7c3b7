"""What cannot be sent from this process now: pushes left to others, notices kept for later."""

from bot.operator_line import OperatorLine
from bot.outboxes import Outboxes
from bot.record_watch import RecordWatch
from plugins.messages import Conversation
from tests.fakes_outbox import FakeOutbox
from tests.learning_house import GROUP, at, learning_house

TODAY = at(12).date()


class Presence:
    """Says who is there."""

    def __init__(self, *, ready=True, members=()):
        self.ready, self.members = ready, members

    def is_ready(self, conversation):
        return self.ready

    async def is_member(self, group, user):
        return user in self.members


async def row_of(house):
    return await house.ledger.find(GROUP.key, "question-1", TODAY)


async def test_a_push_is_left_to_the_process_that_has_the_account(tmp_path):
    async with (
        learning_house(tmp_path, outbox=FakeOutbox(), instance="without") as without,
        learning_house(tmp_path, outbox=FakeOutbox(), instance="with") as has,
    ):
        without.pusher._courier._is_ready = lambda conversation: False
        await without.switch_on()
        await without.run_due(at(12, 30))
        assert await row_of(without) is None
        await has.run_due(at(12, 30, second=5))
        assert (await row_of(has)).state == "confirmed"
        await without.run_due(at(12, 40))
        assert (len(has.outbox.sent), without.outbox.sent) == (1, [])


async def test_a_push_that_nobody_can_send_is_noted_as_failed_and_sent_when_somebody_can(tmp_path):
    async with learning_house(tmp_path) as house:
        courier = house.pusher._courier
        courier._is_ready = lambda conversation: False
        house.outbox.connected = False
        await house.switch_on()
        await house.run_due(at(12, 0))
        await house.run_due(at(12, 30, second=44))
        assert await row_of(house) is None
        for minute in (31, 32, 40):
            await house.run_due(at(12, minute))
            row = await row_of(house)
            assert (row.state, row.tries, row.reason) == ("failed", 1, "没有连接")
        courier._is_ready = lambda conversation: True
        house.outbox.connected = True
        await house.run_due(at(12, 41))
        assert (await row_of(house)).state == "confirmed"
        assert len(house.outbox.sent) == 1


async def test_a_push_that_nobody_could_send_is_skipped_with_its_reason_and_the_operator_told(
    tmp_path,
):
    async with learning_house(tmp_path) as house:
        house.pusher._courier._is_ready = lambda conversation: False
        house.outbox.connected = False
        await house.switch_on()
        for moment in (at(12, 0), at(12, 32), at(13, 31)):
            await house.run_due(moment)
        row = await row_of(house)
        assert row.state == "skipped"
        assert row.reason == "没有连接，超过了补发时限（60 分钟）"
        assert len(house.told) == 1


async def test_what_could_not_be_told_is_told_once_the_account_is_there():
    outboxes, outbox, presence = Outboxes(), FakeOutbox(), Presence(ready=False)
    outboxes.add("fake", outbox, presence)
    line = OperatorLine(frozenset({"fake:1", "absent:2"}), outboxes)
    await line("出了点事")
    await line.again()
    assert outbox.sent == []
    presence.ready = True
    for _ in range(2):
        await line.again()
    assert outbox.texts("fake:p:1") == ["【运营】出了点事"]


async def test_a_platform_that_knows_nobody_has_no_members():
    outboxes = Outboxes()
    outboxes.add("fake", FakeOutbox())
    assert outboxes.is_ready(GROUP)
    assert not await outboxes.is_member(GROUP, "1")
    outboxes.add("fake", FakeOutbox(), Presence(members=("1",)))
    assert await outboxes.is_member(GROUP, "1")
    assert not await outboxes.is_member(Conversation("other", "", "1", is_group=True), "1")


async def test_the_record_is_watched_over_a_file_that_goes_and_comes(tmp_path):
    async with learning_house(tmp_path) as house:
        watch = RecordWatch(house.database, house.groups)
        assert await watch.look() == ""
        file = tmp_path / "learning.sqlite3"
        for ending in ("", "-wal", "-shm"):
            file.with_name(file.name + ending).rename(tmp_path / f"away{ending}")
        assert "learning.sqlite3" in await watch.look()
        for ending in ("", "-wal", "-shm"):
            (tmp_path / f"away{ending}").rename(file.with_name(file.name + ending))
        assert await watch.look() == ""
