"""What a student reads while practising, as golden texts over four questions of the tests.

To accept a change of wording, run this file with ``ACCEPT_GOLDEN=1`` in the environment and review
the difference.
"""

import os
import random
from pathlib import Path

import pytest

from backend.questions.question import Question
from bot.rendering.plain import render_plain
from plugins.practice import book_wording, paper_wording, wording
from plugins.practice.commands import parse
from plugins.practice.scopes import link_of
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.practising import letter, practising

GOLDEN = Path(__file__).parent / "golden"

QUESTIONS = [
    Question(
        "q.ds.test-stack",
        ("DS0302",),
        2,
        "元素 1、2、3、4 依次进栈，进栈过程中可以随时出栈。下列出栈序列中不可能得到的是：",
        {"A": "2 1 4 3", "B": "3 2 4 1", "C": "4 1 2 3", "D": "1 3 2 4"},
        "C",
        {
            "A": "可以。1、2 进，2、1 出，3、4 进，4、3 出。",
            "B": "可以。1、2、3 进，3、2 出，4 进出，最后 1 出。",
            "C": "不可能。4 最先出时，1、2、3 都在栈里，之后只能按 3、2、1 的顺序出。",
            "D": "可以。1 进出，2、3 进，3、2 出，4 进出。",
        },
        ("ds.stack",),
    ),
    Question(
        "q.co.test-complement",
        ("CO0202",),
        2,
        "某整数用 8 位补码表示为 `10000001`，它的真值是：",
        {"A": "−1", "B": "−127", "C": "−126", "D": "129"},
        "B",
        {
            "A": "把符号位和末位当成了原码来读。",
            "B": "取反加一得 01111111，即 127，符号为负。",
            "C": "取反之后忘了加一。",
            "D": "当成了无符号数。",
        },
        ("co.complement",),
        steps=(
            "符号位为 1，是负数。",
            "数值部分 0000001 取反加一，得 1111111，即 127，所以真值是 −127。",
        ),
    ),
    Question(
        "q.os.test-lru",
        ("OS0316",),
        3,
        "某进程分得 3 个页框，起初全空，采用 LRU 置换算法。访问序列如下：\n\n"
        "| 次 | 1 | 2 | 3 | 4 | 5 | 6 |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        "| 页 | 1 | 2 | 3 | 1 | 4 | 2 |\n\n共缺页多少次？",
        {"A": "4", "B": "5", "C": "6", "D": "3"},
        "B",
        {
            "A": "漏数了最后一次：页 2 在第 5 次访问时已被淘汰。",
            "B": "第 1、2、3、5、6 次缺页，只有第 4 次命中。",
            "C": "第 4 次访问的页 1 还在内存里，不缺页。",
            "D": "只数了页框装满之前的缺页。",
        },
        ("os.lru",),
        convention="页面首次装入也算缺页",
    ),
    Question(
        "q.cn.test-handshake",
        ("CN0506",),
        2,
        "TCP 三次握手中，第二个报文段里同步位 SYN 和确认位 ACK 的取值是：",
        {
            "A": "SYN＝1，ACK＝0",
            "B": "SYN＝0，ACK＝1",
            "C": "SYN＝1，ACK＝1",
            "D": "SYN＝0，ACK＝0",
        },
        "C",
        {
            "A": "这是第一个报文段。",
            "B": "这是第三个报文段。",
            "C": "服务器既要同步自己的序号，又要确认客户的序号。",
            "D": "连接建立阶段没有这样的报文段。",
        },
        ("cn.tcp-three-way-handshake",),
    ),
]


@pytest.fixture
async def me(tmp_path):
    async with practising(tmp_path) as made:
        made.house.catalogue._drawn.clear()
        made.house.catalogue._written = {one.point: [one] for one in QUESTIONS}
        chance = random.Random(8)
        made.house.askings._chance = made.house.askings.papers._chance = chance
        yield made


def assert_golden(name, *replies):
    parts = [reply if isinstance(reply, str) else reply.text for reply in replies]
    text = "\n\n=======\n\n".join(parts) + "\n"
    path = GOLDEN / f"practice_{name}.txt"
    if os.environ.get("ACCEPT_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


async def test_a_round_of_practice_reads_well(me):
    first = await me.say("/练 三次握手")
    wrong = await me.answer(first, right=False)
    drawn = await me.say("/练 操作系统")
    asking = await me.asked(drawn)
    guessed = await me.say(f"{asking.shown_answer} 蒙的")
    skipped = await me.say("/练 数据结构")
    unknown = await me.say("不会")
    other = await me.say("/练 计组")
    right = await me.answer(other, right=True)
    assert drawn.drawing is not None
    assert drawn.caption == "【练习】操作系统 · ★★★☆☆"
    assert_golden("round", first, wrong, drawn, guessed, skipped, unknown, other, right)


async def test_practice_in_a_group_reads_well(me):
    first = await me.say("/练", group=True)
    assert_golden("group", first, await me.say("跳过", group=True))


async def test_reviews_and_the_wrong_book_read_well(me):
    for subject, right in (("网络", False), ("操作系统", False), ("数据结构", True)):
        me.later(minutes=1)
        await me.answer(await me.say(f"/练 {subject}"), right=right)
    nothing_due = await me.say("/复习")
    me.later(days=3)
    review = await me.say("/复习")
    verdict = await me.answer(review, right=True)
    done = await me.answer(await me.say("继续"), right=True)
    book = await me.say("/错题本")
    again = await me.say("/练 错题 操作系统")
    assert_golden("review", nothing_due, review, verdict, done, book, again)


async def test_a_mock_exam_reads_well(me):
    me.house.catalogue._written |= {
        point: [question_on(point)] for point in ("OS0202", "OS0230", "CN0602", "CO0304")
    }
    begin = await me.say("/模考 8")
    askings = await me.house.askings.papers.askings_of((await me.asked(begin)).paper_id)
    me.later(minutes=2)
    second = await me.say(letter(askings[0], right=True))
    skipped = await me.say("跳过")
    busy = await me.say("/练")
    for asking in askings[2:5]:
        me.later(seconds=70)
        await me.say(letter(asking, right=asking.place % 2 == 1))
    confirm = await me.say("交卷")
    report = await me.say("交卷")
    details = await me.say("模考解析 4")
    assert_golden("paper", begin, second, skipped, busy, confirm, report, details)


async def test_the_exports_read_well(me):
    for subject in ("网络", "操作系统"):
        await me.answer(await me.say(f"/练 {subject}"), right=False)
    texts = []
    for form in ("md", "csv", "anki"):
        reply = await me.say(f"/错题本 导出 {form}")
        texts += [reply, reply.attachment.data.decode("utf-8-sig").replace("\r\n", "\n")]
    assert_golden("exports", *texts)


async def test_short_sentences_read_well(me):
    nothing = [
        await me.say(said) for said in ("B", "/练 量子力学", "/练 信号量", "来一道大题", "交卷")
    ]
    await me.say("/练 网络")
    several = await me.say("1A 2B")
    report = [await me.say(said) for said in ("/纠错", "/纠错 B 也对")]
    in_group = await me.say("/模考", group=True)
    assert_golden("sentences", *nothing, several, *report, in_group)


def question_on(point):
    options = {"A": "错一", "B": "错二", "C": "对", "D": "错三"}
    why = {key: f"{text}的理由。" for key, text in options.items()}
    return Question(f"q.x.{point.lower()}", (point,), 3, f"{point} 的题干", options, "C", why)


async def test_a_question_drawn_as_a_picture_keeps_what_goes_before_it(me):
    await me.answer(await me.say("/练 操作系统"), right=False)
    me.later(days=2)
    review = await me.say("/复习")
    assert review.drawing is not None
    assert review.caption.startswith("今天有 1 个考点到了复习时间")


async def test_the_words_survive_rendering_as_plain_text(me):
    reply = await me.answer(await me.say("/练 操作系统"), right=False)
    plain = render_plain(reply.text)
    assert "**" not in plain
    assert "“再来一道”" in plain


def sentences():
    modules = (wording, paper_wording, book_wording)
    for module in modules:
        for name, value in vars(module).items():
            if (
                name.isupper()
                and not name.startswith("_")
                and isinstance(value, str)
                and len(value) > 4
            ):
                yield f"{module.__name__}.{name}", value


def test_every_sentence_is_one_for_a_phone_and_ends():
    found = dict(sentences())
    assert len(found) > 20
    for name, text in found.items():
        if text.startswith("/"):
            continue
        assert len(text) <= 90, name
        assert text[-1] in "。？：！🎉", name


@pytest.mark.parametrize("kind", ["points", "chapters"])
async def test_every_link_is_read_back_as_what_it_names(me, kind):
    library, scopes = shipped_library(), me.house.scopes
    ids = getattr(library.outline, kind)
    links = {id_: link_of(scopes, library, id_) for id_ in ids}
    for id_, link in links.items():
        assert scopes.read(parse(f"/练 {link}").words).ids == (id_,), link
    named = sum(link != id_ for id_, link in links.items())
    assert named > len(ids) / 2, "most are named by words"
