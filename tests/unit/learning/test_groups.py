"""The settings of groups and the slots that follow from them."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.learning.groups import (
    MAX_QUESTIONS,
    REVEAL_AFTER,
    Groups,
    GroupSettings,
    as_json,
    from_json,
    slots_of,
)
from backend.learning.migrating import open_database
from tests.learning_house import at

SUNDAY = date(2026, 11, 22)
clock = st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None))
settings = st.builds(
    GroupSettings,
    enabled=st.booleans(),
    times=st.lists(clock, min_size=1, max_size=4, unique=True).map(tuple),
    reveal=clock,
    count=st.integers(1, MAX_QUESTIONS),
    skipped_subjects=st.lists(st.sampled_from(["DS", "CO", "OS"]), unique=True).map(tuple),
    weekdays=st.lists(st.integers(0, 6), min_size=1, unique=True).map(tuple),
    quiet=st.none() | st.tuples(clock, clock),
    levels=st.tuples(st.integers(1, 3), st.integers(3, 5)),
    paused=st.booleans(),
    changed_at=st.none() | st.just(at(9)),
)


@given(settings)
def test_settings_survive_json(chosen):
    assert from_json(as_json(chosen)) == chosen


@given(settings, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_every_day_on_has_all_its_questions_in_order_each_revealed_later(chosen, day):
    slots = slots_of(chosen, day)
    if day.weekday() not in chosen.weekdays:
        assert slots == []
        return
    assert [slot.place for slot in slots] == list(range(1, chosen.count + 1))
    assert [slot.due_at for slot in slots] == sorted(slot.due_at for slot in slots)
    for slot in slots:
        assert slot.due_at.date() == day
        assert slot.due_at.time() in chosen.times
        assert slot.reveal_at.time() == chosen.reveal
        assert slot.reveal_at - slot.due_at >= REVEAL_AFTER
        assert (slot.reveal_at.date() - day).days in (0, 1)


def test_unknown_and_missing_fields_fall_back_to_the_default():
    assert from_json({"enabled": True, "from_a_newer_version": 1}) == GroupSettings(enabled=True)


@pytest.mark.parametrize(
    ("quiet", "at_time", "is_quiet"),
    [
        ((time(23), time(7)), time(23), True),
        ((time(23), time(7)), time(2), True),
        ((time(23), time(7)), time(7), False),
        ((time(12), time(14)), time(13), True),
        ((time(12), time(14)), time(14), False),
        (None, time(3), False),
    ],
)
def test_quiet_hours_may_go_over_midnight(quiet, at_time, is_quiet):
    assert GroupSettings(quiet=quiet).is_quiet(at_time) is is_quiet


async def test_saving_counts_versions_and_notes_when_the_schedule_changed(tmp_path):
    database = await open_database("", tmp_path)
    groups = Groups(database)
    try:
        place = ("fake:g:1", "fake", "bot", "1")
        first = await groups.save(*place, GroupSettings(enabled=True), at(9))
        assert (first.version, first.settings.changed_at) == (1, at(9))
        harder = replace(first.settings, levels=(3, 5))
        second = await groups.save(*place, harder, at(10))
        assert (second.version, second.settings.changed_at) == (2, at(9))
        later = await groups.save(*place, replace(harder, times=(time(18),)), at(11))
        assert later.settings.changed_at == at(11)
        assert await groups.versions() == {"fake:g:1": 3}
        assert await groups.all() == [later]
        assert await groups.get("fake:g:2") is None
    finally:
        await database.aclose()
