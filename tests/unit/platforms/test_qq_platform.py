"""The platform of QQ's own bots in a process of its own, with a scripted answerer.

    python -m tests.unit.platforms.test_qq_platform API_BASE MARKDOWN

The answerer says "长" with a text of nine messages and "极长" with one of fourteen, which can be
drawn unless "画不出" stands there too. "晚" lets ten minutes pass, "图" is a drawing, "选项" has
choices, "文件" comes with a file and "长文件" with one of some thousand characters, "私下" is for
the sender alone, "报告" says what the message was decoded to, "送达" what was delivered, "推 群 X"
and "推 人 X" push; anything else it says back.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import asdict
from datetime import timedelta
from itertools import count

import pytest
from loguru import logger

from bot.platforms.qq.outbox import NOT_TAKEN
from plugins.drawing import Drawing
from plugins.messages import (
    SILENT,
    Attachment,
    Conversation,
    DeliveryUncertain,
    NotSent,
    Reply,
)
from tests.e2e.qq_server import APP_ID, DROP, SECRET, STALL, QqServer
from tests.e2e.server_process import LISTENS, start

PNG = b"\x89PNG\r\n\x1a\n drawn"
PUSHABLE = "G-push"
FILE_TEXT = "".join(f"{n},错题\n" for n in range(5))
LONG_FILE = "".join(f"{n}," + "错题" * 188 + "\n" for n in range(15))
_numbers = count(1)


def paragraphs(number):
    return "\n\n".join(f"第 {n} 段。" + "进程一直等待资源。" * 160 for n in range(1, number + 1))


@pytest.fixture(scope="module")
def qq():
    with QqServer() as server:
        server.pushable |= {PUSHABLE, "U-push"}
        yield server


@pytest.fixture(scope="module", params=["plain", "markdown"])
def bot(qq, request, tmp_path_factory):
    command = (sys.executable, "-m", "tests.unit.platforms.test_qq_platform")
    log = tmp_path_factory.mktemp("qq") / "log"
    with start((*command, qq.url, request.param), log, ready=LISTENS) as running:
        qq.webhook = f"{running.url}/qq/webhook"
        deadline = time.monotonic() + 30
        while not json.loads(running.get("/healthz")[1])["parts"]["qq"]["ok"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        running.markdown = request.param == "markdown"
        yield running


@pytest.fixture(autouse=True)
def nothing_left(qq):
    yield
    qq.answers.clear()
    qq.refused_kinds.clear()
    while not qq.messages.empty():
        qq.messages.get_nowait()


@pytest.fixture
def user(bot):
    return f"U-{next(_numbers)}"


@pytest.fixture
def group(bot):
    return f"G-{next(_numbers)}"


def decoded(qq, words="报告", **where):
    number = (qq.in_group if "group" in where else qq.in_private)(words, **where)
    return json.loads(qq.answers_to(number, 1)[0].text)


def texts(sent):
    return [each.text for each in sent]


def report_of(qq, words, user):
    """Ask for what became of something; the text of the reply."""
    return qq.answers_to(qq.in_private(words, user=user), 1)[0].text


def wait_for_log(bot, words, more_than=0):
    deadline = time.monotonic() + 20
    while bot.log.count(words) <= more_than:
        assert time.monotonic() < deadline, words
        time.sleep(0.05)


# Messages


def test_a_group_message_is_decoded(qq, user, group):
    author = {"member_openid": user, "bot": False, "member_role": "admin", "username": " 小明 "}
    message = decoded(qq, "/报告", author=author, group=group)
    window = {"platform": "qq", "bot": APP_ID, "id": group, "is_group": True}
    assert message["conversation"] == window
    assert (message["sender"], message["sender_name"]) == (user, "小明")
    assert (message["text"], message["addressed"]) == ("/报告", True)
    assert message["is_group_admin"]
    assert message["quoted"] is None


def test_a_private_message_is_decoded(qq, user):
    message = decoded(qq, user=user)
    window = {"platform": "qq", "bot": APP_ID, "id": user, "is_group": False}
    assert message["conversation"] == window
    assert (message["sender"], message["is_group_admin"]) == (user, False)


def test_where_all_messages_come_a_mention_is_taken_out(qq, user, group):
    author = {"member_openid": user, "member_role": "member", "bot": False}
    said = {"author": author, "group_openid": group}
    us = {"scope": "single", "bot": True, "id": "B1", "is_you": True, "member_openid": "B1"}
    them = us | {"id": "B2", "is_you": False, "member_openid": "B2"}
    for mention in (them, us):
        named = {"mentions": [mention | {"username": "助手"}]}
        content = f"<@{mention['id']}> 报告"
        number = qq.message("GROUP_MESSAGE_CREATE", said | named | {"content": content})
    message = json.loads(qq.answers_to(number, 1)[0].text)
    assert (message["text"], message["addressed"]) == ("报告", True)
    assert qq.is_silent(0.3)


@pytest.mark.parametrize("role", ["member", "a new role", None])
def test_nobody_else_is_an_admin(qq, user, group, role):
    author = {"member_openid": user, "member_role": role}
    assert not decoded(qq, author=author, group=group)["is_group_admin"]


def test_the_quoted_message_is_known_by_its_index(qq, user):
    scene = {"ext": ["", "ref_msg_idx=REFIDX_7", "msg_idx=REFIDX_8"], "source": "default"}
    assert decoded(qq, user=user, message_scene=scene)["quoted"] == "REFIDX_7"


def test_pictures_are_loaded_from_listed_hosts_only(qq, user):
    qq.downloads["a.png"] = PNG
    here = {"content_type": "image/png", "url": f"{qq.url}/picture/a.png"}
    there = {"content_type": "image/jpeg", "url": "https://example.com/a.jpg"}
    file = {"content_type": "file", "url": f"{qq.url}/picture/a.png"}
    message = decoded(qq, user=user, attachments=[here, there, file])
    assert message["pictures"] == [len(PNG), "图片的地址不在允许的范围内，没有下载。"]


# Replies


def test_a_long_reply_is_one_picture(qq, user, group):
    number = qq.in_group("长", user=user, group=group)
    [sent] = qq.answers_to(number)
    assert (sent.picture, sent.body["msg_type"]) == (PNG, 7)


def test_what_is_to_be_copied_stays_text_beside_one_picture(qq, bot, user):
    sent = qq.answers_to(qq.in_private("照片", user=user))
    said = [(each.picture, each.text) for each in sent]
    if bot.markdown:
        assert said == [(PNG, ""), (None, "识别到的题目：\n\n`进程死锁的条件`")]
    else:
        assert said == [(PNG, "识别到的题目：\n\n进程死锁的条件")]


def test_what_cannot_be_drawn_comes_by_and_by(qq, bot, user, group):
    number = qq.in_group("极长画不出", user=user, group=group)
    parts = qq.answers_to(number, 5)
    assert [part.body["msg_seq"] for part in parts] == [1, 2, 3, 4, 5]
    assert parts[-1].text == "还有 10 条，提问的人 @我 发“更多”继续看。"
    assert list(parts[-1].buttons) == (["更多"] if bot.markdown else [])
    whole = texts(parts[:-1])

    qq.in_group("更多", user="somebody-else", group=group)
    assert "更多" in qq.next_message().text  # not theirs: it is a message like any other

    more = [qq.in_group("更多", user=user, group=group, id=f"more-{user}")]
    again = qq.in_group("更多", user=user, group=group, id=f"more-{user}")
    parts = qq.answers_to(again)
    assert len(parts) == 5  # and not more, for the second one was the same
    assert parts[-1].text == "还有 6 条，提问的人 @我 发“更多”继续看。"
    whole += texts(parts[:-1])
    if bot.markdown:
        parts = qq.answers_to(qq.press(parts[-1], "更多", user=user), 5)
    else:
        parts = qq.answers_to(qq.in_group(" /更多", user=user, group=group), 5)
    whole += texts(parts[:-1])
    assert parts[-1].text == "还有 2 条，提问的人 @我 发“更多”继续看。"
    parts = qq.answers_to(qq.in_group("更多", user=user, group=group), 2)
    whole += texts(parts)
    assert more == [again]
    expected = "极长画不出" + paragraphs(14)
    assert "".join("".join(whole).split()) == "".join(expected.split())
    number = qq.in_group("更多", user=user, group=group)
    assert texts(qq.answers_to(number, 1)) == [f"{user}：更多"]


def test_a_new_long_reply_takes_the_place_of_the_rest(qq, user):
    for words in ("极长画不出", "长画不出"):
        qq.answers_to(qq.in_private(words, user=user), 4)  # in private it is four
    parts = qq.answers_to(qq.in_private("更多", user=user), 4)
    assert [part.text[:5] for part in parts] == [
        "第 4 段",
        "第 5 段",
        "第 6 段",
        "还有 3 ",
    ]
    parts = qq.answers_to(qq.in_private("更多", user=user), 3)
    assert [part.text[:5] for part in parts] == [f"第 {n} 段" for n in range(7, 10)]
    number = qq.in_private("更多", user=user)
    assert texts(qq.answers_to(number, 1)) == [f"{user}：更多"]


def test_a_reply_that_comes_too_late_is_not_tried(qq, bot, user, group):
    qq.in_group("晚", user=user, group=group)
    wait_for_log(bot, "回复没有发出：超过了 QQ 允许回复的时间或次数")
    assert qq.messages.empty()


def test_in_private_there_is_an_hour(qq, user):
    assert texts(qq.answers_to(qq.in_private("晚", user=user))) == [f"{user}：晚"]


def test_a_late_reply_is_pushed_where_that_is_allowed(qq, user):
    qq.in_group("晚", user=user, group=PUSHABLE)
    sent = qq.next_message()
    assert (sent.openid, sent.answers, sent.text) == (PUSHABLE, "", f"{user}：晚")
    assert "msg_seq" not in sent.body


@pytest.mark.parametrize("code", [40034128, 304103, 40034005])
def test_qq_may_find_a_reply_late_too(qq, user, code):
    qq.answers.append((400, {"code": code}, {}))
    qq.in_group("你好", user=user, group=PUSHABLE)
    assert qq.next_message().answers == ""


def test_in_a_group_the_first_part_quotes_the_question(qq, user, group):
    scene = {"message_scene": {"ext": ["msg_idx=REFIDX_9"], "source": "default"}}
    parts = qq.answers_to(qq.in_group("长画不出", user=user, group=group, **scene), 5)
    assert [part.quotes for part in parts] == ["REFIDX_9", "", "", "", ""]
    [said] = qq.answers_to(qq.in_private("你好", user=user, **scene))
    assert said.quotes == ""
    qq.answers.append((400, {"code": 40034003}, {}))
    [said] = qq.answers_to(qq.in_group("你好", user=user, group=group, **scene))
    assert (said.text, said.quotes) == (f"{user}：你好", "")


def test_a_private_reply_in_a_group_is_only_hinted_at(qq, user, group):
    number = qq.in_group("私下", user=user, group=group)
    assert texts(qq.answers_to(number)) == ["这条只能给你一个人看，请私聊我再发一次。"]
    assert texts(qq.answers_to(qq.in_private("私下", user=user))) == ["悄悄话"]


def test_a_picture_has_its_caption_and_what_is_refused_is_said(qq, user):
    [sent] = qq.answers_to(qq.in_private("图", user=user))
    assert (sent.picture, sent.text) == (PNG, "看图")
    qq.refused_kinds[1] = 850026
    [sent] = qq.answers_to(qq.in_private("图", user=user))
    assert (sent.picture, sent.text) == (None, "看字")


@pytest.mark.parametrize("code", [304003, 40054018])
def test_a_text_that_qq_does_not_take_becomes_a_picture(qq, bot, user, code):
    qq.answers.append((400, {"code": code}, {}))
    [sent] = qq.answers_to(qq.in_private("见 example.com", user=user))
    assert (sent.picture, sent.text) == (PNG, "")
    refused = "回复没有发出：QQ 不让发带网址或太长的消息"
    before = bot.log.count(refused)
    qq.answers.append((400, {"code": code}, {}))
    qq.in_private("画不出 example.com", user=user)
    wait_for_log(bot, refused, more_than=before)
    assert qq.messages.empty()


def test_a_later_part_that_qq_does_not_take_becomes_a_picture_or_is_said_to_lack(qq, user):
    refusal = (400, {"code": 304003}, {})
    qq.answers.extend([None, refusal])
    first, rest = qq.answers_to(qq.in_private("三段", user=user))
    assert first.text.startswith("三段")
    assert (rest.picture, rest.text) == (PNG, "")

    qq.answers.extend([None, refusal])
    *_, told = texts(qq.answers_to(qq.in_private("三段画不出", user=user)))
    assert told == NOT_TAKEN


def test_choices_are_buttons_where_there_may_be_some(qq, bot, user):
    [sent] = qq.answers_to(qq.in_private("选项", user=user))
    if not bot.markdown:
        assert (sent.body["msg_type"], sent.buttons) == (0, {})
        return
    assert list(sent.buttons) == ["A", "报告", "很长" * 9 + "很…"]
    message = json.loads(qq.answers_to(qq.press(sent, "报告", user=user))[0].text)
    assert (message["text"], message["addressed"]) == ("报告", True)
    heard = json.loads(report_of(qq, "送达", user))
    [ids] = [ids for text, ids in heard if text == f"选一个{user}"]
    assert ids[:2] == [sent.id, sent.index]
    assert message["quoted"] in ids


def test_what_a_rate_limit_keeps_back_in_the_middle_can_be_asked_for(qq, user):
    qq.answers.extend([None, (429, {}, {"Retry-After": "3600"})])
    [first] = qq.answers_to(qq.in_private("三段画不出", user=user))
    more = qq.answers_to(qq.in_private("更多", user=user))
    said = "".join(part.text for part in [first, *more])
    assert re.findall(r"第 (\d) 段", said) == ["1", "2", "3"]
    assert said.endswith("三段画不出")


def test_a_picture_with_choices_is_followed_by_the_buttons(qq, bot, user):
    sent = qq.answers_to(qq.in_private("图选项", user=user))
    if not bot.markdown:
        assert [(each.picture, each.text) for each in sent] == [(PNG, "看图")]
        return
    assert [(each.picture, each.text) for each in sent] == [(PNG, ""), (None, "看图")]
    assert list(sent[1].buttons) == ["A", "B"]


def test_markdown_that_is_refused_becomes_text(qq, bot, user):
    qq.answers.append((400, {"code": 304036}, {}))
    number = qq.in_private("选项", user=user)
    if bot.markdown:
        assert [sent.body["msg_type"] for sent in qq.answers_to(number)] == [0]
    else:
        wait_for_log(bot, "回复没有发出：QQ 不让发这样的 Markdown")
        assert number not in [sent.answers for sent in list(qq.messages.queue)]


def test_a_file_is_sent_with_its_name(qq, user):
    said, file = qq.answers_to(qq.in_private("文件", user=user))
    assert said.text == "给你"
    assert file.file == ("错题本.csv", FILE_TEXT.encode())


def test_a_file_that_is_refused_is_posted_as_text_within_the_budget(qq, user):
    qq.refused_kinds[4] = 850027
    said, file = qq.answers_to(qq.in_private("文件", user=user), 2)
    assert (said.text, file.text) == ("给你", FILE_TEXT.strip())
    sent = qq.answers_to(qq.in_private("长文件", user=user), 4)
    assert sent[-1].text == "还有 3 条，回复“更多”继续看。"
    *_, rest = qq.answers_to(qq.in_private("更多", user=user), 3)
    assert rest.text.splitlines()[-1].startswith("14,")


def test_a_mention_in_a_reply_has_no_power(qq, user, group):
    for words in ('<qqbot-at-user id="1" />', "<qqbot-at-everyone />", "@everyone", "<cmd x>"):
        said = "".join(texts(qq.answers_to(qq.in_group(f"说{words}", user=user, group=group))))
        assert not re.search(r"<(qqbot|cmd)|@everyone", said)


# Trouble


def test_what_was_not_confirmed_is_sent_again_and_heard_of_once(qq, user):
    qq.answers.append(DROP)
    number = qq.in_private(f"独一无二{user}", user=user)
    assert len(qq.answers_to(number, quiet=1.5)) == 1
    heard = json.loads(report_of(qq, "送达", user))
    assert [ids for text, ids in heard if f"独一无二{user}" in text] == [[]]


def test_a_reply_that_may_have_arrived_is_not_pushed_though_the_window_closed(qq, user):
    qq.answers.extend([DROP, (400, {"code": 304027}, {})])
    number = qq.in_group("只一次", group=PUSHABLE, user=user)
    assert len(qq.answers_to(number, quiet=2.0)) == 1
    assert qq.is_silent(0.5)


def test_a_stalling_platform_keeps_nobody_else_waiting(qq, user):
    qq.answers.append(STALL)
    qq.in_private("你好", user=f"{user}-slow")
    number = qq.in_private("你好", user=user)
    assert qq.answers_to(number)[0].text == f"{user}：你好"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((400, {"code": 40034102}, {}), "未发 不必再试 QQ 不让主动发消息"),
        ((400, {"code": 40034100}, {}), "未发 不必再试 QQ 不让主动发消息"),
        ((400, {"code": 11298}, {}), "未发 不必再试 这台机器的 IP 不在"),
        ((404, {}, {}), "未发 不必再试 QQ 没有这个接口"),
        ((429, {}, {"Retry-After": "600"}), "未发 可再试 QQ 限制了发送频率"),
        ((403, {"code": 1}, {}), "未发 可再试 QQ 拒绝了"),
        ((403, None, {}), "未发 可再试 QQ 拒绝了"),
        ((500, {"code": 2}, {}), "不明 QQ 内部出错"),
        ((202, {"code": 304023, "data": {"message_audit": {"audit_id": "x"}}}, {}), "不明 "),
        ((200, "not an object", {}), "已发"),
        (DROP, "不明 连接断开"),
    ],
)
def test_what_becomes_of_a_push_is_told(qq, user, refusal, said):
    qq.answers.append(refusal)
    assert report_of(qq, f"推 群 {PUSHABLE}", user).startswith(said)


def test_a_push_arrives_and_gives_its_ids(qq, user):
    for window, openid in (("群", PUSHABLE), ("人", "U-push")):
        qq.in_private(f"推 {window} {openid}", user=user)
        pushed = qq.first(lambda sent, openid=openid: sent.openid == openid)
        assert (pushed.answers, pushed.is_group) == ("", window == "群")
        said = qq.first(lambda sent: sent.openid == user).text
        assert said == f"已发 {pushed.id} {pushed.index}"


def test_a_push_where_none_is_allowed_is_not_tried(qq, user):
    assert report_of(qq, "推 群 G-other", user).startswith("未发 不必再试 设置里没有允许")
    assert report_of(qq, "推 群 a/b", user).startswith("未发 不必再试 不是 QQ")
    assert qq.is_silent(0.2)


def test_without_a_network_the_process_runs_and_says_so(tmp_path):
    command = (sys.executable, "-m", "tests.unit.platforms.test_qq_platform")
    nowhere = "http://127.0.0.1:9"
    with start((*command, nowhere, "plain"), tmp_path / "log", ready=LISTENS) as bot:
        deadline = time.monotonic() + 30
        state = {}
        while "error" not in state:
            assert time.monotonic() < deadline
            time.sleep(0.05)
            state = json.loads(bot.get("/healthz")[1])["parts"]["qq"]
        assert not state["ok"]
        assert "换取访问令牌时连不上 QQ" in state["error"]
        assert bot.end() == 0
        assert bot.log.count("换取访问令牌时连不上 QQ") == 1
        assert "Traceback" not in bot.log


# The process


class PainterOfMost:
    async def draw(self, drawing):
        return None if "画不出" in repr(drawing) else PNG


class ScriptedAnswerer:
    def __init__(self, clock):
        self.outbox = None
        self.heard = []
        self._clock = clock

    async def handle(self, message, progress=None):
        if message.from_bot or not message.addressed:
            return SILENT
        if message.text.startswith("推 "):
            return Reply(await self._push(*message.text.split()[1:]), "answer")
        return await self._say(message)

    async def delivered(self, message, reply, receipt):
        if not reply.text.startswith(("{", "[")):
            self.heard.append([reply.text[:40], list(receipt.message_ids)])

    async def _say(self, message):
        words, drawing = message.text, Drawing("图", ())
        match words:
            case "长" | "长画不出" | "极长画不出":
                return Reply(words + paragraphs(14 if words[0] == "极" else 9), "answer")
            case "三段" | "三段画不出":
                return Reply(words + paragraphs(3) + words, "answer")
            case "照片":
                head = "识别到的题目：\n\n`进程死锁的条件`\n\n"
                return Reply(head + paragraphs(9), "answer")
            case "晚":
                self._clock.ahead += timedelta(minutes=10)
            case "图":
                return Reply("看字", "answer", drawing=drawing, caption="看图")
            case "选项":
                choices = ("A", "报告", "很长" * 20)
                return Reply(f"选一个{message.sender}", "answer", choices=choices)
            case "图选项":
                given = {"drawing": drawing, "caption": "看图", "choices": ("A", "B")}
                return Reply("看字", "answer", **given)
            case "文件" | "长文件":
                text = FILE_TEXT if words == "文件" else LONG_FILE
                file = Attachment("错题本.csv", text.encode())
                return Reply("给你", "answer", attachment=file)
            case "私下":
                return Reply("悄悄话", "answer", private=True)
            case "报告" | "/报告":
                return Reply(await _as_json(message), "answer")
            case "送达":
                return Reply(json.dumps(self.heard[-3:], ensure_ascii=False), "answer")
        if words.startswith("说"):
            return Reply(f"说：{words}", "answer")
        return Reply(f"{message.sender}：{words}", "answer")

    async def _push(self, window, openid):
        reply = Reply("每日一题", "answer")
        try:
            receipt = await self.outbox.send(Conversation("qq", "", openid, window == "群"), reply)
        except NotSent as error:
            return f"未发 {'可再试' if error.can_retry else '不必再试'} {error}"
        except DeliveryUncertain as error:
            return f"不明 {error}"
        return f"已发 {' '.join(receipt.message_ids)}".strip()


async def _as_json(message):
    from plugins.messages import PictureUnavailable

    found = []
    for picture in message.pictures:
        try:
            found.append(len(await picture.fetch()))
        except PictureUnavailable as error:
            found.append(str(error))
    fields = {"conversation", "sender", "text", "addressed", "quoted", "is_group_admin"}
    said = asdict(message, dict_factory=lambda items: dict(items))
    kept = {key: value for key, value in said.items() if key in fields | {"sender_name"}}
    return json.dumps(kept | {"pictures": found}, ensure_ascii=False)


class ShiftedClock:
    def __init__(self, now):
        self._now = now
        self.ahead = timedelta()

    def __call__(self):
        return self._now() + self.ahead


async def main(api_base, markup):
    logger.remove()
    logger.add(sys.stderr, level="INFO", diagnose=False)
    from bot.health import Health
    from bot.platforms.desk import Desk, ReplyCounter
    from bot.platforms.listening import claim
    from bot.platforms.ports import shanghai_now
    from bot.platforms.qq.platform import QqOptions, QqPlatform
    from bot.platforms.running import run_platforms

    health = Health()
    clock = ShiftedClock(shanghai_now)
    options = QqOptions(
        app_id=APP_ID,
        secret=SECRET,
        api_base=f"{api_base}/",
        auth_base=f"{api_base}/app/getAppAccessToken",
        markdown=markup == "markdown",
        push_targets=frozenset({PUSHABLE, "U-push"}),
    )
    answerer = ScriptedAnswerer(clock)
    desk = Desk("qq", answerer, ReplyCounter(health.registry))
    platform = QqPlatform(desk, options, painter=PainterOfMost(), clock=clock)
    answerer.outbox = platform.outbox
    listener = claim("127.0.0.1", 0)
    await run_platforms([platform], health, host="127.0.0.1", listener=listener)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
