"""Disk scheduling questions against closed formulas and sorted lists, read from the stem alone."""

import itertools
import re

import pytest

from backend.questions.generators.disk_mistakes import mistaken_runs, nearest_to_start
from backend.questions.generators.disk_scheduling import DiskScheduling
from backend.questions.solvers.disk_scheduling import DiskRun, DiskTask, Stop, schedule
from tests.unit.questions.generators.checks import check, drafts, questions
from tests.unit.questions.generators.ranks import check_ranks

GENERATOR = DiskScheduling()
MODULE = "backend.questions.solvers.disk_scheduling"
EXAMPLE = DiskTask("SSTF", 100, (50, 120, 20, 180, 90), None, (0, 199))


def given(question):
    stem = question.stem
    name = next(n for n in ("C-SCAN", "SCAN", "SSTF", "FCFS") if n in stem)
    head = int(re.search(r"磁头\w*在 (\d+) 号磁道", stem)[1])
    requests = [int(track) for track in re.search(r"\d+(?:、\d+)+", stem)[0].split("、")]
    return name, head, requests, "增大" in stem


def order(question):
    name, head, requests, up = given(question)
    if name == "FCFS":
        return requests
    if name == "SSTF":
        # Walk outwards from the head on both sides at once.
        low = sorted(t for t in requests if t < head)
        high = sorted((t for t in requests if t > head), reverse=True)
        served, at = [], head
        while low or high:
            side = low if not high or (low and at - low[-1] < high[-1] - at) else high
            served.append(at := side.pop())
        return served
    ahead = sorted((t for t in requests if (t > head) == up), reverse=not up)
    behind = sorted((t for t in requests if (t > head) != up), reverse=up)
    return ahead + (behind[::-1] if name == "C-SCAN" else behind)


def total(question):
    """Measure a sweep by its turning points alone."""
    name, head, requests, up = given(question)
    if name in ("FCFS", "SSTF"):
        at, walked = head, 0
        for track in order(question):
            at, walked = track, walked + max(track - at, at - track)
        return walked
    to_edge = "走到磁盘边缘（" in question.convention
    far, near = (max(requests), min(requests)) if up else (min(requests), max(requests))
    if name == "SCAN":
        turn = (199 if up else 0) if to_edge else far
        return abs(turn - head) + abs(turn - near)
    begin = near
    if to_edge:
        far, begin = (199, 0) if up else (0, 199)
    behind = [t for t in requests if (t > head) != up]
    last = max(behind) if up else min(behind)
    back = abs(far - begin) if "返回的移动计入" in question.convention else 0
    return abs(far - head) + back + abs(last - begin)


def answer_of(question):
    stem = question.stem
    if place := re.search(r"第 (\d+) 个得到服务", stem):
        return f"{order(question)[int(place[1]) - 1]} 号磁道"
    if "先后次序" in stem:
        return "、".join(map(str, order(question)))
    if pace := re.search(r"每移过一个磁道需 (\d+) ms", stem):
        return f"{total(question) * int(pace[1])} ms"
    if "平均寻道长度" in stem:
        return f"{total(question) / len(given(question)[2]):g} 个磁道"
    return f"{total(question)} 个磁道"


def test_every_key_is_what_the_closed_formulas_give():
    check(GENERATOR, answer_of)


def nearest_to_the_first_place(task):
    return sorted(task.requests, key=lambda track: abs(track - task.head))


def no_mirror(mirrored, sign):
    return [Stop(abs(track)) for track in sorted(mirrored, key=abs)]


@pytest.mark.parametrize(
    ("place", "bug"),
    [
        ("_nearest_first", nearest_to_the_first_place),
        ("_stops", no_mirror),
        ("_CIRCULAR", ()),
        ("DiskTask.goes_to_edge", property(lambda task: False)),
        ("DiskRun.total", property(lambda run: sum(m.distance for m in run.moves[1:]))),
    ],
)
def test_a_bug_planted_in_the_solver_fails_the_check(monkeypatch, place, bug):
    monkeypatch.setattr(f"{MODULE}.{place}", bug)
    with pytest.raises(AssertionError, match=r"gen\.disk-scheduling"):
        check(GENERATOR, answer_of)


def test_all_algorithms_and_all_forms_are_asked():
    texts = [question.stem + question.convention for question in questions(GENERATOR)]
    words = ("FCFS", "SSTF", "SCAN", "C-SCAN", "增大", "减小", "走到磁盘边缘（", "移动不计入")
    asks = ("总寻道长度", "平均寻道长度", "个得到服务", "先后次序", "每移过")
    for word in (*words, *asks):
        assert any(word in text for text in texts), word


def test_sstf_is_never_asked_on_two_equally_near_requests():
    asked = [question for question in questions(GENERATOR) if "SSTF" in question.stem]
    assert asked
    for question in asked:
        _, at, requests, _ = given(question)
        waiting = set(requests)
        while waiting:
            near = sorted(waiting, key=lambda track, at=at: abs(track - at))
            assert len(near) == 1 or abs(near[0] - at) < abs(near[1] - at), question.stem
            at = near[0]
            waiting.remove(at)


def test_an_average_is_exact():
    for question in questions(GENERATOR):
        if "平均寻道长度" in question.stem:
            mean = float(question.options[question.answer].split()[0])
            assert mean * len(given(question)[2]) == pytest.approx(total(question), abs=1e-9)


def test_no_average_among_the_options_is_rounded():
    """No rule says how, so each must be a whole distance divided by a number of requests."""
    seen = set()
    for draft in drafts(GENERATOR):
        if "平均寻道长度" in draft.stem:
            count = len(given(draft)[2])
            for wrong in draft.distractors:
                stops = {"divides-by-stops": count + 1, "divides-by-gaps": count - 1}
                divisor = stops.get(wrong.mistake, count)
                distance = float(wrong.value.split()[0]) * divisor
                assert distance == pytest.approx(round(distance), abs=1e-9), wrong
                if wrong.mistake in stops:
                    assert round(distance) == total(draft)
                    seen.add(wrong.mistake)
    assert len(seen) == 2


def test_the_rank_of_the_key_gives_nothing_away():
    def kind_of(question):
        return given(question)[0], re.sub(r"\d+", "", question.stem)[-9:]

    assert len(check_ranks(GENERATOR, kind_of)) >= 14


def test_a_slip_is_what_it_says():
    seen = set()
    for draft in drafts(GENERATOR):
        if "总寻道长度" in draft.stem:
            _, head, _, _ = given(draft)
            first, last = order(draft)[0], order(draft)[-1]
            values = {d.mistake: d.value for d in draft.distractors}
            walked = total(draft)
            home, zero = walked + abs(last - head), walked - abs(first - head) + first
            assert values["returns-to-the-start"] == f"{home} 个磁道"
            assert values["starts-at-track-0"] == f"{zero} 个磁道"
            if given(draft)[0] == "FCFS":
                stops = [head, *order(draft)[::-1]]
                back = sum(abs(a - b) for a, b in itertools.pairwise(stops))
                assert values["serves-last-first"] == f"{back} 个磁道"
            seen.add(given(draft)[0])
    assert len(seen) == 4


def test_the_mistakes_give_what_the_card_gives_for_the_other_algorithms():
    """The example of os.disk-scheduling: FCFS 470, SSTF 260, SCAN 240, C-SCAN 310."""

    def totals(**changes):
        values = {"algorithm": "SSTF", "direction": "up", **changes}
        task = DiskTask(head=100, requests=EXAMPLE.requests, tracks=(0, 199), **values)
        return {name: run.total for name, _, run in mistaken_runs(task)}

    assert totals()["plays-fcfs"] == 470
    assert totals()["sweeps-upwards"] == 240
    assert totals()["sweeps-downwards"] == 80 + 160
    assert totals(algorithm="SCAN")["plays-c-scan"] == 310
    assert totals(algorithm="SCAN")["plays-sstf"] == 260
    assert totals(algorithm="SCAN")["goes-to-edge"] == 99 + 179
    assert totals(algorithm="C-SCAN")["plays-scan"] == 240
    assert totals(algorithm="C-SCAN")["omits-return"] == 150
    assert totals(algorithm="C-SCAN")["goes-to-edge"] == 99 + 199 + 90
    assert totals(algorithm="C-SCAN")["wrong-direction"] == 80 + 160 + 60
    assert totals(algorithm="FCFS")["plays-sstf"] == 260


def test_measuring_from_the_start_orders_by_the_first_distances():
    assert nearest_to_start(EXAMPLE).order == (90, 120, 50, 20, 180)
    assert isinstance(schedule(EXAMPLE), DiskRun)
