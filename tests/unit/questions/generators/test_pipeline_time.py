"""Questions on pipelines against a clock that ticks, with the stages read from the stem."""

import re
from fractions import Fraction

import pytest

from backend.questions.generators.pipeline_time import PipelineTimeGenerator
from backend.questions.solvers.pipeline_time import PipelineRun
from tests.unit.questions.generators.checks import check, drafts

GENERATOR = PipelineTimeGenerator()
DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def ticks(depth, entering):
    """Shift ``entering`` (True: an instruction, False: a bubble) through; count ticks and work."""
    stages, queue, count, busy = [False] * depth, list(entering), 0, 0
    while queue or any(stages[:-1]):
        stages = [queue.pop(0) if queue else False, *stages[:-1]]
        count += 1
        busy += sum(stages)
    return count, busy


def half_up(value, places):
    """Round with integers: no Decimal, no float."""
    units = (2 * value * 10**places + 1) // 2
    text = f"{int(units):0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}"


def number(pattern, stem, default=0):
    found = re.search(pattern, stem)
    return int(found[1]) if found else default


def stages_of(stem):
    """Read the times of the stages; the longest is cut in two when the stem says so."""
    times = re.search(r"时间依次为 ([\d、]+) ps", stem)
    if times is None:
        return [number(r"每段时间都是 (\d+) ps", stem)] * number(r"有 (\d+) 段", stem)
    stages = [int(text) for text in times[1].split("、")]
    if "拆成" in stem:
        at = max(range(len(stages)), key=stages.__getitem__)
        stages[at : at + 1] = [stages[at] / Fraction(2)] * 2
    return stages


def answer_of(question):
    stem = question.stem
    count = number(r"执行 (\d+) 条", stem)
    if "停顿 " in stem:
        return of_stalls(stem, count)
    stages, latch = stages_of(stem), number(r"延迟 (\d+) ps", stem)
    clock = sorted(stages)[-1] + latch
    if "频率" in stem:
        return f"{half_up(Fraction(1000) / clock, 2)} GHz"
    cycles, busy = ticks(len(stages), [True] * count)
    time = sum((clock for _ in range(cycles)), Fraction())
    if "效率" in stem:
        return f"{half_up(Fraction(100 * busy, cycles * len(stages)), 1)}%"
    if "加速比" in stem:
        return half_up(sum(stages) * count / time, 2)
    if "吞吐率" in stem:
        rate, power = count / time * 10**12, 0
        while rate >= 10:
            rate, power = rate / 10, power + 1
        return f"{half_up(rate, 2)} × 10{str(power).translate(DIGITS)} 条/秒"
    assert time % 10 == 0
    return f"{half_up(time / 1000, 2)} ns"


def of_stalls(stem, count):
    depth = number(r"某 (\d) 段", stem)
    hit, each = number(r"其中 (\d+) 条", stem), number(r"停顿 (\d) 个时钟周期", stem)
    entering = [True]
    for index in range(1, count):
        entering += [False] * each * (index <= hit) + [True]
    cycles, _ = ticks(depth, entering)
    return half_up(Fraction(cycles, count), 3) if "CPI" in stem else f"{cycles} 个"


def test_every_key_is_what_a_ticking_clock_says():
    check(GENERATOR, answer_of)


def test_the_clock_gives_the_numbers_of_the_card():
    assert ticks(5, [True] * 100) == (104, 500)
    assert half_up(Fraction(700 * 100, 20800), 2) == "3.37"


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("cycle", lambda run: max(run.task.stages)),
        ("cycles", lambda run: len(run.task.stages) + run.task.instructions + run.task.stalls),
        ("cycles", lambda run: len(run.task.stages) + run.task.instructions - 1),
        ("serial_time", lambda run: run.task.instructions * len(run.task.stages) * run.cycle),
    ],
)
def test_a_bug_planted_in_the_solver_is_caught(monkeypatch, name, bug):
    monkeypatch.setattr(PipelineRun, name, property(bug))
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def wrong_of(draft):
    return {wrong.mistake: wrong.value for wrong in draft.distractors}


def test_every_mistake_has_a_name_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(wrong_of(draft)) >= 4
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", mistake) for mistake in wrong_of(draft))


def test_the_wrong_times_are_what_the_mistakes_give():
    asked = [d for d in drafts(GENERATOR) if "多少时间" in d.stem and "拆成" not in d.stem]
    assert len(asked) > 40
    for draft in asked:
        stages, count = stages_of(draft.stem), number(r"执行 (\d+) 条", draft.stem)
        latch, depth = number(r"延迟 (\d+) ps", draft.stem), len(stages)
        wrong, clock = wrong_of(draft), max(stages) + latch

        def said(picoseconds):
            return f"{half_up(Fraction(picoseconds, 1000), 2)} ns"

        assert wrong["forgets-the-filling"] == said(count * clock)
        assert wrong["no-overlap"] == said(depth * count * clock)
        assert wrong["without-a-pipeline"] == said(count * sum(stages))
        aligned = sum(stage + latch for stage in stages) + (count - 1) * clock
        assert wrong["first-instruction-unaligned"] == said(aligned)
        assert ("forgets-the-latch" in wrong) == (latch > 0)


def test_all_four_times_have_the_same_number_of_decimals():
    asked = [d for d in drafts(GENERATOR) if "多少时间" in d.stem]
    for draft in asked:
        for text in (draft.correct, *(wrong.value for wrong in draft.distractors)):
            assert re.fullmatch(r"\d+\.\d\d ns", text)


def test_a_delay_is_added_twice_only_where_there_is_one():
    asked = [d for d in drafts(GENERATOR) if "频率" in d.stem]
    assert {"延迟 " in d.stem for d in asked} == {True, False}
    for draft in asked:
        assert ("adds-the-latch-twice" in wrong_of(draft)) == ("延迟 " in draft.stem)


def test_the_wrong_efficiencies_are_what_the_mistakes_give():
    """Count cells of the diagram: a stage is busy with instruction i from its own cycle on."""
    asked = [d for d in drafts(GENERATOR) if "效率" in d.stem]
    assert len(asked) > 40
    for draft in asked:
        depth, count = number(r"有 (\d+) 段", draft.stem), number(r"执行 (\d+) 条", draft.stem)
        cycles, _ = ticks(depth, [True] * count)
        filling = sum(depth - 1 - stage for stage in range(depth))
        one_corner = 100 - Fraction(100 * filling, cycles * depth)
        assert wrong_of(draft)["takes-off-one-corner"] == f"{half_up(one_corner, 1)}%"


def test_the_total_time_stands_in_the_steps_of_a_throughput():
    asked = [d for d in drafts(GENERATOR) if "吞吐率" in d.stem]
    assert len(asked) > 40
    for draft in asked:
        stages, count = stages_of(draft.stem), number(r"执行 (\d+) 条", draft.stem)
        time = (len(stages) + count - 1) * (max(stages) + number(r"延迟 (\d+) ps", draft.stem))
        assert any(f"= {time} ps = {half_up(Fraction(time, 1000), 2)} ns" in s for s in draft.steps)
