"""Disk scheduling against a head that walks track by track."""

import random
from bisect import bisect_left, insort
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import disk_scheduling
from backend.questions.solvers.disk_scheduling import MAX_REQUESTS, DiskRun, DiskTask, schedule
from backend.questions.solvers.refusal import Refusal
from tests.content.cards import section

SILBERSCHATZ = (98, 183, 37, 122, 14, 124, 65, 67)
CARD = (50, 120, 20, 180, 90)
SWEEPS = ("SCAN", "C-SCAN", "LOOK", "C-LOOK")


def walk(task):
    """Move the head one track at a time; gives the order of service and the seek distance."""
    waiting, at, total, order = list(task.requests), task.head, 0, []
    step = 1 if task.direction == "up" else -1
    edges = task.tracks if step == 1 else task.tracks and task.tracks[::-1]
    to_edge = task.to_edge and task.algorithm in ("SCAN", "C-SCAN")
    while True:
        while at in waiting:
            waiting.remove(at)
            order.append(at)
        if not waiting:
            return order, total
        if any((track - at) * step > 0 for track in waiting) or (to_edge and at != edges[1]):
            at, total = at + step, total + 1
        elif task.algorithm.startswith("C-"):
            start = edges[0] if to_edge else min(waiting, key=lambda track: track * step)
            total += abs(start - at) if task.count_return else 0
            at = start
        else:
            step = -step


def nearest(task):
    """SSTF with the requests sorted, looking at the neighbours of the head only."""
    waiting, at, direction, order = sorted(task.requests), task.head, task.direction, []
    total = 0
    while waiting:
        place = bisect_left(waiting, at)
        low = waiting[place - 1] if place else None
        high = waiting[place] if place < len(waiting) else None
        if low is None or high is None:
            track = high if low is None else low
        elif high - at != at - low:
            track = high if high - at < at - low else low
        else:
            track = high if direction == "up" else low
        direction = "up" if track > at else "down" if track < at else direction
        total += abs(track - at)
        waiting.remove(track)
        order.append(track)
        at = track
    return order, total


def in_turn(task):
    head, total = task.head, 0
    for track in task.requests:
        total, head = total + abs(track - head), track
    return list(task.requests), total


def oracle(task):
    return {"FCFS": in_turn, "SSTF": nearest}.get(task.algorithm, walk)(task)


def random_tasks(algorithm, count=400):
    chance = random.Random(f"408 {algorithm}")
    for _ in range(count):
        # Few tracks, so that ties, repeated requests and requests at the head are common.
        last = chance.choice((9, 30, 199))
        yield DiskTask(
            algorithm,
            chance.randint(0, last),
            tuple(chance.randint(0, last) for _ in range(chance.randint(1, 12))),
            chance.choice(("up", "down")) if algorithm in SWEEPS else chance.choice((None, "up")),
            (0, last),
            chance.random() < 0.5,
            chance.random() < 0.7,
        )


def disagreements(algorithm):
    """List the random tasks that the solver and the oracle see differently."""
    return [
        task
        for task in random_tasks(algorithm)
        if (list((run := schedule(task)).order), run.total) != oracle(task)
    ]


@pytest.mark.parametrize("algorithm", ["FCFS", "SSTF", *SWEEPS])
def test_order_and_distance_agree_with_a_naive_head(algorithm):
    assert disagreements(algorithm) == []


def test_a_tie_broken_the_wrong_way_is_caught_by_the_comparison(monkeypatch):
    def upwards_on_a_tie(task):
        waiting, at, order = list(task.requests), task.head, []
        while waiting:
            at = min(waiting, key=lambda track: (abs(track - at), -track))
            waiting.remove(at)
            order.append(at)
        return order

    monkeypatch.setattr(disk_scheduling, "_nearest_first", upwards_on_a_tie)
    assert disagreements("SSTF")


@pytest.mark.parametrize(
    ("algorithm", "change"),
    [
        ("SCAN", {"algorithm": "C-SCAN"}),
        ("C-SCAN", {"count_return": False}),
        ("SCAN", {"to_edge": False}),
        ("C-LOOK", {"direction": "up"}),
    ],
)
def test_a_planted_bug_of_a_sweep_is_caught_by_the_comparison(monkeypatch, algorithm, change):
    swept = disk_scheduling._swept
    monkeypatch.setattr(disk_scheduling, "_swept", lambda task: swept(replace(task, **change)))
    assert disagreements(algorithm)


@pytest.mark.parametrize(
    ("task", "total"),
    [
        # Silberschatz, Operating System Concepts: head at 53, cylinders 0 to 199.
        (DiskTask("FCFS", 53, SILBERSCHATZ), 640),
        (DiskTask("SSTF", 53, SILBERSCHATZ), 236),
        (DiskTask("SCAN", 53, SILBERSCHATZ, "down", (0, 199), to_edge=True), 236),
        (DiskTask("SCAN", 53, SILBERSCHATZ, "down"), 208),
        (DiskTask("C-SCAN", 53, SILBERSCHATZ, "up", (0, 199), to_edge=True), 382),
        (DiskTask("C-LOOK", 53, SILBERSCHATZ, "up"), 322),
        # 汤小丹: head at 100, towards greater numbers.
        (DiskTask("FCFS", 100, (55, 58, 39, 18, 90, 160, 150, 38, 184)), 498),
        (DiskTask("SSTF", 100, (55, 58, 39, 18, 90, 160, 150, 38, 184)), 248),
        (DiskTask("SCAN", 100, (55, 58, 39, 18, 90, 160, 150, 38, 184), "up"), 250),
        (DiskTask("C-SCAN", 100, (55, 58, 39, 18, 90, 160, 150, 38, 184), "up"), 322),
    ],
)
def test_known_cases_have_their_known_distance(task, total):
    assert schedule(task).total == total


@pytest.mark.parametrize("algorithm", ["FCFS", "SSTF", "SCAN", "C-SCAN"])
def test_the_examples_of_the_card_come_out_as_the_card_says(algorithm):
    run = schedule(DiskTask(algorithm, 100, CARD, "up"))
    order = "、".join(map(str, run.order))
    ways = "+".join(str(move.distance) for move in run.moves)
    said = f"- {algorithm}：{order}，共 {ways} = {run.total}，平均 {run.total // len(CARD)}\n"
    assert said in section("os.disk-scheduling", "例题") + "\n"


def test_the_way_back_is_shown_but_counts_only_where_it_should():
    task = DiskTask("C-SCAN", 10, (20, 5), "up")
    counted, free = schedule(task), schedule(replace(task, count_return=False))
    assert [(m.stop.track, m.distance, m.is_return) for m in counted.moves] == [
        (20, 10, False),
        (5, 15, True),
    ]
    assert (counted.total, free.total) == (25, 10)


def test_an_edge_without_a_request_is_no_service():
    run = schedule(DiskTask("SCAN", 10, (20, 5), "up", (0, 30), to_edge=True))
    assert [(m.stop.track, m.stop.served) for m in run.moves] == [
        (20, True),
        (30, False),
        (5, True),
    ]
    assert run.order == (20, 5)


@given(
    st.sampled_from(["FCFS", "SSTF", *SWEEPS]),
    st.integers(0, 199),
    st.lists(st.integers(0, 199), min_size=1, max_size=30).map(tuple),
    st.sampled_from(["up", "down"]),
    st.booleans(),
)
def test_every_request_is_served_once_and_the_distances_add_up(
    algorithm, head, requests, direction, to_edge
):
    run = schedule(DiskTask(algorithm, head, requests, direction, (0, 199), to_edge))
    served = []
    for track in run.order:
        insort(served, track)
    assert served == sorted(requests)
    assert run.total >= max(abs(track - head) for track in requests)


@pytest.mark.parametrize(
    ("task", "refusal"),
    [
        (DiskTask("SCAN", 5, (1, 2)), Refusal("no_direction", "SCAN")),
        (DiskTask("C-LOOK", 5, (1, 2)), Refusal("no_direction", "C-LOOK")),
        (DiskTask("SCAN", 5, (1,), "up", to_edge=True), Refusal("no_track_range", "SCAN")),
        (DiskTask("FCFS", 5, (1, 200), tracks=(0, 199)), Refusal("track_out_of_range", "200")),
        (DiskTask("FCFS", 500, (1,), tracks=(0, 199)), Refusal("track_out_of_range", "500")),
        (
            DiskTask("SSTF", 5, (1,) * (MAX_REQUESTS + 1)),
            Refusal("too_many_requests", "201", MAX_REQUESTS),
        ),
    ],
)
def test_what_cannot_be_run_is_refused_with_its_reason(task, refusal):
    assert schedule(task) == refusal


def test_as_many_requests_as_allowed_can_be_run():
    assert isinstance(schedule(DiskTask("SSTF", 5, (1,) * MAX_REQUESTS)), DiskRun)
