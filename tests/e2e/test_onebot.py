"""``python -m bot serve`` as a student in QQ meets it: a real process, a real WebSocket."""

import asyncio
import json
import os
import signal
import subprocess
from itertools import count

import pytest
from websockets.exceptions import InvalidStatus

from tests.e2e.onebot_client import OneBotClient, at, quote, text
from tests.e2e.server_process import ROOT, SERVE, start
from tests.model_server import model_server, says

TOKEN = "e2e-token"
SELF = 10001
FOLLOW_UP = "那它的易错点呢"
"""Means nothing without what was said before (那怎么预防呢 names 死锁预防 by itself)."""
_numbers = count(1)
"""People and groups are new in every test: limits and histories are theirs."""


def settings(data_dir, **more):
    return {
        "ASSISTANT408_DATA_DIR": str(data_dir),
        "ASSISTANT408_HTTP__PORT": "0",
        "ASSISTANT408_ONEBOT__ACCESS_TOKEN": TOKEN,
    } | more


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def server(data_dir):
    with start(SERVE, data_dir / "log", settings(data_dir)) as running:
        yield running


@pytest.fixture
async def client(server):
    async with OneBotClient(server.url, SELF, TOKEN) as connected:
        yield connected


@pytest.fixture
def user():
    return 30000 + next(_numbers)


@pytest.fixture
def group():
    return 20000 + next(_numbers)


async def ask(client, words, **where):
    """Ask in private or, given a group, with a mention; the whole answer as one text."""
    if "group" in where:
        await client.group_message(words, mention=True, **where)
    else:
        await client.private_message(words, **where)
    parts = await client.all_replies()
    return "\n\n".join(part.text for part in parts)


async def test_a_mention_in_a_group_gets_a_sourced_answer_that_quotes_it(client, user, group):
    sent = await client.group_message("什么是死锁", mention=True, user=user, group=group)
    reply = await client.next_reply()
    assert (reply.group_id, reply.quotes) == (group, sent)
    assert "死锁" in reply.text
    assert "依据：" in reply.text
    assert "**" not in reply.text


async def test_a_private_message_gets_a_sourced_answer(client, user):
    await client.private_message("什么是死锁", user=user)
    reply = await client.next_reply()
    assert (reply.user_id, reply.quotes) == (user, None)
    assert "依据：" in reply.text


async def test_a_follow_up_is_understood(client, user):
    await ask(client, "什么是死锁", user=user)
    assert "死锁 · 易错点" in await ask(client, FOLLOW_UP, user=user)


@pytest.mark.parametrize(
    "segments",
    [
        [text("什么是死锁")],
        [at("all"), text(" 什么是死锁")],
        [at(4711), text(" 什么是死锁")],
        [text("[CQ:at,qq=10001] 什么是死锁")],
    ],
)
async def test_a_group_message_that_is_not_for_the_bot_is_left_alone(client, segments, group):
    await client.group_message(segments, group=group)
    assert await client.is_silent()


async def test_the_bots_own_message_is_left_alone(client, group):
    await client.group_message("什么是死锁", mention=True, user=SELF, group=group)
    assert await client.is_silent()


async def test_a_mention_alone_is_greeted(client, user, group):
    await client.group_message([at(SELF)], user=user, group=group)
    assert (await client.next_reply()).text


async def test_a_reply_to_the_bot_needs_no_mention(client, user, group):
    await client.group_message("什么是死锁", mention=True, user=user, group=group)
    answer = await client.next_reply()
    await client.group_message([quote(answer.message_id), text(FOLLOW_UP)], user=user, group=group)
    assert "死锁 · 易错点" in (await client.next_reply()).text


async def test_the_same_message_twice_is_answered_once(client, user):
    for _ in range(3):
        await client.private_message("什么是死锁", user=user, message_id=424242)
    await client.next_reply()
    assert await client.is_silent()


async def test_a_message_of_ten_kilobytes_is_answered(client, user):
    assert await ask(client, "什么是死锁？" + "哈" * 3400, user=user)


async def test_emoji_are_answered(client, user):
    assert "死锁" in await ask(client, "😀什么是死锁👨‍👩‍👧", user=user)
    assert await ask(client, "😀😀😀", user=user)


@pytest.mark.parametrize(
    "injected", ["[CQ:at,qq=all]", "&#91;CQ:image,file=http://127.0.0.1/x&#93;"]
)
async def test_cq_code_in_a_question_is_only_ever_text(client, user, injected):
    await client.private_message(f"{injected}什么是死锁", user=user)
    for part in await client.all_replies():
        assert {segment["type"] for segment in part.segments} == {"text"}


async def test_two_sessions_at_once_keep_their_own_thread(client):
    alice, bob = (40000 + next(_numbers) for _ in range(2))
    answers = {alice: [], bob: []}
    for first, second in (("什么是死锁", "什么是TCP"), (FOLLOW_UP, "那它的缺点呢")):
        await client.private_message(first, user=alice)
        await client.private_message(second, user=bob)
        for part in await client.all_replies():
            answers[part.user_id].append(part.text)
    assert "死锁 · 易错点" in answers[alice][-1]
    assert "TCP" in answers[bob][-1]
    assert not any("死锁" in answer for answer in answers[bob])


async def test_two_people_in_one_group_do_not_share_a_thread(client, group):
    alice, bob, carol = (40000 + next(_numbers) for _ in range(3))
    await ask(client, "什么是死锁", user=alice, group=group)
    stranger = await ask(client, "那它的缺点呢", user=bob, group=group)
    assert stranger == await ask(client, "那它的缺点呢", user=carol)
    assert stranger != await ask(client, "那它的缺点呢", user=alice, group=group)


async def test_an_answer_is_the_same_as_over_json(client, user, tmp_path):
    """The same question over --json gives the whole text to compare with."""
    question = "TCP 和 UDP 有啥区别"
    await client.private_message(question, user=user)
    parts = await client.all_replies()
    assert max(len(part.text) for part in parts) <= 1500
    whole = await asyncio.to_thread(_asked_over_json, question, tmp_path)
    assert "".join("".join(part.text for part in parts).split()) == "".join(whole.split())


def _asked_over_json(question, data_dir):
    done = subprocess.run(
        [*SERVE[:-1], "chat", "--json"],
        cwd=ROOT,
        input=json.dumps({"text": question}) + "\n",
        env=os.environ | {"ASSISTANT408_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)["reply"]


async def test_long_answers_come_in_parts_that_are_complete(tmp_path):
    said = []

    async def copies_its_sources(wire):
        source = model.requests[-1].body["messages"][-1]["content"].split("\n[2]")[0]
        lines = [line[2:].strip("- ") for line in source.splitlines() if line.startswith("> ")]
        sentences = [line.rstrip("。") for line in lines if len(line) > 20 and line[-1] != "："]
        said[:] = [f"{sentence}[1]。" for sentence in sentences] * 3
        await says("\n\n".join(said))(wire)

    async with model_server(copies_its_sources) as model:
        env = settings(tmp_path, ASSISTANT408_LLM__BASE_URL=model.url)
        with start(SERVE, tmp_path / "log", env) as server:
            async with OneBotClient(server.url, SELF, TOKEN) as client:
                await client.group_message("什么是死锁", mention=True)
                parts = await client.all_replies()
    assert len(parts) >= 3
    assert max(len(part.text) for part in parts) <= 1500
    assert [part.quotes is not None for part in parts] == [True] + [False] * (len(parts) - 1)
    whole = "".join("".join(part.text for part in parts).split())
    assert whole.startswith("".join("".join(said).split()).replace("**", ""))
    assert "OS0230" in whole


@pytest.mark.parametrize(
    "garbage",
    [
        "not json",
        "[]",
        "{}",
        b"\x00\xff",
        "[" * 100_000,
        '{"post_type": "message"}',
        '{"post_type": "message", "message_type": "private", "user_id": [], "message": 3}',
        '{"post_type": "meta_event", "meta_event_type": "heartbeat"}',
        '{"echo": "nobody", "status": "ok", "retcode": 0, "data": null}',
    ],
)
async def test_what_cannot_be_read_is_left_alone(client, user, garbage):
    await client.raw(garbage)
    assert "死锁" in await ask(client, "什么是死锁", user=user)


@pytest.mark.parametrize("beginning", [b"\x81", b"\x81\xfe\x40\x00", b'\x01\x85\0\0\0\0{"a'])
async def test_a_client_that_dies_in_a_frame_finds_its_answer_when_it_is_back(
    server, user, beginning
):
    number = SELF + user
    first = OneBotClient(server.url, number, TOKEN)
    await first.__aenter__()
    await first.private_message("什么是死锁", user=user)
    await first.break_off(beginning)
    async with OneBotClient(server.url, number, TOKEN) as back:
        assert "死锁" in (await back.next_reply(10)).text


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_client_without_the_token_is_refused_with_403(server, token):
    with pytest.raises(InvalidStatus) as refused:
        async with OneBotClient(server.url, 10002, token):
            pass
    assert refused.value.response.status_code == 403


def test_the_health_page_names_the_parts(server):
    status, body = server.get("/healthz")
    assert status == 200
    assert {"content", "redis", "knowledge_base", "model", "onebot"} <= set(
        json.loads(body)["parts"]
    )


async def test_metrics_count_the_answers(client, server, user):
    await ask(client, "什么是死锁", user=user)
    _, body = await asyncio.to_thread(server.get, "/metrics")
    assert 'assistant408_messages_total{decision="answer"}' in body


async def test_no_words_names_or_tokens_are_in_the_log(client, server):
    await ask(client, "什么是哲学家进餐问题", user=345678901)
    for secret in ("哲学家", "345678901", TOKEN):
        assert secret not in server.log


async def test_a_burst_is_answered_or_refused_and_nothing_is_lost(client):
    people = range(50000, 50700)
    for person in people:
        await client.private_message("什么是死锁", user=person)
    answered = set()
    while answered != set(people):
        answered.add((await client.next_reply(30)).user_id)


async def test_history_survives_a_kill_and_a_duplicate_is_still_known(tmp_path):
    env = settings(tmp_path)
    with start(SERVE, tmp_path / "log", env) as server:
        async with OneBotClient(server.url, SELF, TOKEN) as client:
            await client.private_message("什么是死锁", message_id=1)
            await client.all_replies()
        await asyncio.sleep(1.2)  # Redis writes its file once a second
        await asyncio.to_thread(server.end, signal.SIGKILL)
    with start(SERVE, tmp_path / "log2", env) as server:
        async with OneBotClient(server.url, SELF, TOKEN) as client:
            await client.private_message("什么是死锁", message_id=1)
            assert await client.is_silent()
            assert "死锁 · 易错点" in await ask(client, FOLLOW_UP)
        assert await asyncio.to_thread(server.end) == 0


async def test_redis_dying_does_not_stop_the_answers(tmp_path):
    with start(SERVE, tmp_path / "log", settings(tmp_path)) as server:
        async with OneBotClient(server.url, SELF, TOKEN) as client:
            await ask(client, "什么是死锁")
            os.kill(int((tmp_path / "redis" / "server.pid").read_text()), signal.SIGKILL)
            for number in range(5):
                assert "死锁" in await ask(client, "什么是死锁", user=60000 + number)
            await _until_redis_is_back(server)
            await ask(client, "什么是死锁", user=61000)
            assert "死锁 · 易错点" in await ask(client, FOLLOW_UP, user=61000)


async def _until_redis_is_back(server):
    for _ in range(100):
        _, body = await asyncio.to_thread(server.get, "/healthz")
        if json.loads(body)["parts"]["redis"]["ok"]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("redis did not come back")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_with_code_0(tmp_path, number):
    with start(SERVE, tmp_path / "log", settings(tmp_path)) as server:
        async with OneBotClient(server.url, SELF, TOKEN) as client:
            await ask(client, "什么是死锁")
            assert await asyncio.to_thread(server.end, number) == 0
        assert "Traceback" not in server.log


def test_a_taken_port_is_one_sentence(server, tmp_path):
    port = server.url.split(":")[2].split("/")[0]
    done = subprocess.run(
        SERVE,
        cwd=ROOT,
        env=os.environ | settings(tmp_path, ASSISTANT408_HTTP__PORT=port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    sentence = done.stderr.strip().splitlines()
    assert len(sentence) == 1
    assert port in sentence[0]
    assert "已被占用" in sentence[0]
