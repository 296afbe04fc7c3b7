"""Page replacement: faults, rates, the page that goes, and what one more frame changes.

A mistake is a whole run with a wrong rule (LRU played as FIFO, say), and its option is read from
that run in the same way as the key is read from the right one.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.page_counts import COUNTS, NO_FIRST_LOAD
from backend.questions.generators.page_draws import BELADY_PATTERNS, telling_run
from backend.questions.generators.page_mistakes import MISTAKES, Past, mistaken_runs, run_of
from backend.questions.generators.page_steps import (
    CONVENTIONS,
    listed,
    loads_before,
    pages_held,
    reason_for,
    steps_of,
)
from backend.questions.generators.ranking import ranked
from backend.questions.solvers.page_replacement import PageAlgorithm, PageRun, PageStep, PageTask

_ALGORITHMS: tuple[PageAlgorithm, ...] = ("FIFO", "LRU", "OPT", "CLOCK")
_POINTS: Mapping[PageAlgorithm, str] = {
    "FIFO": "OS0315",
    "LRU": "OS0316",
    "OPT": "OS0314",
    "CLOCK": "OS0317",
}
_SOURCES: Mapping[PageAlgorithm, tuple[str, ...]] = {
    "FIFO": ("os.fifo",),
    "LRU": ("os.lru",),
    "OPT": ("os.demand-paging",),
    "CLOCK": ("os.demand-paging",),
}
_NAMES: Mapping[PageAlgorithm, tuple[str, ...]] = {
    "FIFO": ("先进先出（FIFO）", " FIFO "),
    "LRU": ("最近最久未使用（LRU）", " LRU "),
    "OPT": ("最佳置换（OPT）", " OPT "),
    "CLOCK": ("时钟（CLOCK）", "简单 CLOCK "),
}
_BASE_DIFFICULTY: Mapping[PageAlgorithm, int] = {"FIFO": 2, "LRU": 2, "OPT": 3, "CLOCK": 4}
_INTROS = (
    "某进程固定分得 {frames} 个页框，页框初始为空，采用{name}算法置换页面。"
    "该进程依次访问的页号为 {references}。",
    "系统给某进程分配 {frames} 个页框（开始时都空着），只在这些页框内按{name}算法置换页面。"
    "页面访问序列为 {references}。",
    "页面访问序列为 {references}，进程有 {frames} 个页框且初始为空，按{name}算法置换页面。",
)
_SHORT = (10, 11, 12, 13)


@dataclass(frozen=True, slots=True)
class PageReplacement:
    """FIFO, LRU, OPT and CLOCK on short reference strings."""

    name: str = "page-replacement"
    version: int = 1
    points: tuple[str, ...] = tuple(_POINTS.values())

    def draft(self, chance: random.Random) -> Draft:
        return _drawn(chance)


def _drawn(chance: random.Random) -> Draft:
    algorithm = chance.choices(_ALGORITHMS, (4, 5, 3, 4))[0]
    kind = chance.choices(("count", "victim", "residents", "frames"), (5, 3, 1, 1))[0]
    if kind == "victim":
        return mixed(_victim_draft(algorithm, chance), chance)
    # What OPT leaves at the end hangs on its ties, and CLOCK has no tale of more frames.
    if kind == "residents" and algorithm != "OPT":
        return mixed(_residents_draft(algorithm, chance), chance)
    if kind == "frames" and algorithm in ("FIFO", "LRU"):
        return mixed(_frames_draft(algorithm, chance), chance)
    return ranked(mixed(_count_draft(algorithm, chance), chance), chance)


def _count_draft(algorithm: PageAlgorithm, chance: random.Random) -> Draft:
    count = chance.choice(COUNTS)
    run = telling_run(algorithm, chance, count.lengths)
    runs = [(name, why, count.value(other)) for name, why, other in mistaken_runs(run.task)]
    slips = count.slips(run)
    wrong = [runs[0], slips[0], *runs[1:], *slips[1:]]
    return _draft(
        run,
        chance,
        ask=count.ask,
        correct=count.value(run),
        why_correct=f"{count.decisive(run)}，所以是 {count.value(run)}。",
        distractors=[Distractor(v, name, f"{why}，得到 {v}。") for name, why, v in wrong],
        harder=len(run.steps) >= 14,
    )


def _victim_draft(algorithm: PageAlgorithm, chance: random.Random) -> Draft:
    # With four frames, three other pages lie in memory, one for each wrong option.
    run = telling_run(
        algorithm, chance, _SHORT, lambda run: bool(_clear_evictions(run)), frames=(3, 4, 4)
    )
    at = chance.choice(_clear_evictions(run))
    step = run.steps[at]
    return _draft(
        run,
        chance,
        ask=f"第 {at + 1} 次访问（访问页 {step.page}）发生缺页，此时被淘汰的是哪一页？",
        correct=f"页 {step.victim}",
        why_correct=f"{reason_for(run, at)}，所以淘汰页 {step.victim}。",
        distractors=_wrong_victims(run, at),
        harder=run.task.frames > 3,
    )


def _clear_evictions(run: PageRun) -> list[int]:
    """List late accesses that drive a page out, before which OPT met no tie."""
    evicting = [now for now, step in enumerate(run.steps) if step.victim is not None]
    if run.task.algorithm == "OPT":
        tied = [now for now in evicting if _is_tied(run, now)]
        evicting = [now for now in evicting if not tied or now < tied[0]]
    return evicting[1:][-4:]


def _is_tied(run: PageRun, now: int) -> bool:
    later = run.task.references[now:]
    return sum(page not in later for page in pages_held(run, now)) > 1


def _wrong_victims(run: PageRun, at: int) -> list[Distractor]:
    """Choose from the right memory by wrong rules, then tell where wrong runs lead."""
    past = Past(run.task.references, at, loads_before(run, at))
    held = pages_held(run, at)
    wrong: list[tuple[str, str, int | None]] = [
        (mistake.name, mistake.why, min(held, key=lambda page, m=mistake: m.rule(past, page)))
        for mistake in MISTAKES[run.task.algorithm]
    ]
    rules = [mistake.name for mistake in MISTAKES[run.task.algorithm]]
    for name, why, other in mistaken_runs(run.task):
        throughout = (f"{name}-throughout", f"从头到尾都{why}") if name in rules else (name, why)
        wrong.append((*throughout, other.steps[at].victim))
    wrong.append(
        ("takes-first-frame", "把页框的排列当成了先后次序，淘汰了第一个页框里的页", held[0])
    )
    earlier = [step.victim for step in run.steps[:at] if step.victim is not None]
    wrong.append(("gives-previous-victim", "给出的是上一次被淘汰的页", earlier[-1]))
    return [
        Distractor(f"页 {page}", name, f"{why}，选了页 {page}。")
        for name, why, page in wrong
        if page is not None and page != run.task.references[at]
    ]


def _residents_draft(algorithm: PageAlgorithm, chance: random.Random) -> Draft:
    run = telling_run(algorithm, chance, _SHORT, lambda run: not run.steps[-1].hit)
    last, correct = run.steps[-1], _residents(run.steps[-1])
    recent = list(dict.fromkeys(reversed(run.task.references)))[: run.task.frames]
    first, *others = [
        (name, why, _residents(other.steps[-1]))
        for name, why, other in mistaken_runs(run.task)
        if other.task.frames == run.task.frames
    ]
    wrong = [
        first,
        ("omits-last-fault", "漏做了最后一次置换", _residents(run.steps[-2])),
        *others,
        ("takes-last-pages", "直接取了序列末尾几个不同的页", listed(sorted(recent))),
    ]
    return _draft(
        run,
        chance,
        ask="全部访问完后，留在内存中的是哪几页？",
        correct=correct,
        why_correct=f"最后一次访问页 {last.page} 时淘汰页 {last.victim}，留下页 {correct}。",
        distractors=[Distractor(v, name, f"{why}，得到 {v}。") for name, why, v in wrong],
        harder=False,
    )


def _residents(step: PageStep) -> str:
    return listed(sorted(page for page in step.frames if page is not None))


def _frames_draft(algorithm: PageAlgorithm, chance: random.Random) -> Draft:
    """Ask how the number of faults changes with one more frame."""
    if algorithm == "FIFO" and chance.random() < 0.6:
        pages, pattern = chance.sample(range(8), 5), chance.choice(BELADY_PATTERNS)
        run = run_of(PageTask("FIFO", 3, tuple(pages[int(mark)] for mark in pattern)))
    else:
        run = telling_run(algorithm, chance, (11, 12, 13))
    frames = run.task.frames
    more = run_of(replace(run.task, frames=frames + 1))
    correct = _change(run.faults, more.faults)
    return _draft(
        run,
        chance,
        ask=f"若页框数改为 {frames + 1} 个、其他条件不变，缺页次数如何变化？",
        correct=correct,
        why_correct=f"{frames} 个页框时缺页 {run.faults} 次，{frames + 1} 个页框时缺页 "
        f"{more.faults} 次，所以{correct}。",
        distractors=_wrong_changes(run, more),
        harder=True,
        more=more,
    )


def _wrong_changes(run: PageRun, more: PageRun) -> list[Distractor]:
    before, after, frames = run.faults, more.faults, run.task.frames
    wrong = [
        ("reverses-change", "把增减方向弄反了", _change(after, before)),
        ("expects-no-change", "以为缺页次数与页框数无关", _change(before, before)),
        (
            "forgets-first-load",
            NO_FIRST_LOAD,
            _change(before - frames, after - more.task.frames),
        ),
    ]
    pairs = zip(mistaken_runs(run.task), mistaken_runs(more.task), strict=True)
    wrong += [
        (name, why, _change(few.faults, many.faults)) for (name, why, few), (_, _, many) in pairs
    ]
    wrong.append(("misses-one", f"{frames} 个页框时漏数了一次缺页", _change(before - 1, after)))
    return [Distractor(v, name, f"{why}，得到“{v}”。") for name, why, v in wrong]


def _change(before: int, after: int) -> str:
    if before == after:
        return "不变"
    return f"{'增加' if after > before else '减少'} {abs(after - before)} 次"


def _draft(
    run: PageRun,
    chance: random.Random,
    *,
    ask: str,
    correct: str,
    why_correct: str,
    distractors: Sequence[Distractor],
    harder: bool,
    more: PageRun | None = None,
) -> Draft:
    task = run.task
    intro = chance.choice(_INTROS).format(
        frames=task.frames,
        name=chance.choice(_NAMES[task.algorithm]),
        references=listed(task.references),
    )
    return Draft(
        points=(_POINTS[task.algorithm], "OS0313"),
        difficulty=_BASE_DIFFICULTY[task.algorithm] + harder,
        stem=f"{intro}{ask}",
        correct=correct,
        why_correct=why_correct,
        distractors=distractors,
        steps=(*steps_of(run), *(steps_of(more) if more else ()), why_correct),
        source=_SOURCES[task.algorithm],
        convention=CONVENTIONS[task.algorithm],
    )
