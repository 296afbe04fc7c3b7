"""Questions on hash tables: average search lengths, where a key lies, how often it is compared."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.hash_mistakes import (
    Mistaken,
    wrong_chain_failures,
    wrong_failures,
    wrong_successes,
)
from backend.questions.generators.hash_searches import wrong_addresses, wrong_hits, wrong_misses
from backend.questions.generators.mixing import mixed
from backend.questions.generators.ranking import ranked
from backend.questions.layout import code_block
from backend.questions.solvers.hash_asl import HashRun, HashTask, Insertion, Method, fill

_METHODS: dict[Method, str] = {
    "linear": "线性探测法",
    "quadratic": "平方探测法",
    "chaining": "拉链法（链地址法）",
}
_PROBING: dict[Method, str] = {
    "linear": "冲突时依次探测下一个地址，到表尾后回到 0。",
    "quadratic": "增量依次取 1²、−1²、2²、−2²…，地址对表长取模。",
    "chaining": "新结点插入链尾。",
}
_CELLS_A_ROW = 8
_SOURCE = ("ds.hash-table",)


@dataclass(frozen=True, slots=True)
class HashAslGenerator:
    """Success and failure of three methods; a key's address; comparisons of one search."""

    name: str = "hash-asl"
    version: int = 1
    points: tuple[str, ...] = ("DS0614", "DS0612")

    def draft(self, chance: random.Random) -> Draft:
        forms = (_success, _failure, _address, _hit, _miss)
        draft = chance.choices(forms, (7, 7, 3, 2, 3))[0](chance)
        return ranked(mixed(draft, chance), chance)


def _draw(chance: random.Random, methods: dict[Method, int]) -> HashRun:
    """Draw a table with several collisions and some room."""
    method = chance.choices(list(methods), list(methods.values()))[0]
    while True:
        # ±i² reaches every cell of a table of 11: a prime of the form 4k + 3.
        modulus = 11 if method == "quadratic" else chance.choice((7, 7, 11))
        size = modulus + (chance.randint(0, 3) if method == "linear" else 0)
        count = chance.randint(6, 8) if modulus == 11 else chance.randint(5, min(7, size - 2))
        if method == "chaining":
            count += chance.randint(1, 3)
        keys = tuple(chance.sample(range(10, 100), count))
        run = fill(HashTask(method, keys, modulus, size))
        collisions = sum(insertion.comparisons > 1 for insertion in run.insertions)
        if 2 <= collisions <= count - 2 and max(i.comparisons for i in run.insertions) > 2:
            return run


def _stem(run: HashRun, asked: str) -> str:
    task = run.task
    keys = "、".join(map(str, task.keys))
    size = "的" if task.method == "chaining" else f"长度为 {task.size}，"
    return (
        f"散列表{size}散列函数为 H(key) = key mod {task.modulus}，"
        f"用{_METHODS[task.method]}处理冲突。在空表中依次插入关键字 {keys}，{asked}"
    )


def _success(chance: random.Random) -> Draft:
    run = _draw(chance, {"linear": 4, "quadratic": 2, "chaining": 2})
    counts = [insertion.comparisons for insertion in run.insertions]
    line = f"({_sum(counts)}) ÷ {len(counts)} = {_fraction(run.success)}"
    return Draft(
        points=("DS0614", "DS0612"),
        difficulty={"linear": 3, "quadratic": 4, "chaining": 2}[run.task.method],
        stem=_stem(run, "则等概率下查找成功的平均查找长度是"),
        correct=_fraction(run.success),
        why_correct=f"各关键字的比较次数之和除以关键字个数：{line}。",
        distractors=_averages(wrong_successes(run), 0 if run.task.method == "chaining" else 1),
        steps=(*_table(run), f"成功的平均查找长度 = {line}。"),
        source=_SOURCE,
        convention=_PROBING[run.task.method] + "查找各关键字的概率相等；结果写成最简分数或整数。",
    )


def _failure(chance: random.Random) -> Draft:
    run = _draw(chance, {"linear": 5, "chaining": 2})
    if run.task.method == "linear":
        counted = "走到空单元的那次比较也计 1 次"
        return _failed(run, 0, 4, counted, wrong_failures(run))
    if chance.random() < 0.5:
        counted = "只计与链上结点的比较，不计空指针"
        return _failed(run, 0, 2, counted, wrong_chain_failures(run, counts_null=False))
    # Some textbooks count the comparison with the null pointer, so an examiner must say which.
    counted = "与链尾空指针的那次比较也计 1 次，空链同样计 1 次"
    return _failed(run, 1, 3, counted, wrong_chain_failures(run, counts_null=True))


def _failed(
    run: HashRun, extra: int, difficulty: int, counted: str, wrongs: Sequence[Mistaken]
) -> Draft:
    """Word the failures; every search takes ``extra`` comparisons more than the solver counts."""
    misses = [count + extra for count in run.misses]
    average = _fraction(run.failure + extra)
    line = f"({_sum(misses)}) ÷ {run.task.modulus} = {average}"
    last = run.task.modulus - 1
    return Draft(
        points=("DS0614", "DS0612"),
        difficulty=difficulty,
        stem=_stem(run, "则等概率下查找失败的平均查找长度是"),
        correct=average,
        why_correct=f"散列地址只有 0～{last}，各地址的失败比较次数之和除以 "
        f"{run.task.modulus}：{line}。",
        distractors=_averages(wrongs),
        steps=(
            *_table(run),
            f"从地址 0～{last} 出发，到确定失败的比较次数依次为 {_list(misses)}。",
            f"失败的平均查找长度 = {line}。",
        ),
        source=_SOURCE,
        convention=f"{_PROBING[run.task.method]}各散列地址的概率相等；{counted}；"
        "结果写成最简分数或整数。",
    )


def _address(chance: random.Random) -> Draft:
    run = _draw(chance, {"linear": 3, "quadratic": 2})
    moved = [insertion for insertion in run.insertions if insertion.comparisons > 1]
    chosen = chance.choice([i for i in moved if i.comparisons > 2] or moved)
    address = chosen.probes[-1]
    return Draft(
        points=("DS0612",),
        difficulty=2 if run.task.method == "linear" else 3,
        stem=_stem(run, f"则关键字 {chosen.key} 存放的地址是"),
        correct=str(address),
        why_correct=f"{_probed(run, chosen)}，放在地址 {address}。",
        distractors=wrong_addresses(run, chosen),
        steps=(*_table(run), f"{chosen.key} 放在地址 {address}。"),
        source=_SOURCE,
        convention=_PROBING[run.task.method] + "地址从 0 开始编号。",
    )


def _hit(chance: random.Random) -> Draft:
    run = _draw(chance, {"linear": 3, "quadratic": 2})
    chosen = chance.choice([i for i in run.insertions if i.comparisons > 2])
    return Draft(
        points=("DS0612", "DS0614"),
        difficulty=3,
        stem=_stem(run, f"之后查找关键字 {chosen.key}，需要比较的次数是"),
        correct=f"{chosen.comparisons} 次",
        why_correct=f"查找走的是插入时的路：{_probed(run, chosen)}。",
        distractors=wrong_hits(run, chosen),
        steps=(*_table(run), f"查找走的是插入时的路：{_probed(run, chosen)}。"),
        source=_SOURCE,
        convention=_PROBING[run.task.method] + "与所找关键字本身的那次比较也计 1 次。",
    )


def _miss(chance: random.Random) -> Draft:
    run = _draw(chance, {"linear": 1})
    task = run.task
    homes = [home for home, count in enumerate(run.misses) if 2 < count < task.size]
    home = chance.choice(homes)
    free = [k for k in range(10, 100) if k % task.modulus == home and k not in task.keys]
    key = chance.choice(free)
    count = run.misses[home]
    path = _path([(home + step) % task.size for step in range(count)])
    return Draft(
        points=("DS0612", "DS0614"),
        difficulty=3,
        stem=_stem(run, f"之后查找关键字 {key}（不在表中），到确定查找失败，比较的次数是"),
        correct=f"{count} 次",
        why_correct=f"{key} mod {task.modulus} = {home}，走过 {path}，"
        f"最后一个是空单元，共 {count} 次。",
        distractors=wrong_misses(run, home),
        steps=(
            *_table(run),
            f"{key} mod {task.modulus} = {home}：从地址 {home} 起走过 {path}。",
            f"前 {count - 1} 个单元都不是 {key}，第 {count} 个是空单元，查找失败，共 {count} 次。",
        ),
        source=_SOURCE,
        convention=_PROBING[task.method] + "走到空单元的那次比较也计 1 次。",
    )


def _averages(wrongs: Sequence[Mistaken], at_least: int = 0) -> list[Distractor]:
    """Leave out what nobody would believe, such as less than one probe to find a key."""
    believable = [wrong for wrong in wrongs if wrong[0] >= at_least and wrong[0]]
    return [Distractor(_fraction(value), name, why) for value, name, why in believable]


def _table(run: HashRun) -> tuple[str, ...]:
    """Show where each key went, and the whole table."""
    moves = [f"- {_probed(run, insertion)}" for insertion in run.insertions]
    return ("依次插入：\n" + "\n".join(moves), code_block(_cells(run)))


def _probed(run: HashRun, insertion: Insertion) -> str:
    key, modulus = insertion.key, run.task.modulus
    home = f"{key} mod {modulus} = {key % modulus}"
    if run.task.method == "chaining":
        return f"{home}，链上第 {insertion.comparisons} 个，比较 {insertion.comparisons} 次"
    if insertion.comparisons == 1:
        return f"{home}，空，比较 1 次"
    return f"{home}，探测 {_path(insertion.probes)}，比较 {insertion.comparisons} 次"


def _path(addresses: Sequence[int]) -> str:
    return " → ".join(map(str, addresses))


def _cells(run: HashRun) -> list[str]:
    if run.task.method == "chaining":
        chains = [" → ".join(map(str, keys)) or "空" for keys in run.cells]
        return [f"{address:>2}: {chain}" for address, chain in enumerate(chains)]
    lines: list[str] = []
    for start in range(0, run.task.size, _CELLS_A_ROW):
        piece = range(start, min(start + _CELLS_A_ROW, run.task.size))
        lines.append("地址 " + " ".join(f"{address:>2}" for address in piece))
        shown = [str(run.cells[a][0]) if run.cells[a] else " -" for a in piece]
        lines.append("存放 " + " ".join(shown))
    return lines


def _sum(counts: Sequence[int]) -> str:
    return " + ".join(map(str, counts))


def _list(counts: Sequence[int]) -> str:
    return "、".join(map(str, counts))


def _fraction(value: Fraction) -> str:
    """Write in lowest terms, a whole number without a denominator."""
    return str(value)
