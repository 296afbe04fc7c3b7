"""Facts about a rebuilt tree that a traversal question may ask for, with what goes wrong."""

import random
from dataclasses import dataclass

from backend.questions.generators.frame import Distractor
from backend.questions.solvers.traversal_reconstruction import (
    Order,
    TraversalRun,
    Tree,
    children,
    levels,
    nodes,
)

NAMES: dict[Order, str] = {"preorder": "先序", "postorder": "后序", "levelorder": "层次"}


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked of a tree; ``points`` are further outline points that it examines."""

    asked: str
    answer: str
    why: str
    distractors: list[Distractor]
    difficulty: int
    points: tuple[str, ...] = ("DS0406",)
    convention: str = ""


def mirrored_tree(tree: Tree | None) -> Tree | None:
    """Exchange left and right everywhere."""
    return Tree(tree.label, mirrored_tree(tree.right), mirrored_tree(tree.left)) if tree else None


def height(run: TraversalRun, chance: random.Random) -> Form:
    """Ask for the number of levels."""
    rows, count = levels(run.tree), len(run.task.inorder)
    sides = [len(levels(child)) for child in children(run.tree)]
    widest = max(len(row) for row in rows)
    return Form(
        "该二叉树的高度是",
        str(run.height),
        f"最深的结点 {rows[-1][0]} 在第 {run.height} 层，所以高度是 {run.height}。",
        [
            Distractor(str(run.height - 1), "counts-edges", "数成了边数；高度按层数计。"),
            Distractor(
                str(1 + min(sides)), "takes-the-lower-side", "只看了较矮的那棵子树，应取较高的。"
            ),
            Distractor(
                str(count.bit_length()), "assumes-complete-tree", "当成完全二叉树套用了公式。"
            ),
            Distractor(
                str(sum(sides)),
                "adds-the-sides-alone",
                "把两棵子树的高度直接相加了，应取较大者加 1。",
            ),
            *(
                Distractor(
                    str(_straight_down(run.tree, at)),
                    "goes-down-one-side",
                    f"只沿{side}孩子往下数了，最深的结点不在这条路上。",
                )
                for at, side in enumerate("左右")
            ),
            Distractor(
                str(sum(sides) + 1),
                "adds-both-sides",
                "把两棵子树的高度相加再加了 1，应取较大者加 1。",
            ),
            Distractor(str(len(run.leaves)), "counts-leaves", "数成了叶结点的个数。"),
            Distractor(str(widest), "counts-width", "数成了最宽一层的结点数。"),
            Distractor(
                str(count - len(run.leaves)), "counts-inner-nodes", "数成了有孩子的结点个数。"
            ),
            Distractor(
                str(run.height + 1),
                "counts-the-empty-level",
                "把最深的结点下面的空子树也数成了一层。",
            ),
        ],
        2,
        ("DS0401",),
        "高度按层数计，只有根结点时高度为 1。",
    )


def _straight_down(tree: Tree | None, side: int) -> int:
    """Count the nodes on the way down by left children, or by right ones for 1."""
    return 1 + _straight_down((tree.left, tree.right)[side], side) if tree else 0


def leaves(run: TraversalRun, chance: random.Random) -> Form:
    """Ask for the number of leaves."""
    rows, single = levels(run.tree), len(run.single_parents)
    count, total = len(run.leaves), len(run.task.inorder)
    return Form(
        "该二叉树的叶结点个数是",
        str(count),
        f"没有孩子的结点是 {'、'.join(run.leaves)}，共 {count} 个。",
        [
            Distractor(
                str(total - single - count),
                "counts-two-child-nodes",
                "数成了度为 2 的结点；叶结点比它多 1 个。",
            ),
            Distractor(
                str(count + single), "counts-single-parents-too", "把只有一个孩子的结点也算进去了。"
            ),
            Distractor(str(len(rows[-1])), "counts-the-last-level", "只数了最后一层的结点。"),
            Distractor(str(single), "counts-single-parents", "数成了度为 1 的结点。"),
            Distractor(
                str((total + 1) // 2), "assumes-complete-tree", "当成完全二叉树套用了公式。"
            ),
            Distractor(str(total - count), "counts-inner-nodes", "数成了有孩子的结点个数。"),
            Distractor(str(run.height), "counts-levels", "数成了树的层数。"),
            *(
                Distractor(
                    str(len(found)),
                    "looks-at-one-side",
                    f"只数了根的{side}子树里的叶结点。",
                )
                for side, found in _leaves_by_side(run)
            ),
            *(
                Distractor(
                    str(count + 1),
                    "takes-one-for-a-leaf",
                    f"把 {name} 也当成了叶结点，它还有一个孩子。",
                )
                for name in run.single_parents[:1]
            ),
        ],
        2,
        ("DS0403",),
    )


def _leaves_by_side(run: TraversalRun) -> list[tuple[str, list[str]]]:
    sides = (("左", run.tree.left), ("右", run.tree.right))
    return [
        (side, [node.label for node in nodes(tree) if not children(node)])
        for side, tree in sides
        if tree
    ]


def single_parents(run: TraversalRun, chance: random.Random) -> Form:
    """Ask for the number of nodes of degree 1."""
    single, count = len(run.single_parents), len(run.leaves)
    total = len(run.task.inorder)
    names = "、".join(run.single_parents)
    left = sum(bool(node.left) and not node.right for node in nodes(run.tree))
    return Form(
        "该二叉树中度为 1 的结点个数是",
        str(single),
        f"恰有一个孩子的结点{f'是 {names}，共' if single else '有'} {single} 个。",
        [
            Distractor(str(count), "counts-leaves", "数成了叶结点（度为 0）的个数。"),
            Distractor(str(count - 1), "counts-two-child-nodes", "数成了度为 2 的结点个数。"),
            Distractor(str(total - count), "counts-all-inner-nodes", "把度为 2 的结点也算进去了。"),
            Distractor(str(run.height), "counts-levels", "数成了树的层数。"),
            *(
                Distractor(str(number), "looks-at-one-side", why)
                for number, why in (
                    (left, "只数了只有左孩子的结点，只有右孩子的也算。"),
                    (single - left, "只数了只有右孩子的结点，只有左孩子的也算。"),
                )
            ),
            Distractor(
                str(single + 1),
                "takes-a-leaf-too",
                f"把叶结点 {run.leaves[0]} 也算进去了，它没有孩子。",
            ),
        ],
        2,
        ("DS0403",),
    )


def parent(run: TraversalRun, chance: random.Random) -> Form:
    """Ask for the parent of a node on the third level or below."""
    deep = [label for row in levels(run.tree)[2:] for label in row]
    label = chance.choice(deep)
    above = run.parent(label) or ""
    return Form(
        f"结点 {label} 的双亲是",
        above,
        f"还原出的树中，{label} 挂在 {above} 下面。",
        _wrong_parents(run, label, above),
        2,
        ("DS0406",),
    )


def _wrong_parents(run: TraversalRun, label: str, parent: str) -> list[Distractor]:
    at = run.task.inorder.index(label)
    beside = run.task.inorder[at - 1 : at] + run.task.inorder[at + 1 : at + 2]
    place = run.task.sequence.index(label)
    name = NAMES[run.task.order]
    wrongs = [
        Distractor(near, "takes-inorder-neighbour", "取了中序里相邻的结点；相邻不等于父子。")
        for near in beside
    ]
    if place and run.task.order != "postorder":
        wrongs.append(
            Distractor(
                run.task.sequence[place - 1],
                "takes-the-one-before",
                f"取了{name}里的前一个结点；前一个未必是双亲。",
            )
        )
    if run.task.order == "postorder":
        wrongs.append(
            Distractor(
                run.task.sequence[place + 1],
                "takes-the-one-after",
                "取了后序里的后一个结点；后一个未必是双亲。",
            )
        )
    grandparent = run.parent(parent)
    if grandparent:
        wrongs.append(
            Distractor(grandparent, "takes-the-grandparent", "这是双亲的双亲，高了一层。")
        )
    siblings = [c.label for n in nodes(run.tree) for c in children(n) if n.label == parent]
    below = [n.label for n in nodes(run.tree) if run.parent(n.label) == label]
    return [
        *wrongs,
        *(Distractor(c, "takes-the-sibling", "这是它的兄弟。") for c in siblings if c != label),
        *(Distractor(c, "takes-a-child", "方向反了，这是它的孩子。") for c in below),
        Distractor(run.tree.label, "takes-the-root", "这是整棵树的根，没有继续切分子树。"),
    ]


def level(run: TraversalRun, chance: random.Random) -> Form:
    """Ask for the nodes of one level."""
    rows = levels(run.tree)
    number = chance.randint(3, len(rows) - (len(rows) > 3 and len(rows[-1]) == 1))
    row = rows[number - 1]
    mirrored = levels(mirrored_tree(run.tree) or run.tree)[number - 1]
    answer = _listed(row)
    wrongs = [
        Distractor(_listed(mirrored), "swaps-left-and-right", "左右颠倒了：同层应从左到右。"),
        Distractor(_listed(rows[number - 2]), "stops-one-level-short", "少数了一层，这是上一层。"),
        Distractor(_listed(run.leaves), "lists-the-leaves", "列出的是全部叶结点。"),
    ]
    if number < len(rows):
        deeper = _listed(rows[number])
        wrongs.insert(
            0, Distractor(deeper, "counts-levels-from-zero", "把根当成第 0 层，取到了下一层。")
        )
    by_letter = "".join(sorted(row))
    return Form(
        f"第 {number} 层的结点从左到右依次是",
        answer,
        f"第 {number} 层从左到右是 {answer}。",
        [
            *wrongs,
            *(
                Distractor(
                    _listed(row[:at] + row[at + 1 :]), "misses-a-node", f"漏了同层的 {row[at]}。"
                )
                for at in range(len(row))
                if len(row) > 1
            ),
            Distractor(_listed(by_letter), "sorts-by-letter", "按字母顺序写了，应按位置从左到右。"),
        ],
        3,
        ("DS0407",),
        "根在第 1 层。",
    )


def _listed(labels: str) -> str:
    return "、".join(labels)
