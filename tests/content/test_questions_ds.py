"""Recompute the keys of the computed 数据结构 questions from their parameters.

Each test reads its parameters' wording in the stem too, so that an edit of one side alone fails.
"""

import heapq
import itertools
import math
import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from tests.content.bank import asked, assert_key, assert_wrong
from tests.content.trees import Tree, height, inorder, level_order, postorder, preorder

# --- DS01, DS02 ---------------------------------------------------------------------------------


def test_an_inner_step_that_doubles_with_the_outer_variable_is_linear() -> None:
    question = asked(
        "q.ds.inner-step-doubles", "i = 1; i <= n; i = i * 2", "j = 1; j <= n; j = j + i"
    )
    for n in range(1, 1500):
        outer = [2**k for k in range(n.bit_length())]
        count = sum(len(range(1, n + 1, i)) for i in outer)
        assert n <= count < 2 * n + math.log2(n) + 1
    assert_key(question, "O(n)")


@dataclass(eq=False, slots=True)
class Cell:
    data: int
    next: "Cell | None" = None


def chain(values: Sequence[int]) -> list[Cell]:
    cells = [Cell(value) for value in values]
    for left, right in itertools.pairwise(cells):
        left.next = right
    return cells


def survives_deletion_by_copy(blank: str) -> bool:
    """Run the program with the statement in the blank; say whether exactly the target is gone."""
    head, p, q, last = cells = chain([1, 2, 3, 4])
    p.data = q.data
    match blank:
        case "p->next = q->next;":
            p.next = q.next
        case "p = q->next;":
            p = q.next
        case "q->next = p->next;":
            q.next = p.next
        case "p->next = q;":
            p.next = q
        case _:
            raise ValueError(blank)
    seen, at = [], head
    while at is not None and len(seen) < len(cells):
        if at is q:
            return False
        seen.append(at.data)
        at = at.next
    return seen == [1, 3, 4] and at is None and last.data == 4


def test_only_the_key_deletes_a_node_by_copying_its_successor() -> None:
    question = asked(
        "q.ds.delete-by-copying-successor", "q = p->next;", "p->data = q->data;", "free(q)"
    )
    verdicts = {k: survives_deletion_by_copy(v.strip("`")) for k, v in question["options"].items()}
    assert [key for key, works in verdicts.items() if works] == [question["answer"]]


def test_two_pointers_that_start_at_the_head_node() -> None:
    question = asked(
        "q.ds.two-pointers-from-head-node", "有 12 个元素结点", "k < 5", "q->next != NULL"
    )
    p = q = chain(range(13))[0]
    for _ in range(5):
        q = q.next
    while q.next is not None:
        p, q = p.next, q.next
    assert_key(question, f"第 {p.data} 个元素结点")
    assert_wrong(question, D=f"第 {12 - 5 + 1} 个元素结点")


# --- DS03 ---------------------------------------------------------------------------------------


def pushes_downward(statements: str, size: int) -> bool:
    """Say whether repeated pushes fill the array from its high end with top on the last element."""
    cells, top = dict.fromkeys(range(size)), size
    for x in range(size):
        for statement in statements.rstrip(";").split("; "):
            match statement:
                case "S[top] = x":
                    if top not in cells:
                        return False
                    cells[top] = x
                case "top = top - 1":
                    top -= 1
                case "top = top + 1":
                    top += 1
                case _:
                    raise ValueError(statement)
        if cells.get(top) != x:
            return False
    return [cells[index] for index in reversed(range(size))] == list(range(size))


def test_only_the_key_pushes_onto_a_stack_that_grows_downward() -> None:
    question = asked(
        "q.ds.stack-grows-downward", "`S[0..m-1]`", "top 指向栈顶元素，栈空时 top 等于 m"
    )
    verdicts = {k: pushes_downward(v.strip("`"), 6) for k, v in question["options"].items()}
    assert [key for key, works in verdicts.items() if works] == [question["answer"]]


def deepest(pushed: str, popped: Sequence[str]) -> int | None:
    """Return the most elements that the stack holds, or None when the order is impossible."""
    stack: list[str] = []
    waiting, most = deque(pushed), 0
    for wanted in popped:
        while wanted not in stack:
            stack.append(waiting.popleft())
            most = max(most, len(stack))
        if stack.pop() != wanted:
            return None
    return most


def test_only_the_key_is_popped_from_a_stack_of_three() -> None:
    question = asked(
        "q.ds.pop-order-with-capacity-three", "最多能存放 3 个元素", "a、b、c、d、e、f"
    )
    needed = {k: deepest("abcdef", v.split(", ")) for k, v in question["options"].items()}
    assert needed == {"A": 4, "B": 4, "C": None, "D": 3}
    assert [key for key, most in needed.items() if most == 3] == [question["answer"]]


def test_room_left_in_a_queue_whose_rear_is_the_last_element() -> None:
    question = asked(
        "q.ds.queue-rear-on-last-element", "`Q[0..9]`", "front = 7，rear = 2", "最多存放 9 个"
    )
    asked("q.ds.queue-rear-on-last-element", "3 个元素出队、2 个元素入队")
    occupied = deque([7])
    while occupied[-1] != 2:
        occupied.append((occupied[-1] + 1) % 10)
    before = len(occupied)
    for _ in range(3):
        occupied.popleft()
    for _ in range(2):
        occupied.append((occupied[-1] + 1) % 10)
    assert_key(question, 9 - len(occupied))
    assert_wrong(question, A=9 - before, C=10 - len(occupied), D=10 - (len(occupied) - 1))


# --- DS04 ---------------------------------------------------------------------------------------


def leaves(tree: Tree | None) -> int:
    if tree is None:
        return 0
    return 1 if tree.left is tree.right is None else leaves(tree.left) + leaves(tree.right)


def shapes(inorder_values: Sequence[int]) -> Iterator[Tree | None]:
    """Give every binary tree with this inorder sequence."""
    if not inorder_values:
        yield None
    for at, value in enumerate(inorder_values):
        rights = list(shapes(inorder_values[at + 1 :]))
        for left in shapes(inorder_values[:at]):
            yield from (Tree(value, left, right) for right in rights)


def test_what_holds_when_the_preorder_is_the_reversed_postorder() -> None:
    question = asked(
        "q.ds.preorder-reverses-postorder", "n（n ≥ 3）", "树的高度等于 n", "只有一个叶结点"
    )
    claims = {
        "Ⅰ": lambda tree, n: height(tree) == n,
        "Ⅱ": lambda tree, n: leaves(tree) == 1,
        "Ⅲ": lambda tree, n: inorder(tree) == preorder(tree),
        "Ⅳ": lambda tree, n: level_order(tree) == preorder(tree),
    }
    holding = set(claims)
    for n in range(3, 8):
        for tree in shapes(range(n)):
            if preorder(tree) == postorder(tree)[::-1]:
                holding = {name for name in holding if claims[name](tree, n)}
    assert_key(question, "仅 " + "、".join(sorted(holding)))


def rebuilt(by_level: str, between: str) -> Tree | None:
    if not between:
        return None
    root = next(value for value in by_level if value in between)
    left, right = between.split(root)
    return Tree(root, rebuilt(by_level, left), rebuilt(by_level, right))


def test_postorder_of_the_tree_with_these_levels_and_inorder() -> None:
    question = asked("q.ds.rebuild-from-levels-and-inorder", "KDMHBAFC", "DFHKBCMA")
    tree = rebuilt("KDMHBAFC", "DFHKBCMA")
    assert "".join(level_order(tree)) == "KDMHBAFC"
    assert "".join(inorder(tree)) == "DFHKBCMA"
    assert_key(question, "".join(postorder(tree)))


def code_lengths(weights: Sequence[int]) -> list[int]:
    """Return the sorted code lengths of one Huffman tree of the weights."""
    order = itertools.count()
    heap = [(weight, next(order), [0]) for weight in weights]
    heapq.heapify(heap)
    while len(heap) > 1:
        (first, _, low), (second, _, high) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (first + second, next(order), [d + 1 for d in low + high]))
    return sorted(heap[0][2])


def can_be_huffman(codes: Sequence[str]) -> bool:
    """Prefix-free and full: a leaf of every depth d can then weigh 2⁻ᵈ, which is optimal."""
    free = not any(b.startswith(a) for a, b in itertools.permutations(codes, 2))
    return free and sum(Fraction(1, 2 ** len(code)) for code in codes) == 1


def test_only_the_key_can_be_a_huffman_code_of_five_characters() -> None:
    question = asked("q.ds.possible-huffman-codes", "5 个字符", "都是正数")
    sets = {k: v.strip("{}").split(", ") for k, v in question["options"].items()}
    assert all(len(codes) == 5 for codes in sets.values())
    assert [k for k, codes in sets.items() if can_be_huffman(codes)] == [question["answer"]]
    lengths = sorted(map(len, sets[question["answer"]]))
    assert code_lengths((8, 4, 2, 1, 1)) == lengths
    assert "8、4、2、1、1" in question["why"][question["answer"]]


# --- DS05 ---------------------------------------------------------------------------------------

Edge = tuple[int, int, int]  # weight, one end, other end


def spanning_trees(n: int, edges: Sequence[Edge]) -> Iterator[tuple[Edge, ...]]:
    for chosen in itertools.combinations(edges, n - 1):
        reached, waiting = {0}, list(chosen)
        while grown := [e for e in waiting if (e[1] in reached) != (e[2] in reached)]:
            reached |= {grown[0][1], grown[0][2]}
            waiting.remove(grown[0])
        if len(reached) == n:
            yield chosen


def minimum_spanning_trees(n: int, edges: Sequence[Edge]) -> list[tuple[Edge, ...]]:
    trees = list(spanning_trees(n, edges))
    least = min((sum(e[0] for e in tree) for tree in trees), default=0)
    return [tree for tree in trees if sum(e[0] for e in tree) == least]


def distances(n: int, edges: Sequence[Edge], source: int) -> list[float]:
    far = [math.inf] * n
    far[source] = 0
    for _ in range(n):
        for weight, a, b in [*edges, *((w, b, a) for w, a, b in edges)]:
            far[b] = min(far[b], far[a] + weight)
    return far


def test_of_the_four_claims_on_spanning_trees_only_the_key_has_no_counterexample() -> None:
    question = asked("q.ds.lightest-edge-at-a-vertex", "n（n ≥ 4）", "v 是 G 的任一顶点")
    chance, standing = random.Random(408), set("ABCD")
    for _ in range(150):
        n = chance.choice((4, 5))
        pairs = [p for p in itertools.combinations(range(n), 2) if chance.random() < 0.8]
        edges = sorted((chance.randint(1, 4), a, b) for a, b in pairs)
        best = minimum_spanning_trees(n, edges)
        if not best:
            continue
        if edges[: n - 1] not in [sorted(tree) for tree in best]:
            standing -= {"A"}
        for v in range(n):
            # Every lightest edge, for ties leave open which one is meant.
            touching = [e for e in edges if v in e[1:]]
            for edge in touching:
                if edge[0] == touching[0][0] and not any(edge in tree for tree in best):
                    standing -= {"B"}
        if len(best) == 1 and len({e[0] for e in edges}) < len(edges):
            standing -= {"C"}
        if any(distances(n, tree, v) != distances(n, edges, v) for tree in best for v in range(n)):
            standing -= {"D"}
    assert standing == {question["answer"]}


def test_only_breadth_first_search_finds_every_shortest_path_in_a_ring() -> None:
    question = asked("q.ds.equal-weights-shortest-paths", "e 与 n 同阶", "都是 3 分钟")
    ring = {0: (1, 2), 1: (0, 3), 2: (0, 3), 3: (1, 2)}
    breadth, waiting = {0: 0}, deque([0])
    while waiting:
        here = waiting.popleft()
        for there in ring[here]:
            if there not in breadth:
                breadth[there] = breadth[here] + 3
                waiting.append(there)
    depth: dict[int, int] = {}

    def go_deep(here: int, minutes: int) -> None:
        depth[here] = minutes
        for there in ring[here]:
            if there not in depth:
                go_deep(there, minutes + 3)

    go_deep(0, 0)
    edges = [(3, a, b) for a, nexts in ring.items() for b in nexts]
    assert breadth == dict(enumerate(distances(4, edges, 0))) != depth
    assert "一次广度优先搜索" in question["options"][question["answer"]]


def test_distances_after_dijkstra_fixed_three_vertices() -> None:
    question = asked("q.ds.dijkstra-after-third-round", "确定了 3 个顶点")
    cells = [
        cell.strip()
        for line in question["stem"].splitlines()
        if "→" in line and line.startswith("|")
        for cell in line.strip("|").split("|")
    ]
    weights = {
        tuple(edge.replace("v", "").split("→")): int(weight)
        for edge, weight in zip(cells[::2], cells[1::2], strict=True)
    }
    assert len(weights) == 10
    dist, fixed = {"0": 0}, []
    tables = []
    while open_ := {v: d for v, d in dist.items() if v not in fixed}:
        u = min(open_, key=open_.__getitem__)
        fixed.append(u)
        for (a, b), weight in weights.items():
            if a == u and dist[u] + weight < dist.get(b, math.inf):
                dist[b] = dist[u] + weight
        tables.append(dict(dist))
    assert fixed == ["0", "2", "1", "4", "3", "5"]
    assert_key(question, f"{tables[3]['3']} 和 {tables[3]['5']}")
    assert_wrong(
        question,
        B=f"{tables[2]['3']} 和 {tables[2]['5']}",
        D=f"{tables[3]['3']} 和 {tables[3]['3'] + weights['3', '5']}",
    )


# --- DS06 ---------------------------------------------------------------------------------------


def failed_comparisons(n: int) -> list[int]:
    """Count the comparisons of each of the n + 1 unsuccessful searches."""
    counts = []
    for gap in range(n + 1):
        low, high, count = 1, n, 0
        while low <= high:
            count += 1
            mid = (low + high) // 2
            if mid <= gap:
                low = mid + 1
            else:
                high = mid - 1
        counts.append(count)
    return counts


def test_average_length_of_failed_binary_searches() -> None:
    question = asked("q.ds.failed-search-average", "长度为 12", "向下取整")
    counts = failed_comparisons(12)
    assert_key(question, Fraction(sum(counts), len(counts)))
    found = 1 * 1 + 2 * 2 + 4 * 3 + 5 * 4
    assert_wrong(question, A=Fraction(sum(counts), 12), B=Fraction(found, 12))
    assert_wrong(question, C=Fraction(sum(counts) + 13, 13))


def test_failed_binary_searches_in_a_hundred_elements_take_six_or_seven_comparisons() -> None:
    question = asked("q.ds.failed-search-comparisons", "长度为 100")
    spread = Counter(failed_comparisons(100))
    assert spread == {6: 27, 7: 74}
    assert_key(question, "是 " + " 次或 ".join(map(str, sorted(spread))) + " 次")


def rotated_right(tree: Tree) -> Tree:
    child = tree.left
    return Tree(child.key, child.left, Tree(tree.key, child.right, tree.right))


def rotated_left(tree: Tree) -> Tree:
    child = tree.right
    return Tree(child.key, Tree(tree.key, tree.left, child.left), child.right)


def balanced(tree: Tree) -> Tree:
    """Rotate this node when its two heights differ by 2."""
    lean = height(tree.left) - height(tree.right)
    if lean == 2:
        left = tree.left
        if height(left.left) < height(left.right):
            left = rotated_left(left)
        return rotated_right(Tree(tree.key, left, tree.right))
    if lean == -2:
        right = tree.right
        if height(right.right) < height(right.left):
            right = rotated_right(right)
        return rotated_left(Tree(tree.key, tree.left, right))
    return tree


def inserted(tree: Tree | None, value: int, *, rebalance: bool) -> Tree:
    if tree is None:
        return Tree(value)
    left, right = tree.left, tree.right
    if value < tree.key:
        left = inserted(left, value, rebalance=rebalance)
    else:
        right = inserted(right, value, rebalance=rebalance)
    grown = Tree(tree.key, left, right)
    return balanced(grown) if rebalance else grown


def test_levels_of_the_avl_tree_after_the_insertion() -> None:
    before = [50, 20, 70, 10, 35, 80, 30, 40]
    question = asked("q.ds.avl-insert-between", ", ".join(map(str, before)), "插入 32")
    tree: Tree | None = None
    for value in before:
        tree = inserted(tree, value, rebalance=False)
    assert level_order(tree) == before
    for below in (50, 20, 70, 35):
        node = next(n for n in subtrees(tree) if n.key == below)
        assert abs(height(node.left) - height(node.right)) <= 1
    assert_key(question, ", ".join(map(str, level_order(inserted(tree, 32, rebalance=True)))))
    grown = inserted(tree, 32, rebalance=False)
    once = Tree(grown.key, rotated_left(grown.left), grown.right)
    at_root = balanced(grown)
    assert_wrong(question, A=", ".join(map(str, level_order(once))))
    assert_wrong(question, B=", ".join(map(str, level_order(at_root))))


def subtrees(tree: Tree | None) -> Iterator[Tree]:
    if tree is not None:
        yield tree
        yield from subtrees(tree.left)
        yield from subtrees(tree.right)


def keys_of_height(h: int, order: int, *, full: bool) -> int:
    """Count the keys of the fullest or the emptiest B tree level by level."""
    least = math.ceil(order / 2) - 1
    nodes, keys = 1, 0
    for level in range(h):
        per_node = order - 1 if full else 1 if level == 0 else least
        keys += nodes * per_node
        nodes *= per_node + 1
    return keys


def test_heights_that_a_b_tree_of_order_five_with_sixty_keys_can_have() -> None:
    question = asked("q.ds.btree-height-range", "5 阶", "60 个关键字", "不计失败结点")
    possible = [
        h
        for h in range(1, 12)
        if keys_of_height(h, 5, full=False) <= 60 <= keys_of_height(h, 5, full=True)
    ]
    assert_key(question, f"{min(possible)} 和 {max(possible)}")


def test_keys_that_are_lost_when_a_cell_is_cleared() -> None:
    keys = [10, 17, 24, 5]
    question = asked("q.ds.hash-cell-cleared", "表长为 7", "10、17、24、5", "删除 17")
    cells: list[int | None] = [None] * 7

    def probe(key: int) -> int:
        at = key % 7
        while cells[at] not in (None, key):
            at = (at + 1) % 7
        return at

    for key in keys:
        cells[probe(key)] = key
    cells[probe(17)] = None
    lost = [key for key in keys if key != 17 and cells[probe(key)] != key]
    assert lost == [24]
    assert_key(question, f"只有 {lost[0]}")


def next_table(pattern: str, *, improved: bool) -> list[int]:
    """Return next, or nextval, with a place for index 0; from the definition, not by KMP."""
    table = [0, 0]
    for j in range(2, len(pattern) + 1):
        before = pattern[: j - 1]
        table.append(1 + max(k for k in range(j - 1) if before.endswith(before[:k])))
    if improved:
        for j in range(2, len(pattern) + 1):
            if pattern[j - 1] == pattern[table[j] - 1]:
                table[j] = table[table[j]]
    return table


def kmp_comparisons(text: str, pattern: str, table: Sequence[int]) -> int:
    i = j = 1
    count = 0
    while i <= len(text) and j <= len(pattern):
        if j == 0:
            i, j = i + 1, 1
            continue
        count += 1
        i, j = (i + 1, j + 1) if text[i - 1] == pattern[j - 1] else (i, table[j])
    assert j > len(pattern)
    return count


def naive_comparisons(text: str, pattern: str) -> int:
    count = 0
    for start in range(len(text)):
        for at, wanted in enumerate(pattern):
            count += 1
            if text[start + at] != wanted:
                break
        else:
            return count
    raise AssertionError("no match")


def test_comparisons_of_kmp_with_next() -> None:
    text, pattern = "abaabcabaabab", "abaabab"
    question = asked(
        "q.ds.kmp-comparison-count", f"S = {text}，", f"T = {pattern}，", "不用 nextval"
    )
    plain = kmp_comparisons(text, pattern, next_table(pattern, improved=False))
    assert_key(question, plain)
    better = kmp_comparisons(text, pattern, next_table(pattern, improved=True))
    assert_wrong(question, A=better, D=naive_comparisons(text, pattern))
    shown = "、".join(map(str, next_table(pattern, improved=False)[1:]))
    assert f"的 next 为 {shown}。" in question["steps"][0]


# --- DS07 ---------------------------------------------------------------------------------------

Part = tuple[list[int], bool]  # values, whether they may still have to be divided


def divided(values: list[int]) -> list[Part]:
    """Divide around the first value by filling the holes alternately from both ends."""
    row, pivot, low, high = list(values), values[0], 0, len(values) - 1
    while low < high:
        while low < high and row[high] >= pivot:
            high -= 1
        row[low] = row[high]
        while low < high and row[low] <= pivot:
            low += 1
        row[high] = row[low]
    row[low] = pivot
    return [(row[:low], True), ([pivot], False), (row[low + 1 :], True)]


def after_passes(values: Sequence[int], passes: int) -> tuple[int, ...]:
    parts: list[Part] = [(list(values), True)]
    for _ in range(passes):
        parts = [
            piece
            for part in parts
            for piece in (divided(part[0]) if part[1] and len(part[0]) > 1 else [part])
        ]
    return tuple(value for part, _ in parts for value in part)


def test_only_the_key_can_be_the_result_of_two_passes_of_quick_sort() -> None:
    question = asked(
        "q.ds.second-pass-of-quick-sort", "8 个互不相同的整数", "首元素为枢轴", "各划分一次"
    )
    rows = {k: tuple(map(int, v.split(", "))) for k, v in question["options"].items()}
    (values,) = {tuple(sorted(row)) for row in rows.values()}
    results = {after_passes(start, 2) for start in itertools.permutations(values)}
    assert [key for key, row in rows.items() if row in results] == [question["answer"]]


def merge_cost(runs: Sequence[int], ways: int) -> int:
    """Sum the lengths of all merged runs when the shortest ones are always merged first."""
    heap, cost = list(runs), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        merged = sum(heapq.heappop(heap) for _ in range(min(ways, len(heap))))
        cost += merged
        heapq.heappush(heap, merged)
    return cost


def cheapest_merge(runs: tuple[int, ...], ways: int) -> int:
    """Try every way to merge 2 to ``ways`` runs at a time."""
    if len(runs) == 1:
        return 0
    best = None
    for size in range(2, min(ways, len(runs)) + 1):
        for at in itertools.combinations(range(len(runs)), size):
            merged = sum(runs[i] for i in at)
            rest = tuple(sorted([*(r for i, r in enumerate(runs) if i not in at), merged]))
            cost = merged + cheapest_cached(rest, ways)
            best = cost if best is None else min(best, cost)
    return best


cheapest_cached = cache(cheapest_merge)


def test_reads_and_writes_of_the_best_three_way_merge() -> None:
    runs = (3, 6, 8, 9, 12, 14, 18, 20)
    question = asked(
        "q.ds.best-three-way-merge", "8 个初始归并段", "、".join(map(str, runs)), "3 路"
    )
    least = cheapest_cached(runs, 3)
    assert merge_cost([0, *runs], 3) == least
    assert_key(question, 2 * least)
    assert_wrong(question, A=least, C=2 * merge_cost(runs, 3), D=2 * merge_cost(runs, 2))
