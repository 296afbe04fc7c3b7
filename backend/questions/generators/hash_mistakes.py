"""What typical mistakes make of a hash table, each computed by making the mistake."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from backend.questions.generators.frame import Distractor
from backend.questions.solvers.hash_asl import HashRun, HashTask, Insertion, Method, fill

# A value, the name of the mistake, and what to tell the student.
Mistaken: TypeAlias = tuple[Fraction, str, str]


def wrong_successes(run: HashRun) -> list[Mistaken]:
    """Give wrong averages of a search that succeeds."""
    count, total = len(run.task.keys), sum(i.comparisons for i in run.insertions)
    if run.task.method == "chaining":
        squares = sum(len(chain) ** 2 for chain in run.cells)
        own = [
            (
                Fraction(squares, count),
                "walks-the-whole-chain",
                "每次都算了整条链的长度；找到结点就停，不必走完链。",
            ),
            *_otherwise(
                run,
                "linear",
                _success,
                "uses-linear-probing",
                "按线性探测算了，题目用的是拉链法。",
            ),
        ]
    else:
        own = [
            *_otherwise(
                run,
                "chaining",
                _success,
                "counts-synonyms-only",
                "只数了同义词之间的冲突（拉链法的结果），漏了非同义词占位造成的冲突。",
            ),
            *_refilled(run),
        ]
    return [
        *own,
        (
            Fraction(total, run.task.size),
            "divides-by-table-size",
            f"除以了地址个数 {run.task.size}；成功时应除以关键字个数 {count}。",
        ),
        (
            Fraction(total - count, count),
            "counts-collisions-only",
            "只数了冲突次数，没有计与所找关键字相等的那一次比较。",
        ),
        (run.failure, "takes-the-failure", "这是查找失败的平均查找长度。"),
        (
            Fraction(total + count, count),
            "counts-one-comparison-too-many",
            "每个关键字都多计了 1 次比较，找到就停止了。",
        ),
    ]


def wrong_failures(run: HashRun) -> list[Mistaken]:
    """Give wrong averages of a search that fails."""
    task, total = run.task, sum(run.misses)
    count = len(task.keys)
    if task.method == "chaining":
        filled = sum(bool(chain) for chain in run.cells)
        return [
            (
                run.failure + 1,
                "counts-the-null-pointer",
                "把与空指针的比较也计了 1 次，本题约定不计。",
            ),
            (
                Fraction(count, filled),
                "skips-empty-chains",
                "只除以了非空链的条数；空链的地址也是一种可能，比较 0 次。",
            ),
            (run.success, "takes-the-success", "这是查找成功的平均查找长度。"),
            *_otherwise(
                run,
                "linear",
                _failure,
                "uses-linear-probing",
                "按线性探测算了，题目用的是拉链法。",
            ),
            (
                Fraction(task.modulus, count),
                "inverts-the-load-factor",
                "分子分母颠倒了，应是结点总数除以地址个数。",
            ),
        ]
    every = total + sum(_steps_to_empty(run, home) for home in range(task.modulus, task.size))
    return [
        (
            Fraction(total, task.size),
            "divides-by-table-size",
            f"除以了表长 {task.size}；散列函数只能取到 {task.modulus} 个地址。",
        ),
        (
            run.failure - 1,
            "skips-the-empty-cell",
            "没有计与空单元的那次比较。",
        ),
        (
            Fraction(every, task.size),
            "starts-from-every-cell",
            f"把地址 {task.modulus} 及以后也当成了起点，散列函数取不到它们。",
        ),
        (run.success, "takes-the-success", "这是查找成功的平均查找长度。"),
        (
            Fraction(total, count),
            "divides-by-keys",
            f"除以了关键字个数 {count}；失败时应除以散列地址的个数。",
        ),
        *_otherwise(
            run, "chaining", _failure, "uses-chaining", "按拉链法算了，题目用的是线性探测法。"
        ),
    ]


def wrong_addresses(run: HashRun, chosen: Insertion) -> list[Distractor]:
    """Give wrong addresses of a key that was not stored at its first probe."""
    task, home = run.task, chosen.probes[0]
    other: Method = "quadratic" if task.method == "linear" else "linear"
    name = {"linear": "线性探测", "quadratic": "平方探测"}[other]
    elsewhere = [
        (replace(task, method=other), "uses-the-other-probing", f"按{name}放的，探测方法用错了。"),
        (
            replace(task, modulus=task.size),
            "hashes-by-table-size",
            f"散列时对表长 {task.size} 取了模，应对 {task.modulus} 取模。",
        ),
    ]
    first_free = _first_free(run, chosen)
    later = (chosen.probes[-1] + 1) % task.size
    return [
        Distractor(str(home), "ignores-the-collision", "这是散列地址，插入时它已被占用。"),
        *(
            Distractor(str(address), mistake, why)
            for changed, mistake, why in elsewhere
            for address in _stored(_filled(changed), chosen.key)
        ),
        Distractor(
            str(chosen.probes[-2]),
            "stops-one-probe-early",
            "少探测了一次，这个地址在插入时也已被占用。",
        ),
        Distractor(
            str(first_free), "takes-the-first-free-cell", "从地址 0 起找空单元了，应从散列地址起。"
        ),
        Distractor(str(later), "goes-one-cell-too-far", "探测到空单元后又多走了一个地址。"),
    ]


def wrong_hits(run: HashRun, chosen: Insertion) -> list[Distractor]:
    """Give wrong numbers of comparisons for finding a key."""
    synonyms = fill(replace(run.task, method="chaining", size=run.task.modulus))
    chained = next(i.comparisons for i in synonyms.insertions if i.key == chosen.key)
    distance = (chosen.probes[-1] - chosen.probes[0]) % run.task.size
    place = run.task.keys.index(chosen.key) + 1
    count = chosen.comparisons
    return [
        _times(chained, "counts-synonyms-only", "只数了同义词，漏了与非同义词的比较。"),
        _times(count - 1, "counts-collisions-only", "只数了冲突，没有计相等的那一次比较。"),
        _times(1, "assumes-no-collision", "以为散列地址上就是它，没有考虑冲突。"),
        _times(place, "searches-in-order-of-insertion", "按插入的次序一个个比了，那是顺序查找。"),
        _times(distance, "takes-the-distance", "用两个地址相减代替了探测次数。"),
        _times(count + 1, "counts-the-next-cell", "找到以后又多比较了一次。"),
    ]


def wrong_misses(run: HashRun, home: int) -> list[Distractor]:
    """Give wrong numbers of comparisons for a search from ``home`` that fails."""
    count, task = run.misses[home], run.task
    synonyms = sum(key % task.modulus == home for key in task.keys)
    only = "只与同义词比较了，线性探测要走到空单元为止。"
    return [
        _times(count - 1, "skips-the-empty-cell", "没有计与空单元的那次比较。"),
        *([_times(synonyms, "counts-synonyms-only", only)] if synonyms else []),
        _times(len(task.keys), "compares-all-keys", "与表中全部关键字都比较了，碰到空单元就该停。"),
        _times(task.size, "walks-the-whole-table", "走完了整个表，碰到空单元就该停。"),
        _times(1, "stops-at-the-first-cell", "第一个单元不是它就判断失败了，没有继续探测。"),
        _times(count + 1, "goes-one-cell-too-far", "碰到空单元后又多走了一个。"),
    ]


def _times(count: int, mistake: str, why: str) -> Distractor:
    return Distractor(f"{count} 次", mistake, why)


def _success(run: HashRun) -> Fraction:
    return run.success


def _failure(run: HashRun) -> Fraction:
    return run.failure


def _otherwise(
    run: HashRun, method: Method, average: Callable[[HashRun], Fraction], mistake: str, why: str
) -> list[Mistaken]:
    """Give the average of the table that another method builds of the same keys."""
    size = run.task.modulus if method == "chaining" else run.task.size
    other = _filled(replace(run.task, method=method, size=size))
    return [(average(other), mistake, why)] if other else []


def _refilled(run: HashRun) -> list[Mistaken]:
    """Give the averages of tables built with p and m confused."""
    modulus, size = run.task.modulus, run.task.size
    confused = [
        (
            replace(run.task, modulus=size),
            "hashes-by-table-size",
            f"散列时对表长 {size} 取了模，应对 {modulus} 取模。",
        ),
        (
            replace(run.task, size=modulus),
            "wraps-by-the-modulus",
            f"探测时对 {modulus} 取了模，应走到表尾 {size - 1} 再回到 0。",
        ),
    ]
    runs = [(_filled(task), mistake, why) for task, mistake, why in confused]
    return [(other.success, mistake, why) for other, mistake, why in runs if other]


def _filled(task: HashTask) -> HashRun | None:
    """Fill a table that a mistake may have made too small."""
    try:
        return fill(task)
    except ValueError:
        return None


def _stored(run: HashRun | None, key: int) -> list[int]:
    """Give the address of a key in a list, none for a table that was too small."""
    return [address for address, keys in enumerate(run.cells) if key in keys] if run else []


def _first_free(run: HashRun, chosen: Insertion) -> int:
    """Give the lowest address that was empty when ``chosen`` came."""
    earlier = run.insertions[: run.insertions.index(chosen)]
    taken = {insertion.probes[-1] for insertion in earlier}
    return next(address for address in range(run.task.size) if address not in taken)


def _steps_to_empty(run: HashRun, start: int) -> int:
    """Count the cells from ``start`` to the next empty one, it included."""
    size = run.task.size
    return next(n for n in range(1, size + 1) if not run.cells[(start + n - 1) % size])
