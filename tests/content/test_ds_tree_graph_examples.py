"""Recompute the worked examples of the 数据结构 cards of chapters 4–5: 树、图."""

import heapq
import itertools
import math
from collections.abc import Iterable

import pytest

from tests.content.cards import assert_in_order, listed
from tests.content.trees import Tree, inorder, level_order, nodes_by_level, postorder

# --- 二叉树遍历 -----------------------------------------------------------------------------------


def shapes(names: str) -> list[Tree[str] | None]:
    """Every binary tree whose preorder sequence is ``names``."""
    if not names:
        return [None]
    return [
        Tree(names[0], left, right)
        for cut in range(1, len(names) + 1)
        for left in shapes(names[1:cut])
        for right in shapes(names[cut:])
    ]


def test_binary_tree_traversal_rebuilds_one_tree_from_preorder_and_inorder() -> None:
    pre, middle = "ABDGCEF", "DGBAECF"
    candidates = shapes(pre)
    assert len(candidates) == math.comb(14, 7) // 8
    (tree,) = [shape for shape in candidates if "".join(inorder(shape)) == middle]
    left = Tree("B", Tree("D", None, Tree("G")))
    assert tree == Tree("A", left, Tree("C", Tree("E"), Tree("F")))
    assert_in_order(
        "ds.binary-tree-traversal",
        f"先序序列 {pre}、中序序列 {middle}",
        "左 DGB、右 ECF",
        "左子树先序 BDG：根 B，中序 DG 全在 B 左边",
        "G 是 D 的右孩子",
        "右子树先序 CEF、中序 ECF：根 C，左孩子 E，右孩子 F",
        f"后序：{listed(postorder(tree), '')}；层次：{listed(level_order(tree), '')}。",
    )


@pytest.mark.parametrize("size", range(1, 7))
def test_binary_tree_traversal_claims_about_equal_and_reversed_sequences(size: int) -> None:
    names = "ABCDEF"[:size]
    for tree in shapes(names):
        pre, middle, post = [*names], inorder(tree), postorder(tree)
        nodes = nodes_by_level(tree)
        assert (pre == middle) is all(node.left is None for node in nodes)
        assert (middle == post) is all(node.right is None for node in nodes)
        assert (pre == post[::-1]) is not any(node.left and node.right for node in nodes)


# --- 哈夫曼树 -------------------------------------------------------------------------------------

WEIGHTS = {"a": 4, "b": 6, "c": 9, "d": 13, "e": 18}


def least_wpl(weights: tuple[int, ...]) -> int:
    """Return the least WPL over every order of merging two trees, not only the greedy one."""
    if len(weights) == 1:
        return 0
    return min(
        weights[i] + weights[j] + least_wpl((*rest, weights[i] + weights[j]))
        for i, j in itertools.combinations(range(len(weights)), 2)
        for rest in [tuple(w for k, w in enumerate(weights) if k not in (i, j))]
    )


def test_huffman_tree_codes_and_weighted_path_length() -> None:
    heap = [(weight, letter) for letter, weight in WEIGHTS.items()]
    codes = dict.fromkeys(WEIGHTS, "")
    merges: list[str] = []
    inner: list[int] = []
    while len(heap) > 1:
        (low, lefts), (high, rights) = heapq.nsmallest(2, heap)
        assert low < high, "a tie would leave the tree undetermined"
        heap = [item for item in heap if item not in ((low, lefts), (high, rights))]
        heap.append((low + high, lefts + rights))
        merges.append(f"{low} + {high} = {low + high}")
        inner.append(low + high)
        codes |= {c: "0" + codes[c] for c in lefts} | {c: "1" + codes[c] for c in rights}
    total = sum(WEIGHTS.values())
    wpl = sum(weight * len(codes[c]) for c, weight in WEIGHTS.items())
    assert wpl == sum(inner) == least_wpl(tuple(WEIGHTS.values()))
    width = math.ceil(math.log2(len(WEIGHTS)))
    fixed = width * total
    terms = listed((f"{w}×{len(codes[c])}" for c, w in WEIGHTS.items()), " + ")
    assert_in_order(
        "ds.huffman-tree",
        f"字符 {listed(WEIGHTS)} 的频次为 {listed(WEIGHTS.values())}",
        f"合并：{listed(merges, '；')}。",
        f"编码：{listed((f'{c} = {code}' for c, code in codes.items()), '，')}。",
        f"WPL = {terms} = {wpl}；验算：{listed(inner, ' + ')} = {wpl}。",
        f"平均码长 = {wpl} ÷ {total} = {wpl / total} 位",
        f"等长编码需 {width} 位，共 {fixed} 位，节省 "
        f"{fixed - wpl} ÷ {fixed} ≈ {100 * (1 - wpl / fixed):.1f}%",
    )


def test_huffman_tree_padding_lets_every_merge_take_k_trees() -> None:
    for n, k in itertools.product(range(2, 40), range(2, 8)):
        r = (n - 1) % (k - 1)
        padded = n + (k - 1 - r if r else 0)
        least = next(size for size in itertools.count(n) if (size - 1) % (k - 1) == 0)
        assert padded == least
    assert_in_order(
        "ds.huffman-tree",
        "若 (n − 1) mod (k − 1) = r ≠ 0，先补 k − 1 − r 个权为 0 的虚叶结点",
        heading="计算",
    )


# --- 最小生成树 -----------------------------------------------------------------------------------

EDGES = {"AB": 3, "AC": 1, "BC": 2, "BD": 6, "CD": 5, "CE": 8, "DE": 4}


def prim(start: str) -> list[str]:
    chosen: list[str] = []
    inside = {start}
    while len(inside) < 5:
        edge = min((e for e in EDGES if len(inside & set(e)) == 1), key=EDGES.__getitem__)
        chosen.append(edge)
        inside |= set(edge)
    return chosen


def kruskal() -> tuple[list[str], list[str]]:
    """(chosen edges, edges skipped before the tree was complete), both in order."""
    group = {vertex: vertex for vertex in "ABCDE"}
    chosen: list[str] = []
    skipped: list[str] = []
    for edge in sorted(EDGES, key=EDGES.__getitem__):
        a, b = (group[vertex] for vertex in edge)
        if len(chosen) == 4:
            break
        (chosen if a != b else skipped).append(edge)
        group = {vertex: a if name == b else name for vertex, name in group.items()}
    return chosen, skipped


def spans(edges: Iterable[str]) -> bool:
    reached = {"A"}
    for _ in range(5):
        reached |= {vertex for edge in edges if reached & set(edge) for vertex in edge}
    return len(reached) == 5


def weight_of(edges: Iterable[str]) -> int:
    return sum(EDGES[edge] for edge in edges)


def test_minimum_spanning_tree_by_prim_kruskal_and_brute_force() -> None:
    def said(edges: Iterable[str]) -> str:
        return listed(f"{edge} {EDGES[edge]}" for edge in edges)

    by_prim = prim("A")
    by_kruskal, skipped = kruskal()
    assert set(by_prim) == set(by_kruskal)
    assert len(skipped) == 1
    total = min(weight_of(four) for four in itertools.combinations(EDGES, 4) if spans(four))
    assert total == weight_of(by_prim)
    terms = listed(sorted(EDGES[e] for e in by_prim), " + ")
    assert_in_order(
        "ds.minimum-spanning-tree",
        f"无向图顶点 A、B、C、D、E，边 {said(EDGES)}。",
        f"Prim 从 A 开始：依次选 {said(by_prim)}。",
        f"Kruskal：依次选 {said(by_kruskal[:2])}；{said(skipped)} 成环，舍弃；"
        f"再选 {said(by_kruskal[2:])}，已满 4 条",
        f"总权 {terms} = {total}，",
    )


# --- Dijkstra算法 ---------------------------------------------------------------------------------


def test_dijkstra_rounds_and_path() -> None:
    arcs = {(0, 1): 10, (0, 2): 3, (2, 1): 4, (1, 3): 2, (2, 3): 8, (2, 4): 12, (3, 4): 1}
    dist = [0.0, *(arcs.get((0, v), math.inf) for v in range(1, 5))]
    path = dict.fromkeys(range(1, 5), 0)
    done: list[int] = [0]
    rows: list[str] = []

    def add_row(label: object) -> None:
        cells = ("已定" if v in done else f"{dist[v]:g}".replace("inf", "∞") for v in range(1, 5))
        rows.append(f"| {listed((label, f'v{done[-1]}', *cells), ' | ')} |")

    add_row("初始")
    for number in range(1, 5):
        u = min((v for v in range(5) if v not in done), key=dist.__getitem__)
        done.append(u)
        for (tail, v), weight in arcs.items():
            if tail == u and dist[u] + weight < dist[v]:
                dist[v], path[v] = dist[u] + weight, u
        add_row(number)
    route = [4]
    while route[0]:
        route.insert(0, path[route[0]])
    for target in range(1, 5):  # the oracle: every simple path
        lengths = [
            sum(arcs.get(arc, math.inf) for arc in itertools.pairwise((0, *middle, target)))
            for count in range(4)
            for middle in itertools.permutations({1, 2, 3, 4} - {target}, count)
        ]
        assert min(lengths) == dist[target]
    order = done[1:]
    assert_in_order(
        "ds.dijkstra",
        f"有向边：{listed((f'v{a}→v{b} {w}' for (a, b), w in arcs.items()), '，')}。",
        *rows,
        f"确定次序 {listed(f'v{v}' for v in order)}，距离 {listed(f'{dist[v]:g}' for v in order)}",
        f"v4 的路径是 {listed((f'v{v}' for v in route), '→')}。",
    )
