"""Critical paths against networkx and against a walk over every path of the network."""

import random

import networkx as nx
import pytest

from backend.questions.solvers import critical_path
from backend.questions.solvers.critical_path import Activity, schedule

# Our own small network: 1→2→4→6 takes 13, 1→3→4→6 takes 13 as well, 1→3→5→6 takes 10.
NETWORK = (
    Activity("a1", 1, 2, 4),
    Activity("a2", 1, 3, 3),
    Activity("a3", 2, 4, 3),
    Activity("a4", 3, 4, 4),
    Activity("a5", 3, 5, 2),
    Activity("a6", 4, 6, 6),
    Activity("a7", 5, 6, 5),
)


def graph(activities):
    network = nx.MultiDiGraph()
    for a in activities:
        network.add_edge(a.start, a.end, key=a.name, weight=a.duration)
    return network


def expected(activities):
    """Give the length, and slack and earliest start of every activity from all its paths."""
    network = graph(activities)
    (source,) = (event for event in network if not network.in_degree(event))
    (sink,) = (event for event in network if not network.out_degree(event))
    weight = {a.name: a.duration for a in activities}
    paths = [
        [key for _, _, key in path] for path in nx.all_simple_edge_paths(network, source, sink)
    ]
    length = max(sum(weight[name] for name in path) for path in paths)
    starts, slacks = {}, {}
    for name in weight:
        through = [path for path in paths if name in path]
        before = [sum(weight[n] for n in path[: path.index(name)]) for path in through]
        starts[name] = max(before)
        slacks[name] = length - max(sum(weight[n] for n in path) for path in through)
    return length, starts, slacks


def got(activities):
    run = schedule(activities)
    return (
        run.length,
        {t.activity.name: t.earliest for t in run.timings},
        {t.activity.name: t.slack for t in run.timings},
    )


def random_networks(count=300):
    chance = random.Random(408)
    for _ in range(count):
        events = chance.randint(3, 7)
        names = list(range(1, events + 1))
        # The numbers of the inner events need not be in topological order.
        inner = chance.sample(names[1:-1], events - 2)
        order = [1, *inner, events]
        pairs = {(i, chance.randrange(i + 1, events)) for i in range(events - 1)}
        pairs |= {(chance.randrange(i), i) for i in range(1, events)}
        edges = sorted(pairs)
        chance.shuffle(edges)
        yield tuple(
            Activity(f"a{n}", order[i], order[k], chance.randint(1, 9))
            for n, (i, k) in enumerate(edges, start=1)
        )


def disagreements(solve):
    return [network for network in random_networks() if solve(network) != expected(network)]


def test_times_agree_with_the_longest_of_all_paths():
    assert disagreements(got) == []


def test_the_length_is_the_longest_path_of_networkx():
    for network in random_networks():
        assert schedule(network).length == nx.dag_longest_path_length(graph(network))


@pytest.mark.parametrize(
    "name",
    ["length", "earliest", "slack"],
)
def test_a_planted_bug_in_a_time_is_caught_by_the_comparison(name, monkeypatch):
    bugs = {
        # The sum of the critical activities counts parallel paths twice; the latest start for the
        # earliest; the duration not taken off.
        "length": lambda run: sum(
            t.activity.duration for t in run.timings if t.activity.name in run.critical
        ),
        "slack": lambda timing: timing.latest + timing.activity.duration - timing.earliest,
    }
    if name == "length":
        monkeypatch.setattr(critical_path.CriticalRun, "length", property(bugs["length"]))
    elif name == "slack":
        monkeypatch.setattr(critical_path.Timing, "slack", property(bugs["slack"]))
    else:
        monkeypatch.setattr(critical_path, "max", min, raising=False)
    assert disagreements(got)


def test_a_wrong_order_of_the_events_is_caught_by_the_comparison(monkeypatch):
    def by_number(activities):
        return sorted({event for a in activities for event in (a.start, a.end)})

    monkeypatch.setattr(critical_path, "_topological", by_number)
    assert disagreements(got)


def test_a_small_network_has_the_times_worked_out_by_hand():
    run = schedule(NETWORK)
    assert run.length == 13
    assert dict(run.earliest) == {1: 0, 2: 4, 3: 3, 4: 7, 5: 5, 6: 13}
    assert dict(run.latest) == {1: 0, 2: 4, 3: 3, 4: 7, 5: 8, 6: 13}
    assert run.critical == ("a1", "a2", "a3", "a4", "a6")
    assert (run.timing("a5").latest, run.timing("a5").slack) == (6, 3)
    assert run.timing("a7").earliest == 5
    with pytest.raises(KeyError):
        run.timing("a8")


@pytest.mark.parametrize(
    ("activities", "sentence"),
    [
        ((), "0 activities"),
        ((Activity("a1", 1, 2, -1),), "negative"),
        ((Activity("a1", 1, 2, 1), Activity("a2", 2, 1, 1)), "cycle"),
        ((Activity("a1", 1, 3, 1), Activity("a2", 2, 3, 1)), "2 sources and 1 sinks"),
        ((Activity("a1", 1, 2, 1), Activity("a2", 1, 3, 1)), "1 sources and 2 sinks"),
    ],
)
def test_what_is_no_network_is_an_error_with_a_sentence(activities, sentence):
    with pytest.raises(ValueError, match=sentence):
        schedule(activities)
