"""Disk arm scheduling: the order of service and the total seek distance in tracks.

Conventions as in the card os.disk-scheduling and in the Chinese textbooks (汤小丹, 计算机操作系统):
SCAN and C-SCAN turn at the last request of their direction (what Silberschatz, Operating System
Concepts, calls LOOK and C-LOOK) unless the problem says that they go to the edge; the return of
C-SCAN counts as seek distance unless the problem says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from backend.questions.solvers.refusal import Refusal

DiskAlgorithm = Literal["FCFS", "SSTF", "SCAN", "C-SCAN", "LOOK", "C-LOOK"]
Direction = Literal["up", "down"]

MAX_REQUESTS = 200
_SWEEPS = ("SCAN", "C-SCAN", "LOOK", "C-LOOK")
_CIRCULAR = ("C-SCAN", "C-LOOK")


@dataclass(frozen=True, slots=True)
class DiskTask:
    """``requests`` in the order of arrival; ``direction`` "up" is towards greater track numbers.

    ``tracks`` are the first and last track number of the disk, where known. ``to_edge``: SCAN and
    C-SCAN go on to the edge of the disk before they turn. ``count_return``: the way back of a
    circular sweep is part of the seek distance.
    """

    algorithm: DiskAlgorithm
    head: int
    requests: tuple[int, ...]
    direction: Direction | None = None
    tracks: tuple[int, int] | None = None
    to_edge: bool = False
    count_return: bool = True

    @property
    def goes_to_edge(self) -> bool:
        return self.to_edge and self.algorithm in ("SCAN", "C-SCAN")


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the head comes to; ``served`` is false at an edge without a request."""

    track: int
    served: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """The way to one stop; ``distance`` in tracks, 0 for a return that does not count."""

    stop: Stop
    distance: int
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class DiskRun:
    """The moves of the head, in order."""

    task: DiskTask
    moves: tuple[Move, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """The tracks in the order of service."""
        return tuple(move.stop.track for move in self.moves if move.stop.served)

    @property
    def total(self) -> int:
        """The seek distance in tracks."""
        return sum(move.distance for move in self.moves)


def schedule(task: DiskTask) -> DiskRun | Refusal:
    """Run ``task``.

    SSTF: of two requests equally near, the one in the direction of the head's last move (at first
    ``direction``) is served, without one the lower. A sweep with nothing behind it ends at its last
    request, also when it would go to the edge.
    """
    refusal = _refusal(task)
    if refusal is not None:
        return refusal
    match task.algorithm:
        case "FCFS":
            return _run(task, [Stop(track) for track in task.requests])
        case "SSTF":
            return _run(task, [Stop(track) for track in _nearest_first(task)])
        case "SCAN" | "LOOK" | "C-SCAN" | "C-LOOK":
            return _swept(task)


def _refusal(task: DiskTask) -> Refusal | None:
    if len(task.requests) > MAX_REQUESTS:
        return Refusal("too_many_requests", str(len(task.requests)), MAX_REQUESTS)
    if task.tracks is not None:
        first, last = task.tracks
        outside = [t for t in (task.head, *task.requests) if not first <= t <= last]
        if outside:
            return Refusal("track_out_of_range", str(outside[0]))
    if task.algorithm in _SWEEPS and task.direction is None:
        return Refusal("no_direction", task.algorithm)
    if task.goes_to_edge and task.tracks is None:
        return Refusal("no_track_range", task.algorithm)
    return None


def _nearest_first(task: DiskTask) -> list[int]:
    waiting, at, direction = list(task.requests), task.head, task.direction
    order: list[int] = []
    while waiting:
        ahead = 1 if direction == "up" else -1
        track = min(waiting, key=lambda t: (abs(t - at), -ahead * (t - at)))
        if track != at:
            direction = "up" if track > at else "down"
        waiting.remove(track)
        order.append(track)
        at = track
    return order


def _swept(task: DiskTask) -> DiskRun:
    """Sweep upwards; a downward sweep is one on the mirrored disk."""
    sign = 1 if task.direction == "up" else -1
    head = sign * task.head
    requests = sorted(sign * track for track in task.requests)
    ahead = [track for track in requests if track >= head]
    behind = [track for track in requests if track < head]
    circular = task.algorithm in _CIRCULAR
    if not circular:
        behind.reverse()
    out, back = _stops(ahead, sign), _stops(behind, sign)
    if behind and task.goes_to_edge:
        assert task.tracks is not None
        near, far = task.tracks if task.direction == "up" else task.tracks[::-1]
        if (out[-1].track if out else task.head) != far:
            out.append(Stop(far, served=False))
        if circular and back[0].track != near:
            back.insert(0, Stop(near, served=False))
    return _run(task, [*out, *back], return_at=len(out) if circular and back else None)


def _stops(mirrored: Sequence[int], sign: int) -> list[Stop]:
    return [Stop(sign * track) for track in mirrored]


def _run(task: DiskTask, stops: Sequence[Stop], return_at: int | None = None) -> DiskRun:
    tracks = [task.head, *(stop.track for stop in stops)]
    distances = [abs(b - a) for a, b in pairwise(tracks)]
    if return_at is not None and not task.count_return:
        distances[return_at] = 0
    moves = zip(stops, distances, strict=True)
    return DiskRun(task, tuple(Move(s, d, i == return_at) for i, (s, d) in enumerate(moves)))
