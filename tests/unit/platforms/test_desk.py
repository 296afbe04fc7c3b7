"""What the desk does for every platform alike: answer, count, and end in order."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from plugins.messages import SILENT, DeliveryUncertain, NotSent, Receipt, Reply
from tests.unit.plugins.messages import message

ANSWER = Reply("死锁是……", "answer")


class Answers:
    """Gives the replies of a script by the text of the message; hears what was delivered."""

    def __init__(self):
        self.heard = []
        self.gate = asyncio.Event()

    async def handle(self, incoming, progress=None):
        match incoming.text:
            case "静":
                return SILENT
            case "慢":
                await self.gate.wait()
            case "炸":
                raise RuntimeError
            case "写":
                await progress("死锁")
        return ANSWER

    async def delivered(self, incoming, reply, receipt):
        self.heard.append((incoming.text, receipt.message_ids))


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture
def desk(answers, registry):
    return Desk("fake", answers, ReplyCounter(registry))


def counted(registry, result):
    labels = {"platform": "fake", "result": result}
    return registry.get_sample_value("assistant408_replies_total", labels) or 0


def sends(sent, outcome=None):
    async def respond(reply):
        if isinstance(outcome, Exception):
            raise outcome
        sent.append(reply)
        return outcome

    return respond


async def test_a_reply_is_sent_counted_and_its_receipt_told(desk, answers, registry):
    sent = []
    await desk.take(message("问"), sends(sent, Receipt(("7",))))
    assert sent == [ANSWER]
    assert answers.heard == [("问", ("7",))]
    assert counted(registry, "ok") == 1
    assert len(desk) == 0


@pytest.mark.parametrize(
    ("outcome", "result"),
    [(NotSent("没有连接"), "failed"), (DeliveryUncertain("没有确认"), "uncertain")],
)
async def test_a_reply_that_did_not_arrive_is_counted_and_not_told(
    desk, answers, registry, outcome, result
):
    await desk.take(message("问"), sends([], outcome))
    assert answers.heard == []
    assert counted(registry, result) == 1


async def test_a_notice_instead_of_the_reply_is_no_delivery(desk, answers, registry):
    await desk.take(message("问"), sends([]))
    assert answers.heard == []
    assert counted(registry, "ok") == 1


async def test_silence_sends_nothing(desk, registry):
    sent = []
    await desk.take(message("静"), sends(sent))
    assert sent == []
    assert counted(registry, "ok") == 0


@pytest.mark.parametrize("outcome", [None, RuntimeError()])
async def test_whatever_fails_costs_one_message(desk, outcome):
    sent = []
    await desk.take(message("炸"), sends(sent))
    await desk.take(message("问"), sends(sent, outcome))
    await desk.take(message("问"), sends(sent))
    assert sent[-1] == ANSWER


async def test_growing_text_is_passed_on(desk):
    grown = []

    async def progress(text):
        grown.append(text)

    await desk.take(message("写"), sends([]), progress)
    assert grown == ["死锁"]


async def test_while_closing_what_is_quick_leaves_and_nothing_new_is_taken(desk, answers):
    sent = []
    desk.take(message("慢"), sends(sent))
    await asyncio.sleep(0)
    answers.gate.set()
    await desk.drain()
    assert sent == [ANSWER]
    assert desk.take(message("问"), sends(sent)) is None


async def test_what_does_not_end_is_given_up_while_closing(desk, monkeypatch):
    monkeypatch.setattr("bot.platforms.desk._DRAIN_SECONDS", 0.05)
    task = desk.take(message("慢"), sends([]))
    await desk.drain()
    assert task.cancelled()
    assert len(desk) == 0
