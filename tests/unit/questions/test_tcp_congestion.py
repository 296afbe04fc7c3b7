"""Congestion control against a sender that counts single acknowledgements, in fractions."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import tcp_congestion
from backend.questions.solvers.tcp_congestion import CongestionTask, control_congestion
from tests.content.cards import section


class Sender:
    """Takes acknowledgements one by one: + 1 in slow start, else + 1 / (the round's window)."""

    def __init__(self, task):
        self.window, self.threshold = Fraction(task.cwnd), Fraction(task.ssthresh)
        self.tahoe = task.version == "Tahoe"

    def a_round_is_acknowledged(self):
        flight = int(self.window)
        if self.window < self.threshold:
            for _ in range(flight):
                self.window += 1 if self.window < self.threshold else 0
        else:
            for _ in range(flight):
                self.window += Fraction(1, flight)

    def a_loss_is_noticed(self, loss):
        self.threshold = Fraction(max(2, int(self.window / 2)))
        self.window = Fraction(1)
        if loss == "duplicates" and not self.tahoe:
            self.window = self.threshold


def expected(task):
    sender, windows = Sender(task), []
    for number in range(1, task.rounds + 1):
        windows.append((sender.window, sender.threshold))
        losses = [loss for at, loss in task.losses if at == number]
        if losses:
            sender.a_loss_is_noticed(losses[0])
        else:
            sender.a_round_is_acknowledged()
    return windows


def random_tasks(count=300):
    chance = random.Random(408)
    for _ in range(count):
        rounds = chance.randint(1, 30)
        at = sorted(chance.sample(range(1, rounds + 1), min(rounds, chance.randint(0, 3))))
        yield CongestionTask(
            ssthresh=chance.randint(1, 40),
            rounds=rounds,
            cwnd=chance.choice((1, 1, 2, 10)),
            losses=tuple((number, chance.choice(("timeout", "duplicates"))) for number in at),
            version=chance.choice(("Reno", "Tahoe")),
        )


def disagreements():
    """List the random tasks that the solver and the oracle see differently."""
    return [
        task
        for task in random_tasks()
        if [(r.cwnd, r.ssthresh) for r in control_congestion(task).rounds] != expected(task)
    ]


def test_every_round_agrees_with_counting_acknowledgements():
    assert disagreements() == []


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        # Doubling past the threshold; doubling at the threshold; growing by 1 too late.
        ("grown", lambda cwnd, ssthresh: 2 * cwnd if cwnd < ssthresh else cwnd + 1),
        ("grown", lambda cwnd, ssthresh: 2 * cwnd if cwnd <= ssthresh else cwnd + 1),
        ("grown", lambda cwnd, ssthresh: min(2 * cwnd, ssthresh)),
        # The consequences of the two losses swapped; the least threshold forgotten.
        ("shrunk", lambda cwnd, loss, _: (cwnd // 2 if loss == "timeout" else 1, cwnd // 2)),
        ("shrunk", lambda cwnd, loss, _: (max(1, cwnd // 2), max(1, cwnd // 2))),
        ("shrunk", lambda cwnd, _, version: (1, max(2, cwnd // 2))),
    ],
)
def test_a_planted_bug_is_caught_by_the_comparison(monkeypatch, name, bug):
    monkeypatch.setattr(tcp_congestion, name, bug)
    assert disagreements()


def test_the_example_of_the_card_comes_out_as_the_card_says():
    text = section("cn.tcp-congestion-control", "例题")
    before = [r.cwnd for r in control_congestion(CongestionTask(16, 9)).rounds]
    assert f"第 1～9 轮的 cwnd：{'，'.join(map(str, before))}。" in text
    late = control_congestion(CongestionTask(16, 15, losses=((9, "timeout"),))).rounds[9:]
    assert f"第 10～15 轮的 cwnd：{'，'.join(str(r.cwnd) for r in late)}。" in text
    recovered = control_congestion(CongestionTask(16, 12, losses=((9, "duplicates"),))).rounds[9:]
    assert f"第 10～12 轮的 cwnd：{'，'.join(str(r.cwnd) for r in recovered)}。" in text
    assert {r.ssthresh for r in (*late, *recovered)} == {10}


def test_known_cases_have_their_known_windows():
    # The curve of 谢希仁 5.8: ssthresh 16, timeout at 24, then duplicates at 16; Reno and Tahoe.
    losses = ((13, "timeout"), (22, "duplicates"))
    reno = control_congestion(CongestionTask(16, 24, losses=losses))
    windows = [r.cwnd for r in reno.rounds]
    assert windows[:13] == [1, 2, 4, 8, 16, 17, 18, 19, 20, 21, 22, 23, 24]
    assert windows[13:22] == [1, 2, 4, 8, 12, 13, 14, 15, 16]
    assert windows[22:] == [8, 9]
    tahoe = control_congestion(replace(reno.task, version="Tahoe"))
    assert [r.cwnd for r in tahoe.rounds[22:]] == [1, 2]


def test_the_send_window_is_the_smaller_of_the_two_and_does_not_slow_cwnd():
    run = control_congestion(CongestionTask(8, 7, rwnd=6))
    assert [r.cwnd for r in run.rounds] == [1, 2, 4, 8, 9, 10, 11]
    assert [r.send_window for r in run.rounds] == [1, 2, 4, 6, 6, 6, 6]
    assert run.sent == 31
    assert (run.first_reaching(9), run.first_reaching(9, start=6)) == (5, 6)
    assert run.first_reaching(99) is None
    assert [r.slow_start for r in run.rounds[2:4]] == [True, False]


@given(st.integers(1, 60), st.integers(1, 60))
def test_without_a_loss_the_window_never_shrinks_nor_more_than_doubles(ssthresh, rounds):
    windows = [r.cwnd for r in control_congestion(CongestionTask(ssthresh, rounds)).rounds]
    for before, after in pairwise(windows):
        assert before < after <= 2 * before


@pytest.mark.parametrize(
    "task",
    [
        CongestionTask(16, 0),
        CongestionTask(16, tcp_congestion.MAX_ROUNDS + 1),
        CongestionTask(0, 5),
        CongestionTask(16, 5, cwnd=0),
        CongestionTask(16, 5, rwnd=0),
        CongestionTask(16, 5, losses=((6, "timeout"),)),
        CongestionTask(16, 5, losses=((3, "timeout"), (2, "timeout"))),
        CongestionTask(16, 5, losses=((3, "timeout"), (3, "duplicates"))),
    ],
)
def test_what_is_outside_the_documented_range_is_refused(task):
    with pytest.raises(ValueError, match=r"MSS|rounds"):
        control_congestion(task)
