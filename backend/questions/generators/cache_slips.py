"""Runs of accesses to a cache with one rule mistaken."""

from dataclasses import dataclass, replace

from backend.questions.solvers.cache_mapping import AccessRun, AccessTask, Policy, access_blocks

_FULLY = "以为任何空行都能放，按全相联算了。"


@dataclass(frozen=True, slots=True)
class Slip:
    """The same accesses with one rule mistaken."""

    run: AccessRun
    mistake: str
    why: str


def slips_of(task: AccessTask) -> list[Slip]:
    """The accesses under mistaken rules, the most typical first."""
    lines = task.sets * task.ways
    wholly = Slip(
        access_blocks(replace(task, sets=1, ways=lines)), "takes-it-for-fully-associative", _FULLY
    )
    if task.ways == 1:
        pairs = access_blocks(replace(task, sets=lines // 2, ways=2))
        return [wholly, Slip(pairs, "takes-two-ways", "按 2 路组相联算了；直接映射每组只有一行。")]
    direct = Slip(
        access_blocks(replace(task, sets=lines, ways=1)),
        "takes-it-for-direct-mapping",
        "对行数取模、按直接映射算了。",
    )
    swapped: Policy = "FIFO" if task.policy == "LRU" else "LRU"
    why = (
        "命中时没有更新先后次序，成了 FIFO。"
        if swapped == "FIFO"
        else "命中时更新了先后次序，成了 LRU。"
    )
    confused = Slip(access_blocks(replace(task, policy=swapped)), "swaps-lru-and-fifo", why)
    if task.sets == 1:
        return [confused, direct]
    by_ways = Slip(
        access_blocks(replace(task, sets=task.ways, ways=task.sets)),
        "takes-ways-as-sets",
        "把路数和组数弄反了。",
    )
    return [confused, wholly, direct, by_ways]


def miscounted_lines(task: AccessTask) -> list[Slip]:
    """The accesses to a cache whose lines are counted wrongly; for counts only."""
    if task.ways == 1:
        halved = access_blocks(replace(task, sets=task.sets // 2))
        return [Slip(halved, "halves-the-lines", f"行数少算了一半，应对 {task.sets} 取余数。")]
    said = f"每组有 {task.ways} 行" if task.sets > 1 else f"Cache 有 {task.ways} 行"
    fewer, more = (access_blocks(replace(task, ways=task.ways + n)) for n in (-1, 1))
    return [
        Slip(fewer, "one-line-too-few", f"{said}，这里少用了一行。"),
        Slip(more, "one-line-too-many", f"{said}，这里多用了一行。"),
    ]
