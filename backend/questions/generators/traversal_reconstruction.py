"""Questions on a binary tree given by two traversals: the third one, or a fact about the tree."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.ranking import ranked
from backend.questions.generators.traversal_facts import (
    NAMES,
    Form,
    height,
    leaves,
    level,
    mirrored_tree,
    parent,
    single_parents,
)
from backend.questions.layout import code_block
from backend.questions.solvers.traversal_reconstruction import (
    SEQUENCES,
    Order,
    TraversalRun,
    TraversalTask,
    Tree,
    children,
    inorder,
    levels,
    postorder,
    preorder,
    rebuild,
)

_FIRST: dict[Order, str] = {
    "preorder": "先序的第一个是根",
    "postorder": "后序的最后一个是根",
    "levelorder": "层次的第一个是根",
}
_CONVENTION = "结点值互不相同；各种遍历都先访问左子树（左孩子），再访问右子树（右孩子）。"


@dataclass(frozen=True, slots=True)
class TraversalReconstructionGenerator:
    """Give inorder and one more sequence; ask for a third, or for height, leaves, a parent …"""

    name: str = "traversal-reconstruction"
    version: int = 1
    points: tuple[str, ...] = ("DS0408",)

    def draft(self, chance: random.Random) -> Draft:
        run = _draw(chance)
        forms: tuple[Callable[[TraversalRun, random.Random], Form], ...]
        forms = (_sequence, height, leaves, parent, level, single_parents)
        chosen = chance.choices(forms, (10, 2, 2, 3, 3, 2))[0]
        form = chosen(run, chance)
        draft = Draft(
            points=("DS0408", *form.points),
            difficulty=form.difficulty + (run.task.order == "levelorder"),
            stem=_stem(run.task, form.asked, chance),
            correct=form.answer,
            why_correct=form.why,
            distractors=form.distractors,
            steps=(*_steps(run), form.why),
            source=("ds.binary-tree-traversal",),
            convention=_CONVENTION + form.convention,
        )
        if chosen in (height, leaves, single_parents):
            return ranked(mixed(draft, chance), chance)
        return draft


def _draw(chance: random.Random) -> TraversalRun:
    """Draw a tree of 6 to 8 nodes that is neither a chain nor the fullest shape."""
    order: Order = chance.choices(("preorder", "postorder", "levelorder"), (5, 5, 3))[0]
    while True:
        count = chance.randint(6, 8)
        labels = list("ABCDEFGH"[:count])
        chance.shuffle(labels)
        tree = _shape("".join(labels), chance)
        run = rebuild(TraversalTask(order, SEQUENCES[order](tree), "".join(labels)))
        if run.height in (4, 5) and len(run.leaves) >= 2 and _both_sides(tree):
            return run


def _shape(labels: str, chance: random.Random) -> Tree:
    at = chance.randrange(len(labels))
    left, right = labels[:at], labels[at + 1 :]
    return Tree(
        labels[at],
        _shape(left, chance) if left else None,
        _shape(right, chance) if right else None,
    )


def _both_sides(tree: Tree) -> bool:
    return all(child is not None and children(child) for child in (tree.left, tree.right))


def _stem(task: TraversalTask, asked: str, chance: random.Random) -> str:
    name = NAMES[task.order]
    return chance.choice(
        (
            f"已知一棵二叉树的{name}遍历序列为 {task.sequence}，"
            f"中序遍历序列为 {task.inorder}，则{asked}",
            f"某二叉树的中序序列是 {task.inorder}，{name}序列是 {task.sequence}，{asked}",
        )
    )


def _steps(run: TraversalRun) -> tuple[str, ...]:
    lines = [
        f"- 中序 {cut.inorder}：根 {cut.root}，左 {cut.left or '空'}，右 {cut.right or '空'}"
        for cut in run.cuts
    ]
    rows = levels(run.tree)
    return (
        f"{_FIRST[run.task.order]}，用它把中序切成左、右子树，对子树重复：\n" + "\n".join(lines),
        "还原出的树（缩进表示层次）：\n" + _drawn(run.tree),
        "各层结点：" + "；".join(f"第 {n} 层 {row}" for n, row in enumerate(rows, start=1)) + "。",
    )


def _drawn(tree: Tree) -> str:
    return code_block(_lines(tree, "", 0))


def _lines(tree: Tree, side: str, depth: int) -> list[str]:
    lines = ["    " * depth + side + tree.label]
    if tree.left:
        lines += _lines(tree.left, "左 ", depth + 1)
    if tree.right:
        lines += _lines(tree.right, "右 ", depth + 1)
    return lines


def _sequence(run: TraversalRun, chance: random.Random) -> Form:
    given = run.task.order
    asked: Order = chance.choice(
        tuple(order for order in SEQUENCES if order not in (given, "levelorder"))
        if given != "levelorder" and chance.random() < 0.75
        else tuple(order for order in SEQUENCES if order != given)
    )
    sequence = SEQUENCES[asked]
    answer = sequence(run.tree)
    wrongs = {
        "preorder": _wrong_preorders,
        "postorder": _wrong_postorders,
        "levelorder": _wrong_levelorders,
    }[asked](run)
    points = ("DS0407",) if "levelorder" in (asked, given) else ("DS0406",)
    return Form(
        f"其{NAMES[asked]}遍历序列是",
        answer,
        f"按{NAMES[asked]}的次序读还原出的树，得 {answer}。",
        [d for d in wrongs if d.value != run.task.sequence],
        3,
        points,
    )


def _swapped(run: TraversalRun, order: Order) -> Distractor:
    return Distractor(
        SEQUENCES[order](mirrored_tree(run.tree)),
        "swaps-left-and-right",
        "把中序里根的左边当成右子树、右边当成左子树，左右颠倒了。",
    )


def _copied(run: TraversalRun, pieces: Callable[[str, str], str], name: str) -> list[Distractor]:
    """Only the root was found; the pieces of a sequence given were copied as they stand."""
    cut = run.cuts[0]
    left = "".join(c for c in run.task.sequence if c in cut.left)
    right = "".join(c for c in run.task.sequence if c in cut.right)
    return [
        Distractor(
            pieces(cut.left, cut.right),
            "copies-inorder-of-subtrees",
            f"只切了一次，左、右子树照抄了中序，没有再还原成{name}。",
        ),
        Distractor(
            pieces(left, right),
            "copies-the-given-pieces",
            f"只切了一次，左、右子树照抄了已知的{NAMES[run.task.order]}，没有继续还原。",
        ),
    ]


def _half(run: TraversalRun, order: Order) -> list[Distractor]:
    """One subtree was done well, the other one copied from the inorder sequence."""
    tree, read = run.tree, SEQUENCES[order]
    left, right = read(tree.left), read(tree.right)
    plain_left, plain_right = inorder(tree.left), inorder(tree.right)
    before, after = (tree.label, "") if order == "preorder" else ("", tree.label)
    return [
        Distractor(
            before + left + plain_right + after,
            "copies-inorder-on-the-right",
            "左子树还原对了，右子树照抄了中序。",
        ),
        Distractor(
            before + plain_left + right + after,
            "copies-inorder-on-the-left",
            "右子树还原对了，左子树照抄了中序。",
        ),
    ]


def _wrong_postorders(run: TraversalRun) -> list[Distractor]:
    tree = run.tree
    return [
        *_half(run, "postorder"),
        _swapped(run, "postorder"),
        *_copied(run, lambda left, right: left + right + tree.label, "后序"),
        Distractor(
            preorder(tree)[::-1],
            "reverses-preorder",
            "以为后序就是先序倒过来；倒过来是「右、左、根」。",
        ),
        Distractor(
            postorder(tree.right) + postorder(tree.left) + tree.label,
            "visits-right-subtree-first",
            "根的两棵子树先访问了右边的。",
        ),
    ]


def _wrong_preorders(run: TraversalRun) -> list[Distractor]:
    tree = run.tree
    return [
        *_half(run, "preorder"),
        _swapped(run, "preorder"),
        *_copied(run, lambda left, right: tree.label + left + right, "先序"),
        Distractor(
            postorder(tree)[::-1],
            "reverses-postorder",
            "以为先序就是后序倒过来；倒过来是「根、右、左」。",
        ),
        Distractor(
            tree.label + preorder(tree.right) + preorder(tree.left),
            "visits-right-subtree-first",
            "根的两棵子树先访问了右边的。",
        ),
    ]


def _wrong_levelorders(run: TraversalRun) -> list[Distractor]:
    rows = levels(run.tree)
    other: Order = "postorder" if run.task.order == "preorder" else "preorder"
    zigzag = "".join(row[::-1] if at % 2 else row for at, row in enumerate(rows))
    stacked = _by_stack(run.tree)
    return [
        _swapped(run, "levelorder"),
        Distractor(zigzag, "reads-in-zigzag", "各层方向一左一右交替了；每层都应从左到右。"),
        Distractor(
            SEQUENCES[other](run.tree),
            "reads-depth-first",
            f"这是{NAMES[other]}序列：深入到底再回来，不是逐层访问。",
        ),
        Distractor("".join(rows[::-1]), "reads-from-the-bottom", "从最底层往上读了。"),
        Distractor(stacked, "uses-a-stack", "用栈代替了队列，最后入栈的孩子先被访问。"),
        Distractor(
            rows[0] + "".join("".join(sorted(row)) for row in rows[1:]),
            "sorts-each-level",
            "同层按字母顺序写了，应按从左到右的位置。",
        ),
    ]


def _by_stack(tree: Tree) -> str:
    stack, visited = [tree], ""
    while stack:
        node = stack.pop()
        visited += node.label
        stack += children(node)
    return visited
