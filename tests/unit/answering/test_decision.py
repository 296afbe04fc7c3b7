import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.decision import (
    Calibration,
    Evidence,
    evidence,
    probability,
    read_calibration,
)
from backend.answering.reading import Topic, Understanding
from backend.errors import KnowledgeBaseCorrupt
from backend.knowledge.surfaces import Target
from backend.retrieval.passages import Hit, Retrieval, Scored, make_passage

SCORES = st.floats(0, 1)


def reading(score=1.0, kind="name", **more):
    topics = (Topic(Target("os.lru", kind, "LRU"), score),)
    fields = {"topics": topics, "coverage": 1.0, "residual": 0, **more}
    return Understanding("study", "LRU", **fields)


def retrieval(*concepts, lexical=12.0, dense=0.7):
    passages = [make_passage(f"第 {n} 段", "", c, "p", "f", c) for n, c in enumerate(concepts)]
    hits = tuple(Hit(p, 1 / n, n) for n, p in enumerate(passages, start=1))
    nearest = tuple(Scored(p, dense - n / 10) for n, p in enumerate(passages))
    return Retrieval(hits, lexical, dense, nearest)


FOUND = retrieval("os.lru", "os.fifo", "os.lru")


@given(SCORES, SCORES)
@pytest.mark.parametrize("found", [None, FOUND])
def test_a_surer_link_is_never_less_probable(found, one, other):
    low, high = sorted((max(one, 0.01), max(other, 0.01)))
    sure = [
        probability(Calibration(), evidence(reading(score), found, "os.lru"))
        for score in (low, high)
    ]
    assert sure[0] <= sure[1]


@given(st.integers(0, 40), st.integers(0, 40))
def test_more_unexplained_characters_are_never_more_probable(one, other):
    few, many = sorted((one, other))
    sure = [
        probability(Calibration(), evidence(reading(residual=n), None, "os.lru"))
        for n in (few, many)
    ]
    assert sure[0] >= sure[1]


@given(SCORES, SCORES, st.integers(0, 2000), st.floats(0, 500), st.floats(-1, 1))
def test_a_probability_lies_between_nought_and_one(score, coverage, residual, lexical, dense):
    read = reading(max(score, 0.01), coverage=coverage, residual=residual)
    for found in (None, retrieval("os.lru", lexical=lexical, dense=dense), retrieval()):
        assert 0 <= probability(Calibration(), evidence(read, found, "os.lru")) <= 1


def test_a_bare_name_is_answered_by_its_link_alone_and_an_unlinked_message_never_is():
    calibration = Calibration()
    named = probability(calibration, evidence(reading(), None, "os.lru"))
    unnamed = probability(calibration, evidence(reading(), None, "os.fifo"))
    assert calibration.step(named) == "answer"
    assert calibration.step(unnamed) == "deny"


def test_a_point_without_a_card_is_no_evidence_for_an_answer():
    assert evidence(reading(kind="point"), None, "os.lru").link == 0


def test_evidence_says_how_the_concept_stands_among_the_nearest_passages():
    features = evidence(reading(), FOUND, "os.lru")
    assert features.dense == 0.7
    assert features.margin == pytest.approx(0.7 - 0.6)
    assert features.prominence == pytest.approx(0.2)
    assert features.share == pytest.approx((1 + 1 / 3) / (1 + 1 / 2 + 1 / 3))
    heats = [math.exp(0), math.exp(-2), math.exp(-4)]
    assert features.focus == pytest.approx((heats[0] + heats[2]) / sum(heats))


def test_a_concept_that_is_not_among_the_nearest_is_behind_by_all_of_the_best_cosine():
    features = evidence(reading(), FOUND, "ds.stack")
    assert (features.margin, features.focus, features.share) == (-0.7, 0, 0)


def test_nothing_found_is_evidence_of_nothing():
    features = evidence(reading(), retrieval(lexical=0.0, dense=-0.2), "os.lru")
    assert (features.dense, features.margin, features.focus, features.share) == (0, 0, 0, 0)


def test_how_many_words_were_shared_and_how_hits_were_fused_changes_no_decision():
    features = [
        evidence(reading(), replace(FOUND, lexical=lexical, hits=hits), "os.lru")
        for lexical, hits in ((0.0, ()), (90.0, FOUND.hits), (90.0, FOUND.hits[::-1]))
    ]
    assert features[0] == features[1] == features[2]


def test_without_vectors_the_links_decide_alone():
    away = replace(FOUND, dense=None, nearest=())
    assert evidence(reading(), away, "os.lru") == evidence(reading(), None, "os.lru")


@given(SCORES)
def test_the_lines_are_respected(sure):
    calibration = Calibration(ask_back_line=0.3, answer_line=0.7)
    expected = "answer" if sure >= 0.7 else "ask_back" if sure >= 0.3 else "deny"
    assert calibration.step(sure) == expected


@pytest.mark.parametrize(
    ("sure", "step"), [(0.2999, "deny"), (0.3, "ask_back"), (0.6999, "ask_back"), (0.7, "answer")]
)
def test_a_line_belongs_to_what_is_above_it(sure, step):
    assert Calibration(ask_back_line=0.3, answer_line=0.7).step(sure) == step


def test_a_weight_for_an_unknown_feature_is_ignored():
    calibration = Calibration(linked={"bias": 1.0, "moon_phase": 99.0})
    assert probability(calibration, Evidence(1, 1, 0, 0, 0)) == pytest.approx(
        1 / (1 + math.exp(-1))
    )


def test_an_empty_calibration_gives_the_defaults():
    assert read_calibration({}) == Calibration()


def test_a_stored_calibration_is_read_as_it_was_written():
    fitted = Calibration(linked={"bias": -1.5, "link": 4.0}, answer_line=0.8)
    assert read_calibration(fitted.model_dump()) == fitted


def test_a_calibration_of_a_later_version_is_read_as_far_as_it_is_known():
    assert read_calibration({"answer_line": 0.9, "invented_later": [1]}).answer_line == 0.9


@pytest.mark.parametrize(
    "stored",
    [
        {"answer_line": "high"},
        {"answer_line": 1.5},
        {"ask_back_line": -0.1},
        {"linked": [1, 2]},
        {"linked": {"bias": "x"}},
        {"retrieved": None},
    ],
)
def test_a_calibration_that_makes_no_sense_says_what_to_do(stored):
    with pytest.raises(KnowledgeBaseCorrupt, match="kb_builder build"):
        read_calibration(stored)
