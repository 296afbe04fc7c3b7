"""Effective access times: TLB, levels of the page table, cache, page faults."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from backend.questions.generators.access_faults import fault_draft
from backend.questions.generators.access_mistakes import Mistake, mistakes_of
from backend.questions.generators.access_text import (
    LEVELS,
    cache_convention,
    case_lines,
    ns,
    part_lines,
    parts,
    percent,
    tlb_convention,
    tlb_given,
    weighted,
)
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.solvers.effective_access_time import (
    AccessTask,
    Lookup,
    access_times,
    hit_rate_for,
)

_MEMORY = (50, 60, 80, 100, 100, 120, 150, 200)
_TLB_TIMES = (1, 2, 5, 10, 10, 20)
_TLB_RATES = (80, 85, 90, 90, 92, 95, 96, 98)
_Wrong = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class EffectiveAccessTime:
    """Means, gains and hit rates of translated, cached and faulting accesses."""

    name: str = "effective-access-time"
    version: int = 1
    points: tuple[str, ...] = ("OS0309", "CO0323", "CO0324", "CO0320", "OS0311")

    def draft(self, chance: random.Random) -> Draft:
        kinds: Mapping[Callable[[random.Random], Draft], int] = {
            _mean_draft: 4,
            _gain_draft: 2,
            _hit_rate_draft: 2,
            _cache_draft: 3,
            _joint_draft: 3,
            fault_draft: 4,
        }
        kind = chance.choices(tuple(kinds), tuple(kinds.values()))[0]
        return mixed(kind(chance), chance)


def _tlb_task(chance: random.Random) -> AccessTask:
    memory = chance.choice(_MEMORY)
    way = chance.choice(("serial", "serial", "serial", "at once", "free"))
    look = 0 if way == "free" else chance.choice([t for t in _TLB_TIMES if t * 5 <= memory])
    rate = Fraction(chance.choice(_TLB_RATES), 100)
    tlb = Lookup(rate, look, at_once=way == "at once")
    return AccessTask(memory, chance.choice((1, 1, 2, 2, 3)), tlb)


def _tlb_points(chance: random.Random) -> tuple[str, ...]:
    return chance.choice((("OS0309", "CO0323"), ("CO0323", "OS0309")))


def _distractors(wrong: Sequence[_Wrong]) -> list[Distractor]:
    return [Distractor(v, name, f"{why}，得到 {v}。") for name, why, v in wrong]


def _values(task: AccessTask, say: Callable[[Mistake], str]) -> list[_Wrong]:
    return [(m.name, m.why, say(m)) for m in mistakes_of(task)]


def _mean_draft(chance: random.Random) -> Draft:
    """Ask for the effective access time with a TLB."""
    task = _tlb_task(chance)
    assert task.tlb is not None
    run = access_times(task)
    who = chance.choice(("某系统的", "某计算机采用分页存储管理，", "某分页系统的"))
    asked = chance.choice(("有效访问时间", "CPU 存取一个数据的平均时间"))
    return Draft(
        points=_tlb_points(chance),
        difficulty=2 + (task.levels > 1),
        stem=f"{who}{tlb_given(task)}。不考虑缺页和 Cache，{asked}是多少？",
        correct=ns(run.mean),
        why_correct=f"{weighted(run)}。",
        distractors=_distractors(_values(task, lambda m: ns(m.mean(task)))),
        steps=(case_lines(run), f"按命中率加权：{weighted(run)}。"),
        source=("os.paging", "co.tlb"),
        convention=tlb_convention(task.tlb),
    )


def _gain_draft(chance: random.Random) -> Draft:
    """Ask how much the TLB saves."""
    task = _tlb_task(chance)
    assert task.tlb is not None
    run = access_times(task)
    bare = task.memory * (task.levels + 1)
    saved = bare - run.mean
    wrong = _values(task, lambda m: ns(bare - m.mean(task)))
    one_less = ns(task.memory * task.levels - run.mean)
    slips = [
        ("gives-time", "求成了用快表时的有效访问时间", ns(run.mean)),
        ("omits-walk-without-tlb", "没有快表时少算了一次访存", one_less),
        ("omits-mean", "只比了快表命中的情况，没有加权", ns(bare - run.cases[0].time)),
    ]
    right = [w for w in (wrong[0], slips[2], *wrong[1:], slips[0], slips[1]) if "-" not in w[2]]
    return Draft(
        points=_tlb_points(chance),
        difficulty=3,
        stem=f"某分页系统的{tlb_given(task)}。不考虑缺页和 Cache，与没有快表相比，"
        "平均每次访问缩短多少时间？",
        correct=ns(saved),
        why_correct=f"没有快表要 {bare} ns，有快表平均 {ns(run.mean)}，缩短 {ns(saved)}。",
        distractors=_distractors(right),
        steps=(
            f"没有快表：{LEVELS[task.levels]}页表访存 {task.levels} 次，加上访问数据共 "
            f"{task.levels + 1} 次，{task.levels + 1} × {task.memory} = {bare} ns。",
            case_lines(run),
            f"有快表：{weighted(run)}。",
            f"缩短 {bare} − {ns(run.mean).removesuffix(' ns')} = {ns(saved)}。",
        ),
        source=("os.paging", "co.tlb"),
        convention=tlb_convention(task.tlb),
    )


def _hit_rate_draft(chance: random.Random) -> Draft:
    """Ask for the hit rate that reaches a given time."""
    task = _tlb_task(chance)
    assert task.tlb is not None
    run = access_times(task)
    rate = hit_rate_for(task, run.mean)
    hit, miss = (case.time for case in run.cases)
    mean = ns(run.mean).removesuffix(" ns")
    wrong = [(m.name, m.why, _solved(task, m, run.mean)) for m in mistakes_of(task)]
    slips = [
        ("gives-miss-rate", "求成了未命中率", 1 - rate),
        ("divides-times", "直接用命中时间除以平均时间", Fraction(hit) / run.mean),
    ]
    return Draft(
        points=_tlb_points(chance),
        difficulty=4,
        stem=f"某分页系统的{tlb_given(task, with_rate=False)}。不考虑缺页和 Cache，要使有效访问"
        f"时间不超过 {ns(run.mean)}，快表命中率至少应为多少？",
        correct=percent(rate),
        why_correct=f"由 {hit}h + {miss}(1 − h) = {mean} 解得 h = {percent(rate)}。",
        distractors=_distractors(
            [
                (name, why, percent(value))
                for name, why, value in (*wrong[:2], *slips, *wrong[2:])
                if value is not None and Fraction(5, 1000) < value < Fraction(995, 1000)
            ]
        ),
        steps=(
            case_lines(run),
            f"设命中率为 h：{hit}h + {miss}(1 − h) ≤ {mean}，"
            f"即 {miss - hit}h ≥ {ns(miss - run.mean).removesuffix(' ns')}，"
            f"h ≥ {percent(rate)}。",
        ),
        source=("os.paging", "co.tlb"),
        convention=tlb_convention(task.tlb),
    )


def _solved(task: AccessTask, mistake: Mistake, mean: Fraction) -> Fraction | None:
    """Solve the mistaken equation, linear in the rate, for the rate that gives ``mean``."""
    assert task.tlb is not None
    worst, best = (
        mistake.mean(replace(task, tlb=replace(task.tlb, hit_rate=Fraction(rate))))
        for rate in (0, 1)
    )
    return (worst - mean) / (worst - best) if worst != best else None


def _cache_draft(chance: random.Random) -> Draft:
    """Ask for the mean time of an access through a cache, from a rate or from counts."""
    memory = chance.choice((50, 80, 100, 100, 120, 150, 200))
    misses = chance.choice((20, 40, 50, 60, 80, 100))
    total = chance.choice((1000, 2000)) if misses * 10 <= 1000 else 1000
    cache = Lookup(
        1 - Fraction(misses, total), chance.choice((1, 2, 4, 5, 10)), chance.random() < 0.4
    )
    task = AccessTask(memory, cache=cache)
    run = access_times(task)
    given = (
        f"运行某程序共访存 {total} 次，其中 Cache 缺失 {misses} 次"
        if chance.random() < 0.5
        else f"Cache 命中率为 {float(100 * cache.hit_rate):g}%"
    )
    order = "Cache 与主存同时启动" if cache.at_once else "先访问 Cache，缺失再访问主存"
    return Draft(
        points=("CO0320",),
        difficulty=2,
        stem=f"某计算机的 Cache 访问时间为 {cache.time} ns，主存访问时间为 {memory} ns，{order}。"
        f"{given}，平均访问时间是多少？",
        correct=ns(run.mean),
        why_correct=f"{weighted(run)}。",
        distractors=_distractors(_values(task, lambda m: ns(m.mean(task)))),
        steps=(
            f"命中率 h = {float(100 * cache.hit_rate):g}%，缺失率 1 − h = "
            f"{float(100 * (1 - cache.hit_rate)):g}%。",
            case_lines(run),
            f"加权：{weighted(run)}。",
        ),
        source=("co.amat",),
        convention=cache_convention(cache),
    )


def _joint_draft(chance: random.Random) -> Draft:
    """Ask for a mean, or for one kind of access, with a TLB, a page table and a cache."""
    memory = chance.choice((50, 80, 100, 100, 120))
    tlb = Lookup(Fraction(chance.choice(_TLB_RATES), 100), chance.choice((1, 2)))
    cache = Lookup(Fraction(chance.choice((80, 90, 90, 95)), 100), chance.choice((2, 3, 4, 5)))
    task = AccessTask(memory, chance.choice((1, 1, 2)), tlb, cache)
    asks_mean = chance.random() < 0.5
    given = (
        f"某系统查一次快表（TLB）需 {tlb.time} ns，访问一次 Cache 需 {cache.time} ns，访问一次"
        f"主存需 {memory} ns；{LEVELS[task.levels]}页表放在主存中，查页表时不经过 Cache。每次访问"
        "先查快表，未命中再查页表，得到物理地址后访问 Cache，Cache 缺失再访问主存。"
    )
    if asks_mean:
        ask = (
            f"快表命中率为 {percent(tlb.hit_rate)}，Cache 命中率为 {percent(cache.hit_rate)}，"
            "不考虑缺页，平均一次访问需要多少时间？"
        )
        return _joint(task, given + ask, _joint_steps(task), 4)
    hits = chance.choice(((False, False), (False, True), (True, False)))
    certain = replace(
        task,
        tlb=replace(tlb, hit_rate=Fraction(hits[0])),
        cache=replace(cache, hit_rate=Fraction(hits[1])),
    )
    (case,) = (case for case in access_times(certain).cases if case.probability)
    said = (
        f"快表{'命中' if hits[0] else '未命中'}、页在主存中、Cache {'命中' if hits[1] else '缺失'}"
    )
    steps = (f"{said}时，依次为：\n{part_lines(case)}", f"合计 {parts(case)}。")
    return _joint(certain, f"{given}某次访问{said}，这次访问需要多少时间？", steps, 3)


def _joint_steps(task: AccessTask) -> tuple[str, ...]:
    translation = access_times(replace(task, cache=Lookup(Fraction(1), 0)))
    data = access_times(AccessTask(task.memory, cache=task.cache))
    total = ns(translation.mean + data.mean)
    halves = [ns(run.mean).removesuffix(" ns") for run in (translation, data)]
    shown = [
        (case, name)
        for case in translation.cases
        if case.probability and (name := "快表命中" if case.tlb_hit else "快表未命中")
    ]
    lines = "\n".join(f"- {name}：{parts(case)}" for case, name in shown)
    terms = " + ".join(f"{float(case.probability):g} × {case.time}" for case, _ in shown)
    return (
        "地址变换：\n" + lines + f"\n- 平均 {terms} = {ns(translation.mean)}",
        "访问数据：\n" + case_lines(data) + f"\n- 平均 {weighted(data)}",
        f"合计 {halves[0]} + {halves[1]} = {total}。",
    )


def _joint(task: AccessTask, stem: str, steps: tuple[str, ...], difficulty: int) -> Draft:
    run = access_times(task)
    assert task.tlb is not None
    assert task.cache is not None
    return Draft(
        points=("CO0324", "CO0323", "CO0320"),
        difficulty=difficulty,
        stem=stem,
        correct=ns(run.mean),
        why_correct=steps[-1],
        distractors=_distractors(_values(task, lambda m: ns(m.mean(task)))),
        steps=steps,
        source=("co.tlb", "co.amat"),
        convention=f"{tlb_convention(task.tlb)}{cache_convention(task.cache)}",
    )
