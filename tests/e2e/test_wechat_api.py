"""An official account that may use WeChat's API, in the plain mode: a real process, a local API."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from plugins.qa.photo_wording import HEAD
from tests.e2e.learning_chat import SHANGHAI, next_full_minute, until
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.wechat_bot import TOKEN, in_plain, settings, with_a_long_answer
from tests.e2e.wechat_server import AES_KEY, Account, number, wechat_api
from tests.photos.draw import photo

SECRET = "app-secret-must-not-be-logged"
SEND = "/cgi-bin/message/custom/send"
_people = count(1)


@pytest.fixture(scope="module")
def api():
    with wechat_api() as running:
        yield running


@pytest.fixture(scope="module")
def server(api, tmp_path_factory):
    folder = tmp_path_factory.mktemp("certified")
    env = settings(folder / "data", WECHAT__APP_SECRET=SECRET, WECHAT__API_BASE=api.url)
    with start(SERVE, folder / "log", env, ready=LISTENS) as running:
        yield running


@pytest.fixture
def account(server):
    return Account(server.url, TOKEN)


@pytest.fixture
def person():
    return f"oWho-{next(_people)}"


async def test_a_report_is_a_picture_and_its_caption_follows(account, api, person):
    await account.text("/练", person)
    await account.text("B", person)
    reply = await account.text("/周报", person)
    assert reply.media_id
    assert api.uploads[-1].startswith(b"\x89PNG")
    await until(lambda: api.texts_to(person))


async def test_the_rest_of_a_long_answer_is_sent(account, api, person):
    words = await with_a_long_answer(account, person)
    first = (await account.text(words, person)).text
    parts = int(first.split("（第 1/")[1].split(" ")[0])
    assert "其余接着发，没收全就回复 1" in first
    await until(lambda: len(api.texts_to(person)) == parts - 1)


async def test_the_question_in_a_photo_is_answered(account, api, person):
    api.picture = photo("clean").data
    address = f"{api.url}/mmbiz/photo"
    reply = await account.message(person, MsgType="image", PicUrl=address, MediaId="m")
    await until(lambda: HEAD in "".join([reply.text, *api.texts_to(person)]), 60)


@pytest.mark.parametrize("code", [40001, 42001])
async def test_a_token_that_ran_out_is_renewed(account, api, person, code):
    words, before = await with_a_long_answer(account, person), len(api.tokens)
    api.errors[SEND] = [code]
    await account.text(words, person)
    await until(lambda: api.texts_to(person))
    assert len(api.tokens) > before


async def test_what_the_limit_of_the_day_keeps_back_is_fetched(account, server, api, person):
    words = await with_a_long_answer(account, person)
    api.errors[SEND] = [45009]
    first = await account.text(words, person)
    await until(lambda: not api.errors[SEND])
    await until(lambda: "留着等人来取：今天的接口次数用完了" in server.log)
    parts = int(first.text.split("（第 1/")[1].split(" ")[0])
    fetched = [(await account.text("1", person)).text for _ in range(parts - 1)]
    assert f"（第 2/{parts} 段" in fetched[0]
    assert f"（第 {parts}/{parts} 段）" in fetched[-1]
    assert api.texts_to(person) == []


async def test_a_round_of_the_day_begins_with_a_reminder_at_its_time(account, api, person):
    """There are no groups here: the reminder is what is pushed, and what it says is answered."""
    due = next_full_minute(datetime.now(SHANGHAI), timedelta(seconds=5))
    assert "设好了" in (await account.text(f"/提醒 {due:%H:%M}", person)).text
    await until(lambda: api.texts_to(person), 90)
    assert "学习提醒" in api.texts_to(person)[0]
    assert datetime.now(SHANGHAI) >= due
    question = await account.text("/练", person)
    assert "D. " in question.text or question.media_id
    verdict = await account.text("C", person)
    assert any(sign in verdict.text for sign in ("应选", "答对"))
    assert "连续打卡 1 天" in (await account.text("/打卡", person)).text
    assert len([text for text in api.texts_to(person) if "学习提醒" in text]) == 1


async def test_secrets_of_the_api_stay_out_of_the_log(account, server, person):
    await account.text("什么是死锁", person)
    assert "公众号已就绪（明文模式）" in server.log
    for secret in (SECRET, "must-not-be-logged", "secret-hint", person):
        assert secret not in server.log


# The plain mode


async def test_the_same_call_again_gets_the_same_answer(account, person):
    """WeChat tries again with the same timestamp, nonce and MsgId when it got no answer."""
    query = account.query()
    first = account.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    answers = {(await account.post(first, dict(query))).text for _ in range(3)}
    assert len(answers) == 1
    assert "死锁" in answers.pop()


async def test_a_signature_is_of_no_use_for_another_message(account, person):
    query = account.query()
    first = account.xml(person, MsgType="text", MsgId=str(number()), Content="什么是死锁")
    second = account.xml(person, MsgType="text", MsgId=str(number()), Content="/忘记我")
    assert "死锁" in (await account.post(first, dict(query))).text
    assert (await account.post(second, dict(query))).status == 403


async def test_without_a_key_the_plain_copy_is_read_and_nothing_else(server, person):
    account = Account(server.url, TOKEN, AES_KEY)
    xml = account.xml(person, MsgType="text", MsgId=str(number()), Content="/帮助")
    both = await account.raw(*account.sealed(xml, in_plain(account, person, "什么是死锁")))
    assert "死锁" in both.text
    assert (await account.raw(*account.sealed(xml))).status_code == 403
    assert "请设置 ASSISTANT408_WECHAT__AES_KEY" in server.log
