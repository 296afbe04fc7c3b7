"""Forms of the Huffman generator with more than two ways: k-ary trees and merging of runs."""

import random
from collections.abc import Sequence

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.solvers.huffman import HuffmanRun, HuffmanTask, build

_WAYS = {3: "三", 4: "四"}
# Two mistakes at the same distance above and below the key would point at it.
_OPPOSITE = (
    {"forgets-the-root", "counts-nodes-on-the-path"},
    {"forgets-the-root", "adds-the-leaves"},
)


def varied(
    distractors: Sequence[Distractor], chance: random.Random, typical: int = 5
) -> list[Distractor]:
    """Shuffle the ``typical`` ones after the first and leave out one of two that frame the key."""
    first, rest = distractors[0], distractors[typical:]
    others = list(distractors[1:typical])
    chance.shuffle(others)
    kept: list[Distractor] = []
    for distractor in (first, *others, *rest):
        if not any({distractor.mistake, other.mistake} in _OPPOSITE for other in kept):
            kept.append(distractor)
    return kept


def sums_line(run: HuffmanRun) -> str:
    """Give the sum of the merges."""
    return f"各次合并之和 {' + '.join(str(merge.total) for merge in run.merges)} = {run.wpl}"


def merges_list(run: HuffmanRun) -> str:
    """List the merges, a line each."""
    return "\n".join(f"- {' + '.join(map(str, m.parts))} = {m.total}" for m in run.merges)


def many_ways(chance: random.Random) -> Draft:
    """Ask for the WPL of a tree of 3 or 4 ways."""
    run = _draw(chance)
    ways, dummies = run.task.ways, _dummies_line(run, "权为 0 的虚叶结点")
    return Draft(
        points=("DS0413", "DS0415"),
        difficulty=4 if run.dummies else 3,
        stem=f"用权值 {listed(run.task.weights)} 作叶结点构造{_WAYS[ways]}叉哈夫曼树，"
        "最小的带权路径长度是",
        correct=str(run.wpl),
        why_correct=f"{dummies}{sums_line(run)}。",
        distractors=varied(_wrongs(run, 1, ""), chance),
        steps=(dummies, f"每次取最小的 {ways} 棵合并：\n{merges_list(run)}", f"{sums_line(run)}。"),
        source=("ds.huffman-tree",),
        convention="需要时可以补权为 0 的虚叶结点；路径长度按边数计。",
    )


def merging(chance: random.Random) -> Draft:
    """Ask for the blocks read and written by the best merges of runs."""
    run = _draw(chance)
    ways, answer = run.task.ways, f"{2 * run.wpl} 块"
    dummies = _dummies_line(run, "长度为 0 的虚段")
    forgets_dummies, *others = _wrongs(run, 2, " 块")
    once = Distractor(f"{run.wpl} 块", "counts-reading-only", "只算了读一遍，归并时还要写一遍。")
    return Draft(
        points=("DS0718", "DS0415"),
        difficulty=4,
        stem=f"外部排序得到 {len(run.task.weights)} 个初始归并段，长度（块数）依次为 "
        f"{listed(run.task.weights)}。按最佳归并树做 {ways} 路归并，"
        "归并过程中读写磁盘的总块数是",
        correct=answer,
        why_correct=f"{dummies}读写总块数 = 2 × WPL = 2 × {run.wpl} = {answer}。",
        distractors=varied([forgets_dummies, once, *others], chance),
        steps=(
            dummies,
            f"每次取最短的 {ways} 段归并：\n{merges_list(run)}",
            f"{sums_line(run)}，这是 WPL，也是读的总块数。",
            f"每块读一次还要写一次：2 × {run.wpl} = {answer}。",
        ),
        source=("ds.huffman-tree",),
        convention="读一块、写一块各计 1；不计生成初始归并段时的读写，虚段不占读写。",
    )


def _draw(chance: random.Random) -> HuffmanRun:
    """Draw a tree of 3 or 4 ways that needs dummies two times in three."""
    ways, plain = chance.choice((3, 3, 4)), chance.random() < 0.33
    while True:
        count = chance.randint(6, 9)
        run = build(HuffmanTask(tuple(chance.sample(range(2, 31), count)), ways))
        if (run.dummies == 0) == plain and not run.tied:
            return run


def _dummies_line(run: HuffmanRun, name: str) -> str:
    count, ways = len(run.task.weights), run.task.ways
    rest = (count - 1) % (ways - 1)
    division = f"({count} − 1) mod ({ways} − 1) = {rest}"
    if not rest:
        return f"{division}，不用补{name}。"
    return f"{division} ≠ 0，补 {ways} − 1 − {rest} = {run.dummies} 个{name}。"


def _wrongs(run: HuffmanRun, scale: int, unit: str) -> list[Distractor]:
    weights, ways, total = run.task.weights, run.task.ways, sum(run.task.weights)
    ascending, rest = sorted(weights), (len(weights) - 1) % (ways - 1)

    def wrong(value: int, mistake: str, why: str) -> Distractor:
        return Distractor(f"{scale * value}{unit}", mistake, why)

    return [
        wrong(
            _greedy(weights, ways),
            "forgets-the-dummies",
            "没有先补权为 0 的结点，最后一次合并不满，靠近根的位置浪费了。",
        ),
        wrong(run.wpl - total, "forgets-the-root", "求和时漏了最后一次合并（根）。"),
        wrong(
            _in_order(weights, ways),
            "merges-in-the-given-order",
            f"按给出的顺序每 {ways} 个合并，没有取最小的。",
        ),
        wrong(build(HuffmanTask(weights)).wpl, "merges-two-at-a-time", "每次只合并了两个。"),
        wrong(run.wpl + total, "adds-the-leaves", "把叶结点自己的权值又加了一遍。"),
        wrong(
            _greedy([0] * rest + ascending, ways),
            "adds-the-rest-as-dummies",
            f"余数是 {rest} 就补了 {rest} 个；不为 0 时应补 {ways} − 1 − 余数个。",
        ),
        wrong(
            build(HuffmanTask(tuple(ascending[1:]), ways)).wpl,
            "loses-the-smallest",
            f"漏掉了最小的 {ascending[0]}。",
        ),
        wrong(
            run.wpl - run.merges[0].total,
            "forgets-the-first-merge",
            f"求和时漏了第一次合并得到的 {run.merges[0].total}。",
        ),
    ]


def _greedy(weights: Sequence[int], ways: int) -> int:
    """Sum the merges of the smallest, as many as there are up to ``ways``, without dummies."""
    forest, total = sorted(weights), 0
    while len(forest) > 1:
        merged = sum(forest[:ways])
        forest = sorted([*forest[ways:], merged])
        total += merged
    return total


def _in_order(weights: Sequence[int], ways: int) -> int:
    """Sum the merges of a queue that is never sorted."""
    queue, total = list(weights), 0
    while len(queue) > 1:
        merged = sum(queue[:ways])
        queue = [*queue[ways:], merged]
        total += merged
    return total


def listed(numbers: Sequence[int]) -> str:
    """Write numbers with the Chinese comma for lists."""
    return "、".join(map(str, numbers))
