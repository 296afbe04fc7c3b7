"""What the official account says within its few seconds, with a scripted answerer behind it."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.wechat import wording
from bot.platforms.wechat.conversing import Conversing
from bot.platforms.wechat.outbox import MAX_BYTES, WeChatOutbox
from plugins.messages import (
    SILENT,
    Attachment,
    Conversation,
    NotSent,
    Reply,
)
from tests.unit.platforms.wechat_room import Room, opened_room, paragraphs, until


@pytest.fixture
async def room():
    async with opened_room() as room:
        yield room


async def test_an_answer_in_time_is_said_and_heard_of(room):
    assert await room.ask("什么是死锁") == "答：什么是死锁"
    await until(lambda: room.answerer.heard == ["什么是死锁"])


async def test_silence_is_nothing(room):
    room.answerer.replies["嗯"] = SILENT
    assert await room.ask("嗯") is None


async def test_one_and_continue_are_messages_while_nothing_is_kept(room):
    for word in ("1", "继续"):
        assert await room.ask(word) == f"答：{word}"


async def test_a_late_answer_is_fetched_with_1(room):
    gate = room.answerer.slow("慢")
    assert await room.ask("慢") == wording.THINKING
    assert await room.ask("1") == wording.STILL_THINKING
    assert room.answerer.heard == []
    gate.set()
    assert await room.ask("1") == "答：慢"
    await until(lambda: room.answerer.heard == ["慢"])
    assert room.answerer.asked == ["慢"]
    assert await room.ask("1") == "答：1"


async def test_1_waits_for_an_answer_that_comes_soon(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    fetching = asyncio.create_task(room.ask("1"))
    await asyncio.sleep(0)
    gate.set()
    assert await fetching == "答：慢"


async def test_kept_answers_are_everybodys_own(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢", "o-1")
    gate.set()
    assert await room.ask("1", "o-2") == "答：1"
    assert await room.ask("1", "o-1") == "答：慢"


async def test_a_second_try_of_wechat_gets_the_same_once(room):
    gate = room.answerer.slow("慢")
    tries = [asyncio.create_task(room.ask("慢", id="same")) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*tries) == ["答：慢"] * 3
    assert await room.ask("慢", id="same") == "答：慢"
    assert room.answerer.asked == ["慢"]
    assert await room.ask("1") == "答：1"


async def test_a_second_try_after_a_notice_gets_the_answer(room):
    gate = room.answerer.slow("慢")
    assert await room.ask("慢", id="same") == wording.THINKING
    gate.set()
    assert await room.ask("慢", id="same") == "答：慢"
    assert await room.ask("1") == "答：1"


async def test_a_second_try_of_1_does_not_turn_the_page(room):
    room.answerer.replies["长"] = paragraphs(3)
    await room.ask("长")
    second = await room.ask("1", id="turn")
    assert second.startswith("2段")
    assert await room.ask("1", id="turn") == second
    assert (await room.ask("1")).startswith("3段")


async def test_a_long_answer_comes_in_parts(room):
    room.answerer.replies["长"] = paragraphs(3)
    first, second, third = [await room.ask(word) for word in ("长", "1", "继续")]
    assert first == "1" + "段" * 400 + "\n\n（第 1/3 段，回复 1 继续看）"
    assert second.endswith("（第 2/3 段，回复 1 继续看）")
    assert third.endswith("（第 3/3 段）")
    assert await room.ask("1") == "答：1"


@pytest.mark.parametrize("letter", ["段", "𠀀", "😀", "a"])
async def test_no_part_is_larger_than_wechat_takes(room, letter):
    for count in (1, 2, 5):
        room.answerer.replies["长"] = letter * (count * 590)
        room.answerer.slow("慢")
        await room.ask("慢")
        text, whole = await room.ask("长"), ""
        while text.startswith(letter):
            assert len(text.encode()) <= 2048
            whole += text.split("\n\n（")[0]
            text = await room.ask("1")
        assert whole == letter * (count * 590)


async def test_another_answer_that_is_kept_is_mentioned_once(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    assert wording.kept_note(ready=False, word="1") in await room.ask("快")
    assert await room.ask("快些") == "答：快些"
    gate.set()
    await until(lambda: room.conversing.shelf.next_of("o-1").is_ready)
    assert wording.kept_note(ready=True, word="1") in await room.ask("更快")
    assert await room.ask("最快") == "答：最快"
    assert await room.ask("1") == "答：慢"


async def test_the_newest_comes_first_and_none_is_lost(room):
    for text in ("甲", "乙", "丙"):
        room.answerer.slow(text)
        assert await room.ask(text) == wording.THINKING
    room.answerer.slow("丁")
    assert wording.DROPPED_NOTE in await room.ask("丁")
    for gate in room.answerer.gates.values():
        gate.set()
    await until(lambda: len(room.answerer.asked) == 4)
    said = [await room.ask("1") for _ in range(3)]
    assert [text.split("\n")[0] for text in said] == ["答：丁", "答：丙", "答：乙"]
    assert await room.ask("1") == "答：1"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(1, 3), st.booleans()),
        st.tuples(st.just("open"), st.integers(0, 5)),
        st.tuples(st.just("more"), st.sampled_from(["1", "继续"])),
        st.tuples(st.just("again")),
        st.tuples(st.just("api"), st.sampled_from(["off", "works", "fails"])),
    ),
    max_size=14,
)


class FickleOutbox(WeChatOutbox):
    """Sends into ``sent`` through an API that comes and goes."""

    api = "off"

    @property
    def can_send(self):
        return self.api != "off"

    async def send_part(self, openid, part):
        await asyncio.sleep(0)
        if self.api != "works":
            raise NotSent("今天的接口次数用完了")
        self.sent.append(part.text)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_every_part_is_given_once_and_in_order_or_its_loss_is_told(steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.platforms.wechat.conversing._RESPONSE_SECONDS", 0.002)
        asyncio.run(_play(steps))


async def _play(steps):
    room, said, final = Room(), [], {}
    outbox = FickleOutbox(None, None)
    outbox.sent = said
    room.conversing = Conversing(room.desk, outbox, 0.01)
    room.outbox = outbox
    lengths, last = {}, ("什么", "m-0")

    async def hear(words, id):
        text = await room.ask(words, id=id) or ""
        if id in final:
            assert text == final[id]
            return
        said.append(text)
        if text and not text.startswith(("正在想", "还在想")):
            final[id] = text

    for number, step in enumerate(steps):
        match step:
            case ("ask", parts, is_slow):
                name = f"#{len(lengths)}."
                lengths[name] = parts
                room.answerer.replies[name] = "\n\n".join(
                    f"{name}{number}" + "段" * 400 for number in range(1, parts + 1)
                )
                if is_slow:
                    room.answerer.slow(name)
                last = (name, f"m-{name}")
                await hear(*last)
            case ("open", which):
                for gate in list(room.answerer.gates.values())[which : which + 1]:
                    gate.set()
            case ("more", word):
                last = (word, f"m-{number}")
                await hear(*last)
            case ("api", state):
                outbox.api = state
            case _:
                await hear(*last)
    outbox.api = "off" if len(steps) % 2 else "fails"
    for gate in room.answerer.gates.values():
        gate.set()
    await until(lambda: all(name in room.answerer.asked for name in lengths))
    for number in range(100):
        await hear("1", f"end-{number}")
        if said[-1].startswith("答：1"):
            break
        await asyncio.sleep(0.003)
    assert said[-1].startswith("答：1")
    given = [text.split("段")[0] for text in said if text.startswith("#")]
    dropped = sum(wording.DROPPED_NOTE in text for text in said)
    missing = 0
    for name, parts in lengths.items():
        own = [int(each.removeprefix(name)) for each in given if each.startswith(name)]
        assert own == list(range(1, len(own) + 1))
        missing += len(own) < parts
    assert missing == dropped
    await room.desk.drain()


async def test_1_is_the_students_while_a_number_is_asked_for(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    gate.set()
    room.answerer.replies["死"] = Reply("1. 死锁\n2. 饥饿\n回复数字就行", "ask_back")
    assert "回复 “继续” 看" in await room.ask("死")
    assert await room.ask("1") == "答：1"
    assert await room.ask("继续") == "答：慢"


async def test_a_failure_is_one_sentence(room):
    room.outbox.parts = _fails
    assert await room.ask("什么是死锁") == wording.FAILED


async def _fails(reply):
    raise RuntimeError("秘密")


async def test_closing_is_said(room):
    room.answerer.slow("慢")
    asking = asyncio.create_task(room.ask("慢"))
    await until(lambda: room.answerer.asked == ["慢"])
    room.conversing._wait_seconds = 10
    late = asyncio.create_task(room.ask("慢", id="late"))
    await until(lambda: len(room.answerer.asked) == 2)
    await room.desk.drain()
    assert await late == wording.RESTARTING
    assert await asking in (wording.RESTARTING, wording.THINKING)
    assert await room.ask("什么是死锁") == wording.RESTARTING


async def test_who_no_longer_follows_is_forgotten(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    room.conversing.gone("o-1")
    gate.set()
    assert await room.ask("1") == "答：1"


async def test_what_nobody_fetches_is_given_up(room, monkeypatch, logged):
    monkeypatch.setattr("bot.platforms.wechat.answers.KEPT_SECONDS", 0.05)
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    gate.set()
    await until(lambda: any(wording.TOO_LATE in line for line in logged))
    assert await room.ask("1") == "答：1"
    assert room.answerer.heard == ["1"] or room.answerer.heard == []
    assert len(room.desk) <= 1


async def test_the_shelf_is_bounded(room, monkeypatch):
    monkeypatch.setattr("bot.platforms.wechat.answers._PEOPLE", 20)
    room.conversing._wait_seconds = 0.01
    room.answerer.slow("慢")
    await asyncio.gather(*(room.ask("慢", f"o-{number}") for number in range(60)))
    assert len(room.conversing.shelf) == 20


async def test_a_file_comes_as_text(room):
    file = Attachment("错题本.csv", "题,选\n死锁,B\n".encode("utf-8-sig"))
    room.answerer.replies["导出"] = Reply("好了", "command", attachment=file)
    assert (await room.ask("导出")).startswith("好了")
    assert "死锁,B" in await room.ask("1")


async def test_links_in_an_answer_are_text(room):
    room.answerer.replies["x"] = '看 <a href="weixin://bizmsgmenu?msgmenucontent=x">这里</a>'
    assert "<a" not in await room.ask("x")


async def test_without_a_secret_nothing_is_pushed(room):
    window = Conversation("wechat", "", "o-1", is_group=False)
    assert not room.outbox.caps(window).unprompted
    assert not room.outbox.is_ready(window)
    with pytest.raises(NotSent) as refused:
        await room.outbox.send(window, Reply("推", "answer"))
    assert not refused.value.can_retry
    assert room.outbox.caps(Conversation("qq", "", "o-1", is_group=False)) is None


async def test_what_is_remembered_of_messages_is_bounded(room, monkeypatch):
    monkeypatch.setattr("bot.platforms.wechat.conversing._REMEMBERED_TURNS", 10)
    for number in range(30):
        await room.ask("快", f"o-{number}")
    assert len(room.conversing._turns) == 10


def test_parts_leave_room_for_notes():
    word = "“继续”"
    others = max(wording.DROPPED_NOTE, wording.kept_note(ready=False, word=word), key=len)
    notes = ["", wording.piece_note(888, 999, word), others]
    assert MAX_BYTES + len("\n".join(["", *notes]).encode()) <= 2048
