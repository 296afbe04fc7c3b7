"""``python -m bot serve`` as people in WeCom meet it: a real process, a local long connection."""

import json
import re
import shutil
import signal
from itertools import count

import pytest

from tests.e2e.learning_chat import reveal_now
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.waiting import until
from tests.e2e.wecom_server import BOT_ID, SECRET, WeComServer

FOLLOW_UP = "那它的易错点呢"
OPERATOR = "operator-408"
_numbers = count(1)
"""People and groups are new in every test: limits and histories are theirs."""


def settings(data_dir, wecom, **more):
    given = {
        "DATA_DIR": str(data_dir),
        "PLATFORMS": "wecom",
        "HTTP__PORT": "0",
        "WECOM__BOT_ID": BOT_ID,
        "WECOM__SECRET": SECRET,
        "WECOM__URL": wecom.url,
        "WECOM__HEARTBEAT_SECONDS": "1",
        "WECOM__API_TIMEOUT_SECONDS": "3",
        "RECONNECT__FIRST_SECONDS": "0.05",
        "RECONNECT__MOST_SECONDS": "0.1",
        "RECONNECT__REFUSED_SECONDS": "1",
        "SUPERUSERS": f"wecom:{OPERATOR}",
        "LIMITS__USER_PER_MINUTE": "1000",
    } | more
    return {f"ASSISTANT408_{name}": value for name, value in given.items()}


@pytest.fixture(scope="module")
def wecom():
    with WeComServer() as server:
        yield server


@pytest.fixture(scope="module")
def bot(wecom, built_data_dir, tmp_path_factory):
    data_dir = shutil.copytree(built_data_dir, tmp_path_factory.mktemp("wecom") / "data")
    with start(SERVE, data_dir / "log", settings(data_dir, wecom), ready=LISTENS) as running:
        wecom.until(lambda: wecom.subscriptions > 0)
        yield running


@pytest.fixture
def user(bot):
    return f"user-{next(_numbers)}"


@pytest.fixture
def group(bot):
    return f"group-{next(_numbers)}"


def health(server):
    return json.loads(server.get("/healthz")[1])["parts"]["wecom"]


def to(chat, kind):
    return lambda sent: (sent.chat, sent.kind) == (chat, kind)


# Questions and answers


def test_a_mention_in_a_group_gets_a_sourced_answer(wecom, user, group):
    answer = wecom.answer(wecom.say("什么是死锁", user=user, group=group))
    assert "死锁" in answer
    assert "依据：" in answer


def test_a_single_chat_gets_a_sourced_answer_and_is_remembered(wecom, user):
    assert "依据：" in wecom.answer(wecom.say("什么是死锁", user=user))
    assert "易错点" in wecom.answer(wecom.say(FOLLOW_UP, user=user))


def test_a_voice_message_is_answered_by_its_words(wecom, user):
    voice = {"msgtype": "voice", "voice": {"content": "什么是死锁"}}
    assert "死锁" in wecom.answer(wecom.say(user=user, **voice))


def test_a_message_of_another_kind_is_told_that_it_cannot_be_read(wecom, user):
    file = {"msgtype": "file", "file": {"url": "https://example.com/x", "aeskey": "x"}}
    assert "看不懂" in wecom.answer(wecom.say(user=user, **file))


def test_who_opens_the_chat_is_welcomed_once(wecom, user):
    opened = [wecom.event("enter_chat", user, msgid=f"enter-{user}") for _ in range(2)]
    welcome = wecom.next(lambda sent: sent.kind == "welcome")
    assert welcome.req_id == opened[0]
    assert "408" in welcome.text
    wecom.answer(wecom.say("什么是死锁", user=user))
    assert wecom.count(lambda sent: sent.kind == "welcome") == 0


def test_the_same_message_twice_and_a_replayed_frame_are_answered_once(wecom, user):
    first = wecom.say("什么是死锁", user=user, msgid=f"twice-{user}")
    again = wecom.say("什么是死锁", user=user, msgid=f"twice-{user}")
    assert "死锁" in wecom.answer(first)
    wecom.say("什么是死锁", user=user, msgid=f"twice-{user}", req_id=first)
    wecom.answer(wecom.say("什么是管程", user=user))
    assert wecom.count(lambda sent: sent.req_id in (first, again)) == 0


# Buttons and files


def test_a_pressed_choice_is_answered_and_shown_on_the_card(wecom, user, group):
    wecom.answer(wecom.say("调度算法", user=user, group=group))
    card = wecom.next(to(group, "card"))
    assert card.chat_type == 2
    choice = card.card["button_list"][0]["key"]
    pressed = wecom.press(card.card, choice, user=user, group=group)
    marked = wecom.next(lambda sent: sent.req_id == pressed)
    assert (marked.kind, marked.userids) == ("update", (user,))
    assert marked.card["task_id"] == card.card["task_id"]
    assert choice in wecom.next(to(group, "markdown")).text


def test_a_wrong_answer_by_button_goes_into_the_file_of_mistakes(wecom, user):
    def offers_letters(sent):
        return to(user, "card")(sent) and sent.buttons == ["A", "B", "C", "D"]

    verdict = ""
    for _ in range(20):
        if "❌" in verdict:
            break
        wecom.answer(wecom.say("出一道操作系统的题", user=user))
        wecom.press(wecom.next(offers_letters).card, "A", user=user)
        verdict = wecom.next(to(user, "markdown")).text
    assert "❌" in verdict
    wecom.answer(wecom.say("导出错题本", user=user))
    file = wecom.next(to(user, "file"))
    assert file.filename.endswith(".md")
    assert "错题本" in file.data.decode()


def test_a_question_that_somebody_else_practises_is_theirs(wecom, user, group):
    wecom.answer(wecom.say("/练", user=user, group=group))
    card = wecom.next(to(group, "card")).card
    wecom.press(card, "A", user=f"{user}-other", group=group)
    assert "这道题是别人在练的" in wecom.next(to(group, "markdown")).text
    wecom.press(card, "A", user=user, group=group)
    assert re.search("答对了|应选", wecom.next(to(group, "markdown")).text)


def test_a_round_of_the_daily_question_is_answered_by_button_also_after_a_restart(
    wecom, built_data_dir, tmp_path
):
    data_dir = shutil.copytree(built_data_dir, tmp_path / "data")
    group = f"group-{next(_numbers)}"
    with WeComServer() as own:
        env = settings(data_dir, own)
        with start(SERVE, tmp_path / "log", env, ready=LISTENS):
            said = own.say("/每日一题 开", user=OPERATOR, group=group)
            assert "已开启" in own.answer(said)
            loud = own.say("/每日一题 安静 无", user=OPERATOR, group=group)
            assert "改好了" in own.answer(loud)
            listed = own.answer(own.say("/管理 群", user=OPERATOR))
            number = next(
                line.split(".")[0].strip() for line in listed.splitlines() if group in line
            )
            pushing = own.say(f"/管理 推送 {number}", user=OPERATOR)
            assert "每日一题" in own.next(to(group, "markdown")).text
            card = own.next(to(group, "card")).card
            assert "平台已确认" in own.answer(pushing)
            own.press(card, "B", user="li", group=group)
            assert "收到" in own.next(to(group, "markdown")).text
            assert "收到" in own.answer(own.say("C", user="zhao", group=group))
            for number in range(40):
                own.press(card, "ABCD"[number % 4], user=f"crowd-{number}", group=group)
            for _ in range(40):
                assert "收到" in own.next(to(group, "markdown")).text
        with start(SERVE, tmp_path / "log2", env, ready=LISTENS) as again:
            own.press(card, "C", user="wang", group=group)
            assert "收到" in own.next(to(group, "markdown")).text
            own.press(card, "D", user="li", group=group)
            assert "收到" not in own.next(to(group, "markdown")).text
            reveal_now(data_dir, f"wecom:g:{group}")
            assert re.search(r"答案 [A-D]", own.next(to(group, "markdown"), 40).text)
            assert again.end(signal.SIGTERM) == 0
            assert "Traceback" not in again.log


# The connection


def test_a_normal_close_is_followed_by_a_new_connection(wecom, bot, user):
    before = wecom.subscriptions
    wecom.close(1000)
    wecom.until(lambda: wecom.subscriptions > before)
    assert "死锁" in wecom.answer(wecom.say("什么是死锁", user=user))


def test_twenty_four_broken_connections_in_a_row_are_mended(wecom, bot, user):
    for number in range(24):
        before = wecom.subscriptions
        (wecom.cut if number % 2 else wecom.close)()
        wecom.until(lambda before=before: wecom.subscriptions > before)
    assert "死锁" in wecom.answer(wecom.say("什么是死锁", user=user))
    until(lambda: health(bot)["ok"])


def test_a_reply_whose_connection_breaks_is_sent_over_the_next_one(wecom, bot, user):
    before = wecom.subscriptions
    wecom.stalling = True
    asked = wecom.say("什么是死锁", user=user)
    wecom.until(lambda: wecom.frames[-1]["cmd"] == "aibot_respond_msg")
    wecom.stalling = False
    wecom.cut()
    assert "死锁" in wecom.answer(asked)
    assert wecom.subscriptions > before


def test_a_platform_that_stalls_is_left_and_found_again(wecom, bot, user):
    before = wecom.subscriptions
    wecom.stalling = True
    wecom.until(lambda: wecom.frames[-1]["cmd"] == "aibot_subscribe", 40)
    wecom.stalling = False
    wecom.until(lambda: wecom.subscriptions > before, 40)
    assert "死锁" in wecom.answer(wecom.say("什么是死锁", user=user))


@pytest.mark.parametrize(
    "garbage",
    [
        "not json",
        "[]",
        '"text"',
        "{}",
        b"\x00\xff",
        "[" * 100_000,
        '{"cmd": "aibot_msg_callback", "headers": [], "body": 3}',
        '{"cmd": "aibot_msg_callback", "body": {"msgid": "x", "from": "y", "text": []}}',
        '{"cmd": "aibot_event_callback", "body": {"event": {"eventtype": "template_card_event"}}}',
        '{"headers": {"req_id": "nobody"}, "errcode": 0}',
    ],
)
def test_what_cannot_be_read_is_left_alone(wecom, bot, user, garbage):
    before = wecom.subscriptions
    wecom.raw(garbage)
    assert "死锁" in wecom.answer(wecom.say("什么是死锁", user=user))
    assert wecom.subscriptions == before


def test_a_reply_is_sent_again_when_it_came_too_often(wecom, bot, user):
    wecom.refuse("aibot_respond_msg", 846607)
    asked = wecom.say("什么是死锁", user=user)
    sent = wecom.next(lambda sent: sent.req_id == asked)
    assert "死锁" in sent.text
    assert sent.at - wecom.refused_at[-1] >= 2  # WeCom names no time: docs/platforms/wecom.md


def test_a_reply_to_what_can_no_longer_be_answered_is_sent_actively(wecom, bot, user):
    wecom.refuse("aibot_respond_msg", 846608)
    wecom.say("什么是死锁", user=user)
    assert "死锁" in wecom.next(to(user, "markdown")).text


def test_another_program_with_the_same_bot_is_waited_for(wecom, bot, user):
    before = wecom.subscriptions
    wecom.replace()
    until(lambda: "另一个程序用同一个机器人连上了" in health(bot).get("error", ""))
    assert health(bot)["state"] == "refused"
    assert wecom.subscriptions == before
    wecom.until(lambda: wecom.subscriptions > before)
    assert "死锁" in wecom.answer(wecom.say("什么是死锁", user=user))


def test_a_wrong_secret_is_said_with_the_settings_that_are_wrong(wecom, tmp_path):
    before = wecom.subscriptions
    env = settings(tmp_path, wecom, WECOM__SECRET="wrong-secret-2718")
    with start(SERVE, tmp_path / "log", env, ready=LISTENS) as server:
        until(lambda: health(server)["state"] == "refused")
        said = health(server)["error"]
        assert "ASSISTANT408_WECOM__BOT_ID" in said
        assert "ASSISTANT408_WECOM__SECRET" in said
        assert "wrong-secret-2718" not in server.log + server.get("/healthz")[1]
        assert server.end(signal.SIGTERM) == 0
    assert wecom.subscriptions == before


def test_no_words_names_or_secrets_are_in_the_log(wecom, bot, user):
    wecom.answer(wecom.say("什么是哲学家进餐问题", user=user))
    for private in ("哲学家", user, SECRET):
        assert private not in bot.log
    assert "Traceback" not in bot.log
