"""Reports and answers as students read them on a phone, as golden texts.

To accept a change of wording, run this file with ``ACCEPT_GOLDEN=1`` in the environment and review
the difference.
"""

import os
import random
from datetime import date, datetime, time
from pathlib import Path

import pytest

from backend.learning.reports import Report, Score
from backend.learning.values import SHANGHAI, Rank, Streak
from bot.rendering.pictures.artist import Artist
from bot.rendering.plain import render_plain
from plugins.progress import report_wording, wording
from tests.learning_house import at, learning_house
from tests.unit.plugins.studying import answers, answers_daily, daily, progress_plugin

GOLDEN = Path(__file__).parent / "golden"
EXAM = date(2026, 12, 19)
POINTS = ("DS0406", "CO0202", "CO0304", "OS0230", "OS0202", "CN0506", "CN0602")


def assert_golden(name, *texts):
    text = "\n----\n".join(texts) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ACCEPT_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


async def fortnight(house, user="1"):
    """Practise most days, some points well and some badly."""
    chance = random.Random(408)
    for day in (9, 10, 11, 12, 14, 15, 17, 18, 19, 21, 22):
        for number in range(chance.randint(1, 6)):
            place = chance.randrange(len(POINTS))
            right = chance.random() < 0.35 + 0.1 * place
            moment = at(20, number, day=day) if day < 22 else at(9, number)
            await answers(house, user, POINTS[place], moment, right, number=chance.randrange(12))


async def test_a_report_reads_well(house):
    await fortnight(house)
    plugin = progress_plugin(house)
    reply = await plugin.respond(house.message("/我的", conversation=house.private()))
    assert_golden("progress_report", render_plain(reply.text), reply.caption, wording.NO_REPORT)


async def test_a_week_reads_well(house):
    await fortnight(house)
    plugin = progress_plugin(house)
    reply = await plugin.respond(house.message("/周报", conversation=house.private()))
    assert_golden("progress_week", render_plain(reply.text), reply.caption)


async def test_a_groups_week_and_ranking_read_well(house):
    chance = random.Random(7)
    names = {"1": "小明", "2": "一只栗子", "3": "Leo"}
    for day in (12, 17, 18, 20, 22):
        asking = await daily(house, at(11, 30, day=day), number=day)
        for member in range(1, 7):
            if chance.random() < 0.7:
                moment = at(11, 40, day=day)
                await answers_daily(house, asking, str(member), moment, chance.random() < 0.6)
    plugin = progress_plugin(house)
    for user, name in names.items():
        await plugin.respond(house.message("/排行 加入", user=user, sender_name=name))
    said = [await plugin.respond(house.message(text)) for text in ("群周报", "/排行")]
    assert_golden("progress_group", *(render_plain(reply.text) for reply in said))


def test_checking_in_reads_well():
    left, missed = "距初试 27 天", date(2026, 11, 21)
    texts = (
        wording.check_in(3, Streak(5, 12, date(2026, 11, 22)), left, None),
        wording.check_in(1, Streak(1, 12, date(2026, 11, 22)), left, missed),
        wording.check_in(0, Streak(5, 5, date(2026, 11, 21)), left, None),
        wording.check_in(0, Streak(0, 0, None), left, None),
        wording.made_up(missed, Streak(7, 7, missed)),
        wording.used_this_week(missed),
        *(
            wording.nothing_to_make_up(*why)
            for why in ((False, False), (True, True), (True, False))
        ),
    )
    assert_golden("progress_check_in", *texts)


def test_the_countdown_reads_well():
    days = ((9, 1), (11, 22), (12, 14), (12, 19), (12, 20), (12, 25))
    noons = (datetime(2026, month, day, 12, tzinfo=SHANGHAI) for month, day in days)
    texts = (wording.countdown(EXAM, noon) for noon in noons)
    assert_golden("progress_countdown", *texts)


def test_the_other_sentences_read_well():
    said = [value for name, value in vars(wording).items() if name[0] != "_" and name.isupper()]
    texts = [text for text in said if isinstance(text, str)]
    assert_golden(
        "progress_sentences",
        *texts,
        wording.joined("小明"),
        wording.reminder_set(time(20), in_group=True),
        wording.reminder_set(time(20), in_group=False),
        wording.reminder_is(time(7, 30)),
        wording.link_code("ABCD2345"),
        wording.left_text(EXAM, datetime(2026, 12, 19, 1, tzinfo=SHANGHAI)),
    )


def test_a_long_ranking_ends_after_ten_names():
    ranks = [Rank(f"同学{n}", 7, 9, 0.1) for n in range(13)]
    text = report_wording.ranking_text(ranks)
    assert text.count("同学") == 10
    assert text.endswith("还有 3 人也在榜上。")


def test_a_report_of_retracted_questions_alone_has_no_empty_section():
    found = Report(1, Score(), None, 0, (), (), ())
    text = report_wording.report(found, Streak(1, 1, EXAM), 1, 0, 0, "距初试 24 天")
    assert "还没有可以算的对错" in text
    assert "各科" not in text
    assert "短板" not in text


async def test_the_pictures_can_be_drawn(house, tmp_path):
    await fortnight(house)
    asking = await daily(house, at(11, 30))
    for member in range(1, 5):
        await answers_daily(house, asking, str(member), at(11, 40), member > 1)
    plugin = progress_plugin(house)
    await plugin.respond(house.message("/排行 加入 小明"))
    artist = Artist()
    for number, text in enumerate(("/我的", "/周报", "群周报")):
        reply = await plugin.respond(house.message(text))
        picture = await artist.draw(reply.drawing)
        assert picture is not None
        (Path(os.environ.get("PICTURES", tmp_path)) / f"{number}.png").write_bytes(picture)
    await artist.aclose()
