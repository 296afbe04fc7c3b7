"""What typical mistakes make of a Huffman tree's total, each computed by making the mistake."""

from collections.abc import Sequence

from backend.questions.solvers.huffman import HuffmanRun, HuffmanTask, build


def mistaken_totals(run: HuffmanRun) -> list[tuple[int, str, str]]:
    """Give the totals that typical mistakes lead to, with their names and reasons."""
    weights, total = run.task.weights, sum(run.task.weights)
    bits = fixed_bits(run)
    return [
        (
            _on_one_tree(weights),
            "merges-into-one-tree",
            "总往同一棵树上加下一个权值；合成的新根应放回去，重新取最小的两个。",
        ),
        (run.wpl - total, "forgets-the-root", "按分支结点权值求和时漏了根结点。"),
        (run.wpl + total, "counts-nodes-on-the-path", "路径长度数成了结点数，每片叶多算了 1。"),
        (
            _without_sorting(weights),
            "merges-in-the-given-order",
            "按题目给的顺序合并，没有取权值最小的两个。",
        ),
        (
            _level_by_level(weights),
            "pairs-level-by-level",
            "排序后逐层两两配对，合成的新根没有与其他根一起重新比较。",
        ),
        (
            build(HuffmanTask(tuple(sorted(weights)[1:]))).wpl,
            "loses-the-smallest",
            f"漏掉了最小的权值 {min(weights)}。",
        ),
        (
            run.wpl - run.merges[0].total,
            "forgets-the-first-merge",
            f"求和时漏了第一次合并得到的 {run.merges[0].total}。",
        ),
        (bits * total, "uses-equal-lengths", f"按每个 {bits} 位的等长编码算的。"),
    ]


def fixed_bits(run: HuffmanRun) -> int:
    """Give the bits of a code of equal lengths."""
    return (len(run.task.weights) - 1).bit_length()


def _on_one_tree(weights: Sequence[int]) -> int:
    """Sum the merges when every next weight in ascending order joins the tree there is."""
    tree, *others = sorted(weights)
    total = 0
    for weight in others:
        tree += weight
        total += tree
    return total


def _without_sorting(weights: Sequence[int]) -> int:
    """Sum the merges of a queue that is never sorted."""
    queue, total = list(weights), 0
    while len(queue) > 1:
        merged = queue[0] + queue[1]
        queue = [*queue[2:], merged]
        total += merged
    return total


def _level_by_level(weights: Sequence[int]) -> int:
    """Sum the merges of neighbours in a row that is sorted once."""
    row, total = sorted(weights), 0
    while len(row) > 1:
        pairs = [sum(row[at : at + 2]) for at in range(0, len(row) - 1, 2)]
        total += sum(pairs)
        row = pairs + row[len(row) - len(row) % 2 :]
    return total
