"""``python -m bot serve`` as a follower of an official account meets it: signed calls over HTTP.

One server in the safe mode, without WeChat's API; every test has people of its own.
"""

import asyncio
import json
from itertools import count
from urllib.parse import urlencode, urlsplit

import pytest

from bot.platforms.downloads import BAD_ADDRESS
from tests.e2e.learning_chat import rows
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.wechat_bot import TOKEN, in_plain, settings, with_a_long_answer
from tests.e2e.wechat_server import AES_KEY, BOT, Account, number

_people = count(1)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("wechat") / "data"


@pytest.fixture(scope="module")
def server(data_dir, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "log"
    env = settings(data_dir, WECHAT__AES_KEY=AES_KEY)
    with start(SERVE, log, env, ready=LISTENS) as running:
        yield running


@pytest.fixture
def account(server):
    return Account(server.url, TOKEN, AES_KEY)


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


async def test_the_same_call_again_gets_the_same_answer(account, person):
    """WeChat tries again with the same timestamp, nonce and MsgId when it got no answer."""
    query = account.query()
    first = account.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    answers = {(await account.post(first, dict(query))).text for _ in range(3)}
    assert len(answers) == 1
    assert "死锁" in answers.pop()


async def test_an_unencrypted_message_is_refused_where_a_key_is_set(server, person):
    plain = Account(server.url, TOKEN)
    assert (await plain.text("什么是死锁", person)).status == 403


async def test_only_what_is_encrypted_counts_where_a_key_is_set(account, person):
    xml = account.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    reply = await account.post(xml, beside=in_plain(account, "oOther", "/帮助"))
    assert "死锁" in reply.text
    assert reply.fields["ToUserName"] == person


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


async def test_a_call_that_breaks_off_leaves_nothing_behind(account, server, person):
    at = urlsplit(account.url)
    for part in (b"", b"<xml><To", b"<xml>\xe6"):
        _, writer = await asyncio.open_connection(at.hostname, at.port)
        head = f"POST /wechat?{urlencode(account.query())} HTTP/1.1\r\nHost: x\r\n"
        writer.write(f"{head}Content-Length: 99\r\n\r\n".encode() + part)
        await writer.drain()
        writer.transport.abort()
    assert "死锁" in (await account.text("什么是死锁", person)).text
    assert "Traceback" not in server.log


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
