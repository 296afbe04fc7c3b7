"""``python -m bot serve`` as a follower of an official account meets it: signed calls over HTTP.

One server in the safe mode without WeChat's API, one with it; every test has people of its own.
"""

import asyncio
import json
import signal
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import urlencode, urlsplit

import pytest

from bot.platforms.downloads import BAD_ADDRESS
from plugins.qa.photo_wording import HEAD
from tests.e2e.learning_chat import SHANGHAI, next_full_minute, rows, until
from tests.e2e.processes import run
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.wechat_server import AES_KEY, APP_ID, BOT, Account, number, wechat_api
from tests.model_server import model_server, says
from tests.photos.draw import photo

TOKEN = "e2eToken408"
SECRET = "app-secret-must-not-be-logged"
ANSWER = "死锁就是谁也等不到谁 [1]。"
THINKING = "正在想，回复 1 获取答案。"
SEND = "/cgi-bin/message/custom/send"
LONG = "/导出我的数据"
_people = count(1)


def settings(data_dir, **more):
    given = {
        "DATA_DIR": str(data_dir),
        "PLATFORMS": "wechat",
        "HTTP__PORT": "0",
        "WECHAT__TOKEN": TOKEN,
        "WECHAT__APP_ID": APP_ID,
        "LIMITS__USER_PER_MINUTE": "1000",
    } | more
    return {f"ASSISTANT408_{name}": value for name, value in given.items()}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("wechat") / "data"


@pytest.fixture(scope="module")
def server(data_dir, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "log"
    env = settings(data_dir, WECHAT__AES_KEY=AES_KEY)
    with start(SERVE, log, env, ready=LISTENS) as running:
        yield running


@pytest.fixture(scope="module")
def api():
    with wechat_api() as running:
        yield running


@pytest.fixture(scope="module")
def certified_server(api, tmp_path_factory):
    """An account that may use WeChat's API, in the plain mode."""
    folder = tmp_path_factory.mktemp("certified")
    env = settings(folder / "data", WECHAT__APP_SECRET=SECRET, WECHAT__API_BASE=api.url)
    with start(SERVE, folder / "log", env, ready=LISTENS) as running:
        yield running


@pytest.fixture
def account(server):
    return Account(server.url, TOKEN, AES_KEY)


@pytest.fixture
def certified(certified_server):
    return Account(certified_server.url, TOKEN)


@pytest.fixture
def person():
    return f"oWho-{next(_people)}"


# The address


async def test_the_address_is_verified(account):
    response = await account.verify()
    assert (response.status_code, response.text) == (200, "5408408408")
    assert response.headers["content-type"].startswith("text/plain")


async def test_an_address_is_not_verified_for_others(account):
    for wrong in ({"signature": "0" * 40}, {"nonce": "other"}, {"timestamp": "1"}):
        response = await account.verify(**wrong)
        assert (response.status_code, response.text) == (403, "拒绝")


# Messages in the safe mode


async def test_a_question_gets_a_sourced_answer(account, person):
    reply = await account.text("什么是死锁", person)
    assert "死锁" in reply.text
    assert "依据：" in reply.text
    assert "**" not in reply.text
    assert (reply.fields["ToUserName"], reply.fields["FromUserName"]) == (person, BOT)


async def test_a_follow_up_is_understood(account, person):
    await account.text("什么是死锁", person)
    assert "死锁 · 易错点" in (await account.text("那它的易错点呢", person)).text


async def with_a_long_answer(account, person):
    """Let a person have so much on record that it takes more than one message to say it."""
    await account.text("/练", person)
    await account.text("A", person)
    return LONG


async def test_a_long_answer_comes_in_parts(account, person):
    words, parts = await with_a_long_answer(account, person), []
    for _ in range(40):
        parts.append((await account.text(words, person)).text)
        words = "1"
        if "继续看）" not in parts[-1]:
            break
    assert len(parts) > 1
    assert f"（第 {len(parts)}/{len(parts)} 段）" in parts[-1]
    assert max(len(part.encode()) for part in parts) <= 2048
    after = (await account.text("1", person)).text
    assert "段" not in after
    assert after


async def test_practice_is_graded(account, person, data_dir):
    question = await account.text("/练 操作系统", person)
    assert "D. " in question.text
    verdict = await account.text("B", person)
    assert any(sign in verdict.text for sign in ("应选", "答对"))
    assert attempts(data_dir, person) == 1


async def test_wechats_own_second_try_is_one_attempt(account, person, data_dir):
    await account.text("/练", person)
    same = number()
    tries = await asyncio.gather(*(account.text("B", person, same) for _ in range(3)))
    later = await account.text("B", person, same)
    assert {reply.text for reply in tries} == {later.text}
    assert any(sign in later.text for sign in ("应选", "答对"))
    assert attempts(data_dir, person) == 1


async def test_people_who_get_the_same_msgid_get_answers_of_their_own(account):
    same = number()
    ask = [account.text(f"什么是{word}", f"oSame-{word}", same) for word in ("死锁", "饥饿")]
    deadlock, starvation = await asyncio.gather(*ask)
    assert "【死锁】" in deadlock.text
    assert "【死锁】" not in starvation.text
    assert starvation.text


def attempts(data_dir, person):
    [(found,)] = rows(
        data_dir,
        "SELECT count(*) FROM attempts a JOIN identities i ON i.id = a.identity_id"
        " WHERE i.platform = 'wechat' AND i.user_id = ?",
        person,
    )
    return found


async def test_who_follows_is_welcomed_with_examples(account, person):
    reply = await account.event("subscribe", person)
    assert reply.text.count("·") == 3
    assert (await account.event("unsubscribe", person)).body == "success"
    assert (await account.event("VIEW", person, EventKey="https://example.com")).body == "success"


async def test_a_menu_says_what_its_key_says(account, person):
    assert "D. " in (await account.event("CLICK", person, EventKey="/练")).text


async def test_a_voice_is_read(account, person):
    heard = await account.message(
        person, MsgType="voice", MediaId="m", Format="amr", Recognition="什么是死锁。"
    )
    assert "死锁" in heard.text
    assert "打字" in (await account.message(person, MsgType="voice", MediaId="m")).text


async def test_a_picture_from_elsewhere_is_not_loaded_and_other_kinds_are_named(account, person):
    picture = await account.message(
        person, MsgType="image", PicUrl="http://127.0.0.1:9/secret", MediaId="m"
    )
    assert BAD_ADDRESS in picture.text
    for kind in ("video", "location", "link"):
        assert "看不懂" in (await account.message(person, MsgType=kind)).text


async def test_emoji_and_markup_are_text(account, person):
    words = '😀什么是死锁]]>&lt;<a href="x">&amp;'
    assert "死锁" in (await account.text(words, person)).text


# What is not let in


async def test_a_bad_signature_is_refused(account, server, person):
    xml = account.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    for query in (
        account.query() | {"signature": "0" * 40},
        account.query(timestamp=1),
        account.query() | {"msg_signature": "0" * 40},
        {},
    ):
        response = await account.raw(query, xml)
        assert (response.status_code, response.text) == (403, "拒绝")
    stranger = Account(server.url, "anotherToken", AES_KEY)
    assert (await stranger.text("什么是死锁", person)).status == 403
    assert "拒绝了一个公众号回调（403）：签名不对" in server.log


async def test_a_message_for_another_account_is_refused(server, person):
    other = Account(server.url, TOKEN, AES_KEY, "wx0000000000000000")
    assert (await other.text("什么是死锁", person)).status == 403


@pytest.mark.parametrize("sealed", [True, False])
async def test_the_same_call_again_gets_the_same_answer(account, certified, person, sealed):
    """WeChat tries again with the same timestamp, nonce and MsgId when it got no answer."""
    asked = account if sealed else certified
    query = asked.query()
    first = asked.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    answers = {(await asked.post(first, dict(query))).text for _ in range(3)}
    assert len(answers) == 1
    assert "死锁" in answers.pop()


async def test_a_signature_is_of_no_use_for_another_message(certified, person):
    query = certified.query()
    first = certified.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    second = certified.xml(person, MsgType="text", MsgId=str(number()), Content="/忘记我")
    assert "死锁" in (await certified.post(first, dict(query))).text
    assert (await certified.post(second, dict(query))).status == 403


async def test_an_unencrypted_message_is_refused_where_a_key_is_set(server, person):
    plain = Account(server.url, TOKEN)
    assert (await plain.text("什么是死锁", person)).status == 403


def in_plain(account, person, words):
    """The fields of a text as they stand between the tags of the compatible mode."""
    return account.xml(person, MsgType="text", MsgId=str(number()), Content=words)[5:-6]


async def test_only_what_is_encrypted_counts_where_a_key_is_set(account, person):
    xml = account.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    reply = await account.post(xml, beside=in_plain(account, "oOther", "/帮助"))
    assert "死锁" in reply.text
    assert reply.fields["ToUserName"] == person


async def test_without_a_key_the_plain_copy_is_read_and_nothing_else(certified_server, person):
    account = Account(certified_server.url, TOKEN, AES_KEY)
    xml = account.xml(person, MsgType="text", MsgId=str(number()), Content="/帮助")
    both = await account.raw(*account.sealed(xml, in_plain(account, person, "什么是死锁")))
    assert "死锁" in both.text
    assert (await account.raw(*account.sealed(xml))).status_code == 403
    assert "请设置 ASSISTANT408_WECHAT__AES_KEY" in certified_server.log


BOMBS = {
    "laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><C>&b;</C></xml>',
    "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><C>&a;</C></xml>',
    "nonsense": "{}",
    "nothing": "<xml/>",
}


@pytest.mark.parametrize("name", BOMBS)
async def test_bad_xml_is_refused_outside_and_inside(account, name):
    inside = await account.post(BOMBS[name])
    assert (inside.status, inside.body) == (400, "拒绝")
    outside = await account.raw(account.query(), BOMBS[name])
    assert outside.status_code in (400, 403)
    assert "root:" not in inside.body + outside.text


async def test_a_body_over_64_kb_is_refused(account):
    response = await account.raw(account.query(), b"<xml>" + b"x" * 65_536)
    assert response.status_code == 413

    async def unannounced():
        for _ in range(10):
            yield b"x" * 10_000

    assert (await account.raw(account.query(), unannounced())).status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for(account):
    at = urlsplit(account.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    query = urlencode(account.query())
    writer.write(
        f"POST /wechat?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n<xml>".encode()
    )
    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_other_methods_and_addresses_are_not_there(server):
    assert await asyncio.to_thread(server.get, "/wechat/x") == (404, '{"detail":"Not Found"}')


async def test_no_words_people_or_secrets_are_in_the_log(account, server, person):
    await account.text("什么是哲学家进餐问题", person)
    for secret in ("哲学家", person, TOKEN, AES_KEY, "msg_signature"):
        assert secret not in server.log
    status, body = await asyncio.to_thread(server.get, "/healthz")
    assert status == 200
    assert json.loads(body)["parts"]["wechat"]["mode"] == "安全模式"
    assert not any(secret in body for secret in (TOKEN, AES_KEY))
    assert "Traceback" not in server.log


# With WeChat's API


async def test_a_report_is_a_picture_and_its_caption_follows(certified, api, person):
    await certified.text("/练", person)
    await certified.text("B", person)
    reply = await certified.text("/周报", person)
    assert reply.media_id
    assert api.uploads[-1].startswith(b"\x89PNG")
    await until(lambda: api.texts_to(person))


async def test_the_rest_of_a_long_answer_is_sent(certified, api, person):
    words = await with_a_long_answer(certified, person)
    first = (await certified.text(words, person)).text
    parts = int(first.split("（第 1/")[1].split(" ")[0])
    assert "其余接着发，没收全就回复 1" in first
    await until(lambda: len(api.texts_to(person)) == parts - 1)


async def test_the_question_in_a_photo_is_answered(certified, api, person):
    api.picture = photo("clean").data
    address = f"{api.url}/mmbiz/photo"
    reply = await certified.message(person, MsgType="image", PicUrl=address, MediaId="m")
    await until(lambda: HEAD in "".join([reply.text, *api.texts_to(person)]), 60)


@pytest.mark.parametrize("code", [40001, 42001])
async def test_a_token_that_ran_out_is_renewed(certified, api, person, code):
    words, before = await with_a_long_answer(certified, person), len(api.tokens)
    api.errors[SEND] = [code]
    await certified.text(words, person)
    await until(lambda: api.texts_to(person))
    assert len(api.tokens) > before


async def test_what_the_limit_of_the_day_keeps_back_is_fetched(
    certified, certified_server, api, person
):
    words = await with_a_long_answer(certified, person)
    api.errors[SEND] = [45009]
    first = await certified.text(words, person)
    await until(lambda: not api.errors[SEND])
    await until(lambda: "留着等人来取：今天的接口次数用完了" in certified_server.log)
    parts = int(first.text.split("（第 1/")[1].split(" ")[0])
    fetched = [(await certified.text("1", person)).text for _ in range(parts - 1)]
    assert f"（第 2/{parts} 段" in fetched[0]
    assert f"（第 {parts}/{parts} 段）" in fetched[-1]
    assert api.texts_to(person) == []


async def test_a_round_of_the_day_begins_with_a_reminder_at_its_time(certified, api, person):
    """There are no groups here: the reminder is what is pushed, and what it says is answered."""
    due = next_full_minute(datetime.now(SHANGHAI), timedelta(seconds=5))
    assert "设好了" in (await certified.text(f"/提醒 {due:%H:%M}", person)).text
    await until(lambda: api.texts_to(person), 90)
    assert "学习提醒" in api.texts_to(person)[0]
    assert datetime.now(SHANGHAI) >= due
    question = await certified.text("/练", person)
    assert "D. " in question.text or question.media_id
    verdict = await certified.text("C", person)
    assert any(sign in verdict.text for sign in ("应选", "答对"))
    assert "连续打卡 1 天" in (await certified.text("/打卡", person)).text
    assert len([text for text in api.texts_to(person) if "学习提醒" in text]) == 1


async def test_secrets_of_the_api_stay_out_of_the_log(certified, certified_server, person):
    await certified.text("什么是死锁", person)
    assert "公众号已就绪（明文模式）" in certified_server.log
    for secret in (SECRET, "must-not-be-logged", "secret-hint", person):
        assert secret not in certified_server.log


# A slow model


async def test_a_slow_answer_is_fetched_with_1(tmp_path):
    go_on = asyncio.Event()

    async def slow(wire):
        await go_on.wait()
        await says(ANSWER)(wire)

    async with model_server(slow) as model:
        env = settings(
            tmp_path / "data",
            LLM__BASE_URL=model.url,
            LLM__FIRST_TOKEN_TIMEOUT_SECONDS="60",
            WECHAT__WAIT_SECONDS="0.5",
        )
        with start(SERVE, tmp_path / "log", env, ready=LISTENS) as server:
            account = Account(server.url, TOKEN)
            same = number()
            assert (await account.text("什么是死锁", "o-1", same)).text == THINKING
            again = await asyncio.gather(*(account.text("什么是死锁", "o-1", same) for _ in "ab"))
            assert [reply.text for reply in again] == [THINKING] * 2
            assert (await account.text("1", "o-1")).text == "还在想，过几秒再回复 1。"
            go_on.set()
            assert "谁也等不到谁" in await _fetched(account)
            assert len(model.requests) == 1
            await account.text("1", "o-1")
            assert len(model.requests) > 1, "nothing is kept: it is a message like others"

            go_on.clear()
            asked = len(model.requests)
            assert (await account.text("什么是饥饿", "o-2")).text == THINKING
            asking = asyncio.create_task(account.text("什么是死锁", "o-3"))
            await until(lambda: len(model.requests) >= asked + 2)
            assert await asyncio.to_thread(server.end, signal.SIGTERM) == 0
            assert (await asking).text in (THINKING, "我正在重启，请过一会儿再发一次。")
            assert "Traceback" not in server.log


async def _fetched(account):
    """Say 1 until the answer is there."""
    for _ in range(60):
        text = (await account.text("1", "o-1")).text
        if not text.startswith("还在想"):
            return text
    raise AssertionError("the answer was never there")


# The start


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"WECHAT__AES_KEY": "short"}, "43 个字符"),
        ({"WECHAT__WAIT_SECONDS": "5"}, "WAIT_SECONDS"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path, given, said):
    full = {name.removeprefix("ASSISTANT408_"): value for name, value in settings("x").items()}
    full.pop("DATA_DIR")
    done = run("bot", "serve", data_dir=tmp_path, settings=full | given)
    lines = [line for line in done.err.splitlines() if " WARNING " not in line]
    assert done.code == 1
    assert len(lines) == 1, done.err
    assert said in lines[0]
