"""Windows and times that mistaken rules of congestion control lead to."""

import random
from collections.abc import Callable
from dataclasses import replace

from backend.questions.generators.frame import Distractor
from backend.questions.solvers.tcp_congestion import (
    CongestionRun,
    CongestionTask,
    Loss,
    Version,
    control_congestion,
)

Written = Callable[[int], str]


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
    recovers = restart > 1
    half_old, old = (ssthresh // 2, ssthresh) if recovers else (1, 1)
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
            grow(old, ssthresh, after - 1),
            "keeps-the-old-threshold",
            f"新门限是发生拥塞时 cwnd = {reached} 的一半，这里还用旧门限 {ssthresh}。",
        ),
        cwnd_of(reached + after, "ignores-the-loss", "没有处理拥塞，cwnd 一直加 1。"),
    ]


def time_slips(
    chance: random.Random, half: int, goal: int, rtts: int, loss: Loss, written: Written
) -> list[Distractor]:
    """Numbers of round-trip times from a loss to ``goal``; right are ``rtts``.

    ``half`` and ``goal`` are in MSS; ``written`` writes them as the stem does.
    """
    late = in_rtts(rtts + 1, "counts-rounds", "数的是轮次，n 个轮次之间只隔 n − 1 个 RTT。")
    if loss == "timeout":
        few, others = "漏了到达门限的那个 RTT。", _restart_slips(half, goal, rtts, written)
    else:
        few = f"从 {written(half)} 加到 {written(goal)} 要 {rtts} 个 RTT。"
        others = _recovery_slips(half, goal, written)
    early = in_rtts(rtts - 1, "counts-one-too-few", f"少数了一个：{few}")
    # Both would stand around the key.
    return [chance.choice((early, late)), *others]


def _restart_slips(half: int, goal: int, rtts: int, written: Written) -> list[Distractor]:
    return [
        in_rtts(goal - half, "swaps-the-losses", "超时之后 cwnd 应从 1 MSS 开始。"),
        in_rtts(
            (goal - 1).bit_length(), "slow-start-only", "到门限以后不再翻倍，每个 RTT 只加 1 MSS。"
        ),
        in_rtts(goal - 1, "no-slow-start", "从 1 MSS 起应先慢开始，不是每个 RTT 加 1 MSS。"),
        *_overshot(half, goal, written(half)),
        in_rtts(rtts + 2, "counts-rounds-twice", "慢开始和拥塞避免两段都把起点数成了一个 RTT。"),
    ]


def _recovery_slips(half: int, goal: int, written: Written) -> list[Distractor]:
    slow = (half - 1).bit_length()
    begins = f"快恢复后 cwnd 从新门限 {written(half)} 开始，不是从 1 MSS 开始。"
    return [
        in_rtts(slow + goal - half, "swaps-the-losses", begins),
        in_rtts(goal - 1, "starts-from-one-without-slow-start", begins),
        in_rtts((goal - 1).bit_length(), "slow-start-only", f"{begins[:-1]}，也不翻倍。"),
        *(
            [
                in_rtts(
                    goal - half - 3, "adds-three-segments", "题目约定快恢复时不再额外加 3 个 MSS。"
                )
            ]
            if goal - half > 3
            else []
        ),
    ]


def _overshot(half: int, goal: int, threshold: str) -> list[Distractor]:
    """Double past the threshold, then add 1."""
    count, window = 0, 1
    while window < goal:
        window = 2 * window if window < half else window + 1
        count += 1
    return [in_rtts(count, "doubles-past-the-threshold", f"翻倍后超过门限时应取门限 {threshold}。")]


def pair_slips(old: int, reached: int, loss: Loss) -> list[tuple[tuple[int, int], str, str]]:
    """Pairs of cwnd and ssthresh right after a loss, each with what went wrong.

    A wrong threshold goes with the right cwnd, with the one of the other loss, and with a cwnd
    that is set to it.
    """
    half = reached // 2
    right, other = (1, half) if loss == "timeout" else (half, 1)
    mixed_up = (
        "超时后 cwnd 回到 1 MSS，不是新门限。"
        if loss == "timeout"
        else "3 个重复确认后快恢复，cwnd 取新门限，不回到 1 MSS。"
    )
    also = mixed_up if loss == "timeout" else "cwnd 取的也是这个错的门限。"
    found = [((other, half), "swaps-the-losses", mixed_up)]
    for threshold, mistake, why in (
        (old, "keeps-the-old-threshold", "门限也要改为拥塞时 cwnd 的一半。"),
        (old // 2, "halves-the-old-threshold", "新门限是拥塞时 cwnd 的一半，不是旧门限的一半。"),
        (reached, "sets-the-threshold-to-cwnd", "门限取了拥塞时的 cwnd 而没有减半。"),
    ):
        found += [
            ((right, threshold), mistake, why),
            ((other, threshold), f"{mistake}-and-swaps-the-losses", f"{why}{mixed_up}"),
            ((threshold, threshold), f"{mistake}-for-both", f"{why}{also}"),
        ]
    return found


def send_window_slips(
    chance: random.Random, ssthresh: int, number: int, cwnd: int, rwnd: int
) -> list[Distractor]:
    """Send windows of round ``number``, one neighbour of it among them; right is the smaller."""
    beside = chance.choice((number - 1, number + 1))
    near = grow(1, ssthresh, beside - 1)
    over = grow_beyond(1, ssthresh, number - 1)
    overshot = [overshoot(in_mss(over), in_mss(ssthresh))] if over < rwnd else []
    return [
        cwnd_of(
            max(cwnd, rwnd), "takes-the-larger", "发送窗口取 rwnd 和 cwnd 中较小的，不是较大的。"
        ),
        *overshot,
        cwnd_of(
            min(rwnd, near),
            "one-round-late" if beside > number else "one-round-early",
            f"轮次数错位，这是第 {beside} 轮的。",
        ),
        cwnd_of(ssthresh, "takes-the-threshold", "ssthresh 只决定增长方式，不限制发送窗口。"),
        *(
            [cwnd_of(cwnd // 2, "takes-it-for-a-loss", "cwnd 超过 rwnd 不是拥塞，cwnd 不减半。")]
            if rwnd < cwnd
            else []
        ),
        cwnd_of(
            2 ** (number - 1),
            "slow-start-only",
            "到门限以后 cwnd 每轮只加 1，而且发送窗口不超过 rwnd。",
        ),
        cwnd_of(rwnd + cwnd, "adds-the-windows", "发送窗口是两个窗口中较小的，不是两者之和。"),
    ]


def total_slips(
    chance: random.Random, ssthresh: int, first: int, every: list[int]
) -> list[Distractor]:
    """Wrong sums of the rounds from ``first`` on; ``every`` has the windows of all rounds."""
    last, total = len(every), sum(every[first - 1 :])
    over = [grow_beyond(1, ssthresh, step) for step in range(last)]
    late = grow(1, ssthresh, last)
    neighbours = [
        in_segments(total - every[-1], "one-round-too-few", f"少加了第 {last} 轮。"),
        in_segments(total + late, "one-round-too-many", f"多加了第 {last + 1} 轮。"),
    ]
    chance.shuffle(neighbours)
    start = (
        in_segments(total - 1, "forgets-the-first-round", "漏了第 1 轮的 1 个报文段。")
        if first == 1
        else in_segments(
            total - every[first - 1], "forgets-the-first-round", f"第 {first} 轮的也要计入。"
        )
    )
    doubled = 2**last - 2 ** (first - 1)
    return [
        in_segments(
            sum(over[first - 1 :]), "doubles-past-the-threshold", "翻倍后超过门限时应取门限。"
        ),
        start,
        neighbours[0],
        in_segments(doubled, "slow-start-only", "到门限以后每轮只加 1，不再翻倍。"),
        *(
            [in_segments(sum(every), "counts-from-round-one", f"只要从第 {first} 轮加起。")]
            if first > 1
            else []
        ),
        in_segments(every[-1], "last-round-only", f"这只是第 {last} 轮发送的个数。"),
        neighbours[1],
    ]


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


def in_segments(value: int, mistake: str, why: str) -> Distractor:
    """A number of segments given by mistake."""
    return Distractor(f"{value} 个", mistake, why)
