"""Leaving a failing model alone."""

import pytest

from backend.errors import EmbedderUnavailable
from backend.retrieval.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker, sentence: str) -> None:
    with breaker.guard():
        raise EmbedderUnavailable(sentence)


def test_after_a_failure_nothing_is_tried_until_the_pause_is_over():
    clock = Clock()
    breaker = Breaker(10, clock)
    with pytest.raises(EmbedderUnavailable, match="甲"):
        fail(breaker, "甲")
    clock.now = 109.9
    with pytest.raises(EmbedderUnavailable, match="甲"):
        fail(breaker, "乙")
    clock.now = 110.1
    with pytest.raises(EmbedderUnavailable, match="乙"):
        fail(breaker, "乙")
    clock.now = 119.9
    with pytest.raises(EmbedderUnavailable, match="乙"):
        fail(breaker, "丙")


def test_the_problem_is_told_until_something_works_again():
    clock = Clock()
    breaker = Breaker(10, clock)
    assert breaker.problem() == ""
    with pytest.raises(EmbedderUnavailable):
        fail(breaker, "接口没有应答")
    clock.now = 111.0
    assert breaker.problem() == "接口没有应答"
    with breaker.guard():
        pass
    assert breaker.problem() == ""
    with breaker.guard():
        pass


def test_a_failure_of_another_kind_does_not_open_it():
    breaker = Breaker(10, Clock())
    with pytest.raises(ZeroDivisionError), breaker.guard():
        raise ZeroDivisionError
    with breaker.guard():
        pass
