"""The operator's commands over a real record, and that nobody else has them."""

import os
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from backend.errors import RecordUnavailable
from bot.rendering.plain import render_plain
from plugins.admin import report_wording, wording
from plugins.admin.commands import Command, parse
from plugins.admin.plugin import AdminPlugin
from plugins.help.commands import parse as parse_help
from plugins.messages import Conversation, DeliveryUncertain, NotSent
from tests.learning_house import GROUP, at, learning_house
from tests.notices import taken
from tests.unit.plugins.studying import answers, answers_daily, daily

GOLDEN = Path(__file__).parent / "golden"
OTHER = Conversation("fake", "bot", "2003004005", is_group=True)
OPERATOR = "9"


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


@pytest.fixture
def plugin(house):
    return AdminPlugin(
        frozenset({"fake:9"}),
        house.groups,
        house.ledger,
        house.progress,
        house.corrections,
        house.askings,
        house.outbox,
        house.pusher.push_now,
    )


async def says(house, plugin, text, *, user=OPERATOR, conversation=None):
    conversation = conversation or house.private(user)
    return await plugin.respond(house.message(text, user=user, conversation=conversation))


async def told(house, plugin, text):
    return (await says(house, plugin, text)).text


# What is a command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/管理", Command("menu")),
        ("／管理　状态", Command("state")),
        ("/ 管理 统计。", Command("counts")),
        ("/管理 群", Command("groups")),
        ("/管理 推送 2", Command("push", 2)),
        ("/管理 推送 第２群", Command("push", 2)),
        ("/管理推送2", Command("push", 2)),
        ("/管理 推送", Command("push")),
        ("/管理 广播测试", Command("test")),
        ("/管理 广播测试 1", Command("test", 1)),
        ("/管理 暂停 3", Command("pause", 3)),
        ("/管理 恢复 3", Command("resume", 3)),
        ("/管理 纠错", Command("reports", 1)),
        ("/管理 纠错 页 2", Command("reports", 2)),
        ("/管理 纠错 第 2 页", Command("reports", 2)),
        ("/管理 纠错 12", Command("report", 12)),
        ("/管理 纠错 #12 接受 c", Command("accept", 12, "C")),
        ("/管理 纠错 12 改成D", Command("accept", 12, "D")),
        ("/管理 纠错 12 作废", Command("retract", 12)),
        ("/管理 纠错 12 驳回 题干说的是不正确", Command("reject", 12, words="题干说的是不正确")),
        ("/管理 纠错 12 驳回", Command("reject", 12)),
        ("/管理 纠错 12 接受", Command("undecided", 12, words="纠错 12 接受")),
        ("/管理 纠错 12 接受 E", Command("undecided", 12, words="纠错 12 接受 E")),
        ("/管理 纠错 12 E", Command("undecided", 12, words="纠错 12 E")),
        ("/管理 纠错 12 什么", Command("wrong", 12, words="纠错 12 什么")),
        ("/管理 重启", Command("wrong", words="重启")),
        ("管理", None),
        ("管理 状态", None),
        ("/管理员是谁", None),
        ("存储管理有哪些方式", None),
        ("/管", None),
    ],
)
def test_commands_begin_with_a_slash_and_the_word(text, command):
    assert parse(text) == command


# Who may


@pytest.mark.parametrize(
    "text", ["/管理", "/管理 状态", "/管理 群", "/管理 推送 1", "/管理 纠错 1 作废"]
)
async def test_to_everybody_else_it_is_an_unknown_command(house, plugin, text, logged):
    await house.switch_on()
    for conversation in (GROUP, None):
        assert await says(house, plugin, text, user="19", conversation=conversation) is None
    assert parse_help(text) == "unknown"
    assert house.outbox.sent == []
    assert logged == [f"WARNING {wording.LOG_NOT_ALLOWED}\n"] * 2, "no ids in the log"


async def test_the_same_number_on_another_platform_is_somebody_else(house, plugin):
    elsewhere = Conversation("other", "bot", OPERATOR, is_group=False)
    assert await says(house, plugin, "/管理", conversation=elsewhere) is None


async def test_a_group_admin_is_no_operator(house, plugin):
    message = house.message("/管理", user="5", is_group_admin=True)
    assert await plugin.respond(message) is None


async def test_in_a_group_the_operator_is_answered_in_private(house, plugin):
    reply = await says(house, plugin, "/管理", conversation=GROUP)
    assert (reply.text, reply.private) == (wording.MENU, True)
    assert not (await says(house, plugin, "/管理")).private


async def test_nobody_is_the_operator_when_nobody_is_configured(house, plugin):
    plugin._superusers = frozenset()
    assert await says(house, plugin, "/管理") is None


# Groups and pushes


async def two_groups(house):
    await house.switch_on()
    await house.switch_on(OTHER, times=(time(8), time(18)), count=2, skipped_subjects=("CN",))


async def test_groups_are_numbered_and_named_by_their_ids_only_there(house, plugin):
    assert await told(house, plugin, "/管理 群") == wording.NO_GROUPS
    await two_groups(house)
    text = await told(house, plugin, "/管理 群")
    assert "1. fake 100 · 开 · 12:30 出 1 题 · 21:30 公布" in text
    assert "2. fake 2003004005 · 开 · 08:00、18:00 出 2 题 · 21:30 公布 · 跳过计算机网络" in text
    for other in ("/管理 状态", "/管理 统计", "/管理 暂停 2", "/管理 推送"):
        assert OTHER.id not in await told(house, plugin, other)


async def test_the_state_shows_what_was_not_delivered_and_why(house, plugin):
    await two_groups(house)
    house.outbox.connected = False
    await house.run_due(at(12, 30))
    house.outbox.connected = True
    house.outbox.failures.append(DeliveryUncertain("等不到确认"))
    await house.run_due(at(18))
    text = await told(house, plugin, "/管理 状态")
    assert "共 2 个：开着 2，暂停 0" in text
    assert "11 月 22 日 12:30 第 1 群 每日一题 跳过" in text
    assert "11 月 22 日 18:00 第 2 群 每日一题 不确定：等不到确认" in text


async def test_the_state_is_calm_when_all_went_well(house, plugin):
    house.now = at(13)  # switched on a day ago, after that day's question
    await house.switch_on()
    await house.run_due(at(12, 30))
    text = await told(house, plugin, "/管理 状态")
    assert "已送达 1" in text
    assert "没有推送失败" in text


async def test_an_extra_question_is_pushed_at_once_to_the_right_group(house, plugin):
    await two_groups(house)
    house.now = at(15)
    assert "第 2 群（fake，尾号 4005）：加推了一题" in await told(house, plugin, "/管理 推送 2")
    [(key, reply)] = house.outbox.sent
    assert key == OTHER.key
    assert reply.asking is not None


async def test_a_platform_that_is_not_running_or_takes_no_pushes_gets_no_extra(house, plugin):
    await house.switch_on(Conversation("absent", "bot", "1", is_group=True))
    assert f"没有加推，{wording.NOT_RUNNING}" in await told(house, plugin, "/管理 推送 1")
    await house.switch_on()
    house.outbox._caps = type(house.outbox._caps)("fake", 1500, unprompted=False)
    assert f"没有加推，{wording.NO_PUSHES}" in await told(house, plugin, "/管理 推送 2")
    assert await house.askings.of_group(GROUP.key, at(0)) == []
    assert "没有推送失败" in await told(house, plugin, "/管理 状态")


async def test_a_push_that_fails_says_why(house, plugin):
    await house.switch_on()
    house.outbox.failures.append(NotSent("机器人不在这个群里", can_retry=False))
    assert "没有确认送达，机器人不在这个群里" in await told(house, plugin, "/管理 推送 1")


@pytest.mark.parametrize("number", ["", " 0", " 3"])
async def test_a_group_that_does_not_exist_gets_nothing(house, plugin, number):
    await two_groups(house)
    for what in ("推送", "广播测试", "暂停", "恢复"):
        assert "/管理 群" in await told(house, plugin, f"/管理 {what}{number}")
    assert house.outbox.sent == []
    assert not any(group.settings.paused for group in await house.groups.all())


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (None, "平台已确认"),
        (NotSent("没有连接"), "没有连接"),
        (DeliveryUncertain("等不到确认"), "等不到确认"),
        (DeliveryUncertain(), wording.UNCERTAIN),
    ],
)
async def test_a_test_message_says_what_came_of_it(house, plugin, failure, said):
    await two_groups(house)
    house.outbox.failures.append(failure)
    assert said in await told(house, plugin, "/管理 广播测试 2")
    assert house.outbox.texts(OTHER.key) == ([] if failure else [wording.TEST_MESSAGE])
    assert house.outbox.texts(GROUP.key) == []


async def test_a_platform_that_is_not_running_or_takes_no_pushes_gets_no_test(house, plugin):
    await house.switch_on(Conversation("absent", "bot", "1", is_group=True))
    assert wording.NOT_RUNNING in await told(house, plugin, "/管理 广播测试 1")
    await house.switch_on()
    house.outbox._caps = type(house.outbox._caps)("fake", 1500, unprompted=False)
    assert wording.NO_PUSHES in await told(house, plugin, "/管理 广播测试 2")
    assert house.outbox.sent == []


async def test_a_paused_group_gets_nothing_until_it_goes_on(house, plugin):
    await house.switch_on()
    house.now = at(12)
    assert "已暂停" in await told(house, plugin, "/管理 暂停 1")
    assert "本来就暂停着" in await told(house, plugin, "/管理 暂停 1")
    await house.run_due(at(12, 31))
    assert house.outbox.sent == []
    assert "1. fake 100 · 已暂停" in await told(house, plugin, "/管理 群")
    assert "已恢复" in await told(house, plugin, "/管理 恢复 1")
    assert "没有暂停" in await told(house, plugin, "/管理 恢复 1")
    await house.run_due(at(12, 32))
    assert house.outbox.sent == [], "what was missed in the pause is not made up for"
    await house.run_due(at(12, 30, day=23))
    assert len(house.outbox.sent) == 1


async def test_statistics_count_the_record(house, plugin):
    await answers(house, "1", "OS0230", at(10, day=21))
    await answers(house, "2", "OS0230", at(10))
    text = await told(house, plugin, "/管理 统计")
    assert "学习的人 2" in text
    assert "- 作答 2\n- 今天作答 1" in text


# Reported questions


async def reported(house, *, people=3, text="答案不对，应该选别的"):
    """A daily question, answered by everyone (by the key only the first is right), and a report."""
    asking = await daily(house, at(9))
    for number in range(1, people + 1):
        await answers_daily(house, asking, str(number), at(10), number == 1)
    reporter = await house.people.identify("fake", "2", at(10))
    report = await house.corrections.report(asking.id, reporter.id, text, at(11))
    return asking, report


async def notices(house, user):
    identity = await house.people.find("fake", user)
    return list(await taken(house.corrections, identity.id, at(12)))


async def test_a_report_is_shown_with_the_letters_that_its_reporter_saw(house, plugin):
    assert await told(house, plugin, "/管理 纠错") == report_wording.NO_REPORTS
    asking, report = await reported(house)
    text = await told(house, plugin, "/管理 纠错")
    assert f"**#{report.id}** q.daily-0" in text
    assert "答案不对，应该选别的" in text
    assert f"- C. 对（报告人看到 {asking.shown('C')}） √ 现在的答案" in text
    assert "题库里的解析" in await told(house, plugin, f"/管理 纠错 {report.id}")


async def test_five_reports_are_shown_at_a_time(house, plugin):
    for number in range(7):
        asking = await daily(house, at(9), number=number)
        reporter = await house.people.identify("fake", "2", at(10))
        await house.corrections.report(asking.id, reporter.id, f"报告{number}", at(11))
    first, second, beyond = [
        await told(house, plugin, f"/管理 纠错 页 {page}") for page in (1, 2, 9)
    ]
    assert [f"报告{n}" in first for n in range(7)] == [True] * 5 + [False] * 2
    assert "还有 2 条：“/管理 纠错 页 2”" in first
    assert "报告6" in second
    assert beyond == second


async def test_a_changed_key_regrades_and_tells_everyone_who_answered(house, plugin):
    asking, report = await reported(house)
    text = await told(house, plugin, f"/管理 纠错 {report.id} 接受 A")
    assert "答案改为 A" in text
    assert "3 个账号答过，已重新判分" in text
    assert "q.daily-0" in text
    assert (await house.askings.get(asking.id)).question.answer == "A"
    for user, mistakes in (("1", 1), ("2", 0), ("3", 0)):
        person = await house.people.find("fake", user)
        assert len(await house.progress.wrong_book(person.person_id)) == mistakes
        [notice] = await notices(house, user)
        assert "“关于 daily-0，下列哪一个是对的？”的答案更正为“错一”，原来写的是“对”" in notice
        assert not any(word in notice for word in ("答错", "做错", "你选"))
    again = await told(house, plugin, f"/管理 纠错 {report.id} 作废")
    assert "已经处理过了（接受：答案改为 A）" in again


async def test_a_retracted_question_counts_for_nobody(house, plugin):
    _, report = await reported(house)
    assert "已作废" in await told(house, plugin, f"/管理 纠错 {report.id} 作废")
    for user in ("1", "2", "3"):
        person = await house.people.find("fake", user)
        assert await house.progress.wrong_book(person.person_id) == []
        [notice] = await notices(house, user)
        assert "不计对错" in notice


async def test_a_rejected_report_is_answered_with_its_reason(house, plugin):
    asking, report = await reported(house)
    assert await told(house, plugin, f"/管理 纠错 {report.id} 驳回") == report_wording.REASON_NEEDED
    assert "已驳回" in await told(
        house, plugin, f"/管理 纠错 {report.id} 驳回 题干问的是正确的一项。"
    )
    [notice] = await notices(house, "2")
    assert "题干问的是正确的一项。谢谢" in notice
    assert await notices(house, "1") == []
    assert (await house.askings.get(asking.id)).question.answer == "C"
    assert await told(house, plugin, "/管理 纠错") == report_wording.NO_REPORTS


async def test_the_key_that_is_in_force_is_no_correction(house, plugin):
    _, report = await reported(house)
    assert "现在的答案就是 C" in await told(house, plugin, f"/管理 纠错 {report.id} 接受 C")
    assert (await house.corrections.get(report.id)).state == "open"


async def test_a_retraction_can_be_taken_back_by_another_report(house, plugin):
    asking, report = await reported(house)
    other = await house.people.identify("fake", "3", at(10))
    second = await house.corrections.report(asking.id, other.id, "没问题啊", at(11))
    text = await told(house, plugin, f"/管理 纠错 {report.id} 作废")
    assert f"同一道题还有报告没处理：#{second.id}" in text
    assert "答案改为 C" in await told(house, plugin, f"/管理 纠错 {second.id} 接受 C")
    person = await house.people.find("fake", "2")
    assert len(await house.progress.wrong_book(person.person_id)) == 1


@pytest.mark.parametrize("said", ["接受", "接受 E", "E"])
async def test_an_acceptance_without_a_letter_says_how_and_changes_nothing(house, plugin, said):
    _, report = await reported(house)
    text = await told(house, plugin, f"/管理 纠错 {report.id} {said}")
    assert text == report_wording.how_to_decide(report.id)
    assert wording.MENU not in text
    assert list(await house.corrections.open()) == [await house.corrections.get(report.id)]


async def test_a_report_that_does_not_exist_changes_nothing(house, plugin):
    assert await told(house, plugin, "/管理 纠错 77 接受 A") == report_wording.NO_SUCH_REPORT


async def test_an_unusable_record_is_one_sentence(house, plugin, monkeypatch):
    async def down():
        raise RecordUnavailable("用不了")

    monkeypatch.setattr(house.groups, "all", down)
    reply = await says(house, plugin, "/管理 群")
    assert (reply.text, reply.decision) == (wording.RECORD_DOWN, "error")


async def test_what_the_operator_reads_reads_well(house, plugin):
    await two_groups(house)
    _, report = await reported(house)
    house.outbox.failures.extend(
        [NotSent("没有连接", can_retry=False), DeliveryUncertain("等不到确认")]
    )
    await house.run_due(at(18))
    texts = [
        await told(house, plugin, text)
        for text in (
            "/管理",
            "/管理 状态",
            "/管理 统计",
            "/管理 群",
            "/管理 推送",
            "/管理 暂停 2",
            "/管理 恢复 2",
            "/管理 纠错",
            f"/管理 纠错 {report.id}",
            f"/管理 纠错 {report.id} 接受",
            f"/管理 纠错 {report.id} 接受 B",
            f"/管理 纠错 {report.id}  驳回",
        )
    ]
    texts += await notices(house, "2")
    asking = await daily(house, at(9), number=3)
    texts += [
        report_wording.retraction_notice(asking),
        report_wording.rejection_notice(asking, "题干没有错"),
    ]
    text = "\n----\n".join(map(render_plain, texts)) + "\n"
    path = GOLDEN / "admin.txt"
    if os.environ.get("ACCEPT_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


async def test_a_long_stem_is_cut_in_a_notice(house):
    asking = await daily(house, at(9))
    long = replace(asking, question=replace(asking.question, stem=f"**{'长' * 60}**\n第二行"))
    assert report_wording.stem_line(long) == f"{'长' * 40}…"
