"""Recompute the worked examples of the 数据结构 cards, so that none states a wrong number."""

import heapq
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

import pytest

from tests.content.cards import section


def assert_says(concept_id: str, *phrases: str, heading: str = "例题") -> None:
    """Fail, naming the phrases, when the section does not contain every one of them."""
    text = section(concept_id, heading)
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"{concept_id} {heading} lacks {missing}"


def assert_says_in_order(concept_id: str, *phrases: str) -> None:
    """Like :func:`assert_says` for 例题, and each phrase must come after the one before it."""
    text, at = section(concept_id, "例题"), 0
    for phrase in phrases:
        found = text.find(phrase, at)
        assert found >= 0, f"{concept_id}: {phrase!r} is missing after {text[:at][-20:]!r}"
        at = found + len(phrase)


def listed(values: Iterable[object], mark: str = "、") -> str:
    return mark.join(map(str, values))


def row(*cells: object) -> str:
    return f"| {listed(cells, ' | ')} |"


def test_time_complexity_of_a_doubling_loop_around_a_full_loop() -> None:
    n, k, outer, i = 64, 0, 0, 1
    while i <= n:
        outer += 1
        k += sum(1 for _ in range(n))
        i *= 2
    assert outer == math.floor(math.log2(n)) + 1
    assert_says(
        "ds.time-complexity",
        "for (i = 1; i <= n; i *= 2) for (j = 0; j < n; j++) k++;",
        f"n = {n} 时 `k++` 执行 {outer} × {n} = {k} 次",
    )


def test_time_complexity_of_a_growing_sum_is_the_square_root() -> None:
    n, x, s, rounds = 55, 0, 0, 0
    while s < n:
        x += 1
        s += x
        rounds += 1
    assert_says(
        "ds.time-complexity",
        "x = 0; s = 0; while (s < n) { x++; s += x; }",
        f"n = {n} 时循环体执行 {rounds} 次",
    )
    assert abs(rounds - math.sqrt(2 * n)) < 1


def test_time_complexity_of_halving_recursion_with_linear_work() -> None:
    def t(n: int) -> int:
        return 1 if n == 1 else 2 * t(n // 2) + n

    assert all(t(2**k) == 2**k * k + 2**k for k in range(12))
    assert_says(
        "ds.time-complexity",
        "T(n) = 2T(n/2) + n，T(1) = 1",
        f"T(2) = {t(2)}，T(4) = {t(4)}，T(8) = {t(8)}，通式 n log₂n + n",
    )


def test_time_complexity_pitfall_doubling_loop_with_dependent_inner_loop_is_linear() -> None:
    for n in range(1, 300):
        assert sum(2**t for t in range(n) if 2**t <= n) < 2 * n
    assert_says("ds.time-complexity", "1 + 2 + 4 + … 小于 2n，是 O(n)", heading="易错点")


def insert_counting_moves(table: list[int], position: int, value: int) -> int:
    """Insert at the 1-based position the way a sequential list does; return the moves."""
    table.append(value)
    moves = 0
    for index in range(len(table) - 1, position - 1, -1):
        table[index] = table[index - 1]
        moves += 1
    table[position - 1] = value
    return moves


def delete_counting_moves(table: list[int], position: int) -> int:
    moves = 0
    for index in range(position, len(table)):
        table[index - 1] = table[index]
        moves += 1
    table.pop()
    return moves


def test_sequential_list_address_moves_and_averages() -> None:
    start = list(range(10, 90, 10))
    table = start.copy()
    n = len(start)
    inserted = insert_counting_moves(table, 3, 25)
    after_insert = f"移动 8 − 3 + 1 = {inserted} 个，表变为 ({listed(table, ', ')})"
    longer, doomed = len(table), table[6]
    deleted = delete_counting_moves(table, 7)
    inserts = [insert_counting_moves(start.copy(), i, 0) for i in range(1, n + 2)]
    deletes = [delete_counting_moves(start.copy(), i) for i in range(1, n + 1)]
    assert doomed not in table
    assert_says_in_order(
        "ds.sequential-list",
        f"顺序表为 ({listed(start, ', ')})，每个元素占 4 字节，首元素地址为 1000",
        f"第 5 个元素的地址：1000 + (5 − 1) × 4 = {[*range(1000, 1000 + 4 * n, 4)][4]}",
        "在第 3 位插入 25",
        after_insert,
        f"删除第 7 个元素：此时表长 {longer}，删掉的是 {doomed}，移动 {longer} − 7 = {deleted} 个",
        f"表长为 {n} 且等概率时：插入平均移动 {n}/2 = {sum(inserts) // len(inserts)} 个",
        f"删除平均移动 ({n} − 1)/2 = {sum(deletes) / len(deletes)} 个",
    )


def test_sequential_list_average_move_formulas() -> None:
    for n in range(1, 12):
        inserts = [insert_counting_moves([0] * n, i, 0) for i in range(1, n + 2)]
        deletes = [delete_counting_moves([0] * n, i) for i in range(1, n + 1)]
        assert inserts == [n - i + 1 for i in range(1, n + 2)]
        assert deletes == [n - i for i in range(1, n + 1)]
        assert Fraction(sum(inserts), n + 1) == Fraction(n, 2)
        assert Fraction(sum(deletes), n) == Fraction(n - 1, 2)
    assert_says(
        "ds.sequential-list",
        "在第 i 位插入，移动 n − i + 1 个；共 n + 1 个可插位置，平均移动 n/2 个",
        "删除第 i 个，移动 n − i 个；平均移动 (n − 1)/2 个",
        heading="计算",
    )


@dataclass
class Node:
    data: int
    next: "Node | None" = None


def linked(values: Sequence[int]) -> Node:
    """A singly linked list with a head node holding 0."""
    head = Node(0)
    for value in reversed(values):
        head.next = Node(value, head.next)
    return head


def values_after(node: Node) -> list[int]:
    found: list[int] = []
    while node.next:
        node = node.next
        found.append(node.data)
    return found


def test_singly_linked_list_reverses_its_second_half() -> None:
    values = [12, 7, 30, 25, 18, 41]
    head = linked(values)
    slow = fast = head.next
    assert slow
    assert fast
    slow_path, fast_path = [slow.data], [fast.data]
    while fast.next and fast.next.next:
        assert slow.next
        slow, fast = slow.next, fast.next.next
        slow_path.append(slow.data)
        fast_path.append(fast.data)
    rest, slow.next = slow.next, None
    stages: list[str] = []
    moved: list[int] = []
    while rest:
        moved.append(rest.data)
        rest.next, slow.next, rest = slow.next, rest, rest.next
        stages.append(listed(values_after(slow)))
    assert_says_in_order(
        "ds.singly-linked-list",
        f"L = ({listed(values, ', ')})",
        f"fast 经过 {listed(fast_path)}，slow 经过 {listed(slow_path)}",
        f"停在第 {len(slow_path)} 个结点 {slow.data}",
        f"从 {slow.data} 之后断开，摘下 {listed(moved)}，依次头插到 {slow.data} 之后",
        f"先得 {stages[0]}，再得 {stages[1]}，最后得 {stages[2]}",
        f"结果 L = ({listed(values_after(head), ', ')})",
    )


def test_singly_linked_list_storage_density() -> None:
    data, pointer = 4, 8
    assert_says(
        "ds.singly-linked-list",
        f"data 占 {data} 字节、next 占 {pointer} 字节",
        f"{data} ÷ {data + pointer} ≈ {100 * data / (data + pointer):.0f}%",
        heading="计算",
    )


def run_stack(n: int, target: Sequence[int]) -> tuple[bool, int, int | None]:
    """Replay pushes of 1..n for a pop order: (possible, deepest stack, top when stuck)."""
    stack: list[int] = []
    pushes, deepest = iter(range(1, n + 1)), 0
    for wanted in target:
        while wanted not in stack:
            stack.append(next(pushes))
            deepest = max(deepest, len(stack))
        if stack[-1] != wanted:
            return False, deepest, stack[-1]
        stack.pop()
    return True, deepest, None


def possible_orders(n: int) -> list[tuple[int, ...]]:
    return [p for p in itertools.permutations(range(1, n + 1)) if run_stack(n, p)[0]]


def test_stack_pop_orders_and_capacity() -> None:
    good, bad = (3, 2, 5, 4, 1), (4, 3, 5, 1, 2)
    orders = possible_orders(5)
    possible, depth, _ = run_stack(5, good)
    assert possible
    stuck, _, top = run_stack(5, bad)
    assert not stuck
    assert_says_in_order(
        "ds.stack",
        "元素 1、2、3、4、5 依次入栈",
        f"序列一：{listed(good, ', ')}",
        f"**可能**，栈内最多 {depth} 个元素，容量至少为 {depth}",
        f"序列二：{listed(bad, ', ')}",
        f"此时栈顶是 {top}，不能先出 {bad[3]}。**不可能**",
        f"C(10, 5) ÷ 6 = {math.comb(10, 5)} ÷ 6 = {len(orders)} 种",
    )


def test_stack_the_described_moves_give_the_first_order() -> None:
    script = "1、2、3 入栈，3、2 出栈；4、5 入栈，5、4 出栈；1 出栈"
    stack: list[str] = []
    popped: list[str] = []
    for step in script.replace("；", "，").split("，"):
        items, action = step.split(" ")
        for item in items.split("、"):
            if action == "入栈":
                stack.append(item)
            else:
                assert stack.pop() == item
                popped.append(item)
    assert listed(popped, ", ") == "3, 2, 5, 4, 1"
    assert_says("ds.stack", script, "1 到 4 入栈，4、3 出栈；5 入栈、出栈")


def test_stack_catalan_numbers() -> None:
    counts = [len(possible_orders(n)) for n in range(1, 6)]
    assert counts == [math.comb(2 * n, n) // (n + 1) for n in range(1, 6)]
    assert_says("ds.stack", f"n = 1、2、3、4、5 时依次为 {listed(counts)}", heading="计算")


def test_stack_legal_orders_are_exactly_those_without_last_first_middle() -> None:
    for order in itertools.permutations(range(1, 6)):
        forbidden = any(a < b < c for c, a, b in itertools.combinations(order, 3))
        assert run_stack(5, order)[0] is not forbidden
    assert_says("ds.stack", "不可能以 c、a、b 的次序出栈", heading="特点")


@dataclass
class Ring:
    """A circular queue whose rear is the next free place; ``count`` is the oracle."""

    size: int
    front: int = 0
    rear: int = 0
    count: int = 0

    def enqueue(self, times: int) -> None:
        for _ in range(times):
            assert self.count < self.size - 1
            self.rear = 0 if self.rear == self.size - 1 else self.rear + 1
            self.count += 1

    def dequeue(self, times: int) -> None:
        for _ in range(times):
            assert self.count > 0
            self.front = 0 if self.front == self.size - 1 else self.front + 1
            self.count -= 1


def test_circular_queue_pointers_and_length() -> None:
    ring = Ring(8)
    ring.enqueue(6)
    first_rear = ring.rear
    ring.dequeue(4)
    left = ring.count
    ring.enqueue(5)
    assert ring.count == ring.size - 1
    assert_says_in_order(
        "ds.circular-queue",
        f"`Q[0..{ring.size - 1}]`，M = {ring.size}",
        "依次入队 6 个、出队 4 个、再入队 5 个",
        f"入队 6 个：rear = {first_rear}。",
        f"出队 4 个：front = {ring.front}，剩 {left} 个元素",
        f"再入队 5 个：rear = ({first_rear} + 5) mod {ring.size} = {ring.rear}。",
        f"元素个数 = ({ring.rear} − {ring.front} + {ring.size}) mod {ring.size} = {ring.count}。",
        f"({ring.rear} + 1) mod {ring.size} = {(ring.rear + 1) % ring.size} = front，队列已满",
        f"若改用计数器区分，此时还能再入队 {ring.size - ring.count} 个",
    )


def test_circular_queue_formulas_when_rear_is_the_last_element() -> None:
    size = 7
    for front, count in itertools.product(range(size), range(size)):
        rear = (front + count - 1) % size
        assert (rear - front + 1 + size) % size == count
        assert ((rear + 1) % size == front) is (count == 0)
        assert ((rear + 2) % size == front) is (count == size - 1)
    assert_says(
        "ds.circular-queue",
        "元素个数 = (rear − front + 1 + M) mod M",
        "队空：`(rear + 1) % M == front`；牺牲一个单元时队满：`(rear + 2) % M == front`",
        heading="计算",
    )


Tree: TypeAlias = "tuple[str, Tree, Tree] | None"


def shapes(names: str) -> list[Tree]:
    """Every binary tree whose preorder sequence is ``names``."""
    if not names:
        return [None]
    return [
        (names[0], left, right)
        for cut in range(1, len(names) + 1)
        for left in shapes(names[1:cut])
        for right in shapes(names[cut:])
    ]


def inorder(tree: Tree) -> str:
    return inorder(tree[1]) + tree[0] + inorder(tree[2]) if tree else ""


def postorder(tree: Tree) -> str:
    return postorder(tree[1]) + postorder(tree[2]) + tree[0] if tree else ""


def level_order(tree: Tree) -> str:
    visited, waiting = "", [tree]
    while waiting:
        node = waiting.pop(0)
        if node:
            visited += node[0]
            waiting += node[1:]
    return visited


def test_binary_tree_traversal_rebuilds_one_tree_from_preorder_and_inorder() -> None:
    pre, middle = "ABDGCEF", "DGBAECF"
    candidates = shapes(pre)
    assert len(candidates) == math.comb(14, 7) // 8
    (tree,) = [shape for shape in candidates if inorder(shape) == middle]
    leaves = {name: (name, None, None) for name in "GEF"}
    left = ("B", ("D", None, leaves["G"]), None)
    assert tree == ("A", left, ("C", leaves["E"], leaves["F"]))
    assert_says_in_order(
        "ds.binary-tree-traversal",
        f"先序序列 {pre}、中序序列 {middle}",
        "左 DGB、右 ECF",
        "左子树先序 BDG：根 B，中序 DG 全在 B 左边",
        "G 是 D 的右孩子",
        "右子树先序 CEF、中序 ECF：根 C，左孩子 E，右孩子 F",
        f"后序：{postorder(tree)}；层次：{level_order(tree)}。",
    )


@pytest.mark.parametrize("size", range(1, 7))
def test_binary_tree_traversal_claims_about_equal_and_reversed_sequences(size: int) -> None:
    def nodes(tree: Tree) -> list[tuple[str, Tree, Tree]]:
        return [tree, *nodes(tree[1]), *nodes(tree[2])] if tree else []

    names = "ABCDEF"[:size]
    for tree in shapes(names):
        parts = nodes(tree)
        assert (names == inorder(tree)) is all(left is None for _, left, _ in parts)
        assert (inorder(tree) == postorder(tree)) is all(right is None for *_, right in parts)
        assert (names == postorder(tree)[::-1]) is not any(a and b for _, a, b in parts)


def test_huffman_tree_codes_and_weighted_path_length() -> None:
    weights = {"a": 4, "b": 6, "c": 9, "d": 13, "e": 18}
    heap = [(weight, letter) for letter, weight in weights.items()]
    codes = dict.fromkeys(weights, "")
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
    total = sum(weights.values())
    wpl = sum(weight * len(codes[c]) for c, weight in weights.items())
    fixed = math.ceil(math.log2(len(weights)))
    terms = listed((f"{w}×{len(codes[c])}" for c, w in weights.items()), " + ")
    assert wpl == sum(inner)
    assert_says_in_order(
        "ds.huffman-tree",
        f"字符 {listed(weights)} 的频次为 {listed(weights.values())}",
        f"合并：{listed(merges, '；')}。",
        f"编码：{listed((f'{c} = {code}' for c, code in codes.items()), '，')}。",
        f"WPL = {terms} = {wpl}；验算：{listed(inner, ' + ')} = {wpl}。",
        f"平均码长 = {wpl} ÷ {total} = {wpl / total} 位",
        f"等长编码需 {fixed} 位，共 {fixed * total} 位，节省 "
        f"{fixed * total - wpl} ÷ {fixed * total} ≈ {100 * (1 - wpl / fixed / total):.1f}%",
    )


def test_huffman_tree_merging_beats_every_other_full_binary_tree() -> None:
    def best(weights: tuple[int, ...]) -> int:
        if len(weights) == 1:
            return 0
        return min(
            weights[i] + weights[j] + best((*rest(weights, i, j), weights[i] + weights[j]))
            for i, j in itertools.combinations(range(len(weights)), 2)
        )

    def rest(weights: tuple[int, ...], *drop: int) -> tuple[int, ...]:
        return tuple(w for i, w in enumerate(weights) if i not in drop)

    assert_says("ds.huffman-tree", f" = {best((4, 6, 9, 13, 18))}；验算")


def test_huffman_tree_padding_lets_every_merge_take_k_trees() -> None:
    for n, k in itertools.product(range(2, 40), range(2, 8)):
        r = (n - 1) % (k - 1)
        padded = n + (k - 1 - r if r else 0)
        least = next(size for size in itertools.count(n) if (size - 1) % (k - 1) == 0)
        assert padded == least
    assert_says(
        "ds.huffman-tree",
        "若 (n − 1) mod (k − 1) = r ≠ 0，先补 k − 1 − r 个权为 0 的虚叶结点",
        heading="计算",
    )


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


def test_minimum_spanning_tree_by_prim_kruskal_and_brute_force() -> None:
    def said(edges: Iterable[str]) -> str:
        return listed(f"{edge} {EDGES[edge]}" for edge in edges)

    by_prim = prim("A")
    by_kruskal, skipped = kruskal()
    assert set(by_prim) == set(by_kruskal)
    assert len(skipped) == 1
    total = min(
        sum(EDGES[e] for e in four) for four in itertools.combinations(EDGES, 4) if spans(four)
    )
    assert total == sum(EDGES[e] for e in by_prim)
    terms = listed(sorted(EDGES[e] for e in by_prim), " + ")
    assert_says_in_order(
        "ds.minimum-spanning-tree",
        f"无向图顶点 A、B、C、D、E，边 {said(EDGES)}。",
        f"Prim 从 A 开始：依次选 {said(by_prim)}。",
        f"Kruskal：依次选 {said(by_kruskal[:2])}；{said(skipped)} 成环，舍弃；"
        f"再选 {said(by_kruskal[2:])}，已满 4 条",
        f"总权 {terms} = {total}，",
    )


def test_dijkstra_rounds_and_path() -> None:
    arcs = {(0, 1): 10, (0, 2): 3, (2, 1): 4, (1, 3): 2, (2, 3): 8, (2, 4): 12, (3, 4): 1}
    dist = [0.0, *(arcs.get((0, v), math.inf) for v in range(1, 5))]
    path = dict.fromkeys(range(1, 5), 0)
    done: list[int] = [0]
    rows: list[str] = []

    def table_row(label: object) -> str:
        cells = ("已定" if v in done else f"{dist[v]:g}".replace("inf", "∞") for v in range(1, 5))
        return row(label, f"v{done[-1]}", *cells)

    rows.append(table_row("初始"))
    for number in range(1, 5):
        u = min((v for v in range(5) if v not in done), key=dist.__getitem__)
        done.append(u)
        for (tail, v), weight in arcs.items():
            if tail == u and dist[u] + weight < dist[v]:
                dist[v], path[v] = dist[u] + weight, u
        rows.append(table_row(number))
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
    assert_says_in_order(
        "ds.dijkstra",
        f"有向边：{listed((f'v{a}→v{b} {w}' for (a, b), w in arcs.items()), '，')}。",
        *rows,
        f"确定次序 {listed(f'v{v}' for v in order)}，距离 {listed(f'{dist[v]:g}' for v in order)}",
        f"v4 的路径是 {listed((f'v{v}' for v in route), '→')}。",
    )


def binary_search(table: Sequence[int], key: int) -> tuple[bool, list[int]]:
    low, high, seen = 1, len(table), list[int]()
    while low <= high:
        mid = (low + high) // 2
        seen.append(table[mid - 1])
        if table[mid - 1] == key:
            return True, seen
        low, high = (low, mid - 1) if key < table[mid - 1] else (mid + 1, high)
    return False, seen


def test_binary_search_comparisons_and_average_lengths() -> None:
    table = list(range(6, 60, 6))
    n = len(table)
    found, hit = binary_search(table, 42)
    lost, miss = binary_search(table, 20)
    assert found
    assert not lost
    success = [len(binary_search(table, key)[1]) for key in table]
    failure = [len(binary_search(table, key)[1]) for key in range(3, 60, 6)]
    levels = [success.count(level) for level in range(1, max(success) + 1)]
    terms = listed((f"{count}×{level}" for level, count in enumerate(levels, 1)), " + ")
    threes, fours = failure.count(3), failure.count(4)
    assert threes + fours == len(failure) == n + 1
    assert_says_in_order(
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
    table = list(range(2, 2 * n + 1, 2))
    height = math.ceil(math.log2(n + 1))
    success = [len(binary_search(table, key)[1]) for key in table]
    failure = [len(binary_search(table, key)[1]) for key in range(1, 2 * n + 2, 2)]
    assert max(success) == height
    assert set(failure) <= {height, height - 1}
    assert len(failure) == n + 1
    if n + 1 == 2**height:
        assert Fraction(sum(success), n) == Fraction((n + 1) * height, n) - 1


@dataclass
class AvlNode:
    key: int
    left: "AvlNode | None" = None
    right: "AvlNode | None" = None


def height(node: AvlNode | None) -> int:
    return 1 + max(height(node.left), height(node.right)) if node else 0


def balance(node: AvlNode) -> int:
    return height(node.left) - height(node.right)


def rotate_right(node: AvlNode) -> AvlNode:
    top = node.left
    assert top
    node.left, top.right = top.right, node
    return top


def rotate_left(node: AvlNode) -> AvlNode:
    top = node.right
    assert top
    node.right, top.left = top.left, node
    return top


def avl_insert(node: AvlNode | None, key: int, log: list[tuple[int, int, str, int]]) -> AvlNode:
    """Insert; log (new key, unbalanced key, type, its balance factor) for each rotation."""
    if node is None:
        return AvlNode(key)
    if key < node.key:
        node.left = avl_insert(node.left, key, log)
    else:
        node.right = avl_insert(node.right, key, log)
    factor = balance(node)
    if abs(factor) < 2:
        return node
    child = node.left if factor > 0 else node.right
    assert child
    kind = ("L" if key < node.key else "R") + ("L" if key < child.key else "R")
    log.append((key, node.key, kind, factor))
    if kind == "LR":
        node.left = rotate_left(child)
    if kind == "RL":
        node.right = rotate_right(child)
    return rotate_right(node) if kind[0] == "L" else rotate_left(node)


def avl_levels(root: AvlNode) -> list[int]:
    keys, waiting = list[int](), [root]
    while waiting:
        node = waiting.pop(0)
        keys.append(node.key)
        waiting += [child for child in (node.left, node.right) if child]
    return keys


def test_avl_tree_rotations_and_final_tree() -> None:
    keys = [30, 20, 10, 40, 50, 35]
    log: list[tuple[int, int, str, int]] = []
    root: AvlNode | None = None
    levels: dict[int, list[int]] = {}
    for key in keys:
        root = avl_insert(root, key, log)
        levels[key] = avl_levels(root)
    assert root
    assert root.right
    assert root.right.left
    assert [entry[0] for entry in log] == [10, 50, 35]
    assert levels[10] == [20, 10, 30]
    assert levels[50] == [20, 10, 40, 30, 50]
    (_, first, kind1, _), (_, second, kind2, _), (_, third, kind3, factor) = log
    assert (root.key, root.right.key, root.right.left.key) == (30, 40, 35)
    assert_says_in_order(
        "ds.avl-tree",
        f"依次插入 {listed(keys)}",
        f"插 10：{first} 失衡，{kind1} 型，右旋，根为 {levels[10][0]}，孩子 10、30",
        f"插 40 不失衡；插 50：{second} 失衡，{kind2} 型，左旋，40 上升，孩子 30、50",
        f"插 35：它在 30 的右边，{third} 的平衡因子为 1 − 3 = −{-factor}；"
        f"路径先右（40）后左（30），{kind3} 型。先对 40 右旋，再对 {third} 左旋，"
        "30 成为根，35 归为 40 的左孩子",
        f"最终层次序列：{listed(levels[35])}；中序递增：{listed(sorted(keys))}。",
    )


def test_avl_tree_least_nodes_of_each_height() -> None:
    def heights_possible(n: int, known: dict[int, set[int]]) -> set[int]:
        return {
            1 + max(a, b)
            for left in range(n)
            for a in known[left]
            for b in known[n - 1 - left]
            if abs(a - b) <= 1
        }

    known: dict[int, set[int]] = {0: {0}}
    for n in range(1, 21):
        known[n] = heights_possible(n, known)
    least = {h: min(n for n, hs in known.items() if h in hs) for h in range(7)}
    assert least[6] == 20
    assert_says(
        "ds.avl-tree",
        "N(0) = 0，N(1) = 1",
        "，".join(f"N({h}) = {least[h]}" for h in range(2, 7)),
        f"如 n = 15 时最高为 {max(known[15])}",
        f"n = 15 时为 {min(known[15])}",
        heading="计算",
    )


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
    heights = [len(b_levels(b_build(keys[:count], 3))) for count in range(8)]
    assert heights == [1, 1, 1, 2, 2, 2, 2, 3]
    root = b_build(keys, 3)
    full = b_levels(root)
    b_delete_terminal(root, 70, 3)
    assert not root.keys
    (root,) = root.kids
    final = b_levels(root)
    assert_says_in_order(
        "ds.b-tree",
        f"3 阶 B树（每个结点 1 到 2 个关键字）依次插入 {listed(keys)}，再删除 70",
        "插 30：10、20、30 超了，20 上升，高度变 2。",
        f"插 50：30、40、50 分裂，40 上升，根为 {said(b_levels(b_build(keys[:5], 3))[0])}。",
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
    assert_says(
        "ds.b-tree",
        "n ≤ mʰ − 1",
        "n ≥ 2 × ⌈m/2⌉^(h−1) − 1",
        f"5 阶、高度 3：最多 5³ − 1 = {most} 个，最少 2 × 3² − 1 = {least} 个",
        heading="计算",
    )


def average(counts: Sequence[int], over: int) -> str:
    value = Fraction(sum(counts), over)
    rounded = f"{float(value):.2f}"
    exact = Fraction(rounded) == value
    return f"{sum(counts)}/{over} " + (f"= {float(value)}" if exact else f"≈ {rounded}")


def test_hash_table_linear_probing_average_lengths() -> None:
    keys, m, p = [22, 15, 10, 8, 12, 20], 8, 7
    table: dict[int, int] = {}
    probes: list[int] = []
    for key in keys:
        tried = next(i for i in itertools.count() if (key % p + i) % m not in table)
        table[(key % p + tried) % m] = key
        probes.append(tried + 1)
    failures = [
        next(i for i in itertools.count() if (start + i) % m not in table) + 1 for start in range(p)
    ]
    used, free = sorted(table), sorted(set(range(m)) - table.keys())
    assert used == list(range(used[0], used[-1] + 1))
    assert_says_in_order(
        "ds.hash-table",
        f"m = {m}，H(key) = key mod {p}，线性探测，依次插入 {listed(keys)}。",
        f"位置 {used[0]} 到 {used[-1]} 依次放 {listed(table[i] for i in used)}，"
        f"{free[0]} 和 {free[1]} 为空，α = {len(keys)}/{m} = {len(keys) / m}。",
        f"比较次数依次为 {listed(probes)}，成功 ASL = {average(probes, len(keys))}。",
        f"从地址 0 到 {p - 1} 出发的失败比较次数为 {listed(failures)}，",
        f"失败 ASL = {sum(failures)}/{p} = {sum(failures) // p}。",
    )
    assert sum(failures) % p == 0


def test_hash_table_chaining_average_lengths() -> None:
    keys, p = [22, 15, 10, 8, 12, 20], 7
    chains = {a: [key for key in keys if key % p == a] for a in range(p)}
    success = [place for chain in chains.values() for place, _ in enumerate(chain, 1)]
    singles = [a for a, chain in chains.items() if len(chain) == 1]
    assert sum(len(chain) > 1 for chain in chains.values()) == 1
    assert_says_in_order(
        "ds.hash-table",
        f"改用拉链法（新结点接在链尾）：地址 1 的链为 {listed(chains[1])}，"
        f"地址 {listed(singles)} 各一个。",
        f"成功 ASL = {average(success, len(keys))}；",
        f"失败 ASL = {average([len(chain) for chain in chains.values()], p)}。",
    )


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
    assert_says_in_order(
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


@dataclass
class Partition:
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


def sort_by_passes(values: list[int]) -> tuple[list[list[int]], list[list[Partition]]]:
    """(the list after each pass, the partitions of each pass)."""
    spans, states, passes = [(0, len(values) - 1)], list[list[int]](), list[list[Partition]]()
    while spans:
        done = [partition(values, low, high) for low, high in spans]
        halves = [s for p in done for s in ((p.low, p.home - 1), (p.home + 1, p.high))]
        spans = [(low, high) for low, high in halves if low < high]
        states.append(values.copy())
        passes.append(done)
    return states, passes


def test_quick_sort_passes() -> None:
    start = [50, 30, 80, 20, 60, 90, 40]
    states, passes = sort_by_passes(start.copy())
    assert states[-1] == sorted(start)
    ((first,), (left, right), third) = passes
    settled = sorted(states[1][p.home] for p in (first, left, right))
    assert not right.fills
    assert_says_in_order(
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
    assert len(passes) == 3
    assert len(first.fills) == 3


def test_quick_sort_worst_and_best_counts() -> None:
    n = 7
    _, passes = sort_by_passes(list(range(n)))
    worst = sum(p.compared for done in passes for p in done)

    def levels(size: int) -> int:
        return 1 + levels(size // 2) if size else 0

    assert_says(
        "ds.quick-sort",
        f"n(n − 1)/2 次，n = {n} 时为 {worst} 次",
        f"递归树高 ⌊log₂n⌋ + 1，n = {n} 时为 {levels(n)} 层",
        heading="计算",
    )
    assert levels(n) == math.floor(math.log2(n)) + 1
