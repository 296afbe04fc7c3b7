"""Binary trees for the tests of 数据结构: the plain meaning of each traversal."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Tree(Generic[Key]):
    """A node with its subtrees; the empty tree is None."""

    key: Key
    left: "Tree[Key] | None" = None
    right: "Tree[Key] | None" = None


def preorder(tree: Tree[Key] | None) -> list[Key]:
    """Return root, left subtree, right subtree."""
    return [tree.key, *preorder(tree.left), *preorder(tree.right)] if tree else []


def inorder(tree: Tree[Key] | None) -> list[Key]:
    """Return left subtree, root, right subtree."""
    return [*inorder(tree.left), tree.key, *inorder(tree.right)] if tree else []


def postorder(tree: Tree[Key] | None) -> list[Key]:
    """Return left subtree, right subtree, root."""
    return [*postorder(tree.left), *postorder(tree.right), tree.key] if tree else []


def nodes_by_level(tree: Tree[Key] | None) -> list[Tree[Key]]:
    """Return the nodes from top to bottom, each level from left to right."""
    nodes = [tree] if tree else []
    for node in nodes:  # grows while it is read: the list is the queue
        nodes += [child for child in (node.left, node.right) if child]
    return nodes


def level_order(tree: Tree[Key] | None) -> list[Key]:
    """Return the keys from top to bottom, each level from left to right."""
    return [node.key for node in nodes_by_level(tree)]


def height(tree: Tree[Key] | None) -> int:
    """Return the number of levels."""
    return 1 + max(height(tree.left), height(tree.right)) if tree else 0
