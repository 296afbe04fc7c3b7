"""How effective access times are told: what is given, what is assumed, and the cases."""

from fractions import Fraction

from backend.questions.solvers.effective_access_time import (
    AccessRun,
    AccessTask,
    Case,
    Lookup,
    PartKind,
)

LEVELS = {1: "一级", 2: "两级", 3: "三级"}


def decimal(value: Fraction) -> str:
    """Write a value with at most four decimals."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def ns(value: Fraction | int) -> str:
    return f"{decimal(Fraction(value))} ns"


def percent(value: Fraction) -> str:
    """Write a rate as a whole percentage."""
    return f"{round(100 * value)}%"


def tlb_given(task: AccessTask, with_rate: bool = True) -> str:
    """Tell of the page table and the TLB."""
    assert task.tlb is not None
    rate = f"快表（TLB）命中率为 {percent(task.tlb.hit_rate)}，" if with_rate else ""
    look = f"查一次快表需 {task.tlb.time} ns" if task.tlb.time else "查快表的时间忽略不计"
    order = "查快表与查页表同时开始" if task.tlb.at_once else "先查快表，未命中再查页表"
    return (
        f"{LEVELS[task.levels]}页表全部在内存中，访问一次内存需 {task.memory} ns；"
        f"{rate}{look}，{order}"
    )


def tlb_convention(tlb: Lookup) -> str:
    """State what a miss in the TLB costs."""
    if tlb.at_once:
        miss = "快表和页表同时查：未命中时查快表的时间被查页表掩盖，不另加"
    elif tlb.time:
        miss = "先查快表：未命中时查快表的时间也计入"
    else:
        miss = "查快表的时间按 0 算"
    return f"{miss}；每级页表访存一次，查到后直接访问数据，不再查快表，不计更新快表的时间。"


def cache_convention(cache: Lookup) -> str:
    """State what a miss in the cache costs."""
    if cache.at_once:
        return "Cache 与主存同时启动：命中时间为 Cache 时间，缺失时间为主存时间。"
    return "先访问 Cache，缺失再访问主存：缺失时两个时间都计入。"


def case_lines(run: AccessRun) -> str:
    """List the cases with the parts of their times."""
    return "\n".join(f"- {case_name(case)}：{parts(case)}" for case in run.cases)


def case_name(case: Case) -> str:
    names: list[str] = []
    if case.tlb_hit is not None:
        names.append("快表命中" if case.tlb_hit else "快表未命中")
    if case.cache_hit is not None:
        names.append("Cache 命中" if case.cache_hit else "Cache 缺失")
    return "、".join(names) or "每次访问"


def parts(case: Case) -> str:
    """Write the sum of the parts."""
    times = [str(part.time) for part in case.parts if part.time]
    total = f"{case.time} ns"
    return f"{' + '.join(times)} = {total}" if len(times) > 1 else total


_PARTS: dict[PartKind, str] = {
    "tlb": "查快表",
    "table": "查页表（访存）",
    "cache": "访问 Cache",
    "memory": "访问主存",
    "fault": "缺页服务",
}


def part_lines(case: Case) -> str:
    """List the parts of one access by name."""
    return "\n".join(f"- {_PARTS[part.kind]}：{part.time} ns" for part in case.parts)


def weighted(run: AccessRun) -> str:
    """Write the mean as the weighted sum of the cases."""
    terms = " + ".join(f"{decimal(case.probability)} × {case.time}" for case in run.cases)
    return f"{terms} = {ns(run.mean)}"
