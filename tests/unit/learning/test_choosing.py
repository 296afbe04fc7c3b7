import random
from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.knowledge.outline import Outline
from backend.learning.choosing import (
    PAPER_CHOICES,
    REST,
    _weights,
    due_points,
    paper_points,
    pick_difficulty,
    rank_group_points,
    rank_points,
)
from backend.learning.gain import point_weights, prospects
from backend.learning.values import SHANGHAI
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.learning.practised import (
    DAY,
    NOBODY,
    NOW,
    OUTLINE,
    POINTS,
    after,
    available,
    exams,
    moments,
    points,
    states,
)

FAR_EXAM, NEAR_EXAM = NOW + 120 * DAY, NOW + 10 * DAY
WEIGHTS = point_weights(OUTLINE)


def _group(members, now, *, exam_at=FAR_EXAM, among=POINTS, recent=None, skipped=(), seed=1):
    return rank_group_points(
        members,
        OUTLINE,
        among,
        now,
        exam_at,
        recent_points=recent or {},
        skipped_subjects=skipped,
        chance=random.Random(seed),
    )


# One person


@settings(deadline=None)
@given(states, available, exams, st.dictionaries(points, moments, max_size=8))
def test_every_available_point_is_ranked_once_whatever_the_state(state, among, exam_at, recent):
    ranked = rank_points(state, OUTLINE, among, NOW, exam_at, recent=recent)

    assert sorted(ranked) == sorted(among)


@settings(deadline=None)
@given(states, available, exams, st.dictionaries(points, moments, max_size=8))
def test_what_was_practised_today_comes_last(state, among, exam_at, recent):
    ranked = rank_points(state, OUTLINE, among, NOW, exam_at, recent=recent)

    morning = datetime(2026, 9, 1, 4, tzinfo=SHANGHAI)
    seen = {point: card.reviewed_at for point, card in state.cards.items()}
    done = {
        point
        for asked in (seen, recent)
        for point, at in asked.items()
        if morning <= at < morning + DAY
    } - {point for point, at in recent.items() if at >= morning + DAY}
    practised = [point in done for point in ranked]
    assert practised == sorted(practised)


def test_a_newcomer_begins_with_what_the_exam_gives_most_for():
    first = rank_points(NOBODY, OUTLINE, POINTS, NOW, FAR_EXAM)[:10]

    assert first[0] == max(POINTS, key=lambda point: WEIGHTS[point])
    assert all(OUTLINE.points[point].starred for point in first)
    assert len({point[:4] for point in first}) >= 4


def test_far_from_the_exam_what_is_due_comes_before_what_is_new():
    state = after([("DS0101", "again", 3.0), ("CN0101", "again", 9.0)])

    assert set(rank_points(state, OUTLINE, POINTS, NOW, FAR_EXAM)[:2]) == {"DS0101", "CN0101"}


def test_near_the_exam_only_the_gain_counts():
    state = after([("DS0101", "again", 3.0)])

    ranked = rank_points(state, OUTLINE, POINTS, NOW, NEAR_EXAM)

    assert ranked[0] not in state.cards
    assert ranked.index("DS0101") > 50


def test_far_from_the_exam_what_is_not_due_waits():
    state = after([("OS0205", "good", days) for days in (30.0, 20.0, 2.0)])

    assert rank_points(state, OUTLINE, POINTS, NOW, FAR_EXAM)[-1] == "OS0205"


@pytest.mark.parametrize("exam_at", [NOW, NOW - 3 * DAY])
def test_on_the_day_and_after_the_weakest_come_first(exam_at):
    strong = [("CO0301", "good", days) for days in (40.0, 30.0, 20.0, 1.5)]
    state = after([*strong, ("CO0303", "again", 30.0)])

    ranked = rank_points(state, OUTLINE, ["CO0301", "CO0303"], NOW, exam_at)

    assert ranked == ["CO0303", "CO0301"]


def test_a_subject_or_a_chapter_narrows_the_choice():
    of_subject = rank_points(NOBODY, OUTLINE, POINTS, NOW, FAR_EXAM, subject="OS")
    of_chapter = rank_points(NOBODY, OUTLINE, POINTS, NOW, FAR_EXAM, chapter="OS03")

    assert {point[:2] for point in of_subject} == {"OS"}
    assert len(of_subject) == 93
    assert {point[:4] for point in of_chapter} == {"OS03"}


def test_asking_again_and_again_repeats_nothing_within_a_day():
    among = POINTS[:20]
    asked: dict[str, datetime] = {}
    for minute in range(20):
        now = NOW + minute * DAY / 1440
        point = rank_points(NOBODY, OUTLINE, among, now, NEAR_EXAM, recent=asked)[0]
        assert point not in asked
        asked[point] = now

    first = min(asked, key=asked.get)
    assert rank_points(NOBODY, OUTLINE, among, NOW, NEAR_EXAM, recent=asked)[0] == first


def test_having_been_asked_last_week_does_not_hide_that_it_was_practised_today():
    heavy, light = "DS0601", "DS0101"
    state = after([(heavy, "again", 0.1)])
    recent = {heavy: NOW - 7 * DAY}

    ranked = rank_points(state, OUTLINE, [heavy, light], NOW, NEAR_EXAM, recent=recent)

    assert ranked == [light, heavy]


def test_points_outside_the_outline_are_never_chosen():
    assert rank_points(NOBODY, OUTLINE, ["OS9999", "OS0316"], NOW, FAR_EXAM) == ["OS0316"]
    assert rank_points(NOBODY, Outline({}), ["OS0316"], NOW, FAR_EXAM) == []


# Reviews


@settings(deadline=None)
@given(states, exams)
def test_what_is_due_was_practised_but_not_today(state, exam_at):
    due = due_points(state, NOW, exam_at)

    morning = datetime(2026, 9, 1, 4, tzinfo=SHANGHAI)
    assert len(due) == len(set(due))
    assert all(state.cards[point].reviewed_at < morning for point in due)


def test_the_least_remembered_is_reviewed_first():
    state = after([("OS0316", "good", 3.0), ("OS0317", "again", 20.0), ("OS0318", "good", 1.0)])

    assert due_points(state, NOW, FAR_EXAM) == ["OS0317", "OS0316"]


def test_what_falls_due_tonight_can_be_reviewed_at_noon():
    state = after([("OS0316", "good", 1.75)])
    assert NOW < state.cards["OS0316"].due_at < NOW + DAY / 2

    assert due_points(state, NOW, FAR_EXAM) == ["OS0316"]
    assert due_points(state, NOW - DAY, FAR_EXAM) == []


def test_in_the_last_week_everything_comes_back():
    strong = after(
        [(point, "good", days) for point in POINTS[:12] for days in (90.0, 80.0, 60.0, 20.0)]
    )
    assert due_points(strong, NOW, FAR_EXAM) == []

    assert set(due_points(strong, NOW, NOW + DAY)) == set(POINTS[:12])
    assert set(due_points(strong, NOW, NOW + 4 * DAY)) < set(POINTS[:12])


# A group


@settings(deadline=None)
@given(
    st.lists(states, max_size=3),
    available,
    exams,
    st.dictionaries(points, moments, max_size=12),
    st.sets(st.sampled_from(["DS", "CO", "OS", "CN"])),
    st.integers(0, 99),
)
def test_a_group_always_gets_all_points_but_of_skipped_subjects(
    members, among, exam_at, recent, skipped, seed
):
    ranked = _group(
        members, NOW, among=among, exam_at=exam_at, recent=recent, skipped=skipped, seed=seed
    )

    assert sorted(ranked) == sorted(point for point in among if point[:2] not in skipped)


@settings(deadline=None)
@given(st.dictionaries(points, moments, max_size=40), available)
def test_what_was_asked_within_14_days_comes_last_and_the_longest_ago_first(recent, among):
    ranked = _group([], NOW, among=among, recent=recent)

    resting = [point in recent and NOW - recent[point] < REST for point in ranked]
    assert resting == sorted(resting)
    asked = [recent[point] for point in ranked[len(ranked) - sum(resting) :]]
    assert asked == sorted(asked)


def _month(daily, members, seed, among=POINTS, skipped=(), days=40):
    """Let a group be asked for some weeks; give (day, point) in order."""
    asked: list[tuple[int, str]] = []
    recent: dict[str, datetime] = {}
    for day in range(days):
        for number in range(daily):
            now = NOW + day * DAY + number * DAY / 24
            first = _group(
                members, now, recent=recent, among=among, skipped=skipped, seed=seed + len(asked)
            )[0]
            recent[first] = now
            asked.append((day, first))
    return asked


@pytest.mark.parametrize("daily", [1, 2, 3, 5])
@settings(max_examples=3, deadline=None)
@given(states, st.integers(0, 1000))
def test_over_any_ten_days_subjects_keep_the_exams_proportions(daily, state, seed):
    asked = _month(daily, [state], seed, days=30)

    for begin in range(21):
        got = Counter(point[:2] for day, point in asked if begin <= day < begin + 10)
        for subject in OUTLINE.subjects.values():
            share = 10 * daily * subject.exam_points / 150
            assert abs(got[subject.id] - share) <= 1


@settings(max_examples=5, deadline=None)
@given(st.lists(states, max_size=2), st.integers(0, 1000))
def test_no_point_is_repeated_within_14_days_while_there_are_others(members, seed):
    among = random.Random(seed).sample(POINTS, 44)
    asked = _month(3, members, seed, among=among)

    for place, (_, point) in enumerate(asked):
        assert point not in [other for _, other in asked[max(0, place - 3 * 13 - 2) : place]]


def test_with_too_few_points_the_longest_ago_is_repeated():
    asked = [point for _, point in _month(1, [], 1, among=POINTS[:5], days=15)]

    assert asked[:5] == asked[5:10] == asked[10:]
    assert set(asked) == set(POINTS[:5])


def test_a_skipped_subject_leaves_its_share_to_the_others():
    asked = _month(3, [], 1, skipped={"DS", "CN"}, days=10)

    got = Counter(point[:2] for _, point in asked)
    assert set(got) == {"CO", "OS"}
    assert got["CO"] == pytest.approx(30 * 45 / 80, abs=1)


def test_what_was_asked_nine_days_ago_counts_for_the_balance_and_ten_days_ago_not():
    of_ds = [point for point in POINTS if point.startswith("DS")][:6]

    for days, first in ((9, "CO"), (10, "DS")):
        recent = dict.fromkeys(of_ds, NOW - days * DAY)
        among = [point for point in POINTS if point[:2] in ("DS", "CO")]
        got = [point[:2] for point in _group([], NOW, among=among, recent=recent)[:6]]
        assert got.count("CO") == (6 if first == "CO" else 3)


def test_the_first_few_of_one_ranking_are_in_proportion_too():
    got = Counter(point[:2] for point in _group([], NOW)[:30])

    assert got == {"DS": 9, "CO": 9, "OS": 7, "CN": 5}


def _with(chapter, rating, days):
    """Give answers to every point of ``chapter``."""
    return [(p, rating, d) for p in POINTS if p[:4] == chapter for d in days]


def test_what_a_group_finds_too_easy_or_too_hard_waits():
    easy = _with("OS02", "good", (60.0, 40.0, 25.0, 1.0))
    tried = [answer for answer in _with("OS03", "again", (70.0, 60.0)) if answer[0] < "OS0312"]
    state = after([*easy, *tried])
    untried = {p for p in POINTS if p[:4] == "OS03"} - set(state.cards)

    ranked = [p for p in _group([state], NOW) if p.startswith("OS")]

    middling = [place for place, p in enumerate(ranked) if p[:4] in ("OS01", "OS04", "OS05")]
    waiting = [place for place, p in enumerate(ranked) if p[:4] == "OS02" or p in untried]
    assert max(middling) < min(waiting)


def test_without_anything_in_the_band_the_nearest_to_it_is_asked():
    easy = _with("OS02", "good", (60.0, 40.0, 25.0, 1.0))
    state = after([*easy, ("OS0205", "again", 20.0), ("OS0205", "good", 0.9)])

    ranked = _group([state], NOW, among=[p for p in POINTS if p[:4] == "OS02"])

    assert ranked[0] == "OS0205"


def test_the_subjects_share_comes_before_the_band():
    state = after([answer for c in ("CO02", "CO03") for answer in _with(c, "good", (9.0, 1.0))])
    among = [p for p in POINTS if p[:4] in ("CO02", "CO03", "CN03")]

    got = Counter(p[:2] for p in _group([state], NOW, among=among)[:14])

    assert got == {"CO": 9, "CN": 5}


def test_what_gains_most_for_all_members_together_comes_first():
    wrong = {c: [(f"{c}{n:02}", "again", 9.0) for n in (2, 3)] for c in ("CO04", "CO05")}
    members = [after(wrong[c]) for c in ("CO04", "CO05", "CO05")]
    among = ["CO0401", "CO0501"]
    each = [prospects(member, WEIGHTS, NOW, NEAR_EXAM) for member in members]
    together = {point: sum(member[point].gain for member in each) for point in among}
    best_first = sorted(among, key=lambda point: -together[point])
    assert best_first != sorted(among, key=lambda point: -each[0][point].gain)

    assert _group(members, NOW, among=among, exam_at=NEAR_EXAM) == best_first


def test_chance_decides_between_equals_and_only_there():
    one, same = _group([], NOW, seed=1), _group([], NOW, seed=1)
    other = _group([], NOW, seed=2)

    assert one == same
    assert one != other
    assert [WEIGHTS[point] for point in one[:20]] == pytest.approx([WEIGHTS[p] for p in other[:20]])


# Difficulty


def test_an_average_learner_gets_the_middle_level_first():
    assert pick_difficulty(1500)[0] == 3


@settings(deadline=None)
@given(st.floats(700, 2300))
def test_all_levels_are_offered_and_better_learners_get_harder_ones(rating):
    assert sorted(pick_difficulty(rating)) == [1, 2, 3, 4, 5]
    assert pick_difficulty(rating)[0] <= pick_difficulty(rating + 100)[0]


# Papers


@settings(deadline=None)
@given(available, st.integers(0, 120), st.integers(0, 999))
def test_a_paper_has_as_many_points_as_asked_repeating_only_when_it_must(among, n, seed):
    paper = paper_points(OUTLINE, among, n, random.Random(seed))

    assert len(paper) == (n if among else 0)
    assert set(paper) <= set(among)
    times = Counter(paper)
    if among and n:
        assert max(times.values()) - min(times[point] for point in among) <= 1


@settings(deadline=None)
@given(st.integers(0, 999))
def test_a_full_paper_is_divided_as_the_real_one_and_in_its_order(seed):
    paper = paper_points(OUTLINE, POINTS, 40, random.Random(seed))

    assert Counter(point[:2] for point in paper) == PAPER_CHOICES
    assert paper == sorted(paper, key=POINTS.index)


@settings(deadline=None)
@given(st.integers(0, 999))
def test_a_paper_spreads_over_chapters_by_weight(seed):
    got = Counter(point[:4] for point in paper_points(OUTLINE, POINTS, 40, random.Random(seed)))

    for chapter in OUTLINE.chapters.values():
        whole = OUTLINE.subjects[chapter.subject].exam_points
        share = PAPER_CHOICES[chapter.subject] * chapter.weight / whole
        assert abs(got[chapter.id] - share) < 1 + 1e-6


def test_papers_differ_and_starred_points_come_more_often():
    papers = [paper_points(OUTLINE, POINTS, 40, random.Random(seed)) for seed in range(50)]

    assert len({tuple(paper) for paper in papers}) == 50
    starred = [OUTLINE.points[point].starred for paper in papers for point in paper]
    assert sum(starred) / len(starred) > 0.55


def test_a_subject_without_points_leaves_its_places_to_the_others():
    among = [point for point in POINTS if point[:2] in ("DS", "OS")]

    got = Counter(point[:2] for point in paper_points(OUTLINE, among, 42, random.Random(1)))

    assert got == {"DS": 22, "OS": 20}


def test_points_without_questions_hand_their_weight_on_within_chapter_and_subject():
    outline = shipped_library().outline
    few = ["OS0316", "OS0230", "DS0305", "DS0406", "DS0515", "CN0506"]
    weights = _weights(outline, few, "")
    whole = point_weights(outline)
    for subject in ("OS", "DS", "CN"):
        share = sum(weight for point, weight in weights.items() if point[:2] == subject)
        assert share == pytest.approx(sum(w for p, w in whole.items() if p[:2] == subject))
    everything = _weights(outline, list(outline.points), "")
    assert everything == pytest.approx(whole)
