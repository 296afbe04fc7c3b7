"""Time, throughput, speedup and efficiency of a linear instruction pipeline.

Conventions as in the card co.pipeline and in 唐朔飞, 计算机组成原理 (3rd ed.), 8.3: all stages
advance with one clock, whose cycle is the longest stage and the delay of the registers behind it;
each instruction stays one cycle in each stage. Without a pipeline an instruction takes the sum of
its stages and no register delay. Efficiency counts a stage as busy for the whole of a cycle.
"""

from dataclasses import dataclass
from fractions import Fraction

MAX_STAGES = 64
MAX_INSTRUCTIONS = 10**9


@dataclass(frozen=True, slots=True)
class PipelineTask:
    """``stages`` and ``latch`` are times in one unit; ``stalls`` the cycles lost in all."""

    stages: tuple[int, ...]
    instructions: int
    latch: int = 0
    stalls: int = 0


@dataclass(frozen=True, slots=True)
class PipelineRun:
    """Times in the unit of the task, exact; ``throughput`` in instructions for one unit."""

    task: PipelineTask

    @property
    def cycle(self) -> int:
        return max(self.task.stages) + self.task.latch

    @property
    def cycles(self) -> int:
        """From the first instruction's entry to the last one's exit."""
        return len(self.task.stages) + self.task.instructions - 1 + self.task.stalls

    @property
    def time(self) -> int:
        return self.cycles * self.cycle

    @property
    def serial_time(self) -> int:
        """The time of the same instructions one after the other, without a pipeline."""
        return self.task.instructions * sum(self.task.stages)

    @property
    def throughput(self) -> Fraction:
        return Fraction(self.task.instructions, self.time)

    @property
    def speedup(self) -> Fraction:
        return Fraction(self.serial_time, self.time)

    @property
    def efficiency(self) -> Fraction:
        return Fraction(self.task.instructions, self.cycles)

    @property
    def cpi(self) -> Fraction:
        """Cycles for one instruction, the filling of the pipeline included."""
        return Fraction(self.cycles, self.task.instructions)


def run_pipeline(task: PipelineTask) -> PipelineRun:
    """Run ``task``.

    ValueError without a stage, with a stage that takes no time, a negative delay or number of
    stalls, no instruction, or more than 64 stages or 10⁹ instructions.
    """
    if not 1 <= len(task.stages) <= MAX_STAGES or min(task.stages) < 1:
        raise ValueError(f"there are 1 to {MAX_STAGES} stages, each of at least one unit")
    if not 1 <= task.instructions <= MAX_INSTRUCTIONS:
        raise ValueError(f"there are 1 to {MAX_INSTRUCTIONS} instructions")
    if min(task.latch, task.stalls) < 0:
        raise ValueError("a delay or a number of stalls is not negative")
    return PipelineRun(task)


def split_stage(task: PipelineTask) -> PipelineTask:
    """Cut the first of the longest stages into two equal ones; ValueError when it is odd."""
    longest = max(task.stages)
    if longest % 2:
        raise ValueError(f"a stage of {longest} cannot be halved")
    at = task.stages.index(longest)
    halves = (longest // 2, longest // 2)
    stages = (*task.stages[:at], *halves, *task.stages[at + 1 :])
    return PipelineTask(stages, task.instructions, task.latch, task.stalls)
