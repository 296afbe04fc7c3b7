"""Reciprocal rank fusion."""

import pytest

from backend.retrieval.fusion import reciprocal_rank_fusion
from backend.retrieval.passages import Scored
from tests.fakes_retrieval import passage

A, B, C = (Scored(passage(text), 1.0) for text in ("甲", "乙", "丙"))


def test_a_passage_in_both_rankings_beats_one_that_leads_only_one():
    hits = reciprocal_rank_fusion([[A, B], [C, B]], 3)
    assert hits[0].passage == B.passage
    assert hits[0].score == pytest.approx(2 / 62)
    assert [hit.rank for hit in hits] == [1, 2, 3]


def test_ties_go_by_id_whatever_the_order_of_the_rankings():
    one = reciprocal_rank_fusion([[A], [C]], 2)
    other = reciprocal_rank_fusion([[C], [A]], 2)
    assert [hit.passage for hit in one] == [hit.passage for hit in other]


def test_the_limit_holds_and_nothing_gives_nothing():
    assert len(reciprocal_rank_fusion([[A, B, C]], 2)) == 2
    assert reciprocal_rank_fusion([[], []], 2) == ()
