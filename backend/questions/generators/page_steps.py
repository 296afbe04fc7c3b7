"""How the way to an answer about page replacement is shown, with its conventions."""

from collections.abc import Mapping, Sequence

from backend.questions.generators.page_mistakes import Past
from backend.questions.layout import code_block
from backend.questions.solvers.page_replacement import PageAlgorithm, PageRun
from backend.questions.working import working

_FIRST_LOAD = "页框初始为空，首次装入也算缺页"
CONVENTIONS: Mapping[PageAlgorithm, str] = {
    "FIFO": f"{_FIRST_LOAD}。",
    "LRU": f"{_FIRST_LOAD}。",
    "OPT": f"{_FIRST_LOAD}；几页以后都不再访问时，淘汰其中最早调入的。",
    "CLOCK": (
        f"{_FIRST_LOAD}；每页一个访问位，装入和命中时都置 1；淘汰时指针从当前位置循环扫描，"
        "访问位为 1 的改为 0 并跳过，为 0 的淘汰；装入后指针移到下一个页框，命中时指针不动。"
    ),
}


def steps_of(run: PageRun) -> list[str]:
    """Show the run without its totals, a paragraph each."""
    if run.task.algorithm == "CLOCK":
        return _clock_steps(run)
    return working(run).split("\n\n")[:-1]


def _clock_steps(run: PageRun) -> list[str]:
    """Show a row for each access, with the bits and the hand that ``working`` leaves out."""
    lines = ["访问 " + "".join(f"框{i + 1} " for i in range(run.task.frames)) + " 淘汰"]
    for step, (bits, hand) in zip(run.steps, clock_states(run), strict=True):
        cells: list[str] = []
        for slot in range(run.task.frames):
            page = step.frames[slot]
            mark = ">" if slot == hand else " "
            cells.append(f"{mark}--" if page is None else f"{mark}{page}{'*' * bits[slot]:1}")
        result = "命中" if step.hit else "-" if step.victim is None else str(step.victim)
        lines.append(f" {step.page}   {' '.join(cells)}  {result}")
    return [
        "每行是一次访问之后的情况：* 表示访问位为 1，> 表示指针所指的页框，"
        "淘汰一列的 - 表示装入空页框。",
        code_block(lines),
    ]


def clock_states(run: PageRun) -> list[tuple[tuple[int, ...], int]]:
    """Give the bits and the place of the hand after each access of a CLOCK run."""
    frames = run.task.frames
    bits, hand = [0] * frames, 0
    states: list[tuple[tuple[int, ...], int]] = []
    for step in run.steps:
        slot = step.frames.index(step.page)
        if step.victim is not None:
            for offset in range(frames if bits[slot] else (slot - hand) % frames):
                bits[(hand + offset) % frames] = 0
        if not step.hit:
            hand = (slot + 1) % frames
        bits[slot] = 1
        states.append((tuple(bits), hand))
    return states


def loads_before(run: PageRun, before: int) -> dict[int, list[int]]:
    """List the times of all loads of each page before the access ``before``."""
    loads: dict[int, list[int]] = {}
    for now, step in enumerate(run.steps[:before]):
        if not step.hit:
            loads.setdefault(step.page, []).append(now)
    return loads


def pages_held(run: PageRun, at: int) -> list[int]:
    """List the pages in memory before the access ``at``, frame by frame."""
    return [page for page in run.steps[at - 1].frames if page is not None]


def reason_for(run: PageRun, at: int) -> str:
    """Say what the algorithm compares at the access ``at``, where a page must go."""
    held = pages_held(run, at)
    past = Past(run.task.references, at, loads_before(run, at))
    match run.task.algorithm:
        case "FIFO":
            order = sorted(held, key=lambda page: past.loads[page][-1])
            return f"内存中的页按调入先后是 {listed(order)}"
        case "LRU":
            order = sorted(held, key=past.last_use)
            return f"内存中的页按上次使用从旧到新是 {listed(order)}"
        case "OPT":
            ahead = [page for page in held if page in run.task.references[at:]]
            order = sorted(ahead, key=past.next_use)
            never = [page for page in held if page not in ahead]
            tail = f"，页 {listed(never)} 不再用到" if never else ""
            return f"内存中的页按下一次使用从近到远是 {listed(order)}{tail}"
        case "CLOCK":
            bits, hand = clock_states(run)[at - 1]
            shown = "、".join(f"{page}({bit})" for page, bit in zip(held, bits, strict=True))
            return f"此前各页框的页（访问位）依次为 {shown}，指针指向页 {held[hand]}"


def listed(pages: Sequence[int]) -> str:
    return "、".join(str(page) for page in pages)
