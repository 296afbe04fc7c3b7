"""Every kind of problem that can be computed, behind one function."""

from backend.questions.solvers.crc import CrcRun, CrcTask, divide
from backend.questions.solvers.disk_scheduling import DiskRun, DiskTask, schedule
from backend.questions.solvers.page_replacement import PageRun, PageTask, replace_pages
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.subnetting import (
    BlockFacts,
    BlockTask,
    Split,
    SplitTask,
    describe,
    split,
)

Task = PageTask | DiskTask | BlockTask | SplitTask | CrcTask
Solution = PageRun | DiskRun | BlockFacts | Split | CrcRun


def solve(task: Task) -> Solution | Refusal:
    """Compute one task; a Refusal says what is wrong with its input."""
    match task:
        case PageTask():
            return replace_pages(task)
        case DiskTask():
            return schedule(task)
        case BlockTask():
            return describe(task)
        case SplitTask():
            return split(task)
        case CrcTask():
            return divide(task)
