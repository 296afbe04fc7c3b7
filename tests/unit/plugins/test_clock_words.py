"""Times of day as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.clock_words import parse_time, parse_times, without_times


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("20:00", time(20)),
        ("８：３０", time(8, 30)),
        ("8点", time(8)),
        ("晚上8点", time(20)),
        ("八点半", time(8, 30)),
        ("二十点一刻", time(20, 15)),
        ("下午3点30分", time(15, 30)),
        ("中午12点", time(12)),
        ("中午1点", time(13)),
        ("晚上12点", time(0)),
        ("半夜12点", time(0)),
        ("凌晨1点", time(1)),
        ("清晨六点", time(6)),
        ("十二点整", time(12)),
        ("两点三刻", time(14 - 12, 45)),
        ("24:00", time(0)),
        ("7点30", time(7, 30)),
        ("7 点 30 分", time(7, 30)),
        ("七点十五", time(7, 15)),
        ("8点零五分", time(8, 5)),
        ("8点 半", time(8, 30)),
    ],
)
def test_times_are_read_as_they_are_meant(said, meant):
    assert parse_time(said) == meant


@pytest.mark.parametrize("said", ["", "25:00", "8:75", "明天", "12", "早上", "8:00 9:00"])
def test_what_is_no_single_time_is_none(said):
    assert parse_time(said) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("7点 12点 18点", [time(7), time(12), time(18)]),
        ("7点12点18点", [time(7), time(12), time(18)]),
        ("七点 十二点", [time(7), time(12)]),
        ("7点 12:30", [time(7), time(12, 30)]),
        ("7:00 12:00", [time(7), time(12)]),
        ("7:00,12:00、18:30", [time(7), time(12), time(18, 30)]),
        ("早上7点 晚上9点半", [time(7), time(21, 30)]),
        ("7点30 12点 18点15分", [time(7, 30), time(12), time(18, 15)]),
        ("8点 半夜12点", [time(8), time(0)]),
        ("23点-7点", [time(23), time(7)]),
    ],
)
def test_an_hour_behind_another_is_not_its_minutes(said, meant):
    assert list(parse_times(said)) == meant


def test_several_times_come_in_their_order_and_can_be_taken_out():
    assert parse_times("12:30 和晚上9点") == (time(12, 30), time(21))
    assert without_times("每晚8点提醒我") == "每提醒我"


@given(st.times())
def test_every_time_of_day_is_read_back(at):
    assert parse_time(f"{at:%H:%M}") == time(at.hour, at.minute)


@given(st.text(max_size=30))
def test_no_text_is_too_strange(text):
    parse_times(text)
