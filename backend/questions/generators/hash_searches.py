"""What typical mistakes make of one search in a hash table, each computed by making the mistake."""

from dataclasses import replace

from backend.questions.generators.frame import Distractor
from backend.questions.generators.hash_mistakes import filled
from backend.questions.solvers.hash_asl import HashRun, Insertion, Method

_PROBING: dict[Method, str] = {"linear": "线性探测法", "quadratic": "平方探测法"}


def wrong_addresses(run: HashRun, chosen: Insertion) -> list[Distractor]:
    """Give wrong addresses of a key that was not stored at its first probe."""
    task, home = run.task, chosen.probes[0]
    other: Method = "quadratic" if task.method == "linear" else "linear"
    elsewhere = [
        (
            replace(task, method=other),
            "uses-the-other-probing",
            f"按{_PROBING[other]}放的，探测方法用错了。",
        ),
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
            for address in _stored(filled(changed), chosen.key)
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
    task, count, address = run.task, chosen.comparisons, chosen.probes[-1]
    other: Method = "quadratic" if task.method == "linear" else "linear"
    chained = filled(replace(task, method="chaining", size=task.modulus))
    return [
        *_found(
            chained, chosen.key, "counts-synonyms-only", "只数了同义词，漏了与非同义词的比较。"
        ),
        _times(
            run.misses[chosen.probes[0]],
            "walks-to-the-empty-cell",
            "一直数到了空单元；查找成功时，找到关键字就停。",
        ),
        _times(count - 1, "counts-collisions-only", "只数了冲突，没有计相等的那一次比较。"),
        *_found(
            filled(replace(task, method=other)),
            chosen.key,
            "uses-the-other-probing",
            f"按{_PROBING[other]}算了，探测方法用错了。",
        ),
        _times(
            address + 1,
            "searches-from-address-0",
            "从地址 0 起一个个单元找了，应从散列地址起探测。",
        ),
        _times(
            task.keys.index(chosen.key) + 1,
            "searches-in-order-of-insertion",
            "按插入的次序一个个比了，那是顺序查找。",
        ),
        _times(1, "assumes-no-collision", "以为散列地址上就是它，没有考虑冲突。"),
        _times(count + 1, "counts-the-next-cell", "找到以后又多比较了一次。"),
    ]


def _found(run: HashRun | None, key: int, mistake: str, why: str) -> list[Distractor]:
    """Give the comparisons that ``key`` takes in another table, if it could be filled."""
    made = run.insertions if run else ()
    return [_times(i.comparisons, mistake, why) for i in made if i.key == key]


def wrong_misses(run: HashRun, home: int) -> list[Distractor]:
    """Give wrong numbers of comparisons for a search from ``home`` that fails."""
    count, task = run.misses[home], run.task
    synonyms = sum(key % task.modulus == home for key in task.keys)
    only = "只与同义词比较了，线性探测要走到空单元为止。"
    return [
        _times(count - 1, "skips-the-empty-cell", "没有计与空单元的那次比较。"),
        *([_times(synonyms, "counts-synonyms-only", only)] if synonyms else []),
        _times(len(task.keys), "compares-all-keys", "与表中全部关键字都比较了，碰到空单元就该停。"),
        _times(
            task.size - home,
            "walks-to-the-last-cell",
            "一直探测到了表尾，碰到空单元就该停。"
            if task.size - home > count
            else "到表尾就停了，应回到地址 0 继续探测。",
        ),
        _times(task.size, "walks-the-whole-table", "走完了整个表，碰到空单元就该停。"),
        _times(1, "stops-at-the-first-cell", "第一个单元不是它就判断失败了，没有继续探测。"),
        _times(count + 1, "goes-one-cell-too-far", "碰到空单元后又多走了一个。"),
    ]


def _times(count: int, mistake: str, why: str) -> Distractor:
    return Distractor(f"{count} 次", mistake, why)


def _stored(run: HashRun | None, key: int) -> list[int]:
    """Give the address of a key in a list, none for a table that was too small."""
    return [address for address, keys in enumerate(run.cells) if key in keys] if run else []


def _first_free(run: HashRun, chosen: Insertion) -> int:
    """Give the lowest address that was empty when ``chosen`` came."""
    earlier = run.insertions[: run.insertions.index(chosen)]
    taken = {insertion.probes[-1] for insertion in earlier}
    return next(address for address in range(run.task.size) if address not in taken)
