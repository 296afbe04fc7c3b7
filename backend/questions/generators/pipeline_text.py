"""How a pipeline, its times, rates and ratios are written; halves are rounded up."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from backend.questions.solvers.pipeline_time import PipelineRun, PipelineTask

_PER_SECOND = 10**12  # times are in picoseconds
_SCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NAMES = {
    4: "取指、译码、执行、写回",
    5: "取指、译码、执行、访存、写回",
}


def _rounded(value: Fraction, places: int) -> Decimal:
    unit = Decimal(1).scaleb(-places)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(unit, rounding=ROUND_HALF_UP)


def nanoseconds(picoseconds: Fraction) -> str:
    """Write a multiple of 10 picoseconds as 20.80 ns."""
    return f"{_rounded(picoseconds / 1000, 2)} ns"


def per_second(per_picosecond: Fraction) -> str:
    """Write a rate with three significant digits, as 4.81 × 10⁹ 条/秒."""
    rate = per_picosecond * _PER_SECOND
    power = len(str(int(rate))) - 1
    if (digits := _rounded(rate / 10**power, 2)) == 10:
        digits, power = Decimal("1.00"), power + 1
    return f"{digits} × 10{str(power).translate(_SCRIPT)} 条/秒"


def two_places(value: Fraction) -> str:
    """Write a ratio as 3.37."""
    return f"{_rounded(value, 2)}"


def three_places(value: Fraction) -> str:
    """Write a ratio as 1.680."""
    return f"{_rounded(value, 3)}"


def gigahertz(value: Fraction) -> str:
    """Write a frequency as 4.76 GHz."""
    return f"{_rounded(value, 2)} GHz"


def percent(value: Fraction) -> str:
    """Write a share of 1 as 66.7%."""
    return f"{_rounded(value * 100, 1)}%"


def in_cycles(value: Fraction) -> str:
    """Write a whole number of cycles."""
    return f"{int(value)} 个"


def given(run: PipelineRun) -> str:
    """Describe the pipeline in a stem."""
    task = run.task
    depth = len(task.stages)
    latch = f"段寄存器延迟 {task.latch} ps" if task.latch else "不计段寄存器延迟"
    return f"某指令流水线分为{_NAMES[depth]} {depth} 段，时间依次为 {stages_said(task)}，{latch}。"


def stages_said(task: PipelineTask) -> str:
    """List the times of the stages."""
    return f"{'、'.join(map(str, task.stages))} ps"


def clock_said(run: PipelineRun) -> str:
    """The step to the clock cycle."""
    task = run.task
    longest = f"最长段 {max(task.stages)} + 段寄存器延迟 {task.latch}" if task.latch else "最长段"
    return f"时钟周期 = {longest} = {run.cycle} ps。"


def time_said(run: PipelineRun) -> str:
    """The step from the cycles to the time."""
    total = nanoseconds(Fraction(run.time))
    depth, count = len(run.task.stages), run.task.instructions
    return f"总时间 = ({depth} + {count} − 1) × {run.cycle} = {run.time} ps = {total}。"
