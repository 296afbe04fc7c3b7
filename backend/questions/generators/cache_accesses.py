"""Questions on a run of accesses to a cache: hits, the block thrown out, what is left in a set."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from backend.questions.generators.answers import conclusion, of_number, ranked_as
from backend.questions.generators.cache_arrays import ask_array, percent
from backend.questions.generators.cache_slips import miscounted_lines, slips_of
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.layout import code_block
from backend.questions.solvers.cache_mapping import (
    AccessRun,
    AccessTask,
    Policy,
    access_blocks,
)

_SOURCE = ("co.cache-mapping",)
_CONVENTION = "Cache 初始为空，首次装入算未命中"
_PLACES = "直接映射：行号 = 块号 mod 行数；组相联：组号 = 块号 mod 组数"
_TYPICAL = 4
_TRIES = 20
_COLUMNS = 8
_MAX_WIDTH = 30
_NOTHING = "不换出任何块"


@dataclass(frozen=True, slots=True)
class _Problem:
    """``given`` is the stem up to the question; ``by_address`` when it lists byte addresses."""

    run: AccessRun
    given: str
    by_address: bool

    @property
    def task(self) -> AccessTask:
        return self.run.task


def _hits(chance: random.Random) -> Draft:
    problem = _draw(chance)
    run, count = problem.run, len(problem.run.accesses)
    asks_rate = chance.random() < 0.5

    def say(hits: int) -> str:
        return percent(Fraction(hits, count)) if asks_rate else f"{hits} 次"

    slips = (*slips_of(problem.task), *miscounted_lines(problem.task))
    found = [(slip.run.hits, slip.mistake, slip.why) for slip in slips]
    different = len(set(problem.task.blocks))
    thrown_out = sum(access.victim is not None for access in run.accesses)
    wrong = [
        *(Distractor(say(hits), mistake, why) for hits, mistake, why in found),
        Distractor(
            say(run.misses), "gives-the-misses", f"这是未命中{'率' if asks_rate else '的次数'}。"
        ),
        Distractor(
            say(count - different),
            "only-first-loads-miss",
            "没有考虑换出，以为装入后就不再未命中。",
        ),
        Distractor(
            say(count - thrown_out),
            "only-replacements-miss",
            "只把换出块的那几次算未命中，装入空行也是未命中。",
        ),
        Distractor(say(run.hits + 1), "counts-one-too-many", "数多了一次命中。"),
        Distractor(say(run.hits - 1), "counts-one-too-few", "数漏了一次命中。"),
    ]
    stem = f"{problem.given}{'命中率是多少' if asks_rate else '命中多少次'}？"
    why = f"{count} 次访问中命中 {run.hits} 次，未命中 {run.misses} 次。"
    draft = mixed(_draft(problem, stem, say(run.hits), why, wrong), chance, len(slips))
    return ranked_as(draft, chance, of_number)


def _victim(chance: random.Random) -> Draft:
    """Ask which block leaves at an access that throws one out, not the first such one."""
    problem = _draw(chance, associative=True)
    accesses = problem.run.accesses
    at = [now for now, access in enumerate(accesses) if access.victim is not None][-1]
    access = accesses[at]
    before = _set_before(problem, at)
    others = [other.block for other in accesses[:at] if other.block not in before]
    wrong = [
        *(
            Distractor(_leaving(slip.run.accesses[at].victim), slip.mistake, slip.why)
            for slip in slips_of(problem.task)
        ),
        *(
            Distractor(_leaving(block), "keeps-the-order-wrong", "组内各块的先后次序排错了。")
            for block in reversed(before)
        ),
        *(
            Distractor(_leaving(block), "looks-outside-the-set", _elsewhere(problem, at, block))
            for block in dict.fromkeys(others)
        ),
        Distractor(_NOTHING, "sees-a-free-line", "组内已没有空行，必须换出一块。"),
    ]
    stem = f"{problem.given}第 {at + 1} 次访问换出的是哪个主存块？"
    kept = "、".join(map(str, before))
    where = " Cache 中" if problem.task.sets == 1 else f" {access.set_number} 号组"
    policy = problem.task.policy
    why = f"此时{where}有主存块 {kept}（先换出的在前），按 {policy} 换出 {access.victim}。"
    draft = _draft(problem, stem, _leaving(access.victim), why, wrong)
    return mixed(draft, chance, _TYPICAL)


def _elsewhere(problem: _Problem, at: int, block: int) -> str:
    """Why ``block``, used earlier, is not in the set of access ``at``: its set, or thrown out."""
    sets, own = problem.task.sets, problem.run.accesses[at].set_number
    if block % sets != own:
        return f"主存块 {block} 装在 {block % sets} 号组，这次要装入的是 {own} 号组。"
    return f"主存块 {block} 在这之前已被换出，此时不在 Cache 中。"


def _left(chance: random.Random) -> Draft:
    """Ask which blocks a full set holds at the end."""
    problem = _draw(chance, associative=True)
    last = next(access for access in reversed(problem.run.accesses) if access.victim is not None)
    number = last.set_number
    right = _set_at_end(problem.run, number)
    wrong = [
        Distractor(_blocks(_set_at_end(slip.run, number)), slip.mistake, slip.why)
        for slip in slips_of(problem.task)
        if len(_set_at_end(slip.run, number)) == len(right)
    ]
    mates = [b for b in dict.fromkeys(problem.task.blocks) if b % problem.task.sets == number]
    gone = [block for block in mates if block not in right]
    wrong += [
        Distractor(_blocks((*kept, block)), "misses-a-replacement", _thrown_out(problem, block))
        for kept in (right[1:], right[:-1])
        for block in gone
    ]
    where = "Cache 中" if problem.task.sets == 1 else f"{number} 号组中"
    stem = f"{problem.given}全部访问结束后，{where}存放的是哪些主存块？"
    why = f"最后一次换出的是 {last.victim}，留下 {'、'.join(map(str, sorted(right)))}。"
    return mixed(_draft(problem, stem, _blocks(right), why, wrong), chance, _TYPICAL)


def _thrown_out(problem: _Problem, block: int) -> str:
    """When ``block``, which is not left at the end, was thrown out for good."""
    accesses = problem.run.accesses
    at = max(now for now, access in enumerate(accesses) if access.victim == block)
    return f"主存块 {block} 在第 {at + 1} 次访问时已被换出。"


ACCESS_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _hits,
    _hits,
    _hits,
    _victim,
    _left,
    ask_array,
)


def _draw(chance: random.Random, associative: bool = False) -> _Problem:
    """Draw accesses with hits, with replacements and, of several ways, where the policy matters."""
    direct = () if associative else ((1, 4), (1, 8))
    ways, sets = chance.choice((*direct, (2, 2), (2, 4), (2, 4), (4, 1), (4, 2)))
    policy: Policy = "LRU" if chance.random() < 0.8 else "FIFO"
    tasks = (_accesses(chance, sets, ways, policy) for _ in range(_TRIES))
    runs = [access_blocks(task) for task in tasks]
    run = max(runs, key=_tells)
    by_address = chance.random() < 0.3
    return _Problem(run, _given(chance, run.task, by_address), by_address)


def _accesses(chance: random.Random, sets: int, ways: int, policy: Policy) -> AccessTask:
    """Draw from more blocks of one set than it has ways, and a few others; none twice in a row."""
    busy = chance.randrange(sets)
    pool = [busy + sets * k for k in chance.sample(range(6), ways + chance.randint(1, 2))]
    others = [b for b in range(sets * 4) if b % sets != busy]
    pool += chance.sample(others, min(len(others), 2))
    count = chance.choice((8, 10, 10, 12)) if ways < 4 else chance.choice((10, 12))
    blocks = [chance.choice(pool)]
    while len(blocks) < count:
        blocks.append(chance.choice([block for block in pool if block != blocks[-1]]))
    return AccessTask(sets, ways, tuple(blocks), policy)


def _tells(run: AccessRun) -> tuple[bool, ...]:
    """What a good run has, the indispensable first: victims, hits, a policy that matters."""
    task = run.task
    thrown_out = sum(access.victim is not None for access in run.accesses)
    other = access_blocks(replace(task, policy="FIFO" if task.policy == "LRU" else "LRU"))
    return (
        thrown_out >= 2,
        2 <= run.hits <= len(run.accesses) - 4,
        other.hits != run.hits,
    )


def _given(chance: random.Random, task: AccessTask, by_address: bool) -> str:
    lines = task.sets * task.ways
    mapping = "直接映射" if task.ways == 1 else f" {task.ways} 路组相联映射"
    if task.sets == 1:
        mapping = "全相联映射"
    policy = "" if task.ways == 1 else f"、{task.policy} 替换算法"
    cache = f"某 Cache 共 {lines} 行，采用{mapping}{policy}，初始为空。"
    if not by_address:
        return (
            f"{cache}CPU 依次访问的主存块号为：\n{_code([str(block) for block in task.blocks])}\n"
        )
    size = chance.choice((16, 32))
    addresses = [block * size + chance.randrange(size) for block in task.blocks]
    return (
        f"{cache}按字节编址，块大小 {size} B，CPU 依次访问的主存地址（十进制）为：\n"
        f"{_code([str(address) for address in addresses])}\n"
    )


def _set_before(problem: _Problem, at: int) -> tuple[int, ...]:
    number = problem.run.accesses[at].set_number
    earlier = [a for a in problem.run.accesses[:at] if a.set_number == number]
    return earlier[-1].kept if earlier else ()


def _set_at_end(run: AccessRun, number: int) -> tuple[int, ...]:
    own = [access for access in run.accesses if access.set_number == number]
    return own[-1].kept if own else ()


def _leaving(block: int | None) -> str:
    return _NOTHING if block is None else f"主存块 {block}"


def _blocks(blocks: Sequence[int]) -> str:
    return "主存块 " + "、".join(map(str, sorted(blocks)))


def _unit(problem: _Problem) -> str:
    return "行" if problem.task.ways == 1 else "组"


def _code(cells: Sequence[str]) -> str:
    """List the cells in lines that a phone does not break."""
    width = max(map(len, cells))
    per_line = _MAX_WIDTH // (width + 1)
    lines = [
        " ".join(cell.rjust(width) for cell in cells[start : start + per_line])
        for start in range(0, len(cells), per_line)
    ]
    return code_block(lines)


def _table(problem: _Problem) -> str:
    """Show each access with its set, its result and the block thrown out."""
    pieces: list[str] = []
    accesses = problem.run.accesses
    for start in range(0, len(accesses), _COLUMNS):
        part = accesses[start : start + _COLUMNS]
        rows = {
            "块号": [str(access.block) for access in part],
            f"{_unit(problem)}号": [str(access.set_number) for access in part],
            "结果": ["√" if access.hit else "×" for access in part],
            "换出": ["-" if access.victim is None else str(access.victim) for access in part],
        }
        lines = [
            f"{label} {' '.join(cell.rjust(2) for cell in row)}" for label, row in rows.items()
        ]
        pieces.append(code_block(lines))
    return "\n".join(pieces)


def _draft(
    problem: _Problem, stem: str, right: str, why: str, wrong: Sequence[Distractor]
) -> Draft:
    task = problem.task
    point = "CO0314" if task.ways == 1 else "CO0318"
    converted = ("先用地址除以块大小，取商得到主存块号。",) if problem.by_address else ()
    kind = "行" if task.ways == 1 else "组"
    rule = "" if task.sets == 1 else f"{kind}号 = 块号 mod {task.sets}；"
    steps = (
        *converted,
        f"{rule}√ 命中，× 未命中：\n{_table(problem)}",
        conclusion(right, why),
    )
    difficulty = 3 + problem.by_address
    convention = f"{_CONVENTION}{'' if task.sets == 1 else f'；{_PLACES}'}。"
    return Draft((point,), difficulty, stem, right, why, wrong, steps, _SOURCE, convention)
