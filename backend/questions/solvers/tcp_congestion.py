"""TCP congestion control, round by round.

Conventions as in the card cn.tcp-congestion-control and in 谢希仁, 计算机网络 (8th ed.), 5.8: cwnd
counts segments (MSS); a round is one round-trip time in which a whole window is sent and
acknowledged; slow start doubles cwnd but never beyond ssthresh; a cwnd that equals ssthresh grows
by congestion avoidance, one segment a round. A loss that is noticed in a round halves the cwnd of
that round into ssthresh (at least 2) and sets the cwnd of the next one: 1 after a timeout; after
three duplicate acknowledgements the new ssthresh (Reno, without the extra 3 of RFC 5681) or 1
(Tahoe). cwnd grows by these rules even when the receiver's window is the smaller one.
"""

from dataclasses import dataclass
from typing import Literal

Loss = Literal["timeout", "duplicates"]
Version = Literal["Reno", "Tahoe"]

MAX_ROUNDS = 1000
_LEAST_THRESHOLD = 2


@dataclass(frozen=True, slots=True)
class CongestionTask:
    """Windows are in MSS. ``losses`` are (round, what was noticed in it); round 1 has ``cwnd``.

    ``rwnd`` is the receiver's window, None for one that never matters.
    """

    ssthresh: int
    rounds: int
    cwnd: int = 1
    losses: tuple[tuple[int, Loss], ...] = ()
    version: Version = "Reno"
    rwnd: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """``ssthresh`` is the one in force while ``cwnd`` is sent; ``loss`` what is noticed then."""

    number: int
    cwnd: int
    ssthresh: int
    send_window: int
    loss: Loss | None

    @property
    def slow_start(self) -> bool:
        """Whether cwnd grows by slow start from here."""
        return self.cwnd < self.ssthresh


@dataclass(frozen=True, slots=True)
class CongestionRun:
    """One round for each of ``task.rounds``."""

    task: CongestionTask
    rounds: tuple[Round, ...]

    def round(self, number: int) -> Round:
        """Give a round by its number, from 1."""
        return self.rounds[number - 1]

    @property
    def sent(self) -> int:
        """How many segments the send windows of all rounds allow."""
        return sum(each.send_window for each in self.rounds)

    def first_reaching(self, cwnd: int, start: int = 1) -> int | None:
        """The first round from ``start`` on with at least ``cwnd``; None when there is none."""
        reached = (each.number for each in self.rounds[start - 1 :] if each.cwnd >= cwnd)
        return next(reached, None)


def control_congestion(task: CongestionTask) -> CongestionRun:
    """Run ``task``.

    Raises ValueError for fewer than 1 or more than 1000 rounds, for a window or threshold below 1,
    and for losses that are not in ascending rounds of the run.
    """
    _check(task)
    losses = dict(task.losses)
    cwnd, ssthresh = task.cwnd, task.ssthresh
    rounds: list[Round] = []
    for number in range(1, task.rounds + 1):
        loss = losses.get(number)
        window = cwnd if task.rwnd is None else min(cwnd, task.rwnd)
        rounds.append(Round(number, cwnd, ssthresh, window, loss))
        if loss is None:
            cwnd = grown(cwnd, ssthresh)
        else:
            cwnd, ssthresh = shrunk(cwnd, loss, task.version)
    return CongestionRun(task, tuple(rounds))


def grown(cwnd: int, ssthresh: int) -> int:
    """The next round's cwnd when every segment is acknowledged."""
    return min(2 * cwnd, ssthresh) if cwnd < ssthresh else cwnd + 1


def shrunk(cwnd: int, loss: Loss, version: Version = "Reno") -> tuple[int, int]:
    """The next round's cwnd and ssthresh after a loss; an odd cwnd is halved downwards."""
    ssthresh = max(cwnd // 2, _LEAST_THRESHOLD)
    recovers = loss == "duplicates" and version == "Reno"
    return (ssthresh if recovers else 1), ssthresh


def _check(task: CongestionTask) -> None:
    if not 1 <= task.rounds <= MAX_ROUNDS:
        raise ValueError(f"there are 1 to {MAX_ROUNDS} rounds, not {task.rounds}")
    if min(task.cwnd, task.ssthresh, 1 if task.rwnd is None else task.rwnd) < 1:
        raise ValueError("a window or threshold is at least 1 MSS")
    numbers = [number for number, _ in task.losses]
    if numbers != sorted({n for n in numbers if 1 <= n <= task.rounds}):
        raise ValueError(f"the losses are not in ascending rounds of the run: {numbers}")
