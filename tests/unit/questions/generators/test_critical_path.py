"""Critical path questions, recomputed from their stems with networkx and over all paths."""

import re

import networkx as nx
import pytest

from backend.questions.generators.critical_path import CriticalPathGenerator
from backend.questions.solvers import critical_path as solver
from tests.unit.questions.generators.checks import check, drafts, questions
from tests.unit.questions.generators.ranks import check_ranks

GENERATOR = CriticalPathGenerator()


def network_of(stem):
    """Read {name: (start, end, days)}."""
    found = re.findall(r"(a\d+) +v(\d+)→v(\d+) (\d+)", stem)
    return {name: tuple(map(int, numbers)) for name, *numbers in found}


def graph(network):
    made = nx.DiGraph()
    made.add_weighted_edges_from(network.values())
    assert len(made.edges) == len(network)
    assert [v for v in made if not made.in_degree(v)] == [1]
    assert [v for v in made if not made.out_degree(v)] == [max(made)]
    return made


def longest(network, start=1, end=None):
    """Give the longest way between two events: ve from the source, the rest of vl to the sink."""
    made = graph(network)
    ends = [max(made) if end is None else end]
    if start == ends[0]:
        return 0
    ways = nx.all_simple_paths(made, start, ends[0])
    return max(nx.path_weight(made, way, "weight") for way in ways)


def spare(network, name):
    """Give the slack: the length less the longest way through the activity."""
    start, end, days = network[name]
    through = longest(network, 1, start) + days + longest(network, end)
    return nx.dag_longest_path_length(graph(network)) - through


def changed(network, names, days):
    """Change the durations of some activities."""
    return {n: (i, k, d + (days if n in names else 0)) for n, (i, k, d) in network.items()}


def shortening(question, network):
    """Try every option: exactly one may make the project shorter."""
    length = longest(network)
    shorter = [
        option
        for option in question.options.values()
        if longest(changed(network, option.split("、"), -1)) < length
    ]
    (only,) = shorter
    return only


def answer_of(question):
    stem, network = question.stem, network_of(question.stem)
    length = nx.dag_longest_path_length(graph(network))
    delay = re.search(r"活动 (a\d+) 的持续时间延长 (\d+) 天", stem)
    if delay:
        return f"{longest(changed(network, [delay[1]], int(delay[2])))} 天"
    if "缩短组内" in stem:
        return shortening(question, network)
    if "关键活动" in stem:
        return "、".join(name for name in network if spare(network, name) == 0)
    event = re.search(r"事件 v(\d) 的最(早|迟)发生", stem)
    if event and event[2] == "早":
        return str(longest(network, 1, int(event[1])))
    if event:
        return str(length - longest(network, int(event[1])))
    late = re.search(r"活动 (a\d+) 的最迟开始", stem)
    if late:
        _, end, days = network[late[1]]
        return str(length - longest(network, end) - days)
    slack = re.search(r"活动 (a\d+) 的时间余量", stem)
    return f"{spare(network, slack[1]) if slack else length} 天"


def test_every_question_is_well_made_and_its_key_right():
    check(GENERATOR, answer_of)


def test_no_other_set_of_activities_is_right():
    for question in questions(GENERATOR):
        if "缩短组内" in question.stem or "关键活动" in question.stem:
            wrong = [text for key, text in question.options.items() if key != question.answer]
            assert answer_of(question) not in wrong


def test_a_slack_without_the_duration_taken_off_is_caught(monkeypatch):
    right = solver.Timing.slack.fget

    def long(timing):
        # Zero stays zero, or no network would ever be found fit to be asked about.
        return right(timing) and right(timing) + timing.activity.duration

    monkeypatch.setattr(solver.Timing, "slack", property(long))
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_activities_called_critical_for_their_events_are_caught(monkeypatch):
    def between_critical_events(run):
        tight = {event for event, time in run.earliest.items() if time == run.latest[event]}
        return tuple(
            t.activity.name for t in run.timings if {t.activity.start, t.activity.end} <= tight
        )

    monkeypatch.setattr(solver.CriticalRun, "critical", property(between_critical_events))
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_latest_times_taken_too_early_are_caught(monkeypatch):
    """The backward pass stops at the first successor."""
    schedule = solver.schedule

    def hasty(activities):
        run = schedule(activities)
        latest = {
            event: min([time, *(t.latest - 1 for t in run.timings if t.activity.start == event)])
            if time > run.earliest[event]
            else time
            for event, time in run.latest.items()
        }
        timings = tuple(
            solver.Timing(t.activity, t.earliest, latest[t.activity.end] - t.activity.duration)
            for t in run.timings
        )
        return solver.CriticalRun(run.earliest, latest, timings)

    monkeypatch.setattr("backend.questions.generators.critical_path.schedule", hasty)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_all_forms_are_asked():
    made = [question.stem for question in questions(GENERATOR)]
    for phrase in ("整个工程所需", "最早发生", "最迟发生", "最迟开始", "时间余量", "延长",
                   "全部关键活动", "缩短组内"):  # fmt: skip
        assert any(phrase in stem for stem in made), phrase


def kind_of(question):
    return re.sub(r"[av]?\d+", "", question.stem.rpartition("```\n")[2])


def test_the_rank_of_the_key_gives_nothing_away():
    assert len(check_ranks(GENERATOR, kind_of)) == 6


def test_no_slack_is_right_about_as_often_as_it_is_offered_in_vain():
    offered = [
        q for q in questions(GENERATOR) if "余量是" in q.stem and "0 天" in q.options.values()
    ]
    right = [question for question in offered if question.options[question.answer] == "0 天"]
    assert len(right) > 10
    assert len(offered) < 4 * len(right)


def test_all_activities_together_are_never_offered_as_the_critical_ones():
    for question in questions(GENERATOR):
        if "全部关键活动" in question.stem:
            everything = "、".join(network_of(question.stem))
            assert everything not in question.options.values()


def test_every_mistake_is_named_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(draft.distractors) >= 5
        for distractor in draft.distractors:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", distractor.mistake)


def expected_lengths(network, stem):
    made = graph(network)
    leaving = [max(d["weight"] for _, _, d in made.out_edges(v, data=True)) for v in made
               if made.out_degree(v)]  # fmt: skip
    return {
        "takes-the-shortest-path": nx.dijkstra_path_length(made, 1, max(made)),
        "adds-all-activities": sum(days for _, _, days in network.values()),
        "adds-the-longest-of-each-event": sum(leaving),
        "adds-both-critical-paths": sum(
            days for name, (_, _, days) in network.items() if spare(network, name) == 0
        ),
    }


def expected_slacks(network, stem):
    name = re.search(r"活动 (a\d+) 的时间余量", stem)[1]
    start, _, days = network[name]
    return {
        "forgets-the-duration": spare(network, name) + days,
        "subtracts-from-the-length": longest(network) - longest(network, 1, start) - days,
    }


def expected_delays(network, stem):
    return {"assumes-critical": longest(network) + int(re.search(r"延长 (\d+) 天", stem)[1])}


def expected_starts(network, stem):
    start, end, days = network[re.search(r"活动 (a\d+) 的最迟开始", stem)[1]]
    return {
        "forgets-the-duration": longest(network) - longest(network, end),
        "goes-forward-from-its-start": longest(network) - longest(network, start) + days,
        "subtracts-from-the-length": longest(network) - days,
    }


def expected_earliest(network, stem):
    event = int(re.search(r"事件 v(\d) ", stem)[1])
    made = graph(network)
    before = nx.ancestors(made, event) | {event}
    entering = [edge for edge in network.values() if edge[1] == event]
    return {
        "adds-all-activities-before": int(made.subgraph(before).size("weight")),
        "takes-each-maximum-by-itself": max(longest(network, 1, edge[0]) for edge in entering)
        + max(edge[2] for edge in entering),
    }


def expected_latest(network, stem):
    event = int(re.search(r"事件 v(\d) ", stem)[1])
    made = graph(network)
    shortest = nx.dijkstra_path_length(made, event, max(made))
    return {"takes-the-shortest-way-to-the-end": longest(network) - shortest}


EXPECTED = {
    "整个工程所需": expected_lengths,
    "时间余量": expected_slacks,
    "持续时间延长": expected_delays,
    "最迟开始": expected_starts,
    "最早发生": expected_earliest,
    "最迟发生": expected_latest,
}


@pytest.mark.parametrize("asked", EXPECTED)
def test_a_distractor_is_what_its_mistake_gives(asked):
    made = [draft for draft in drafts(GENERATOR) if asked in draft.stem.rpartition("```")[2]]
    assert made
    for draft in made:
        values = {d.mistake: d.value for d in draft.distractors}
        for mistake, value in EXPECTED[asked](network_of(draft.stem), draft.stem).items():
            assert values[mistake].split()[0] == str(value), mistake
