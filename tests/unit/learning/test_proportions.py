import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.learning.choosing import PAPER_CHOICES
from backend.learning.proportions import apportioned, in_proportion, sample, systematic

seeds = st.integers(0, 10_000)
weights = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.floats(0, 20), min_size=1, max_size=8
)


@settings(deadline=None)
@given(st.integers(0, 200), seeds)
def test_places_add_up_and_are_less_than_one_from_the_exact_share(n, seed):
    places = apportioned(PAPER_CHOICES, n, random.Random(seed))

    assert sum(places.values()) == n
    for subject, share in PAPER_CHOICES.items():
        assert abs(places[subject] - n * share / 40) < 1


def test_the_real_paper_is_divided_as_it_is():
    assert apportioned(PAPER_CHOICES, 40, random.Random(1)) == PAPER_CHOICES


@settings(deadline=None)
@given(weights, st.integers(0, 60), seeds)
def test_systematic_sampling_rounds_each_share_up_or_down(weights, n, seed):
    places = systematic(weights, n, random.Random(seed))

    assert sum(places.values()) == n
    whole = sum(weights.values())
    for key, weight in weights.items():
        share = n * (weight / whole if whole else 1 / len(weights))
        assert abs(places[key] - share) < 1 + 1e-6


def test_over_many_papers_everyone_gets_its_share():
    chance, got = random.Random(3), Counter()
    for _ in range(4000):
        got.update(systematic({"a": 0.8, "b": 4.2, "c": 5.0}, 1, chance))

    assert got["a"] / 4000 == pytest.approx(0.08, abs=0.02)
    assert got["b"] / 4000 == pytest.approx(0.42, abs=0.03)


@settings(deadline=None)
@given(weights, st.integers(0, 12), seeds)
def test_a_sample_repeats_nothing(weights, n, seed):
    drawn = sample(weights, n, random.Random(seed))

    assert len(drawn) == len(set(drawn)) == min(n, len(weights))
    assert set(drawn) <= set(weights)


def test_heavier_ones_are_drawn_more_often():
    chance = random.Random(3)
    heavy = sum(sample({"a": 1.0, "b": 2.5}, 1, chance) == ["b"] for _ in range(4000))

    assert heavy / 4000 == pytest.approx(2.5 / 3.5, abs=0.03)


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=60), st.lists(st.sampled_from("abc"), max_size=20))
def test_in_proportion_gives_everything_and_keeps_the_order_within_a_group(groups, before):
    items = [f"{group}{number}" for number, group in enumerate(groups)]

    given_ = list(
        in_proportion(items, lambda item: item[0], {"a": 3, "b": 2, "c": 1}, Counter(before))
    )

    assert sorted(given_) == sorted(items)
    for group in "abc":
        kept = [item for item in items if item[0] == group]
        assert [item for item in given_ if item[0] == group] == kept


def test_whoever_is_behind_is_next():
    items = [f"a{n}" for n in range(9)] + [f"b{n}" for n in range(9)]

    order = in_proportion(items, lambda item: item[0], {"a": 2, "b": 1}, Counter("aaaa"))

    assert [item[0] for item in order][:8] == list("bbabaaba")
