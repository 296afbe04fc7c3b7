"""Questions on TCP congestion control: a round's window, what a loss does, how long it takes."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.questions.generators.congestion_mistakes import (
    after_loss_slips,
    cwnd_of,
    grow,
    grow_beyond,
    in_mss,
    in_rtts,
    overshoot,
    reached_by_overshooting,
)
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.solvers.tcp_congestion import (
    CongestionRun,
    CongestionTask,
    Loss,
    Version,
    control_congestion,
    shrunk,
)

_SOURCE = ("cn.tcp-congestion-control",)
_GROWTH = (
    "一个轮次即一个 RTT；慢开始翻倍后超过 ssthresh 时取 ssthresh；"
    "cwnd 等于 ssthresh 时按拥塞避免处理。"
)
_LOSS = "某轮次发生拥塞，从下一轮次起用新的 cwnd 和 ssthresh。"
_RECOVERY = "快恢复时 cwnd 不再额外加 3 个 MSS。"
_NAMES: dict[Loss, str] = {"timeout": "发生超时", "duplicates": "收到 3 个重复确认"}
_OTHER: dict[Loss, Loss] = {"timeout": "duplicates", "duplicates": "timeout"}
_TABLE_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class TcpCongestionGenerator:
    """Small windows, an even one at every loss, and no loss while rwnd is the smaller one."""

    name: str = "tcp-congestion"
    version: int = 1
    points: tuple[str, ...] = ("CN0510",)

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its windows."""
        return mixed(chance.choice(_FORMS)(chance), chance)


def _window_at(chance: random.Random) -> Draft:
    """A run from the start with one loss; asks for cwnd in a later round."""
    version: Version = chance.choice(("Reno", "Reno", "Tahoe"))
    loss: Loss = "duplicates" if version == "Tahoe" else chance.choice(("timeout", "duplicates"))
    ssthresh, at = _start_with_even_end(chance)
    half = control_congestion(CongestionTask(ssthresh, at)).round(at).cwnd // 2
    recovers = loss == "duplicates" and version == "Reno"
    number = at + 1 + (0 if recovers else _slow_rounds(half)) + chance.randint(0, 2) + recovers
    task = CongestionTask(ssthresh, number, losses=((at, loss),), version=version)
    run = control_congestion(task)
    right, reached = run.round(number).cwnd, run.round(at).cwnd
    named = f"TCP {version} " if loss == "duplicates" else "TCP "
    stem = (
        f"某 {named}连接初始 cwnd = 1 MSS，ssthresh = {ssthresh} MSS，rwnd 足够大。"
        f"第 {at} 个传输轮次{_NAMES[loss]}，此外没有拥塞。第 {number} 个传输轮次的 cwnd 是多少？"
    )
    restart = run.round(at + 1).cwnd
    why = f"第 {at} 轮 cwnd = {reached}，新门限 {half}，第 {at + 1} 轮从 {restart} 开始增长。"
    steps = (
        f"第 {at} 轮{_NAMES[loss]}：ssthresh = {reached} ÷ 2 = {half}，下一轮 cwnd = {restart}。",
        _table(run, number),
    )
    convention = _GROWTH + _LOSS + (_RECOVERY if recovers else "")
    wrong = after_loss_slips(run, number, late=chance.random() < 0.5)
    return _draft(stem, in_mss(right), why, wrong, 3, steps, convention)


def _after_rtts(chance: random.Random) -> Draft:
    """A timeout at a window in KB; asks for cwnd after some round-trip times without loss."""
    mss, segments = chance.choice((1, 1, 2, 4)), 2 * chance.randint(5, 20)
    ssthresh = segments // 2
    rtts = _slow_rounds(ssthresh) + chance.randint(0, 2)
    run = _restarted(segments, "timeout", rtts + 1)
    wrong = [
        overshoot(f"{grow_beyond(1, ssthresh, rtts) * mss} KB", f"{ssthresh * mss} KB"),
        _kilobytes(
            grow(1, ssthresh, rtts - 1) * mss,
            "one-rtt-early",
            f"少算了一个 RTT：第 1 个 RTT 结束时 cwnd 已是 {2 * mss} KB。",
        ),
        _kilobytes(
            grow(1, segments, rtts) * mss, "keeps-the-threshold", "门限没有减半，慢开始过了头。"
        ),
        _kilobytes(
            grow(ssthresh, ssthresh, rtts) * mss,
            "timeout-as-duplicates",
            "超时后 cwnd 要回到 1 MSS；直接从新门限开始的是快恢复。",
        ),
        _kilobytes(grow(1, ssthresh * mss, rtts), "takes-mss-as-1-kb", f"忘了 1 MSS = {mss} KB。"),
        _kilobytes(
            (1 + rtts) * mss, "no-slow-start", "超时后从 1 MSS 起应先慢开始，不是每次加 1。"
        ),
    ]
    right = run.round(rtts + 1).cwnd * mss
    stem = (
        f"某 TCP 连接的 MSS = {mss} KB，cwnd 为 {segments * mss} KB 时发生超时，rwnd 足够大。"
        f"如果接下来的 {rtts} 个 RTT 内发送的报文段都收到确认，"
        f"那么这 {rtts} 个 RTT 结束时 cwnd 是多少？"
    )
    why = f"新门限 {ssthresh * mss} KB，cwnd 从 {mss} KB 起先翻倍、到门限后每个 RTT 加 {mss} KB。"
    steps = (
        f"发生超时：ssthresh = {segments} ÷ 2 = {ssthresh} MSS，cwnd = 1 MSS（1 MSS = {mss} KB）。",
        f"每过一个 RTT 的 cwnd（MSS）：\n{_table(run, rtts + 1, by_rtt=True)}",
    )
    return _draft(stem, f"{right} KB", why, wrong, 3, steps, _GROWTH + _LOSS)


def _time_to_reach(chance: random.Random) -> Draft:
    """A loss at a window; asks how many round-trip times it takes to a goal."""
    loss: Loss = chance.choice(("timeout", "timeout", "duplicates"))
    segments = 2 * chance.randint(6, 14)
    half = segments // 2
    goal = chance.choice((segments, segments, chance.randint(half + 2, segments)))
    run = _restarted(segments, loss, 2 * segments)
    reached = run.first_reaching(goal)
    assert reached is not None
    rtts, start = reached - 1, run.round(1).cwnd
    slow = _slow_rounds(half)
    wrong = [
        in_rtts(rtts + 1, "counts-rounds", "数的是轮次，n 个轮次之间只隔 n − 1 个 RTT。"),
        in_rtts(
            goal - half if loss == "timeout" else slow + goal - half,
            "swaps-the-losses",
            f"{_NAMES[loss]}之后 cwnd 应从 {start} MSS 开始。",
        ),
        in_rtts(
            (goal - 1).bit_length(), "slow-start-only", "到门限以后不再翻倍，每个 RTT 只加 1。"
        ),
        in_rtts(goal - 1, "no-slow-start", "从 1 MSS 起应先慢开始，不是每个 RTT 加 1。"),
        *reached_by_overshooting(half, goal, loss),
        in_rtts(rtts - 1, "counts-one-too-few", "少数了一个，漏了到达门限的那个 RTT。"),
    ]
    stem = (
        f"某 TCP Reno 连接的 cwnd 为 {segments} MSS 时{_NAMES[loss]}，此后没有拥塞，rwnd 足够大。"
        f"从 cwnd 改为新值的时刻算起，经过多少个 RTT，cwnd 首次达到 {goal} MSS？"
    )
    grows = (
        f"加到 {goal} 用 {goal - half} 个"
        if loss == "duplicates"
        else (f"慢开始到门限 {half} 用 {slow} 个，再加到 {goal} 用 {goal - half} 个")
    )
    steps = (
        f"{_NAMES[loss]}：ssthresh = {segments} ÷ 2 = {half}，cwnd = {start}。",
        f"每过一个 RTT 的 cwnd：\n{_table(run, reached, by_rtt=True)}",
    )
    convention = _GROWTH + _LOSS + (_RECOVERY if loss == "duplicates" else "")
    return _draft(stem, f"{rtts} 个", f"{grows} RTT。", wrong, 4, steps, convention)


def _pair(chance: random.Random) -> Draft:
    """A loss; asks for both ssthresh and cwnd right after it."""
    loss: Loss = chance.choice(("timeout", "duplicates"))
    mss, old = chance.choice((1, 2, 4)), chance.choice((8, 12, 16, 20, 24, 32))
    reached = old + 2 * chance.randint(1, 6)
    cwnd, ssthresh = shrunk(reached, loss)
    named = "TCP Reno " if loss == "duplicates" else "TCP "
    stem = (
        f"某 {named}连接的 MSS = {mss} KB，当前 ssthresh = {old * mss} KB，"
        f"cwnd = {reached * mss} KB，此时{_NAMES[loss]}。处理之后 ssthresh 和 cwnd 分别是多少？"
    )
    after_other = shrunk(reached, _OTHER[loss])
    half = old // 2
    restarted = 1 if loss == "timeout" else half
    wrong = [
        _both(after_other, mss, "swaps-the-losses", "超时与 3 个重复确认的后果记反了。"),
        _both(
            (restarted, half),
            mss,
            "halves-the-old-threshold",
            "新门限是拥塞时 cwnd 的一半，不是旧门限的一半。",
        ),
        _both((cwnd, old), mss, "keeps-the-old-threshold", "门限也要改为拥塞时 cwnd 的一半。"),
        _both((cwnd, reached), mss, "sets-the-threshold-to-cwnd", "门限取了 cwnd 而没有减半。"),
        _both(
            (half, half), mss, "halves-both-from-the-old-threshold", "两个值都按旧门限的一半取了。"
        ),
    ]
    back = "cwnd 回到 1 MSS" if loss == "timeout" else "快恢复令 cwnd = 新 ssthresh"
    why = f"ssthresh = {reached * mss} ÷ 2 = {ssthresh * mss} KB，{back}。"
    convention = _RECOVERY if loss == "duplicates" else "cwnd 以 MSS 为单位，初始值 1 MSS。"
    then = f"重新慢开始，cwnd = {mss} KB" if loss == "timeout" else f"cwnd = {cwnd * mss} KB"
    steps = (f"{_NAMES[loss]}：ssthresh 取此刻 cwnd 的一半，即 {ssthresh * mss} KB；{then}。",)
    return _draft(stem, _pair_text(cwnd, ssthresh, mss), why, wrong, 2, steps, convention)


def _send_window(chance: random.Random) -> Draft:
    """The receiver's window joins in; asks for the send window of a round."""
    ssthresh, number = chance.randint(5, 16), chance.randint(5, 8)
    cwnd = control_congestion(CongestionTask(ssthresh, number)).round(number).cwnd
    rwnd = cwnd + chance.choice((-5, -3, -2, 2, 4))
    run = control_congestion(CongestionTask(ssthresh, number, rwnd=rwnd))
    right = run.round(number).send_window
    before, after = (grow(1, ssthresh, rtts) for rtts in (number - 2, number))
    wrong = [
        cwnd_of(
            max(cwnd, rwnd), "takes-the-larger", "发送窗口取 rwnd 和 cwnd 中较小的，不是较大的。"
        ),
        overshoot(in_mss(min(rwnd, grow_beyond(1, ssthresh, number - 1))), in_mss(ssthresh)),
        chance.choice(
            (
                cwnd_of(min(rwnd, before), "one-round-early", "轮次数错位，少算了一轮。"),
                cwnd_of(min(rwnd, after), "one-round-late", "轮次数错位，多算了一轮。"),
            )
        ),
        cwnd_of(ssthresh, "takes-the-threshold", "ssthresh 只决定增长方式，不限制发送窗口。"),
        cwnd_of(abs(rwnd - cwnd), "subtracts-the-windows", "把 rwnd 和 cwnd 相减了；应取较小者。"),
        cwnd_of(rwnd + cwnd, "adds-the-windows", "把 rwnd 和 cwnd 相加了；应取较小者。"),
    ]
    stem = (
        f"某 TCP 连接初始 cwnd = 1 MSS，ssthresh = {ssthresh} MSS，"
        f"接收方通告的 rwnd 恒为 {rwnd} MSS，没有丢失，cwnd 的增长不受 rwnd 影响。"
        f"第 {number} 个传输轮次的发送窗口是多少？"
    )
    why = f"第 {number} 轮 cwnd = {cwnd}，发送窗口 = min({rwnd}, {cwnd}) = {right}。"
    steps = (f"每一轮的 cwnd 和发送窗口：\n{_table(run, number)}",)
    points = ("CN0510", "CN0509")
    return _draft(stem, in_mss(right), why, wrong, 3, steps, _GROWTH, points)


def _total(chance: random.Random) -> Draft:
    """No loss; asks how many segments the first rounds send in all."""
    ssthresh = chance.randint(5, 18)
    count = _slow_rounds(ssthresh) + chance.randint(2, 4)
    run = control_congestion(CongestionTask(ssthresh, count))
    windows = [each.cwnd for each in run.rounds]
    over = [grow_beyond(1, ssthresh, step) for step in range(count)]
    wrong = [
        _segments(2**count - 1, "slow-start-only", "到门限以后每轮只加 1，不再翻倍。"),
        _segments(windows[-1], "last-round-only", f"这只是第 {count} 轮发送的个数。"),
        _segments(sum(over), "doubles-past-the-threshold", "翻倍后超过门限时应取门限。"),
        chance.choice(
            (
                _segments(run.sent - windows[-1], "one-round-too-few", "少加了一轮。"),
                _segments(run.sent + windows[-1] + 1, "one-round-too-many", "多加了一轮。"),
            )
        ),
        _segments(sum(windows) - 1, "forgets-the-first-round", "漏了第 1 轮的 1 个报文段。"),
    ]
    stem = (
        f"某 TCP 连接初始 cwnd = 1 MSS，ssthresh = {ssthresh} MSS，rwnd 足够大，没有丢失，"
        f"每个轮次都发满 cwnd。前 {count} 个传输轮次一共发送多少个最大长度的报文段？"
    )
    added = " + ".join(map(str, windows))
    steps = (f"每一轮的 cwnd：\n{_table(run, count)}",)
    return _draft(stem, f"{run.sent} 个", f"{added} = {run.sent}。", wrong, 3, steps, _GROWTH)


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _window_at,
    _window_at,
    _after_rtts,
    _after_rtts,
    _time_to_reach,
    _pair,
    _send_window,
    _total,
)


def _start_with_even_end(chance: random.Random) -> tuple[int, int]:
    """Draw a threshold and a later round in which cwnd is even, so that halving it is exact."""
    ssthresh = chance.choice((8, 10, 12, 14, 16, 18, 20, 24))
    first = _slow_rounds(ssthresh) + 1
    return ssthresh, first + 2 * chance.randint(1, 3)


def _slow_rounds(ssthresh: int) -> int:
    """How often 1 doubles until it reaches the threshold."""
    return (ssthresh - 1).bit_length()


def _restarted(segments: int, loss: Loss, rounds: int) -> CongestionRun:
    """The rounds after a loss, the first of them numbered 1."""
    cwnd, ssthresh = shrunk(segments, loss)
    return control_congestion(CongestionTask(ssthresh, rounds, cwnd=cwnd))


def _pair_text(cwnd: int, ssthresh: int, mss: int) -> str:
    return f"ssthresh = {ssthresh * mss} KB，cwnd = {cwnd * mss} KB"


def _kilobytes(value: int, mistake: str, why: str) -> Distractor:
    return Distractor(f"{value} KB", mistake, why)


def _segments(value: int, mistake: str, why: str) -> Distractor:
    return Distractor(f"{value} 个", mistake, why)


def _both(windows: tuple[int, int], mss: int, mistake: str, why: str) -> Distractor:
    return Distractor(_pair_text(*windows, mss), mistake, why)


def _table(run: CongestionRun, shown: int, by_rtt: bool = False) -> str:
    """Write the windows in pieces that fit on a phone; the first stands before the first RTT."""
    pieces: list[str] = []
    for start in range(0, shown, _TABLE_COLUMNS):
        rounds = run.rounds[start : min(start + _TABLE_COLUMNS, shown)]
        rows = {
            "RTT " if by_rtt else "轮次": [each.number - by_rtt for each in rounds],
            "cwnd": [each.cwnd for each in rounds],
        }
        if run.task.rwnd is not None:
            rows["窗口"] = [each.send_window for each in rounds]
        lines = [
            f"{label} {' '.join(f'{value:>2}' for value in row)}" for label, row in rows.items()
        ]
        pieces.append("\n".join(("```", *lines, "```")))
    return "\n".join(pieces)


def _draft(
    stem: str,
    right: str,
    why: str,
    wrong: Sequence[Distractor],
    difficulty: int,
    steps: tuple[str, ...],
    convention: str,
    points: tuple[str, ...] = ("CN0510",),
) -> Draft:
    last = f"所以答案是 {right}：{why}"
    return Draft(points, difficulty, stem, right, why, wrong, (*steps, last), _SOURCE, convention)
