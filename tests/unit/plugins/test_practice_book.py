"""The wrong book, shown and exported; and reports of questions."""

import csv
import html
import io
from dataclasses import replace

import pytest

from backend.learning.values import study_day
from plugins.practice import book_wording, wording
from plugins.practice.exports import as_html
from tests.learning_house import GROUP, at
from tests.unit.plugins.practising import letter, practising

TRICKY = (
    "访问顺序为：\n\n```\nfor (i = 0; i < n; i++)\n\ta[i] = b & c;\n```\n\n"
    "| 页 | 框 |\n| --- | --- |\n| 1 | 2 |\n\n缺页**几次**？`x<y`"
)


@pytest.fixture
async def me(tmp_path):
    async with practising(tmp_path) as made:
        yield made


async def wrong(me, *scopes):
    for scope in scopes:
        me.later(minutes=1)
        await me.answer(await me.say(f"/练 {scope}"), right=False)


async def test_the_book_lists_by_subject_with_chapter_count_and_progress(me):
    await wrong(me, "CN0506", "OS0230", "CN0602")
    me.later(days=1)
    reply = await me.say("/练 错题 网络")
    await me.answer(reply, right=True)
    right = (await me.asked(reply)).question.stem
    book = await me.say("错题本")
    assert book.text.startswith("**错题本：共 3 题**")
    assert book.text.index("**操作系统**") < book.text.index("**计算机网络**")
    [line] = [line for line in book.text.splitlines() if right[:20] in line]
    assert line.endswith("错 1 次 ●○○）")
    assert not book.private


async def test_the_book_of_one_subject_or_chapter(me):
    await wrong(me, "CN0506", "OS0230")
    book = await me.say("/错题本 网络")
    assert "共 1 题" in book.text
    assert "操作系统" not in book.text
    assert "传输层" in (await me.say("/错题本 传输层")).text
    assert (await me.say("/错题本 天文学")).text == wording.unknown_scope("天文学")
    assert await me.try_to_say("天文学错题本") is None
    assert "里没有错题" in (await me.say("/错题本 数据结构")).text


async def test_only_the_newest_ten_are_listed(me):
    await wrong(me, *["OS0230"] * 6, *["CN0506"] * 6)
    book = await me.say("我错过哪些")
    assert "共 12 题**，最近的 10 题" in book.text
    assert book.text.count("错 1 次") == 10
    assert book.text.count("（传输层") == 6


async def test_an_empty_book_says_how_it_fills(me):
    assert (await me.say("/错题本")).text == wording.NO_WRONG_YET
    assert (await me.say("/错题本 导出")).text == wording.NO_WRONG_YET


async def test_in_a_group_the_book_is_shown_to_its_owner_alone(me):
    await wrong(me, "CN0506")
    for said in ("/错题本", "我错过哪些", "/错题本 导出", "/错题本 导出 pdf", "/错题本 天文学"):
        assert (await me.say(said, group=True)).private, said


async def exported(me, form, name):
    reply = await me.say(f"/错题本 导出 {form}")
    assert reply.attachment.name == f"408错题本-{study_day(me.house.now):%Y%m%d}.{name}"
    return reply.attachment.data


async def test_the_export_to_read_has_everything(me):
    await wrong(me, "CN0506", "OS0230", "子网划分")
    text = (await exported(me, "md", "md")).decode()
    assert text.startswith("# 408 错题本（3 题）\n")
    for entry in await me.book():
        asking = await me.house.askings.get(entry.asking_id)
        assert asking.question.stem in text
        assert all(f"- {key}. {option}" in text for key, option in asking.options)
        assert all(why in text for why in asking.question.why.values())
        assert f"**答案：{asking.shown_answer}**" in text


async def test_the_export_for_a_spreadsheet_is_read_back(me):
    await wrong(me, "CN0506", "OS0230")
    data = await exported(me, "csv", "csv")
    assert data.startswith(b"\xef\xbb\xbf"), "Excel would read it in the local code page"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["科目"] for row in rows] == ["操作系统", "计算机网络"]
    for row in rows:
        assert row[row["答案"]] == "对"
        assert (row["错或蒙的次数"], row["连对天数"], row["加入时间"]) == ("1", "0", "2026-11-22")


async def test_a_cell_is_never_a_formula(me):
    question = me.house.catalogue._written["CN0506"][0]
    options = dict(question.options) | {"C": "=1+1", "A": "-127", "B": "@x", "D": "-a"}
    me.house.catalogue._written["CN0506"] = [replace(question, options=options)]
    await wrong(me, "CN0506")
    rows = csv.DictReader(io.StringIO((await exported(me, "csv", "csv")).decode("utf-8-sig")))
    assert {"'=1+1", "-127", "'@x", "'-a"} <= set(next(rows).values())


async def test_a_spreadsheet_shows_no_marks_and_keeps_code_as_it_is(me):
    question = me.house.catalogue._written["CN0506"][0]
    stem = f"{TRICKY}\n\n```c\nint **p, **q;\n```"
    me.house.catalogue._written["CN0506"] = [replace(question, stem=stem, steps=("一步",))]
    await wrong(me, "CN0506")
    rows = csv.DictReader(io.StringIO((await exported(me, "csv", "csv")).decode("utf-8-sig")))
    row = next(rows)
    assert "缺页几次？x<y" in row["题干"]
    assert "int **p, **q;" in row["题干"]
    assert "```" not in row["题干"]
    assert "解题步骤\n\n一步" in row["解析"]
    assert "**" not in row["解析"]


@pytest.mark.parametrize(("form", "name"), [("md", "md"), ("csv", "csv"), ("anki", "anki.txt")])
async def test_the_convention_is_exported_once_and_before_the_options(me, form, name):
    question = me.house.catalogue._written["CN0506"][0]
    asked = replace(question, convention="路径长度按边数计")
    me.house.catalogue._written["CN0506"] = [asked]
    await wrong(me, "CN0506")
    text = (await exported(me, form, name)).decode()
    assert text.count("约定：路径长度按边数计") == 1
    assert text.index("约定：") < text.index("错一")


async def test_the_export_for_anki_has_one_note_a_line_with_a_stable_guid(me):
    question = me.house.catalogue._written["OS0230"][0]
    me.house.catalogue._written["OS0230"] = [replace(question, stem=TRICKY)]
    await wrong(me, "OS0230", "CN0506")
    lines = (await exported(me, "anki", "anki.txt")).decode().splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert head[:2] == ["#separator:tab", "#html:true"]
    assert "#guid column:1" in head
    notes = [line.split("\t") for line in lines[len(head) :]]
    assert [len(note) for note in notes] == [4, 4]
    guid, front, back, tags = notes[0]
    assert guid == question.id
    assert tags.split()[:2] == ["408", "操作系统"]
    assert "<pre>for (i = 0; i &lt; n; i++)<br>    a[i] = b &amp; c;</pre>" in front
    assert "<pre>| 页 | 框 |<br>| --- | --- |<br>| 1 | 2 |</pre>" in front
    assert "<b>几次</b>？<code>x&lt;y</code>" in front
    assert "对</b>" in back


def test_html_of_plain_text_is_that_text():
    text = "a < b & c > d，2*3*4，**没有闭合"
    assert html.unescape(as_html(text)) == text
    assert as_html("一\n\n二") == "一<br><br>二"


async def test_an_unknown_format_is_answered_with_the_known_ones(me):
    await wrong(me, "CN0506")
    assert (await me.say("/错题本 导出 pdf")).text == book_wording.FORMS


async def test_the_wrong_questions_of_one_subject_are_exported(me):
    await wrong(me, "CN0506", "OS0230")
    reply = await me.say("/错题本 导出 操作系统 csv")
    assert reply.text.startswith("错题本（操作系统）导出好了，共 1 题。")
    rows = list(csv.DictReader(io.StringIO(reply.attachment.data.decode("utf-8-sig"))))
    assert [row["科目"] for row in rows] == ["操作系统"]
    assert "里没有错题" in (await me.say("/错题本 导出 数据结构")).text
    assert (await me.say("把网络的错题导出来")).attachment is not None


# Reports


async def test_a_report_is_about_the_question_that_is_open(me):
    asking = await me.asked(await me.say("/练 OS0230"))
    reply = await me.say("/纠错 题干少了条件")
    assert "纠错 #1 已提交" in reply.text
    [report] = await me.house.corrections.open()
    assert (report.asking_id, report.text) == (asking.id, "题干少了条件")


async def test_a_report_is_about_the_last_answer_when_nothing_is_open(me):
    reply = await me.say("/练")
    await me.answer(reply, right=False)
    await me.say("这题答案错了")
    [report] = await me.house.corrections.open()
    assert (report.asking_id, report.text) == ((await me.asked(reply)).id, "这题答案错了")


async def test_a_quoted_question_is_the_one_reported(me):
    first = await me.asked(await me.say("/练"))
    await me.house.askings.note_messages(first.id, "fake:p:1", ["q1"])
    await me.say("/练")
    await me.say("/纠错 有歧义", quoted="q1")
    [report] = await me.house.corrections.open()
    assert report.asking_id == first.id


async def test_letters_in_a_report_are_translated_for_the_operator(me):
    asking = await me.asked(await me.say("/练"))
    await me.say(f"/纠错 {asking.shown_answer} 不对")
    [report] = await me.house.corrections.open()
    assert f"{asking.shown_answer}＝原C" in report.text


async def test_a_report_without_words_asks_for_them(me):
    await me.say("/练")
    assert (await me.say("/纠错")).text == wording.REPORT_HOW
    assert list(await me.house.corrections.open()) == []


async def test_a_report_of_nothing_says_how_or_is_left_alone(me):
    assert (await me.say("/纠错 不对")).text == wording.NOTHING_TO_REPORT
    assert await me.try_to_say("这题答案错了") is None


async def test_in_a_group_the_daily_question_can_be_reported_before_its_reveal(me):
    await me.house.switch_on()
    await me.house.run_due(at(12, 30))
    [asking] = await me.house.askings.of_group(GROUP.key, at(0))
    me.house.now = at(12, 40)
    reply = await me.say("/纠错 选项重复了", group=True)
    assert reply.text.startswith("收到")
    [report] = await me.house.corrections.open()
    assert report.asking_id == asking.id


async def test_a_daily_question_answered_in_private_can_be_reported_there(me):
    await me.house.switch_on()
    me.house.now = at(12, 30)
    person = await me.identity()
    await me.house.people.seen(GROUP.key, person.id, me.house.now)
    await me.house.run_due(at(12, 30))
    [asking] = await me.house.askings.of_group(GROUP.key, at(0))
    await me.house.quiz.respond(me.message(letter(asking, right=False)))
    await me.say("/纠错 解析写反了")
    [report] = await me.house.corrections.open()
    assert report.asking_id == asking.id


async def sat(me):
    """Sit a paper of five questions to its end; return its questions in order."""
    first = await me.asked(await me.say("/模考 5"))
    askings = await me.house.askings.papers.askings_of(first.paper_id)
    for asking in askings:
        await me.say(letter(asking, right=True))
    return askings


@pytest.mark.parametrize("place", ["1", "一", "4"])
async def test_after_a_paper_a_question_is_reported_by_its_number(me, place):
    askings = await sat(me)
    await me.say(f"/纠错 第{place}题答案不对")
    [report] = await me.house.corrections.open()
    number = {"一": 1}.get(place) or int(place)
    assert report.asking_id == askings[number - 1].id


async def test_a_number_that_a_paper_has_not_is_not_filed_under_another_question(me):
    await sat(me)
    assert (await me.say("/纠错 第9题答案不对")).text == wording.NO_SUCH_QUESTION
    assert list(await me.house.corrections.open()) == []


async def test_a_number_after_practice_is_just_a_word(me):
    asking = await me.asked(await me.say("/练"))
    await me.say("/纠错 第1题答案不对")
    [report] = await me.house.corrections.open()
    assert report.asking_id == asking.id


async def test_one_of_the_days_questions_is_reported_by_its_number(me):
    await me.house.switch_on(count=2)
    await me.house.run_due(at(12, 30))
    me.house.now = at(12, 40)
    await me.say("/纠错 第1题选项重复", group=True)
    [report] = await me.house.corrections.open()
    asking = await me.house.askings.get(report.asking_id)
    assert (asking.kind, asking.place) == ("daily", 1)


async def test_a_second_report_adds_to_the_first(me):
    await me.say("/练")
    await me.say("/纠错 题干少了条件")
    assert "补充到纠错 #1" in (await me.say("/纠错 没说页框数")).text
    [report] = await me.house.corrections.open()
    assert report.text == "题干少了条件\n没说页框数"


@pytest.mark.parametrize("said", ["题目有问题", "答案有误", "我觉得答案错了", "这题出错了吧"])
async def test_a_doubt_right_after_a_question_or_a_verdict_is_told_how_to_report(me, said):
    assert await me.try_to_say(said) is None
    question = await me.say("/练")
    assert (await me.say(said)).text == wording.REPORT_HOW
    await me.answer(question, right=False)
    assert (await me.say(said)).text == wording.REPORT_HOW
    assert list(await me.house.corrections.open()) == []
    me.later(hours=1)
    assert await me.try_to_say(said) is None
