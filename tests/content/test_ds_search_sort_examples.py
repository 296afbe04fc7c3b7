"""Recompute the worked examples of the 数据结构 cards of chapters 6–7: 查找、串、排序."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from tests.content.cards import assert_in_order, listed
from tests.content.trees import Tree, height, inorder, level_order

# --- 折半查找 -------------------------------------------------------------------------------------


def compared_with(table: Sequence[int], key: int) -> list[int]:
    """The elements that a binary search looks at; it succeeded when the last one is the key."""
    low, high, seen = 1, len(table), list[int]()
    while low <= high:
        mid = (low + high) // 2
        seen.append(table[mid - 1])
        if table[mid - 1] == key:
            break
        low, high = (low, mid - 1) if key < table[mid - 1] else (mid + 1, high)
    return seen


def search_lengths(table: Sequence[int]) -> tuple[list[int], list[int]]:
    """(comparisons for each element, comparisons for each gap around them)."""
    gaps = [table[0] - 1, *(key + 1 for key in table)]
    return [len(compared_with(table, k)) for k in table], [
        len(compared_with(table, k)) for k in gaps
    ]


def test_binary_search_comparisons_and_average_lengths() -> None:
    table = list(range(6, 60, 6))
    n = len(table)
    hit, miss = compared_with(table, 42), compared_with(table, 20)
    assert hit[-1] == 42
    success, failure = search_lengths(table)
    levels = [success.count(level) for level in range(1, max(success) + 1)]
    terms = listed((f"{count}×{level}" for level, count in enumerate(levels, 1)), " + ")
    threes, fours = failure.count(3), failure.count(4)
    assert threes + fours == len(failure) == n + 1
    assert_in_order(
        "ds.binary-search",
        f"对有序表 ({listed(table, ', ')}) 做折半查找，下标从 1 到 {n}",
        f"查 42：先比 mid = {table.index(hit[0]) + 1} 的 {hit[0]}，"
        f"再比 mid = {table.index(hit[1]) + 1} 的 {hit[1]}，成功，比较 {len(hit)} 次",
        f"查 20：依次与 {listed(miss)} 比较，失败，比较 {len(miss)} 次",
        f"判定树各层结点数为 {listed(levels)}，",
        f"成功 ASL = ({terms}) ÷ {n} = {sum(success)}/{n} ≈ {sum(success) / n:.2f}。",
        f"失败结点 {n + 1} 个，其中 {threes} 个比较 3 次、{fours} 个比较 4 次，"
        f"失败 ASL = ({threes * 3} + {fours * 4}) ÷ {n + 1} = {sum(failure) / (n + 1)}。",
    )


@pytest.mark.parametrize("n", range(1, 130))
def test_binary_search_tree_shape_claims(n: int) -> None:
    tall = math.ceil(math.log2(n + 1))
    success, failure = search_lengths(range(2, 2 * n + 1, 2))
    assert max(success) == tall
    assert set(failure) <= {tall, tall - 1}
    assert len(failure) == n + 1
    if n + 1 == 2**tall:
        assert Fraction(sum(success), n) == Fraction((n + 1) * tall, n) - 1


# --- 平衡二叉树 -----------------------------------------------------------------------------------


def rotate_right(tree: Tree[int]) -> Tree[int]:
    top = tree.left
    assert top
    return replace(top, right=replace(tree, left=top.right))


def rotate_left(tree: Tree[int]) -> Tree[int]:
    top = tree.right
    assert top
    return replace(top, left=replace(tree, right=top.left))


def avl_insert(tree: Tree[int] | None, key: int, log: list[tuple[int, int, str, int]]) -> Tree[int]:
    """Insert; log (new key, unbalanced key, type, its balance factor) for each rotation."""
    if tree is None:
        return Tree(key)
    if key < tree.key:
        tree = replace(tree, left=avl_insert(tree.left, key, log))
    else:
        tree = replace(tree, right=avl_insert(tree.right, key, log))
    factor = height(tree.left) - height(tree.right)
    if abs(factor) < 2:
        return tree
    child = tree.left if factor > 0 else tree.right
    assert child
    kind = ("L" if key < tree.key else "R") + ("L" if key < child.key else "R")
    log.append((key, tree.key, kind, factor))
    if kind == "LR":
        tree = replace(tree, left=rotate_left(child))
    if kind == "RL":
        tree = replace(tree, right=rotate_right(child))
    return rotate_right(tree) if kind[0] == "L" else rotate_left(tree)


def test_avl_tree_rotations_and_final_tree() -> None:
    keys = [30, 20, 10, 40, 50, 35]
    log: list[tuple[int, int, str, int]] = []
    tree: Tree[int] | None = None
    levels: dict[int, list[int]] = {}
    for key in keys:
        tree = avl_insert(tree, key, log)
        levels[key] = level_order(tree)
    assert levels[10] == [20, 10, 30]
    assert levels[50] == [20, 10, 40, 30, 50]
    assert tree == Tree(30, Tree(20, Tree(10)), Tree(40, Tree(35), Tree(50)))
    assert [new for new, *_ in log] == [10, 50, 35]
    (_, first, kind1, _), (_, second, kind2, _), (_, third, kind3, factor) = log
    assert_in_order(
        "ds.avl-tree",
        f"依次插入 {listed(keys)}",
        f"插 10：{first} 失衡，{kind1} 型，右旋，根为 {levels[10][0]}，孩子 10、30",
        f"插 40 不失衡；插 50：{second} 失衡，{kind2} 型，左旋，40 上升，孩子 30、50",
        f"插 35：它在 30 的右边，{third} 的平衡因子为 1 − 3 = −{-factor}；"
        f"路径先右（40）后左（30），{kind3} 型。先对 40 右旋，再对 {third} 左旋，"
        "30 成为根，35 归为 40 的左孩子",
        f"最终层次序列：{listed(level_order(tree))}；中序递增：{listed(inorder(tree))}。",
    )
    assert inorder(tree) == sorted(keys)


def test_avl_tree_least_nodes_of_each_height() -> None:
    heights: list[set[int]] = [{0}]  # the heights that an AVL tree of n nodes can have
    for n in range(1, 21):
        sides = ((a, b) for left in range(n) for a in heights[left] for b in heights[n - 1 - left])
        heights.append({1 + max(a, b) for a, b in sides if abs(a - b) <= 1})
    least = [min(n for n, possible in enumerate(heights) if h in possible) for h in range(7)]
    assert least[6] == 20
    assert_in_order(
        "ds.avl-tree",
        f"N(0) = {least[0]}，N(1) = {least[1]}",
        "，".join(f"N({h}) = {least[h]}" for h in range(2, 7)),
        f"如 n = 15 时最高为 {max(heights[15])}",
        f"n = 15 时为 {min(heights[15])}",
        heading="计算",
    )


# --- B树 ------------------------------------------------------------------------------------------


@dataclass
class BNode:
    keys: list[int] = field(default_factory=list[int])
    kids: "list[BNode]" = field(default_factory=list["BNode"])


def b_insert(node: BNode, key: int, order: int) -> tuple[int, BNode] | None:
    """Insert below the node; return (risen key, new right sibling) when the node split."""
    at = sum(k < key for k in node.keys)
    if node.kids:
        risen = b_insert(node.kids[at], key, order)
        if risen:
            node.keys.insert(at, risen[0])
            node.kids.insert(at + 1, risen[1])
    else:
        node.keys.insert(at, key)
    if len(node.keys) < order:
        return None
    cut = math.ceil(order / 2)  # the ⌈m/2⌉-th key rises
    right = BNode(node.keys[cut:], node.kids[cut:])
    up = node.keys[cut - 1]
    node.keys, node.kids = node.keys[: cut - 1], node.kids[:cut]
    return up, right


def b_delete_terminal(node: BNode, key: int, order: int) -> None:
    """Delete a key of a terminal node and repair underflow on the way back up."""
    if not node.kids:
        node.keys.remove(key)
        return
    at = sum(k < key for k in node.keys)
    b_delete_terminal(node.kids[at], key, order)
    least = math.ceil(order / 2) - 1
    if len(node.kids[at].keys) >= least:
        return
    beside = [i for i in (at - 1, at + 1) if 0 <= i < len(node.kids)]
    assert all(len(node.kids[i].keys) == least for i in beside), "no sibling can lend here"
    left = min(at, beside[0])
    a, b = node.kids[left : left + 2]
    node.kids[left : left + 2] = [BNode([*a.keys, node.keys.pop(left), *b.keys], a.kids + b.kids)]


def b_levels(root: BNode) -> list[list[tuple[int, ...]]]:
    levels, layer = list[list[tuple[int, ...]]](), [root]
    while layer:
        levels.append([tuple(node.keys) for node in layer])
        layer = [kid for node in layer for kid in node.kids]
    return levels


def b_build(keys: Iterable[int], order: int) -> BNode:
    root = BNode()
    for key in keys:
        risen = b_insert(root, key, order)
        if risen:
            root = BNode([risen[0]], [root, risen[1]])
    return root


def test_b_tree_splits_and_merges() -> None:
    def said(nodes: Iterable[tuple[int, ...]]) -> str:
        return listed(f"({listed(keys, ', ')})" for keys in nodes)

    keys = list(range(10, 80, 10))
    grown = [b_levels(b_build(keys[:count], 3)) for count in range(8)]
    assert [len(levels) for levels in grown] == [1, 1, 1, 2, 2, 2, 2, 3]
    full = grown[7]
    root = b_build(keys, 3)
    b_delete_terminal(root, 70, 3)
    assert not root.keys
    (root,) = root.kids
    final = b_levels(root)
    assert_in_order(
        "ds.b-tree",
        f"3 阶 B树（每个结点 1 到 2 个关键字）依次插入 {listed(keys)}，再删除 70",
        "插 30：10、20、30 超了，20 上升，高度变 2。",
        f"插 50：30、40、50 分裂，40 上升，根为 {said(grown[5][0])}。",
        "插 70：50、60、70 分裂，60 上升，根成 20、40、60，再分裂，40 成为新根，高度变 "
        f"{len(full)}：根 {said(full[0])}，第二层 {said(full[1])}，第三层 {said(full[2])}。",
        f"删 70：兄弟 (50) 不够借，与父的 60 合并成 {said(final[1][-1:])}；父结点空了，"
        "它的兄弟 (20) 也不够借，再与根的 40 合并。",
        f"最终根 {said(final[0])}，下层 {said(final[1])}，高度降为 {len(final)}。",
    )


def test_b_tree_most_and_least_keys() -> None:
    def keys(root_children: int, children: int, tall: int) -> int:
        below_root = sum(root_children * children**depth for depth in range(tall - 1))
        return root_children - 1 + below_root * (children - 1)

    for m, h in itertools.product(range(3, 9), range(1, 6)):
        assert keys(m, m, h) == m**h - 1
        assert keys(2, math.ceil(m / 2), h) == 2 * math.ceil(m / 2) ** (h - 1) - 1
    most, least = keys(5, 5, 3), keys(2, math.ceil(5 / 2), 3)
    assert_in_order(
        "ds.b-tree",
        "n ≤ mʰ − 1",
        "n ≥ 2 × ⌈m/2⌉^(h−1) − 1",
        f"5 阶、高度 3：最多 5³ − 1 = {most} 个，最少 2 × 3² − 1 = {least} 个",
        heading="计算",
    )


# --- 散列表 ---------------------------------------------------------------------------------------

HASHED, PRIME = [22, 15, 10, 8, 12, 20], 7


def average(counts: Sequence[int], over: int) -> str:
    value = Fraction(sum(counts), over)
    rounded = f"{float(value):.2f}"
    exact = Fraction(rounded) == value
    return f"{sum(counts)}/{over} {f'= {float(value):g}' if exact else f'≈ {rounded}'}"


def test_hash_table_linear_probing_average_lengths() -> None:
    m = 8
    table: dict[int, int] = {}

    def free_after(start: int) -> int:
        return next(i for i in itertools.count() if (start + i) % m not in table)

    probes: list[int] = []
    for key in HASHED:
        tried = free_after(key % PRIME)
        table[(key % PRIME + tried) % m] = key
        probes.append(tried + 1)
    failures = [free_after(start) + 1 for start in range(PRIME)]
    used, free = sorted(table), sorted(set(range(m)) - table.keys())
    assert used == list(range(used[0], used[-1] + 1))
    assert_in_order(
        "ds.hash-table",
        f"m = {m}，H(key) = key mod {PRIME}，线性探测，依次插入 {listed(HASHED)}。",
        f"位置 {used[0]} 到 {used[-1]} 依次放 {listed(table[i] for i in used)}，"
        f"{free[0]} 和 {free[1]} 为空，α = {len(HASHED)}/{m} = {len(HASHED) / m}。",
        f"比较次数依次为 {listed(probes)}，成功 ASL = {average(probes, len(HASHED))}。",
        f"从地址 0 到 {PRIME - 1} 出发的失败比较次数为 {listed(failures)}，",
        f"失败 ASL = {average(failures, PRIME)}。",
    )


def test_hash_table_chaining_average_lengths() -> None:
    chains = [[key for key in HASHED if key % PRIME == a] for a in range(PRIME)]
    success = [place for chain in chains for place, _ in enumerate(chain, 1)]
    singles = [a for a, chain in enumerate(chains) if len(chain) == 1]
    assert sum(len(chain) > 1 for chain in chains) == 1
    assert_in_order(
        "ds.hash-table",
        f"改用拉链法（新结点接在链尾）：地址 1 的链为 {listed(chains[1])}，"
        f"地址 {listed(singles)} 各一个。",
        f"成功 ASL = {average(success, len(HASHED))}；",
        f"失败 ASL = {average([len(chain) for chain in chains], PRIME)}。",
    )


def test_hash_table_square_probing_reaches_every_place_for_primes_of_the_form_4k_plus_3() -> None:
    primes = [m for m in range(3, 60) if all(m % d for d in range(2, m))]
    for m in primes:
        reached = {sign * i * i % m for i in range(m // 2 + 1) for sign in (1, -1)}
        assert (len(reached) == m) is (m % 4 == 3)
    claim = "用 ±i² 的增量，表长又是 4k + 3 形的质数时，才保证探遍全部单元"
    assert_in_order("ds.hash-table", claim, heading="易错点")


# --- KMP算法 --------------------------------------------------------------------------------------


def next_array(pattern: str) -> list[int]:
    """next[1..m] by brute force from its definition; index 0 is unused."""
    result = [-1, 0]
    for j in range(2, len(pattern) + 1):
        head = pattern[: j - 1]
        fits = [k for k in range(len(head)) if head[:k] == head[len(head) - k :]]
        result.append(max(fits) + 1)
    return result


def nextval_array(pattern: str) -> list[int]:
    """Follow next until the character differs: the meaning of nextval, not its recurrence."""
    following = next_array(pattern)
    result = [-1]
    for j in range(1, len(pattern) + 1):
        k = following[j]
        while k and pattern[k - 1] == pattern[j - 1]:
            k = following[k]
        result.append(k)
    return result


def test_kmp_next_nextval_and_comparisons() -> None:
    def row(*cells: object) -> str:
        return f"| {listed(cells, ' | ')} |"

    pattern, text = "abcabaa", "abcabcabaa"
    following = next_array(pattern)
    compared, mismatches, i, j = 0, list[tuple[int, int, int]](), 1, 1
    while i <= len(text) and j <= len(pattern):
        if j and text[i - 1] != pattern[j - 1]:
            compared += 1
            mismatches.append((i, j, compared))
            j = following[j]
        else:
            compared += j > 0
            i, j = i + 1, j + 1
    assert j > len(pattern)
    ((at, place, before),) = mismatches
    start = i - len(pattern)
    assert start == text.index(pattern) + 1
    assert_in_order(
        "ds.kmp",
        f"T = {pattern}，求 next 和 nextval，再在主串 S = {text} 中匹配",
        row("j", *range(1, len(pattern) + 1)),
        row("T", *pattern),
        row("next", *following[1:]),
        row("nextval", *nextval_array(pattern)[1:]),
        f"i = {at}、j = {place} 时 {text[at - 1]} 与 {pattern[place - 1]} 失配，"
        f"此前含这次共比较 {before} 次",
        f"j 退到 next[{place}] = {following[place]}，i 仍为 {at}，"
        f"再比较 {compared - before} 次全部相等",
        f"从第 {start} 个字符开始，共比较 {compared} 次",
    )


# --- 快速排序 -------------------------------------------------------------------------------------


@dataclass
class Partition:
    """What the partition of values[low..high] did; ``home`` is where the pivot came to rest."""

    low: int
    high: int
    home: int
    fills: list[int]
    compared: int


def partition(values: list[int], low: int, high: int) -> Partition:
    """The textbook partition: the first element is the pivot and holes are filled in turn."""
    first, last = low, high
    pivot, fills, compared = values[low], list[int](), 0
    while low < high:
        while low < high:
            compared += 1
            if values[high] < pivot:
                fills.append(values[high])
                values[low] = values[high]
                break
            high -= 1
        while low < high:
            if values[low] != fills[-1]:
                compared += 1
            if values[low] > pivot:
                fills.append(values[low])
                values[high] = values[low]
                break
            low += 1
    values[low] = pivot
    return Partition(first, last, low, fills, compared)


def sort_by_passes(values: Iterable[int]) -> tuple[list[list[int]], list[list[Partition]]]:
    """(the list after each pass, the partitions of each pass)."""
    table = list(values)
    spans, states, passes = [(0, len(table) - 1)], list[list[int]](), list[list[Partition]]()
    while spans:
        done = [partition(table, low, high) for low, high in spans]
        halves = [s for p in done for s in ((p.low, p.home - 1), (p.home + 1, p.high))]
        spans = [(low, high) for low, high in halves if low < high]
        states.append(table.copy())
        passes.append(done)
    return states, passes


def test_quick_sort_passes() -> None:
    start = [50, 30, 80, 20, 60, 90, 40]
    states, passes = sort_by_passes(start)
    assert states[-1] == sorted(start)
    ((first,), (left, right), third) = passes
    settled = sorted(states[1][p.home] for p in (first, left, right))
    assert not right.fills
    assert len(first.fills) == 3
    assert_in_order(
        "ds.quick-sort",
        f"对 ({listed(start, ', ')}) 做快速排序",
        f"第一趟，枢轴 {start[0]}：{first.fills[0]} 填到左端空位，{first.fills[1]} 填到右端空位，"
        f"{first.fills[2]} 填到 {first.fills[1]} 的原位，{start[0]} 落在第 {first.home + 1} 位，"
        f"得 {listed(states[0], ', ')}。",
        f"左边枢轴 {states[0][left.low]}，得 {listed(states[1][: first.home], ', ')}；"
        f"右边枢轴 {states[0][right.low]}，不动。",
        f"整表为 {listed(states[1], ', ')}，此时 {listed(settled)} 已由枢轴定位。",
        f"第三趟，枢轴 {states[1][third[0].low]} 和 {states[1][third[1].low]}，"
        f"得 {listed(states[2], ', ')}，排序完成",
    )


def test_quick_sort_worst_and_best_counts() -> None:
    n = 7
    _, passes = sort_by_passes(range(n))
    worst = sum(p.compared for done in passes for p in done)

    def levels(size: int) -> int:
        return 1 + levels(size // 2) if size else 0

    assert_in_order(
        "ds.quick-sort",
        f"n(n − 1)/2 次，n = {n} 时为 {worst} 次",
        f"递归树高 ⌊log₂n⌋ + 1，n = {n} 时为 {levels(n)} 层",
        heading="计算",
    )
    assert levels(n) == math.floor(math.log2(n)) + 1


def test_quick_sort_elements_in_place_after_two_passes() -> None:
    least = {True: 6, False: 6}
    for order in itertools.permutations(range(6)):
        states, passes = sort_by_passes(order)
        at_an_end = passes[0][0].home in (0, 5)
        in_place = sum(value == place for place, value in enumerate(states[1]))
        least[at_an_end] = min(least[at_an_end], in_place)
    assert_in_order(
        "ds.quick-sort",
        f"第二趟结束时一般至少有 {least[False]} 个元素到位",
        f"若第一个枢轴落在端点，可能只有 {least[True]} 个",
        heading="易错点",
    )
