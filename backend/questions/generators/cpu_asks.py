"""What is asked about a run of CPU scheduling, and how it is misread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.generators.cpu_steps import two_places
from backend.questions.solvers.cpu_scheduling import CpuRun, Timing

_Slip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """A thing to ask: how it stands in an option, and the slips made with the right run."""

    text: str
    value: Callable[[CpuRun], str]
    slips: Callable[[CpuRun], Sequence[_Slip]]
    decisive: Callable[[CpuRun], str]
    harder: bool = False


def _mean(run: CpuRun, value: Callable[[Timing], int | Fraction]) -> Fraction:
    return Fraction(sum(value(timing) for timing in run.timings)) / len(run.timings)


def _ms(value: Fraction | int) -> str:
    return f"{float(value):g} ms"


def _ratios(run: CpuRun) -> str:
    terms = " + ".join(f"{t.turnaround}/{t.process.burst}" for t in run.timings)
    return f"({terms}) ÷ {len(run.timings)}"


def _added(run: CpuRun, value: Callable[[Timing], int]) -> str:
    values = [value(timing) for timing in run.timings]
    terms = " + ".join(str(v) for v in values)
    return f"({terms}) ÷ {len(values)}"


_NO_ARRIVAL = "没有减去到达时间"
MEAN_TURNAROUND = Ask(
    "平均周转时间是多少？",
    lambda run: _ms(run.mean_turnaround),
    lambda run: (
        ("forgets-arrival", f"{_NO_ARRIVAL}，求的是平均完成时刻", _ms(_mean(run, _done))),
        ("gives-waiting", "求成了平均等待时间", _ms(run.mean_waiting)),
    ),
    lambda run: f"平均周转时间 = {_added(run, _turnaround)} = {_ms(run.mean_turnaround)}",
)
MEAN_WAITING = Ask(
    "平均等待时间是多少？",
    lambda run: _ms(run.mean_waiting),
    lambda run: (
        ("gives-turnaround", "没有减去运行时间，求成了平均周转时间", _ms(run.mean_turnaround)),
        (
            "waits-until-start",
            "只算到第一次运行为止，漏了被抢占以后的等待",
            _ms(_mean(run, lambda t: t.start - t.process.arrival)),
        ),
        ("forgets-arrival", _NO_ARRIVAL, _ms(_mean(run, lambda t: t.completion - t.process.burst))),
    ),
    lambda run: (
        f"等待时间 = 周转时间 − 运行时间，平均 {_added(run, lambda t: t.waiting)}"
        f" = {_ms(run.mean_waiting)}"
    ),
)
MEAN_WEIGHTED = Ask(
    "平均带权周转时间是多少（结果写到两位小数）？",
    lambda run: two_places(run.mean_weighted),
    lambda run: (
        (
            "divides-sums",
            "用总周转时间除以总运行时间，没有逐个求比值再平均",
            two_places(_mean(run, _turnaround) / _mean(run, lambda t: t.process.burst)),
        ),
        ("uses-waiting", "用等待时间除以运行时间", two_places(run.mean_weighted - 1)),
        (
            "forgets-arrival",
            _NO_ARRIVAL,
            two_places(_mean(run, lambda t: Fraction(t.completion, t.process.burst))),
        ),
    ),
    lambda run: (
        f"先逐个求周转时间 ÷ 运行时间再平均：{_ratios(run)} = {two_places(run.mean_weighted)}"
    ),
    harder=True,
)
EXECUTION = Ask(
    "各进程的运行次序是什么？",
    lambda run: "、".join(dict.fromkeys(piece.name for piece in run.slices)),
    lambda run: _orders(run),
    lambda run: f"运行次序为 {'、'.join(piece.name for piece in run.slices)}",
)
COMPLETION = Ask(
    "各进程完成的先后次序是什么？",
    lambda run: "、".join(run.completed),
    lambda run: _orders(run),
    lambda run: f"完成次序为 {'、'.join(run.completed)}",
)


def _done(timing: Timing) -> int:
    return timing.completion


def _turnaround(timing: Timing) -> int:
    return timing.turnaround


def _orders(run: CpuRun) -> list[_Slip]:
    by_burst = sorted(run.task.processes, key=lambda process: process.burst)
    names = "、".join(process.name for process in by_burst)
    backwards = "、".join(process.name for process in by_burst[::-1])
    return [
        ("sorts-by-burst", "不管到达先后，直接按运行时间从短到长排", names),
        ("sorts-by-length", "直接按运行时间从长到短排", backwards),
    ]


def ask_single(name: str, kind: str) -> Ask:
    """Ask for one time of the process ``name``: "completion", "turnaround" or "waiting"."""

    def timing(run: CpuRun) -> Timing:
        return next(timing for timing in run.timings if timing.process.name == name)

    def slips(run: CpuRun) -> list[_Slip]:
        one = timing(run)
        wrong = [
            ("gives-completion", "没有减去到达时间，写成了完成时刻", one.completion),
            ("gives-turnaround", "求成了周转时间", one.turnaround),
            ("gives-waiting", "求成了等待时间", one.waiting),
            ("gives-start", "写成了它第一次开始运行的时刻", one.start),
        ]
        return [(slip, why, _ms(v)) for slip, why, v in wrong if slip != f"gives-{kind}"]

    def decisive(run: CpuRun) -> str:
        one = timing(run)
        arrival, burst = one.process.arrival, one.process.burst
        turnaround = f"{one.completion} − {arrival} = {one.turnaround}"
        match kind:
            case "completion":
                return f"{name} 的最后一段运行到时刻 {one.completion} 结束"
            case "turnaround":
                return f"{name} 在时刻 {one.completion} 完成，周转时间 {turnaround} ms"
            case _:
                return (
                    f"{name} 周转 {turnaround}，等待 {one.turnaround} − {burst} = {one.waiting} ms"
                )

    texts = {
        "completion": f"{name} 的完成时刻是多少？",
        "turnaround": f"{name} 的周转时间是多少？",
        "waiting": f"{name} 的等待时间是多少？",
    }
    return Ask(texts[kind], lambda run: _ms(getattr(timing(run), kind)), slips, decisive)
