"""Questions on pipeline performance: time, throughput, speedup, efficiency, stalls, the clock."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.generators.answers import conclusion, of_number, ranked_as
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.pipeline_text import (
    clock_said,
    gigahertz,
    given,
    in_cycles,
    nanoseconds,
    per_second,
    percent,
    stages_said,
    three_places,
    time_said,
    two_places,
)
from backend.questions.solvers.pipeline_time import (
    PipelineRun,
    PipelineTask,
    run_pipeline,
    split_stage,
)

_SOURCE = ("co.pipeline",)
_CONVENTION = "各段由同一时钟控制，每条指令在每一段都占一个时钟周期。"
_SERIAL = "不采用流水线时，一条指令的时间是各段时间之和，不计段寄存器延迟。"
_EFFICIENCY = "效率 = 时空图中任务占用的面积 ÷ 总面积，从第一条指令进入到最后一条流出为止。"

_Wrong = tuple[Fraction, str, str]


@dataclass(frozen=True, slots=True)
class PipelineTimeGenerator:
    """Four or five stages in tens of picoseconds, up to a thousand instructions."""

    name: str = "pipeline-time"
    version: int = 1
    points: tuple[str, ...] = ("CO0515",)

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its stages."""
        return ranked_as(mixed(chance.choice(_FORMS)(chance), chance), chance, of_number)


def _total_time(chance: random.Random) -> Draft:
    run = _uneven(chance)
    task, cycle, depth = run.task, run.cycle, len(run.task.stages)
    count, longest = task.instructions, max(task.stages)
    unaligned = sum(task.stages) + depth * task.latch + (count - 1) * cycle
    times = [
        (Fraction((depth + count) * cycle), "counts-k-plus-n", _ONE_TOO_MANY),
        (Fraction(count * cycle), "forgets-the-filling", _NO_FILLING),
        (Fraction(unaligned), "first-instruction-unaligned", _UNALIGNED),
        *_without_latch(run, Fraction(run.cycles * longest)),
        (run.cycles * _average(task), "takes-the-average-stage", _AVERAGE),
        (Fraction(depth * count * cycle), "no-overlap", "没有重叠，算成了逐条执行。"),
        (Fraction(run.serial_time), "without-a-pipeline", "这是不采用流水线的时间。"),
    ]
    stem = f"{given(run)}连续执行 {count} 条指令，没有停顿，一共需要多少时间？"
    why = f"时钟周期 {cycle} ps，共 {depth} + {count} − 1 = {run.cycles} 个周期。"
    return _timed(run, stem, why, times, 2, (time_said(run),))


def _throughput(chance: random.Random) -> Draft:
    run = _uneven(chance, instructions=(10, 20, 50))
    task, depth, count = run.task, len(run.task.stages), run.task.instructions
    rates = [
        (Fraction(1, run.cycle), "takes-the-limit", "这是指令数很大时的极限，没有计装入的时间。"),
        (Fraction(count, (depth + count) * run.cycle), "counts-k-plus-n", _ONE_TOO_MANY),
        *_without_latch(run, Fraction(count, run.cycles * max(task.stages))),
        (count / (run.cycles * _average(task)), "takes-the-average-stage", _AVERAGE),
        (Fraction(count, run.serial_time), "without-a-pipeline", "这是不采用流水线时的吞吐率。"),
        (Fraction(1, depth * run.cycle), "no-overlap", "没有重叠，算成了逐条执行。"),
    ]
    stem = (
        f"{given(run)}连续执行 {count} 条指令，没有停顿，实际吞吐率约为多少（保留三位有效数字）？"
    )
    why = f"{count} 条指令用 {run.cycles} × {run.cycle} = {run.time} ps，吞吐率 = 指令数 ÷ 总时间。"
    step = f"吞吐率 = {count} ÷ {nanoseconds(Fraction(run.time))} ≈ {per_second(run.throughput)}。"
    return _draft(run, stem, per_second, run.throughput, why, rates, 3, (time_said(run), step))


def _speedup(chance: random.Random) -> Draft:
    run = _uneven(chance, instructions=(10, 20, 50, 100))
    task, depth, count = run.task, len(run.task.stages), run.task.instructions
    whole = sum(task.stages)
    ratios = [
        (Fraction(depth * count, run.cycles), "takes-the-formula-of-equal-stages", _EQUAL_ONLY),
        (Fraction(whole, run.cycle), "takes-the-limit", "这是指令数很大时的极限。"),
        *_without_latch(run, Fraction(run.serial_time, run.cycles * max(task.stages))),
        (
            Fraction(run.serial_time, (depth + count) * run.cycle),
            "counts-k-plus-n",
            _ONE_TOO_MANY,
        ),
        (1 / run.speedup, "divides-the-wrong-way", "除反了，应是不流水的时间除以流水的时间。"),
        (Fraction(depth), "takes-the-depth", "段数只是各段相等、指令数很大时的极限。"),
        (run.serial_time / (run.cycles * _average(task)), "takes-the-average-stage", _AVERAGE),
    ]
    stem = (
        f"{given(run)}连续执行 {count} 条指令，没有停顿。"
        "与不采用流水线相比，加速比约为多少（保留两位小数）？"
    )
    why = f"不流水 {count} × {whole} = {run.serial_time} ps，流水 {run.time} ps，两者相除。"
    step = (
        f"流水：({depth} + {count} − 1) × {run.cycle} = {run.time} ps；"
        f"不流水：{count} × {whole} = {run.serial_time} ps。"
    )
    convention = _CONVENTION + _SERIAL
    return _draft(run, stem, two_places, run.speedup, why, ratios, 3, (step,), convention)


def _efficiency(chance: random.Random) -> Draft:
    """Equal stages, where all definitions of efficiency agree."""
    depth, count = chance.randint(4, 8), chance.choice((6, 8, 10, 12, 15, 16, 20, 24, 25, 30, 40))
    run = run_pipeline(PipelineTask((chance.choice((1, 2, 3, 5)) * 100,) * depth, count))
    shares = [
        (Fraction(count, depth + count), "counts-k-plus-n", _ONE_TOO_MANY),
        (Fraction(depth, run.cycles), "swaps-k-and-n", "分子应是指令数，不是段数。"),
        (Fraction(count - 1, run.cycles), "drops-the-first", "第一条指令也要计入。"),
        (Fraction(count - depth + 1, run.cycles), "counts-full-cycles-only", _FULL_ONLY),
        (Fraction(depth - 1, run.cycles), "gives-the-idle-share", "这是空闲的比例。"),
        (Fraction(count, count + depth - 2), "fills-one-cycle-too-few", "装入的周期少算了一个。"),
        (1 - Fraction(depth - 1, 2 * run.cycles), "takes-off-one-corner", _ONE_CORNER),
        (Fraction(1), "ignores-the-idle-stages", "装入和排空时有的段空闲，效率到不了 100%。"),
    ]
    stem = (
        f"某指令流水线有 {depth} 段，每段时间都是 {run.cycle} ps，不计段寄存器延迟。"
        f"连续执行 {count} 条指令，没有停顿，流水线的效率约为多少（保留一位小数）？"
    )
    busy, area = count * depth, run.cycles * depth
    why = f"占用 {count} × {depth} = {busy} 格，总共 {run.cycles} × {depth} = {area} 格。"
    step = f"总周期数 = {depth} + {count} − 1 = {run.cycles}；效率 = {count} ÷ {run.cycles}。"
    return _draft(
        run, stem, percent, run.efficiency, why, shares, 3, (step,), _CONVENTION + _EFFICIENCY
    )


def _stalled(chance: random.Random) -> Draft:
    """Some instructions stall the pipeline; asks for the cycles or for the CPI."""
    depth, count = chance.choice((4, 5, 5, 6)), chance.choice((20, 40, 50, 100, 200))
    hit, each = count * chance.choice((10, 20, 30)) // 100, chance.randint(1, 3)
    run = run_pipeline(PipelineTask((100,) * depth, count, stalls=hit * each))
    asks_cpi = chance.random() < 0.4
    plain = run.cycles - run.task.stalls
    cycles = [
        (plain, "forgets-the-stalls", "没有加上停顿的周期。"),
        (count + hit * each, "forgets-the-filling", _NO_FILLING),
        (run.cycles + 1, "counts-k-plus-n", _ONE_TOO_MANY),
        *([(plain + hit, "one-cycle-a-stall", f"每次停顿 {each} 个周期。")] if each > 1 else []),
        (plain + count * each, "every-instruction-stalls", f"只有 {hit} 条指令引起停顿。"),
        (plain + each, "stalls-once", f"停顿一共发生 {hit} 次。"),
        (depth * count + hit * each, "no-overlap", "没有重叠，算成了逐条执行。"),
    ]
    asked = (
        "平均 CPI 是多少（装入时间计入，保留三位小数）" if asks_cpi else "一共需要多少个时钟周期"
    )
    stem = (
        f"某 {depth} 段指令流水线每个时钟周期进入一条指令。执行 {count} 条指令，其中 {hit} 条"
        f"各使流水线停顿 {each} 个时钟周期（互不重叠），其余没有停顿，{asked}？"
    )
    why = f"{depth} + {count} − 1 = {plain} 个周期，再加停顿 {hit} × {each} = {hit * each} 个。"
    step = f"总周期数 = {plain} + {hit * each} = {run.cycles}。"
    values = [(Fraction(v, count if asks_cpi else 1), *said) for v, *said in cycles]
    found = [(value, mistake, why_wrong) for value, mistake, why_wrong in values]
    right = run.cpi if asks_cpi else Fraction(run.cycles)
    said = (f"CPI = {run.cycles} ÷ {count}。",) if asks_cpi else ()
    write = three_places if asks_cpi else in_cycles
    return _draft(run, stem, write, right, why, found, 3, (step, *said), timed=False)


def _frequency(chance: random.Random) -> Draft:
    run = _uneven(chance)
    task, cycle = run.task, run.cycle
    second = sorted(task.stages)[-2] + task.latch
    clocks = [
        *_without_latch(run, Fraction(1000, max(task.stages))),
        (1000 / _average(task), "takes-the-average-stage", _AVERAGE),
        (Fraction(1000, min(task.stages) + task.latch), "takes-the-shortest-stage", _SHORTEST),
        (Fraction(1000, sum(task.stages)), "takes-the-sum", "各段之和是不流水时一条指令的时间。"),
        (Fraction(1000, second), "overlooks-the-longest-stage", "看漏了最长的一段。"),
        *_sums_with_latch(run),
    ]
    stem = f"{given(run)}该流水线的时钟频率最高约为多少 GHz（保留两位小数）？"
    why = f"时钟周期 {cycle} ps，频率 = 1 ÷ {cycle} ps。"
    step = f"频率 = 1 ÷ {cycle} ps ≈ {gigahertz(Fraction(1000, cycle))}。"
    return _draft(run, stem, gigahertz, Fraction(1000, cycle), why, clocks, 2, (step,))


def _sums_with_latch(run: PipelineRun) -> list[_Wrong]:
    """Frequencies with the delay added too often; none without one."""
    task = run.task
    if not task.latch:
        return []
    whole = sum(task.stages) + len(task.stages) * task.latch
    return [
        (Fraction(1000, run.cycle + task.latch), "adds-the-latch-twice", "段寄存器延迟只加一次。"),
        (Fraction(1000, whole), "takes-the-sum-with-latches", "时钟周期只含最长的一段。"),
    ]


def _split(chance: random.Random) -> Draft:
    """The longest stage is cut in two; another one sets the clock then."""
    before = _uneven(chance, instructions=(20, 50, 100))
    task = split_stage(before.task)
    run = run_pipeline(task)
    count, half, depth = task.instructions, max(before.task.stages) // 2, len(task.stages)
    times = [
        (Fraction(run.cycles * (half + task.latch)), "halves-the-cycle", _OTHER_LONGEST),
        (Fraction((run.cycles - 1) * run.cycle), "keeps-the-depth", f"段数已变成 {depth} 段。"),
        (Fraction(run.cycles * before.cycle), "keeps-the-cycle", "时钟周期要按新的最长段重新定。"),
        (Fraction(before.time), "before-the-split", "这是拆分之前的时间。"),
        *_without_latch(run, Fraction(run.cycles * max(task.stages))),
        (Fraction((run.cycles + 1) * run.cycle), "counts-k-plus-n", _ONE_TOO_MANY),
        (Fraction(count * run.cycle), "forgets-the-filling", _NO_FILLING),
    ]
    stem = (
        f"{given(before)}现把最长的一段拆成时间相等的两段，其余不变。"
        f"拆分后连续执行 {count} 条指令，没有停顿，一共需要多少时间？"
    )
    why = (
        f"拆分后 {depth} 段，时钟周期 {run.cycle} ps，"
        f"共 {depth} + {count} − 1 = {run.cycles} 个周期。"
    )
    stages = f"拆分后 {depth} 段，时间依次为 {stages_said(task)}。"
    steps = (stages, clock_said(run), time_said(run))
    return _timed(run, stem, why, times, 4, steps, clock=False)


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _total_time,
    _throughput,
    _speedup,
    _efficiency,
    _stalled,
    _frequency,
    _split,
)

_ONE_TOO_MANY = "总周期数是段数 + 指令数 − 1，多算了一个。"
_NO_FILLING = "只算了指令数，漏了第一条指令流出之前的周期。"
_AVERAGE = "时钟周期由最长的一段决定，不是各段的平均值。"
_SHORTEST = "时钟周期由最长的一段决定，不是最短的。"
_UNALIGNED = "第一条指令也要每段占一个时钟周期，不能按各段实际时间算。"
_EQUAL_ONLY = "k × n ÷ (k + n − 1) 只在各段时间相等、没有延迟时成立。"
_OTHER_LONGEST = "拆分后最长的是另一段，时钟周期不能只取一半。"
_ONE_CORNER = "只扣了装入时空闲的一角，漏了排空时的一角。"
_FULL_ONLY = "只数了各段都忙的周期，装入和排空时也有段在忙。"


def _uneven(
    chance: random.Random, instructions: Sequence[int] = (10, 20, 50, 100, 200, 1000)
) -> PipelineRun:
    """Draw stages of which one is the longest, and another longer than half of it."""
    depth, longest = chance.choice((4, 5)), 20 * chance.randint(6, 12)
    second = 10 * chance.randint(longest // 20 + 2, longest // 10 - 1)
    others = [10 * chance.randint(4, second // 10) for _ in range(depth - 2)]
    stages = [longest, second, *others]
    chance.shuffle(stages)
    latch = chance.choice((0, 10, 10, 20, 20, 30))
    return run_pipeline(PipelineTask(tuple(stages), chance.choice(instructions), latch))


def _average(task: PipelineTask) -> Fraction:
    return Fraction(sum(task.stages), len(task.stages)) + task.latch


def _without_latch(run: PipelineRun, value: Fraction) -> list[_Wrong]:
    why = f"时钟周期还要加段寄存器延迟 {run.task.latch} ps。"
    return [(value, "forgets-the-latch", why)] if run.task.latch else []


def _timed(
    run: PipelineRun,
    stem: str,
    why: str,
    wrong: Sequence[_Wrong],
    difficulty: int,
    steps: tuple[str, ...],
    clock: bool = True,
) -> Draft:
    """Ask for a time in two places; a mistake whose time has more is left out."""
    exact = [each for each in wrong if each[0] % 10 == 0]
    time = Fraction(run.time)
    return _draft(run, stem, nanoseconds, time, why, exact, difficulty, steps, timed=clock)


def _draft(
    run: PipelineRun,
    stem: str,
    write: Callable[[Fraction], str],
    right: Fraction,
    why: str,
    wrong: Sequence[_Wrong],
    difficulty: int,
    steps: tuple[str, ...],
    convention: str = _CONVENTION,
    timed: bool = True,
) -> Draft:
    clock = (clock_said(run),) if timed else ()
    return Draft(
        ("CO0515",),
        difficulty,
        stem,
        write(right),
        why,
        [Distractor(write(value), mistake, said) for value, mistake, said in wrong if value > 0],
        (*clock, *steps, conclusion(write(right), why)),
        _SOURCE,
        convention,
    )
