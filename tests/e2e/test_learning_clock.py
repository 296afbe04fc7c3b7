"""Pushes at their time of day, from two processes on one record, on the real clock.

All of it happens around one full minute, which is waited for once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.learning_chat import SHANGHAI, Chat, next_full_minute, rows, settings, states
from tests.e2e.onebot_client import OneBotClient, SentReply
from tests.e2e.server_process import SERVE, ServerProcess, start

BOTH, AWAY, ELSEWHERE, REMINDED = 7_409_001, 7_409_002, 7_409_003, 8_409_001
_SWEEP = {"QUIZ__SWEEP_SECONDS": "2"}
_AWAY_SECONDS = 6
_LISTEN_SECONDS = 8


@dataclass
class TheMinute:
    """What reached each group and person, and when, and the record afterwards."""

    due: datetime
    data_dir: Path
    reached: dict[int, list[tuple[datetime, SentReply]]] = field(default_factory=dict)
    answers: int = 0
    logs: str = ""

    def only(self, window: int) -> tuple[float, SentReply]:
        """Give the seconds after the minute and the message: there must be exactly one."""
        [(when, reply)] = self.reached[window]
        return (when - self.due).total_seconds(), reply


def now() -> datetime:
    return datetime.now(SHANGHAI)


@pytest.fixture(scope="module")
def minute(tmp_path_factory) -> TheMinute:
    folder = tmp_path_factory.mktemp("minute")
    env = settings(folder / "data", **_SWEEP)
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(start(SERVE, folder / log, env)) for log in ("log1", "log2")
        )
        found = asyncio.run(_live_through(first, second, folder / "data"))
        found.logs = first.log + second.log
    return found


async def _live_through(first: ServerProcess, second: ServerProcess, data_dir: Path) -> TheMinute:
    async with AsyncExitStack() as stack:
        enter: Callable[..., Awaitable[OneBotClient]] = stack.enter_async_context
        # One account at both, as with two addresses in NapCat; one that goes away; one elsewhere.
        everywhere = [await enter(OneBotClient(one.url, 10001)) for one in (first, second)]
        elsewhere = await enter(OneBotClient(second.url, 10003))
        leaving = await enter(OneBotClient(first.url, 10002))
        due = next_full_minute(now(), timedelta(seconds=9))
        for client, group in (
            (everywhere[0], BOTH),
            (elsewhere, ELSEWHERE),
            (leaving, AWAY),
        ):
            await _set(Chat(client, group), due)
        reminder = await Chat(everywhere[1]).whisper(f"/提醒 {due:%H:%M}", REMINDED)
        assert f"每天 {due:%H:%M} 提醒" in reminder.text
        await leaving.close()
        found = TheMinute(due, data_dir)
        found.answers = await _ask_both(everywhere)
        listening = [
            asyncio.create_task(_listen(client, found)) for client in (*everywhere, elsewhere)
        ]
        await asyncio.sleep((due - now()).total_seconds() + _AWAY_SECONDS)
        back = await enter(OneBotClient(first.url, 10002))
        listening.append(asyncio.create_task(_listen(back, found)))
        await asyncio.sleep(_LISTEN_SECONDS)
        for task in listening:
            task.cancel()
    return found


async def _set(chat: Chat, due: datetime) -> None:
    assert "已开启" in await chat.as_admin("/每日一题 开")
    assert "改好了" in await chat.as_admin("/每日一题 安静 无")
    assert f"{due:%H:%M}（每天）" in await chat.as_admin(f"/每日一题 时间 {due:%H:%M}")


async def _ask_both(clients: list[OneBotClient]) -> int:
    """Say one thing that reaches both processes, as it does from NapCat; count the replies."""
    for client in clients:
        await client.group_message("/设置", mention=True, group=BOTH, message_id=7_409_000)
    await asyncio.sleep(1.5)
    return sum(client.replies.qsize() for client in clients)


async def _listen(client: OneBotClient, found: TheMinute) -> None:
    while True:
        reply = await client.replies.get()
        if reply.quotes is None:
            window = reply.group_id or reply.user_id
            found.reached.setdefault(window, []).append((now(), reply))


def test_a_question_comes_once_at_its_minute_from_two_processes(minute):
    late, question = minute.only(BOTH)
    assert 0 <= late < 5
    assert "【408 每日一题 · " in question.text


def test_the_process_that_has_the_account_sends_on_time(minute):
    late, question = minute.only(ELSEWHERE)
    assert 0 <= late < 5
    assert "【408 每日一题 · " in question.text


def test_a_group_whose_account_was_away_gets_its_question_when_it_is_back_once(minute):
    late, question = minute.only(AWAY)
    assert _AWAY_SECONDS <= late < _AWAY_SECONDS + 6
    assert "【408 每日一题 · " in question.text


def test_a_reminder_comes_once_in_private(minute):
    late, reminder = minute.only(REMINDED)
    assert 0 <= late < 5
    assert "今天还没做题" in reminder.text


def test_a_message_that_reaches_both_processes_is_answered_once(minute):
    assert minute.answers == 1


def test_the_ledger_has_one_confirmed_row_for_each(minute):
    assert dict(states(minute.data_dir)) == {"confirmed": 4}
    assert dict(states(minute.data_dir, "question%")) == {"confirmed": 3}
    noted = rows(minute.data_dir, "SELECT count(*) FROM asked_messages")
    assert noted == [(3,)]


def test_nothing_went_wrong_meanwhile(minute):
    assert "Traceback" not in minute.logs
    assert " ERROR " not in minute.logs
