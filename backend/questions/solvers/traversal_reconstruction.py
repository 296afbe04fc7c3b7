"""Rebuild a binary tree from its inorder sequence and another one by cutting at the root.

Conventions as in the card ds.binary-tree-traversal: labels differ; the left subtree is always
visited before the right one; the height counts levels, so that a single node has height 1.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Order = Literal["preorder", "postorder", "levelorder"]

MAX_NODES = 64


@dataclass(frozen=True, slots=True)
class Tree:
    """A node and what hangs below it."""

    label: str
    left: "Tree | None" = None
    right: "Tree | None" = None


@dataclass(frozen=True, slots=True)
class TraversalTask:
    """``sequence`` is in ``order``; both are strings of the same labels, a character each."""

    order: Order
    sequence: str
    inorder: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The root found in a piece of the inorder sequence, and the two pieces beside it."""

    inorder: str
    root: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class TraversalRun:
    """The tree; ``cuts`` are those of pieces of two nodes and more, in preorder of their roots."""

    task: TraversalTask
    tree: Tree
    cuts: tuple[Cut, ...]

    @property
    def height(self) -> int:
        return len(levels(self.tree))

    @property
    def leaves(self) -> str:
        """The labels without children, from left to right."""
        return "".join(node.label for node in nodes(self.tree) if not children(node))

    @property
    def single_parents(self) -> str:
        """The labels with exactly one child, in preorder."""
        return "".join(node.label for node in nodes(self.tree) if len(children(node)) == 1)

    def parent(self, label: str) -> str | None:
        """Give the label above ``label``; None for the root and for a label not in the tree."""
        for node in nodes(self.tree):
            if any(child.label == label for child in children(node)):
                return node.label
        return None


def rebuild(task: TraversalTask) -> TraversalRun:
    """Find the only tree with the two sequences; ValueError when there is none."""
    if not 1 <= len(task.inorder) <= MAX_NODES:
        raise ValueError(f"{len(task.inorder)} nodes are not between 1 and {MAX_NODES}")
    if len(set(task.inorder)) < len(task.inorder):
        raise ValueError(f"labels occur twice in {task.inorder}")
    if sorted(task.inorder) != sorted(task.sequence):
        raise ValueError(f"{task.sequence} and {task.inorder} have different labels")
    cutter = _Cutter(task.order)
    tree = cutter.build(task.sequence, task.inorder)
    if tree is None or SEQUENCES[task.order](tree) != task.sequence:
        raise ValueError(f"no tree has {task.sequence} as {task.order} and {task.inorder}")
    return TraversalRun(task, tree, tuple(cutter.cuts))


@dataclass(slots=True)
class _Cutter:
    """Takes the root of a piece, and filters the sequence into those of the two subtrees."""

    order: Order
    cuts: list[Cut] = field(default_factory=list[Cut])

    def build(self, sequence: str, inorder: str) -> Tree | None:
        if not inorder:
            return None
        root = sequence[-1] if self.order == "postorder" else sequence[0]
        left, _, right = inorder.partition(root)
        if len(inorder) > 1:
            self.cuts.append(Cut(inorder, root, left, right))
        return Tree(
            root,
            self.build("".join(c for c in sequence if c in left), left),
            self.build("".join(c for c in sequence if c in right), right),
        )


def children(node: Tree) -> tuple[Tree, ...]:
    """Give the children that there are, left before right."""
    return tuple(child for child in (node.left, node.right) if child)


def nodes(tree: Tree) -> Iterator[Tree]:
    """Go through the nodes in preorder."""
    yield tree
    for child in children(tree):
        yield from nodes(child)


def levels(tree: Tree) -> list[str]:
    """Give the labels of each level from left to right, the root's level first."""
    found: list[str] = []
    row: tuple[Tree, ...] = (tree,)
    while row:
        found.append("".join(node.label for node in row))
        row = tuple(child for node in row for child in children(node))
    return found


def preorder(tree: Tree | None) -> str:
    """Root, left, right."""
    return tree.label + preorder(tree.left) + preorder(tree.right) if tree else ""


def inorder(tree: Tree | None) -> str:
    """Left, root, right."""
    return inorder(tree.left) + tree.label + inorder(tree.right) if tree else ""


def postorder(tree: Tree | None) -> str:
    """Left, right, root."""
    return postorder(tree.left) + postorder(tree.right) + tree.label if tree else ""


def levelorder(tree: Tree | None) -> str:
    """Level by level from the root, each from left to right."""
    return "".join(levels(tree)) if tree else ""


SEQUENCES: dict[Order, Callable[[Tree | None], str]] = {
    "preorder": preorder,
    "postorder": postorder,
    "levelorder": levelorder,
}
