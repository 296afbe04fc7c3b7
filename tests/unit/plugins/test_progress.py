"""What a person is told of their progress, over a real record."""

import json
from datetime import date, datetime, time

import pytest

from backend.errors import RecordUnavailable
from backend.learning.values import SHANGHAI
from plugins.drawing import Bars, Days, Prose, Stats
from plugins.messages import Conversation
from plugins.progress import wording
from tests.learning_house import GROUP, at, learning_house
from tests.unit.plugins.studying import DAY, answers, answers_daily, daily, progress_plugin


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


@pytest.fixture
def plugin(house):
    return progress_plugin(house)


async def says(house, plugin, text, *, user="1", group=False, **more):
    conversation = GROUP if group else house.private(user)
    return await plugin.respond(house.message(text, user=user, conversation=conversation, **more))


# Check-in


async def test_who_has_not_answered_today_is_offered_a_question(house, plugin):
    reply = await says(house, plugin, "打卡")
    assert reply.decision == "command"
    assert "今天还没打卡" in reply.text
    assert "/练" in reply.text
    assert "距初试 27 天" in reply.text


async def test_asking_writes_nobody_down(house, plugin):
    for text in ("打卡", "我的", "周报", "补卡", "提醒", "提醒关", "解绑", "导出我的数据"):
        await says(house, plugin, text)
    assert await house.people.find("fake", "1") is None


async def test_one_answer_checks_the_day_in(house, plugin):
    for day in (20, 21, 22):
        await answers(house, "1", "OS0230", at(10, day=day), number=day)
    reply = await says(house, plugin, "/打卡", group=True)
    assert "今日已打卡" in reply.text
    assert "今天做了 1 题" in reply.text
    assert "连续打卡 3 天" in reply.text
    assert not reply.private


async def test_the_day_begins_at_four_in_the_morning(house, plugin):
    await answers(house, "1", "OS0230", at(3, 59))
    house.now = at(4, 1)
    assert "今天还没打卡" in (await says(house, plugin, "打卡")).text
    house.now = at(3, 59)
    assert "今日已打卡" in (await says(house, plugin, "打卡")).text


async def test_a_missed_day_is_mentioned_made_up_and_then_used(house, plugin):
    for day in (16, 17, 19, 20, 22):  # the 16th is a Monday, the 18th and the 21st are missed
        await answers(house, "1", "OS0230", at(10, day=day), number=day)
    assert "11 月 21 日（周六）漏了" in (await says(house, plugin, "打卡")).text
    made = await says(house, plugin, "/打卡 补")
    assert "补上了 11 月 21 日" in made.text
    assert "连续打卡 4 天" in made.text
    again = await says(house, plugin, "/补卡")
    assert "11 月 18 日" in again.text
    assert "用过" in again.text


async def test_what_cannot_be_made_up_is_said_with_its_reason(house, plugin):
    assert "还没有打过卡" in (await says(house, plugin, "补卡")).text
    await answers(house, "1", "OS0230", at(10, day=19))
    assert "不止一天" in (await says(house, plugin, "补卡")).text
    await answers(house, "2", "OS0230", at(10, day=21))
    assert "没有漏掉" in (await says(house, plugin, "补卡", user="2")).text


# Reports


async def studied(house, user="1"):
    """Two weeks of answers: operating systems well, caches badly."""
    for day in (12, 13, 17, 18, 20, 21, 22):
        await answers(house, user, "OS0230", at(9, day=day), number=day)
        await answers(house, user, "CN0506", at(9, 5, day=day), number=day)
    for day in (18, 20, 21, 22):
        await answers(house, user, "CO0304", at(9, 10, day=day), right=False, number=day)


async def test_who_never_practised_gets_a_friendly_start(house, plugin):
    reply = await says(house, plugin, "/我的")
    assert "还没有你的做题记录" in reply.text
    assert reply.drawing is None


async def test_a_report_says_in_words_what_the_picture_shows(house, plugin):
    await studied(house)
    reply = await says(house, plugin, "/我的")
    assert "共做 18 题，正确率 78%" in reply.text
    assert "- 操作系统 100%（7/7）" in reply.text
    assert "发“/练 SRAM与DRAM”" in reply.text
    assert "错题本 4 题" in reply.text
    kinds = [type(block) for block in reply.drawing.blocks]
    assert kinds == [Stats, Days, Bars, Bars, Bars]
    shown = reply.drawing.blocks
    assert [stat.value for stat in shown[0].items] == ["3 天", "18", "78%", "4 题"]
    assert [level for _, level in shown[1].items][-5:] == [2, 0, 2, 2, 2]
    assert shown[3].items[0].label == "存储器层次结构"
    assert shown[3].items[0].ratio == 0
    assert "/练 SRAM与DRAM" in reply.caption


async def test_a_practice_that_is_offered_can_be_understood(house, plugin):
    await studied(house)
    reply = await says(house, plugin, "/我的")
    offered = [part.split("”")[0] for part in reply.text.split("发“/练 ")[1:]]
    assert len(offered) >= 1
    for words in offered:
        scope = house.scopes.read(words)
        assert words == "错题" or any(scope.holds(p) for p in house.catalogue.points), words


@pytest.mark.parametrize("text", ["/我的", "/周报", "/导出我的数据"])
async def test_a_personal_report_asked_for_in_a_group_is_private(house, plugin, text):
    for _ in range(2):
        reply = await says(house, plugin, text, group=True)
        assert reply.private
        assert not (await says(house, plugin, text)).private
        await studied(house)


async def test_a_week_is_compared_with_the_one_before(house, plugin):
    await studied(house)
    reply = await says(house, plugin, "/周报")
    assert "学了 5 天（前一周 2 天），做了 14 题，比前一周多 10 题" in reply.text
    assert "错题本：新进 4 题，移出 0 题" in reply.text
    assert "正确率 71%" in reply.text
    assert "前一周 100%" not in reply.text, "four answers are no accuracy to compare with"
    assert "存储器层次结构这周 4 题对 0 题：发“/练 存储器层次结构”" in reply.text
    assert "数据结构这周没碰：发“/练 数据结构”" in reply.text
    assert [type(block) for block in reply.drawing.blocks] == [Stats, Days, Bars, Prose]
    assert "发“/练 存储器层次结构”" in reply.caption


async def test_a_question_that_left_the_wrong_book_counts_in_the_week(house, plugin):
    await answers(house, "1", "OS0230", at(9, day=10), right=False)
    for day in (17, 19, 21):
        await answers(house, "1", "OS0230", at(9, day=day))
    reply = await says(house, plugin, "周报")
    assert "错题本：新进 0 题，移出 1 题" in reply.text


async def test_a_week_without_answers_says_so_and_what_to_do(house, plugin):
    await answers(house, "1", "OS0230", at(9, day=11), right=False)
    reply = await says(house, plugin, "周报")
    assert "这 7 天还没有做题，前一周做了 1 题。" in reply.text
    assert "/练 错题" in reply.text


# The group


async def group_of(house, members, *, days=(20, 21, 22)):
    for day in days:
        asking = await daily(house, at(12, 30, day=day), number=day)
        for number in range(members):
            await answers_daily(house, asking, f"m{number}", at(13, day=day), number % 2 == 0)


async def test_a_group_week_names_nobody_who_did_not_agree(house, plugin):
    await group_of(house, 4)
    reply = await says(house, plugin, "群周报", group=True, user="m0", sender_name="小明")
    assert "出了 3 道题，4 人参与（前一周 0 人）" in reply.text
    assert "共作答 12 次" in reply.text
    assert "答对的比例 50%" in reply.text
    assert "还没有人上榜" in reply.text
    assert "小明" not in reply.text
    await says(house, plugin, "/排行 加入", group=True, user="m0", sender_name="小明")
    reply = await says(house, plugin, "/周报 群", group=True, user="m1")
    assert "1. 小明 · 3 天 · 3 题" in reply.text
    assert [stat.value for stat in reply.drawing.blocks[0].items] == [
        "3 道",
        "4 人",
        "12 次",
        "50%",
    ]


async def test_the_share_of_right_answers_of_two_members_is_not_told(house, plugin):
    await group_of(house, 2)
    reply = await says(house, plugin, "群周报", group=True)
    assert "不公布对错的比例" in reply.text
    assert "%" not in reply.text
    assert len(reply.drawing.blocks[0].items) == 3


async def test_people_whose_answers_do_not_count_make_no_share_public(house, plugin):
    first, second = [await daily(house, at(12, 30), number=number) for number in (1, 2)]
    for number in range(3):
        await answers_daily(house, first, f"m{number}", at(13))
    await answers_daily(house, second, "m0", at(13), False)
    member = await house.people.find("fake", "m0")
    report = await house.corrections.report(first.id, member.id, "没有正确选项", at(14))
    await house.corrections.accept(report.id, None, "确实", "作废了", at(14))
    reply = await says(house, plugin, "群周报", group=True)
    assert "3 人参与" in reply.text
    assert "%" not in reply.text
    assert "有题作废" in reply.text
    assert len(reply.drawing.blocks[0].items) == 3


async def test_a_group_is_told_nothing_of_another_group(house, plugin):
    await group_of(house, 4)
    other = Conversation("fake", "bot", "200", is_group=True)
    reply = await plugin.respond(house.message("群周报", conversation=other))
    assert "还没有人按时答过" in reply.text


async def test_joining_says_what_others_will_see_and_leaving_takes_the_name_away(house, plugin):
    await group_of(house, 3)
    assert "还没有人上榜" in (await says(house, plugin, "/排行", group=True)).text
    reply = await says(house, plugin, "/排行 加入 小明", group=True, user="m1")
    assert "以“小明”上榜" in reply.text
    assert "你答错什么、正确率多少不会给别人看" in reply.text
    shown = await says(house, plugin, "排行榜", group=True, user="m2")
    assert "1. 小明 · 3 天 · 3 题" in shown.text
    await says(house, plugin, "/排行 退出", group=True, user="m1")
    assert "小明" not in (await says(house, plugin, "/排行", group=True)).text


async def test_getting_worse_is_not_shown_and_getting_better_is(house, plugin):
    for day, better, worse in ((10, False, True), (20, True, False)):
        asking = await daily(house, at(12, 30, day=day), number=day)
        await answers_daily(house, asking, "b", at(13, day=day), better)
        await answers_daily(house, asking, "w", at(13, day=day), worse)
    await says(house, plugin, "/排行 加入 甲", group=True, user="b")
    await says(house, plugin, "/排行 加入 乙", group=True, user="w")
    text = (await says(house, plugin, "/排行", group=True)).text
    assert "1. 甲 · 1 天 · 1 题 · 在进步" in text
    assert "2. 乙 · 1 天 · 1 题\n" in text


async def test_joining_needs_a_name_and_a_name_carries_no_markup(house, plugin):
    reply = await says(house, plugin, "/排行 加入", group=True)
    assert reply.text == wording.NAME_NEEDED
    reply = await says(
        house, plugin, "/排行 加入 **@小\u202e明**|一二三四五六七八九十一二三", group=True
    )
    assert "以“小明一二三四五六七八九十”上榜" in reply.text


@pytest.mark.parametrize(
    "name", ["群主", "群 主", "管理员小王", "ＢＯＴ", "408 学习助手", "@全体成员", "Assistant408"]
)
async def test_nobody_is_ranked_as_the_owner_an_admin_or_the_bot(house, plugin, name):
    reply = await says(house, plugin, f"/排行 加入 {name}", group=True)
    assert reply.text == wording.NAME_RESERVED
    reply = await says(house, plugin, "/排行 加入", group=True, sender_name=name)
    assert reply.text == wording.NAME_RESERVED


async def test_no_two_members_of_a_group_are_ranked_under_one_name(house, plugin):
    await group_of(house, 2)
    await says(house, plugin, "/排行 加入 Leo", group=True, user="m0")
    for name in ("Leo", "leo", "L e o"):
        reply = await says(house, plugin, f"/排行 加入 {name}", group=True, user="m1")
        assert reply.text == wording.NAME_TAKEN
    assert (
        "以“leo”上榜" in (await says(house, plugin, "/排行 加入 leo", group=True, user="m0")).text
    )
    await says(house, plugin, "/排行 退出", group=True, user="m0")
    assert "上榜" in (await says(house, plugin, "/排行 加入 Leo", group=True, user="m1")).text


async def test_the_ranking_and_the_group_week_belong_to_groups(house, plugin):
    assert (await says(house, plugin, "/排行 加入")).text == wording.RANKING_ELSEWHERE
    assert (await says(house, plugin, "群周报")).text == wording.GROUP_WEEK_ELSEWHERE


# The exam


@pytest.mark.parametrize(
    ("month", "day", "said"),
    [
        (11, 22, "距初试 27 天"),
        (12, 18, "距初试 1 天"),
        (12, 19, "今天初试"),
        (12, 20, "今天下午考 408"),
        (12, 21, "初试已经结束"),
    ],
)
async def test_the_countdown_goes_by_the_calendar(house, plugin, month, day, said):
    house.now = datetime(2026, month, day, 0, 30, tzinfo=SHANGHAI)
    assert said in (await says(house, plugin, "/倒计时")).text


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [(19, 20, "今天初试"), (20, 9, "今天下午考 408"), (20, 18, "初试已")],
)
async def test_check_in_and_countdown_agree_on_the_days_of_the_exam(house, plugin, day, hour, said):
    house.now = datetime(2026, 12, day, hour, tzinfo=SHANGHAI)
    for command in ("/打卡", "/倒计时"):
        assert said in (await says(house, plugin, command)).text


# Reminders


async def test_a_reminder_set_in_a_group_comes_in_private(house, plugin):
    reply = await says(house, plugin, "每晚八点提醒我", group=True)
    assert "每天 20:00" in reply.text
    assert "加我好友" in reply.text
    [reminder] = await house.people.reminders()
    assert reminder.at == time(20)
    assert reminder.target == {"platform": "fake", "bot": "bot", "id": "1"}
    assert "每天 20:00" in (await says(house, plugin, "/提醒")).text


async def test_a_reminder_can_be_changed_and_switched_off(house, plugin):
    for text in ("/提醒 20:00", "/提醒 21:30"):
        await says(house, plugin, text)
    assert [reminder.at for reminder in await house.people.reminders()] == [time(21, 30)]
    assert (await says(house, plugin, "/提醒 关")).text == wording.REMINDER_OFF
    assert await house.people.reminders() == []
    assert (await says(house, plugin, "/提醒")).text == wording.NO_REMINDER_SET


async def test_where_nothing_can_be_pushed_no_reminder_is_promised(house):
    plugin = progress_plugin(house, can_push=lambda conversation: conversation.id != "1")
    assert (await says(house, plugin, "/提醒 20:00", group=True)).text == wording.CANNOT_PUSH
    assert await house.people.reminders() == []


# Accounts


async def test_two_accounts_are_linked_by_a_code_and_taken_apart_again(house, plugin):
    await answers(house, "1", "OS0230", at(10))
    await answers(house, "2", "CO0304", at(10))
    issued = await says(house, plugin, "/绑定")
    code = issued.text.split("`")[1]
    assert f"/绑定 {code}" in issued.text
    assert (await says(house, plugin, "/绑定 22222222", user="2")).text == wording.UNKNOWN_CODE
    assert (await says(house, plugin, f"/绑定 {code}")).text == wording.SAME_PERSON
    assert (await says(house, plugin, f"绑定 {code.lower()}", user="2")).text == wording.LINKED
    assert "共做 2 题" in (await says(house, plugin, "/我的", user="2")).text
    assert (await says(house, plugin, "/解绑", user="2")).text == wording.UNLINKED
    assert "共做 1 题" in (await says(house, plugin, "/我的", user="2")).text
    assert (await says(house, plugin, "/解绑", user="2")).text == wording.NOT_LINKED


@pytest.mark.parametrize("text", ["/绑定", "/绑定 ABCD2345"])
async def test_a_code_is_neither_given_nor_taken_in_a_group(house, plugin, text):
    reply = await says(house, plugin, text, group=True)
    assert reply.text == wording.BIND_IN_PRIVATE
    assert await house.people.find("fake", "1") is None


async def test_an_export_is_a_readable_file_of_everything(house, plugin):
    await answers(house, "1", "OS0230", at(10), right=False)
    await answers(house, "2", "CO0304", at(10))
    reply = await says(house, plugin, "/导出我的数据")
    assert reply.attachment.name == "assistant408-数据-20261122.json"
    text = reply.attachment.data.decode()
    exported = json.loads(text)
    assert [one["user_id"] for one in exported["identities"]] == ["1"]
    assert len(exported["attempts"]) == len(exported["wrong_book"]) == 1
    assert "关于 os0230-0" in text
    assert "\n  " in text


# Failure


@pytest.mark.parametrize("text", ["打卡", "我的", "/提醒 20:00"])
async def test_an_unusable_record_is_one_sentence(house, plugin, text, monkeypatch):
    async def down(*args):
        raise RecordUnavailable("用不了")

    monkeypatch.setattr(house.people, "find", down)
    monkeypatch.setattr(house.people, "identify", down)
    reply = await says(house, plugin, text)
    assert (reply.text, reply.decision) == (wording.RECORD_DOWN, "error")


async def test_a_question_is_left_to_the_others(house, plugin):
    assert await says(house, plugin, "排行榜算法") is None


def test_a_week_is_named_by_both_of_its_ends():
    assert wording.span(date(2026, 12, 2)) == "11 月 26 日 – 12 月 2 日"
    assert wording.day_text(date(2026, 11, 22) + DAY) == "11 月 23 日（周一）"


# While a mock exam is sat


async def sits_a_paper(house, user="1", *, hours=1):
    """Begin a paper and answer its first question."""
    identity = await house.people.identify("fake", user, house.now)
    questions = await house.selection.paper(identity.person_id, 5, house.now)
    _, [first, *_] = await house.askings.papers.start(
        identity.id, house.private(user).key, questions, house.now, house.now + hours * DAY / 24
    )
    await house.attempts.answer(first, identity, first.shown_answer, house.now)


@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize("text", ["/我的", "/周报", "/导出我的数据"])
async def test_no_report_tells_how_a_paper_is_going(house, plugin, text, group):
    await answers(house, "1", "OS0230", at(9), right=False)
    await sits_a_paper(house)
    reply = await says(house, plugin, text, group=group)
    assert reply.text == wording.AFTER_THE_PAPER
    assert (reply.private, reply.attachment, reply.drawing) == (group, None, None)
    house.now += DAY
    assert (await says(house, plugin, text, group=group)).text != wording.AFTER_THE_PAPER


async def test_a_paper_closes_the_reports_of_a_linked_account_too(house, plugin):
    await sits_a_paper(house)
    mine = await house.people.identify("fake", "1", house.now)
    other = await house.people.identify("fake", "2", house.now)
    code = await house.people.issue_link_code(mine.person_id, house.now)
    assert await house.people.link(code, other, house.now) == "linked"
    assert (await says(house, plugin, "/我的", user="2")).text == wording.AFTER_THE_PAPER


async def test_the_ranking_knows_nothing_of_a_paper(house, plugin):
    await group_of(house, 1, days=(22,))
    await says(house, plugin, "/排行 加入 小明", group=True, user="m0")
    await sits_a_paper(house, "m0")
    assert "1. 小明 · 1 天 · 1 题" in (await says(house, plugin, "/排行", group=True)).text
