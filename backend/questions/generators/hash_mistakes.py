"""What typical mistakes make of an average search length, each computed by making the mistake."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from backend.questions.solvers.hash_asl import HashRun, HashTask, Method, fill

# A value, the name of the mistake, and what to tell the student.
Mistaken: TypeAlias = tuple[Fraction, str, str]


def wrong_successes(run: HashRun) -> list[Mistaken]:
    """Give wrong averages of a search that succeeds."""
    count, total = len(run.task.keys), sum(i.comparisons for i in run.insertions)
    own = _wrong_chained if run.task.method == "chaining" else _wrong_probed
    return [
        *own(run),
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
            "找到关键字就停止，这里每次查找都多计了 1 次比较。",
        ),
    ]


def _wrong_chained(run: HashRun) -> list[Mistaken]:
    count, total = len(run.task.keys), sum(i.comparisons for i in run.insertions)
    chains = [chain for chain in run.cells if chain]
    return [
        (
            Fraction(sum(len(chain) ** 2 for chain in chains), count),
            "walks-the-whole-chain",
            "每次都算了整条链的长度；找到结点就停，不必走完链。",
        ),
        (
            Fraction(total, len(chains)),
            "divides-by-chains",
            f"除以了非空链的条数 {len(chains)}；成功时应除以关键字个数 {count}。",
        ),
        *_otherwise(run, "linear", _success),
    ]


def _wrong_probed(run: HashRun) -> list[Mistaken]:
    count, modulus = len(run.task.keys), run.task.modulus
    to_the_end = sum(run.misses[key % modulus] for key in run.task.keys)
    other: Method = "quadratic" if run.task.method == "linear" else "linear"
    return [
        (
            Fraction(to_the_end, count),
            "walks-to-the-empty-cell",
            "每次都算到了空单元；查找成功时，找到关键字就停。",
        ),
        (
            _average_in_chains(run),
            "counts-synonyms-only",
            "只数了同义词之间的冲突（拉链法的结果），漏了非同义词占位造成的冲突。",
        ),
        *_otherwise(run, other, _success),
        *_refilled(run),
    ]


def _average_in_chains(run: HashRun) -> Fraction:
    return fill(replace(run.task, method="chaining", size=run.task.modulus)).success


def wrong_failures(run: HashRun) -> list[Mistaken]:
    """Give wrong averages of a search by linear probing that fails."""
    task, total = run.task, sum(run.misses)
    count = len(task.keys)
    every = total + sum(_steps_to_empty(run, home) for home in range(task.modulus, task.size))
    taken = [misses for misses in run.misses if misses > 1]
    return [
        (
            Fraction(total, task.size),
            "divides-by-table-size",
            f"除以了表长 {task.size}；散列函数只能取到 {task.modulus} 个地址。",
        ),
        (run.failure - 1, "skips-the-empty-cell", "没有计与空单元的那次比较。"),
        (
            Fraction(sum(taken), len(taken)),
            "leaves-out-the-empty-cells",
            "只从有关键字的地址出发算了；从空单元出发也是一种可能，比较 1 次。",
        ),
        (
            Fraction(total, count),
            "divides-by-keys",
            f"除以了关键字个数 {count}；失败时应除以散列地址的个数。",
        ),
        (
            Fraction(every, task.size),
            "starts-from-every-cell",
            f"把地址 {task.modulus} 及以后也当成了起点，散列函数取不到它们。",
        ),
        (run.success, "takes-the-success", "这是查找成功的平均查找长度。"),
        *_otherwise(run, "chaining", _failure),
        (
            Fraction(sum(task.size - home for home in range(task.modulus)), task.modulus),
            "walks-to-the-last-cell",
            "把从各地址到表尾的单元都算了；应走到空单元为止，到表尾要回到 0。",
        ),
        (
            run.failure + 1,
            "goes-past-the-empty-cell",
            "走到空单元就能确定失败，这里又多计了 1 次比较。",
        ),
    ]


def wrong_chain_failures(run: HashRun, counts_null: bool) -> list[Mistaken]:
    """Give wrong averages of a search in chains that fails.

    ``counts_null`` says whether the comparison with the null pointer counts.
    """
    count, chains = len(run.task.keys), sum(bool(chain) for chain in run.cells)
    own = _with_null if counts_null else _without_null
    return [
        *own(run, chains),
        (run.success, "takes-the-success", "这是查找成功的平均查找长度。"),
        *_otherwise(run, "linear", _failure),
        (
            Fraction(run.task.modulus, count),
            "inverts-the-load-factor",
            "分子分母颠倒了，结点总数应是分子，地址个数是分母。",
        ),
    ]


def _without_null(run: HashRun, chains: int) -> list[Mistaken]:
    count, modulus = len(run.task.keys), run.task.modulus
    return [
        (
            run.failure + 1,
            "counts-the-null-pointer",
            "把与空指针的比较也计了 1 次，本题约定不计。",
        ),
        (
            Fraction(count, chains),
            "skips-empty-chains",
            "只除以了非空链的条数；空链的地址也是一种可能，比较 0 次。",
        ),
        (
            Fraction(chains, modulus),
            "counts-one-node-a-chain",
            "每条非空链只计了 1 次比较，应与链上的结点逐个比较。",
        ),
        (
            Fraction(count - chains, modulus),
            "stops-before-the-last-node",
            "每条链都少比较了最后一个结点，走完整条链才能确定失败。",
        ),
    ]


def _with_null(run: HashRun, chains: int) -> list[Mistaken]:
    count, modulus = len(run.task.keys), run.task.modulus
    return [
        (
            run.failure,
            "skips-the-null-pointer",
            "没有计与空指针的那次比较，本题约定要计。",
        ),
        (
            Fraction(count + chains, chains),
            "skips-empty-chains",
            "只算了非空链；空链的地址也是一种可能，比较 1 次。",
        ),
        (
            Fraction(count + chains, modulus),
            "takes-empty-chains-as-free",
            "空链的地址没有计比较；与空指针的那次比较也要计。",
        ),
        (
            Fraction(chains + modulus, modulus),
            "counts-one-node-a-chain",
            "每条非空链只与一个结点比较了，应与链上的结点逐个比较。",
        ),
        (
            Fraction(count + modulus, count),
            "divides-by-keys",
            f"除以了关键字个数 {count}；失败时应除以散列地址的个数。",
        ),
        (
            run.failure + 2,
            "goes-past-the-null-pointer",
            "碰到空指针就能确定失败，这里又多计了 1 次比较。",
        ),
    ]


def _success(run: HashRun) -> Fraction:
    return run.success


def _failure(run: HashRun) -> Fraction:
    return run.failure


_USED: dict[Method, tuple[str, str]] = {
    "linear": ("uses-linear-probing", "按线性探测法算了，处理冲突的方法用错了。"),
    "quadratic": ("uses-quadratic-probing", "按平方探测法算了，处理冲突的方法用错了。"),
    "chaining": ("uses-chaining", "按拉链法算了，处理冲突的方法用错了。"),
}


def _otherwise(
    run: HashRun, method: Method, average: Callable[[HashRun], Fraction]
) -> list[Mistaken]:
    """Give the average of the table that another method builds of the same keys."""
    size = run.task.modulus if method == "chaining" else run.task.size
    other = filled(replace(run.task, method=method, size=size))
    return [(average(other), *_USED[method])] if other else []


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
    runs = [(filled(task), mistake, why) for task, mistake, why in confused]
    return [(other.success, mistake, why) for other, mistake, why in runs if other]


def filled(task: HashTask) -> HashRun | None:
    """Fill a table that a mistake may have made too small."""
    try:
        return fill(task)
    except ValueError:
        return None


def _steps_to_empty(run: HashRun, start: int) -> int:
    """Count the cells from ``start`` to the next empty one, it included."""
    size = run.task.size
    return next(n for n in range(1, size + 1) if not run.cells[(start + n - 1) % size])
