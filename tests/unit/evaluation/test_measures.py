import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.measures import finds, hit_at, ndcg, paired_bootstrap, reciprocal_rank

RANKS = st.lists(st.integers(1, 30), unique=True, max_size=5).map(sorted)


@pytest.mark.parametrize(
    ("matching", "found"),
    [
        ([], ()),
        ([[], []], ()),
        ([[0]], (1,)),
        ([[], [0], [0], [1]], (2, 4)),  # the second passage of a concept counts no more
        ([[0, 1], [0]], (1,)),  # a passage serves one label
        ([[0, 1], [0, 1]], (1, 2)),
    ],
)
def test_each_label_is_found_at_its_best_passage(matching, found):
    assert finds(matching) == found


def test_the_measures_agree_with_values_by_hand():
    assert [hit_at(k, (4, 7)) for k in (1, 3, 5, 10)] == [0, 0, 1, 1]
    assert reciprocal_rank((4, 7)) == 0.25
    assert ndcg((1,), 1) == 1
    assert ndcg((3,), 1) == 0.5  # 1 / log2(4)
    # found at 1 and 3 of three labels: (1 + 1/2) / (1 + 1/log2(3) + 1/2)
    assert ndcg((1, 3), 3) == pytest.approx(1.5 / (1.5 + 1 / math.log2(3)))


def test_what_comes_after_ten_counts_for_nothing():
    assert (hit_at(10, (11,)), reciprocal_rank((11,)), ndcg((11,), 1)) == (0, 0, 0)
    assert ndcg(tuple(range(1, 13)), 12) == 1


@given(RANKS)
def test_every_measure_lies_between_nought_and_one(found):
    values = (hit_at(5, found), reciprocal_rank(found), ndcg(found, max(len(found), 1)))
    assert all(0 <= value <= 1 + 1e-12 for value in values)


@given(RANKS.filter(lambda found: found and found[0] > 1))
def test_finding_the_first_earlier_is_never_worse(found):
    earlier = [found[0] - 1, *found[1:]]
    assert reciprocal_rank(earlier) >= reciprocal_rank(found)
    assert ndcg(earlier, len(found)) >= ndcg(found, len(found))


def test_the_interval_of_a_constant_difference_is_that_difference():
    difference = paired_bootstrap([0.5, 1.0, 0.75], [0.25, 0.75, 0.5], resamples=50)
    assert (difference.mean, difference.low, difference.high) == (0.25, 0.25, 0.25)


def test_the_interval_has_about_the_width_that_theory_gives():
    values = [1.0] * 50 + [0.0] * 50
    difference = paired_bootstrap(values, [0.0] * 100)
    # the standard error of the mean is .5 / sqrt(100) = .05
    assert difference.mean == 0.5
    assert difference.low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.01)
    assert difference.high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.01)


def test_the_same_values_give_the_same_interval():
    one, other = [0.1, 0.9, 0.4, 1.0], [0.2, 0.5, 0.5, 0.5]
    assert paired_bootstrap(one, other) == paired_bootstrap(one, other)
