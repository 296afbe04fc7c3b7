"""Windows and times that mistaken rules of congestion control lead to."""

from dataclasses import replace

from backend.questions.generators.frame import Distractor
from backend.questions.solvers.tcp_congestion import (
    CongestionRun,
    CongestionTask,
    Loss,
    Version,
    control_congestion,
)


def after_loss_slips(run: CongestionRun, number: int, late: bool) -> list[Distractor]:
    """Windows of round ``number`` of a run with one loss, each with one rule mistaken.

    Only one neighbour of the round is among them, the ``late`` one or the one before, since two
    would stand around the key.
    """
    task = run.task
    (at, loss), version = task.losses[0], task.version
    reached, ssthresh = run.round(at).cwnd, task.ssthresh
    restart, after = run.round(at + 1).cwnd, number - at
    swapped: Version = "Tahoe" if version == "Reno" else "Reno"
    other = (
        replace(task, losses=((at, "duplicates"),))
        if loss == "timeout"
        else replace(task, version=swapped)
    )
    mixed_up = {
        ("timeout", "Reno"): "超时后 cwnd 要回到 1；直接从新门限开始的是快恢复。",
        ("duplicates", "Reno"): "Reno 收到 3 个重复确认进入快恢复，cwnd 不回到 1。",
        ("duplicates", "Tahoe"): "Tahoe 没有快恢复，收到 3 个重复确认后 cwnd 也回到 1。",
    }[loss, version]
    half_old = ssthresh // 2 if restart > 1 else 1
    beside = number + 1 if late else number - 1
    return [
        cwnd_of(control_congestion(other).round(number).cwnd, "swaps-the-losses", mixed_up),
        overshoot(in_mss(grow_beyond(restart, reached // 2, after - 1)), in_mss(reached // 2)),
        cwnd_of(
            grow(half_old, ssthresh // 2, after - 1),
            "halves-the-old-threshold",
            f"新门限是发生拥塞时 cwnd = {reached} 的一半，不是旧门限的一半。",
        ),
        cwnd_of(
            grow(restart, reached // 2, beside - at - 1),
            "one-round-late" if late else "one-round-early",
            f"轮次数错位，这是第 {beside} 轮的 cwnd。",
        ),
        cwnd_of(
            grow(1, ssthresh, after - 1), "keeps-the-old-threshold", "发生拥塞后门限没有减半。"
        ),
        cwnd_of(reached + after, "ignores-the-loss", "没有处理拥塞，cwnd 一直加 1。"),
    ]


def reached_by_overshooting(half: int, goal: int, loss: Loss) -> list[Distractor]:
    """Double past the threshold, then add 1."""
    if loss == "duplicates":
        return []
    count, window = 0, 1
    while window < goal:
        window = 2 * window if window < half else window + 1
        count += 1
    return [in_rtts(count, "doubles-past-the-threshold", f"翻倍后超过门限 {half} 时应取 {half}。")]


def grow(cwnd: int, ssthresh: int, rtts: int) -> int:
    """What cwnd would become from a start that a mistake gives."""
    run = control_congestion(CongestionTask(max(ssthresh, 1), rtts + 1, cwnd=max(cwnd, 1)))
    return run.round(rtts + 1).cwnd


def grow_beyond(cwnd: int, ssthresh: int, rtts: int) -> int:
    """Grow with the mistake of doubling past the threshold."""
    for _ in range(rtts):
        cwnd = 2 * cwnd if cwnd < ssthresh else cwnd + 1
    return cwnd


def overshoot(value: str, threshold: str) -> Distractor:
    """The window ``value`` of a slow start that doubled past ``threshold``."""
    why = f"慢开始翻倍后超过了门限，应取门限 {threshold}。"
    return Distractor(value, "doubles-past-the-threshold", why)


def in_mss(value: int) -> str:
    """Write a window."""
    return f"{value} MSS"


def cwnd_of(value: int, mistake: str, why: str) -> Distractor:
    """A window in MSS given by mistake."""
    return Distractor(in_mss(value), mistake, why)


def in_rtts(value: int, mistake: str, why: str) -> Distractor:
    """A number of round-trip times given by mistake."""
    return Distractor(f"{value} 个", mistake, why)
