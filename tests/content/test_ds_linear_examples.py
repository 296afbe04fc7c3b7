"""Recompute the worked examples of the 数据结构 cards of chapters 1–3: 复杂度、线性表、栈、队列."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.content.cards import assert_in_order, listed

# --- 时间复杂度 -----------------------------------------------------------------------------------


def test_time_complexity_of_three_programs() -> None:
    n, k, outer, i = 64, 0, 0, 1
    while i <= n:
        outer += 1
        k += sum(1 for _ in range(n))
        i *= 2
    assert outer == math.floor(math.log2(n)) + 1
    limit, x, s, rounds = 55, 0, 0, 0
    while s < limit:
        x += 1
        s += x
        rounds += 1
    assert abs(rounds - math.sqrt(2 * limit)) < 1

    def t(size: int) -> int:
        return 1 if size == 1 else 2 * t(size // 2) + size

    assert all(t(2**power) == 2**power * power + 2**power for power in range(12))
    assert_in_order(
        "ds.time-complexity",
        "for (i = 1; i <= n; i *= 2) for (j = 0; j < n; j++) k++;",
        f"n = {n} 时 `k++` 执行 {outer} × {n} = {k} 次",
        "x = 0; s = 0; while (s < n) { x++; s += x; }",
        f"n = {limit} 时循环体执行 {rounds} 次",
        "T(n) = 2T(n/2) + n，T(1) = 1",
        f"T(2) = {t(2)}，T(4) = {t(4)}，T(8) = {t(8)}，通式 n log₂n + n",
    )


def test_time_complexity_pitfall_doubling_loop_with_dependent_inner_loop_is_linear() -> None:
    for n in range(1, 300):
        assert sum(2**t for t in range(n) if 2**t <= n) < 2 * n
    assert_in_order("ds.time-complexity", "1 + 2 + 4 + … 小于 2n，是 O(n)", heading="易错点")


# --- 顺序表 ---------------------------------------------------------------------------------------


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


def moves_at_each_position(n: int) -> tuple[list[int], list[int]]:
    """(moves of an insertion at 1 to n + 1, moves of a deletion at 1 to n)."""
    inserts = [insert_counting_moves([0] * n, i, 0) for i in range(1, n + 2)]
    return inserts, [delete_counting_moves([0] * n, i) for i in range(1, n + 1)]


def test_sequential_list_address_moves_and_averages() -> None:
    start = list(range(10, 90, 10))
    table, n = start.copy(), len(start)
    inserted = insert_counting_moves(table, 3, 25)
    after_insert = f"移动 8 − 3 + 1 = {inserted} 个，表变为 ({listed(table, ', ')})"
    longer, doomed = len(table), table[6]
    deleted = delete_counting_moves(table, 7)
    assert doomed not in table
    inserts, deletes = moves_at_each_position(n)
    assert_in_order(
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
        inserts, deletes = moves_at_each_position(n)
        assert inserts == [n - i + 1 for i in range(1, n + 2)]
        assert deletes == [n - i for i in range(1, n + 1)]
        assert Fraction(sum(inserts), n + 1) == Fraction(n, 2)
        assert Fraction(sum(deletes), n) == Fraction(n - 1, 2)
    assert_in_order(
        "ds.sequential-list",
        "在第 i 位插入，移动 n − i + 1 个；共 n + 1 个可插位置，平均移动 n/2 个",
        "删除第 i 个，移动 n − i 个；平均移动 (n − 1)/2 个",
        heading="计算",
    )


# --- 单链表 ---------------------------------------------------------------------------------------


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
    assert_in_order(
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
    assert_in_order(
        "ds.singly-linked-list",
        f"data 占 {data} 字节、next 占 {pointer} 字节",
        f"{data} ÷ {data + pointer} ≈ {100 * data / (data + pointer):.0f}%",
        heading="计算",
    )


# --- 栈 -------------------------------------------------------------------------------------------


def run_stack(n: int, target: Sequence[int]) -> tuple[int, int | None]:
    """Replay pushes of 1..n for a pop order: (deepest stack, the wrong top that stopped it)."""
    stack: list[int] = []
    pushes, deepest = iter(range(1, n + 1)), 0
    for wanted in target:
        while wanted not in stack:
            stack.append(next(pushes))
            deepest = max(deepest, len(stack))
        if stack[-1] != wanted:
            return deepest, stack[-1]
        stack.pop()
    return deepest, None


def possible_orders(n: int) -> list[tuple[int, ...]]:
    return [p for p in itertools.permutations(range(1, n + 1)) if run_stack(n, p)[1] is None]


def test_stack_pop_orders_and_capacity() -> None:
    good, bad = (3, 2, 5, 4, 1), (4, 3, 5, 1, 2)
    orders = possible_orders(5)
    assert good in orders
    assert bad not in orders
    depth, top = run_stack(5, good)[0], run_stack(5, bad)[1]
    assert_in_order(
        "ds.stack",
        "元素 1、2、3、4、5 依次入栈",
        f"序列一：{listed(good, ', ')}",
        f"**可能**，栈内最多 {depth} 个元素，容量至少为 {depth}",
        f"序列二：{listed(bad, ', ')}",
        "1 到 4 入栈，4、3 出栈；5 入栈、出栈",
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
    assert_in_order("ds.stack", f"序列一：{listed(popped, ', ')}", script)


def test_stack_catalan_numbers() -> None:
    counts = [len(possible_orders(n)) for n in range(1, 6)]
    assert counts == [math.comb(2 * n, n) // (n + 1) for n in range(1, 6)]
    assert_in_order("ds.stack", f"n = 1、2、3、4、5 时依次为 {listed(counts)}", heading="计算")


def test_stack_legal_orders_are_exactly_those_without_last_first_middle() -> None:
    legal = set(possible_orders(5))
    for order in itertools.permutations(range(1, 6)):
        forbidden = any(a < b < c for c, a, b in itertools.combinations(order, 3))
        assert (order in legal) is not forbidden
    assert_in_order("ds.stack", "不可能以 c、a、b 的次序出栈", heading="特点")


# --- 循环队列 -------------------------------------------------------------------------------------


@dataclass
class Ring:
    """A circular queue whose rear is the next free place; ``count`` is the oracle."""

    size: int
    front: int = 0
    rear: int = 0
    count: int = 0

    def _after(self, place: int) -> int:
        return 0 if place == self.size - 1 else place + 1

    def enqueue(self) -> None:
        assert self.count < self.size - 1
        self.rear = self._after(self.rear)
        self.count += 1

    def dequeue(self) -> None:
        assert self.count > 0
        self.front = self._after(self.front)
        self.count -= 1


def times(count: int, act: Callable[[], None]) -> None:
    for _ in range(count):
        act()


def test_circular_queue_pointers_and_length() -> None:
    ring = Ring(8)
    times(6, ring.enqueue)
    first_rear = ring.rear
    times(4, ring.dequeue)
    left = ring.count
    times(5, ring.enqueue)
    assert ring.count == ring.size - 1
    assert_in_order(
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
    assert_in_order(
        "ds.circular-queue",
        "元素个数 = (rear − front + 1 + M) mod M",
        "队空：`(rear + 1) % M == front`；牺牲一个单元时队满：`(rear + 2) % M == front`",
        heading="计算",
    )
