"""Questions on TCP congestion control: a round's window, what a loss does, how long it takes."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.questions.generators.answers import conclusion
from backend.questions.generators.columns import levelled
from backend.questions.generators.congestion_mistakes import (
    after_loss_slips,
    grow,
    grow_beyond,
    in_mss,
    overshoot,
    pair_slips,
    send_window_slips,
    time_slips,
    total_slips,
)
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.ranking import ranked
from backend.questions.layout import code_block
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
_STOPPED = "到门限以后 cwnd 还要每个 RTT 加 1 MSS。"
_TABLE_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class TcpCongestionGenerator:
    """Small windows, an even one at every loss, and no loss while rwnd is the smaller one."""

    name: str = "tcp-congestion"
    version: int = 1
    points: tuple[str, ...] = ("CN0510",)

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its windows."""
        return chance.choice(_FORMS)(chance)


def _window_at(chance: random.Random) -> Draft:
    """A run from the start with one loss; asks for cwnd in a later round."""
    version: Version = chance.choice(("Reno", "Reno", "Tahoe"))
    loss: Loss = "duplicates" if version == "Tahoe" else chance.choice(("timeout", "duplicates"))
    ssthresh, at = _start_with_even_end(chance)
    half = control_congestion(CongestionTask(ssthresh, at)).round(at).cwnd // 2
    recovers = loss == "duplicates" and version == "Reno"
    number = at + 1 + (0 if recovers else _slow_rounds(half)) + chance.randint(0, 3) + recovers
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
    return _counted(chance, _draft(stem, in_mss(right), why, wrong, 3, steps, convention))


def _after_rtts(chance: random.Random) -> Draft:
    """A timeout at a window in KB; asks for cwnd after some round-trip times without loss."""
    mss, segments = chance.choice((1, 2, 4)), 2 * chance.randint(5, 32)
    ssthresh = segments // 2
    # Seldom 0, with which the key is the new threshold itself.
    rtts = _slow_rounds(ssthresh) + chance.choice((0, 1, 1, 1, 2, 2, 2, 3, 3))
    run = _restarted(segments, "timeout", rtts + 1)
    wrong = [
        overshoot(f"{grow_beyond(1, ssthresh, rtts) * mss} KB", f"{ssthresh * mss} KB"),
        _kilobytes(
            grow(1, ssthresh, rtts - 1) * mss,
            "one-rtt-early",
            f"少算了一个 RTT：第 1 个 RTT 结束时 cwnd 已是 {2 * mss} KB。",
        ),
        *(
            [_kilobytes(segments // 2 * mss, "stops-at-the-threshold", _STOPPED)]
            if rtts > _slow_rounds(ssthresh)
            else []
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
    return _counted(
        chance, _draft(stem, f"{right} KB", why, wrong, 3, steps, _GROWTH + _LOSS), typical=4
    )


def _time_to_reach(chance: random.Random) -> Draft:
    """A loss at a window; asks how many round-trip times it takes to a goal."""
    loss: Loss = chance.choice(("timeout", "timeout", "duplicates"))
    mss, segments = chance.choice((0, 1, 2, 4)), 2 * chance.randint(6, 20)
    half = segments // 2
    goal = chance.choice((segments, chance.randint(half + 2, segments)))

    def size(windows: int) -> str:
        return f"{windows * mss} KB" if mss else in_mss(windows)

    run = _restarted(segments, loss, 2 * segments)
    reached = run.first_reaching(goal)
    assert reached is not None
    rtts, start = reached - 1, run.round(1).cwnd
    slow = _slow_rounds(half)
    wrong = time_slips(chance, half, goal, rtts, loss, size)
    stem = (
        f"某 TCP Reno 连接的{f' MSS = {mss} KB，' if mss else ' '}cwnd 为 {size(segments)} "
        f"时{_NAMES[loss]}，此后没有拥塞，rwnd 足够大。"
        f"从 cwnd 改为新值的时刻算起，经过多少个 RTT，cwnd 首次达到 {size(goal)}？"
    )
    grows = (
        f"从 {size(half)} 加到 {size(goal)} 用 {goal - half} 个"
        if loss == "duplicates"
        else f"慢开始到门限 {size(half)} 用 {slow} 个，再加到 {size(goal)} 用 {goal - half} 个"
    )
    in_windows = (f"以 MSS 为单位：拥塞时 cwnd = {segments}，目标 {goal}。",) if mss else ()
    steps = (
        *in_windows,
        f"{_NAMES[loss]}：ssthresh = {segments} ÷ 2 = {half}，cwnd = {start}。",
        f"每过一个 RTT 的 cwnd（MSS）：\n{_table(run, reached, by_rtt=True)}",
    )
    convention = _GROWTH + _LOSS + (_RECOVERY if loss == "duplicates" else "")
    return _counted(
        chance, _draft(stem, f"{rtts} 个", f"{grows} RTT。", wrong, 4, steps, convention)
    )


def _pair(chance: random.Random) -> Draft:
    """A loss; asks for both ssthresh and cwnd right after it."""
    loss: Loss = chance.choice(("timeout", "duplicates"))
    mss, old = chance.choice((1, 2, 4)), 2 * chance.randint(4, 16)
    reached = old + 2 * chance.randint(1, 8)
    cwnd, ssthresh = shrunk(reached, loss)
    named = "TCP Reno " if loss == "duplicates" else "TCP "
    stem = (
        f"某 {named}连接的 MSS = {mss} KB，当前 ssthresh = {old * mss} KB，"
        f"cwnd = {reached * mss} KB，此时{_NAMES[loss]}。处理之后 ssthresh 和 cwnd 分别是多少？"
    )
    wrong = [
        Distractor(_pair_text(*windows, mss), mistake, why)
        for windows, mistake, why in pair_slips(old, reached, loss)
    ]
    back = "cwnd 回到 1 MSS" if loss == "timeout" else "快恢复令 cwnd = 新 ssthresh"
    why = f"ssthresh = {reached * mss} ÷ 2 = {ssthresh * mss} KB，{back}。"
    convention = _RECOVERY if loss == "duplicates" else "cwnd 以 MSS 为单位，初始值 1 MSS。"
    then = f"重新慢开始，cwnd = {mss} KB" if loss == "timeout" else f"cwnd = {cwnd * mss} KB"
    steps = (f"{_NAMES[loss]}：ssthresh 取此刻 cwnd 的一半，即 {ssthresh * mss} KB；{then}。",)
    draft = _draft(stem, _pair_text(cwnd, ssthresh, mss), why, wrong, 2, steps, convention)
    return levelled(draft, chance, lambda value: value.split("，"))


def _send_window(chance: random.Random) -> Draft:
    """The receiver's window joins in; asks for the send window of a round."""
    ssthresh, number = chance.randint(5, 20), chance.randint(5, 9)
    cwnd = control_congestion(CongestionTask(ssthresh, number)).round(number).cwnd
    rwnd = cwnd + chance.choice((-5, -4, -3, -2, 2, 3, 4))
    run = control_congestion(CongestionTask(ssthresh, number, rwnd=rwnd))
    right = run.round(number).send_window
    wrong = send_window_slips(chance, ssthresh, number, cwnd, rwnd)
    stem = (
        f"某 TCP 连接初始 cwnd = 1 MSS，ssthresh = {ssthresh} MSS，"
        f"接收方通告的 rwnd 恒为 {rwnd} MSS，没有丢失，cwnd 的增长不受 rwnd 影响。"
        f"第 {number} 个传输轮次的发送窗口是多少？"
    )
    why = f"第 {number} 轮 cwnd = {cwnd}，发送窗口 = min({rwnd}, {cwnd}) = {right}。"
    steps = (f"每一轮的 cwnd 和发送窗口：\n{_table(run, number)}",)
    points = ("CN0510", "CN0509")
    return _counted(
        chance, _draft(stem, in_mss(right), why, wrong, 3, steps, _GROWTH, points), typical=4
    )


def _total(chance: random.Random) -> Draft:
    """No loss; asks how many segments the first rounds send in all."""
    ssthresh = chance.randint(5, 24)
    first = chance.choice((1, 1, 2, 3, 4))
    last = max(_slow_rounds(ssthresh) + chance.randint(1, 4), first + 2)
    run = control_congestion(CongestionTask(ssthresh, last))
    every = [each.cwnd for each in run.rounds]
    windows = every[first - 1 :]
    wrong = total_slips(chance, ssthresh, first, every)
    span = f"前 {last} 个传输轮次" if first == 1 else f"第 {first}～{last} 个传输轮次"
    stem = (
        f"某 TCP 连接初始 cwnd = 1 MSS，ssthresh = {ssthresh} MSS，rwnd 足够大，没有丢失，"
        f"每个轮次都发满 cwnd。{span}一共发送多少个最大长度的报文段？"
    )
    added, total = " + ".join(map(str, windows)), sum(windows)
    steps = (f"每一轮的 cwnd：\n{_table(run, last)}",)
    return _counted(
        chance, _draft(stem, f"{total} 个", f"{added} = {total}。", wrong, 3, steps, _GROWTH)
    )


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _window_at,
    _window_at,
    _after_rtts,
    _time_to_reach,
    _pair,
    _send_window,
    _total,
)


def _start_with_even_end(chance: random.Random) -> tuple[int, int]:
    """Draw a threshold and a later round in which cwnd is even, so that halving it is exact."""
    ssthresh = 2 * chance.randint(4, 20)
    first = _slow_rounds(ssthresh) + 1
    return ssthresh, first + 2 * chance.randint(1, 4)


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
        pieces.append(code_block(lines))
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
    steps = (*steps, conclusion(right, why))
    return Draft(points, difficulty, stem, right, why, wrong, steps, _SOURCE, convention)


def _counted(chance: random.Random, draft: Draft, typical: int = 5) -> Draft:
    """Mix the distractors of a draft whose answer is one number."""
    return ranked(mixed(draft, chance, typical), chance)
