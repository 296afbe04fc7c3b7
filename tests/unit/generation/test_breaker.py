"""The breaker opens, finds out, recovers, and cannot get stuck, in any order of events."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import GenerationPaused
from backend.generation.breaker import Breaker


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def breaker(clock, failures=2):
    return Breaker(failures=failures, seconds=5, most_seconds=20, clock=clock)


def opened(clock):
    b = breaker(clock, failures=1)
    b.failed(b.enter(), "坏了")
    return b


def test_it_opens_after_failures_in_a_row():
    b = breaker(Clock())
    b.failed(b.enter(), "坏了")
    b.succeeded(b.enter())
    b.failed(b.enter(), "坏了")
    assert b.state == "closed"
    b.failed(b.enter(), "又坏了")
    assert b.state == "open"
    with pytest.raises(GenerationPaused, match="又坏了"):
        b.enter()


def test_after_its_time_one_probe_is_let_through():
    clock = Clock()
    b = opened(clock)
    clock.now = 5
    assert b.state == "half_open"
    probe = b.enter()
    with pytest.raises(GenerationPaused):
        b.check()
    b.succeeded(probe)
    assert (b.state, b.reason) == ("closed", "")


def test_each_failed_probe_doubles_the_pause_up_to_its_bound():
    clock = Clock()
    b = opened(clock)
    for pause in (5, 10, 20, 20):
        clock.now += pause - 0.5
        assert b.state == "open"
        clock.now += 0.5
        b.failed(b.enter(), "坏了")


def test_after_a_recovery_the_pause_begins_small_again():
    clock = Clock()
    b = opened(clock)
    clock.now += 5
    b.failed(b.enter(), "坏了")
    clock.now += 10
    b.succeeded(b.enter())
    b.failed(b.enter(), "坏了")
    clock.now += 5
    assert b.state == "half_open"


def test_a_probe_that_gets_text_closes_it_and_only_a_whole_answer_ends_the_doubling():
    clock = Clock()
    b = opened(clock)
    clock.now = 5
    rest = b.begun(b.enter())
    assert b.state == "closed"
    b.failed(rest, "写到一半断了")
    clock.now = 14
    assert b.state == "open"
    clock.now = 15
    b.succeeded(b.begun(b.enter()))
    b.failed(b.enter(), "坏了")
    clock.now = 20
    assert b.state == "half_open"


def test_what_tells_nothing_of_others_is_told_to_the_operator():
    b = breaker(Clock())
    b.abandoned(b.enter(), "状态码 400")
    assert (b.state, b.reason) == ("closed", "状态码 400")
    b.abandoned(b.enter())
    assert b.reason == "状态码 400"
    b.succeeded(b.enter())
    assert b.reason == ""


def test_an_abandoned_probe_lets_the_next_one_through():
    clock = Clock()
    b = opened(clock)
    clock.now = 5
    b.abandoned(b.enter())
    b.succeeded(b.enter())
    assert b.state == "closed"


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "abandoned"])
def test_a_request_from_before_tells_nothing_of_now(outcome):
    clock = Clock()
    b = breaker(clock, failures=1)
    old = b.enter()
    b.failed(b.enter(), "坏了")
    clock.now = 5
    probe = b.enter()
    if outcome == "failed":
        b.failed(old, "早就坏了")
    else:
        getattr(b, outcome)(old)
    with pytest.raises(GenerationPaused):
        b.enter()
    b.succeeded(probe)
    assert b.state == "closed"


@given(st.lists(st.sampled_from(["enter", "ok", "bad", "gone", "wait"]), max_size=80))
def test_however_it_went_it_lets_someone_through_once_all_are_back_and_time_has_passed(events):
    clock = Clock()
    b = breaker(clock)
    out = deque()
    probes = 0
    for event in events:
        if event == "enter":
            try:
                out.append(b.enter())
            except GenerationPaused:
                assert b.state != "closed"
        elif event == "wait":
            clock.now += 7
        elif out:
            ticket = out.popleft()
            match event:
                case "ok":
                    b.succeeded(ticket)
                case "bad":
                    b.failed(ticket, "坏了")
                case "gone":
                    b.abandoned(ticket)
        probes = sum(t.is_probe and t.period == b._period for t in out)
        assert probes <= 1
    while out:
        b.abandoned(out.popleft())
    clock.now += 20
    b.succeeded(b.enter())
    assert b.state == "closed"
