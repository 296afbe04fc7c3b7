"""Recompute the keys of the 操作系统 questions from the numbers in their stems.

Wrong options that stand for a known mistake are recomputed too: an option that nobody arrives at
teaches nothing.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count, product
from random import Random
from typing import Any

from tests.content.bank import assert_options, bank, stem, table

# A program is a list of ("P", name), ("V", name) and ("do", statement).
Program = list[tuple[str, str]]


def numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


# --- processes and threads ------------------------------------------------------------------------


def test_only_the_key_leaves_a_cpu_idle_beside_a_ready_process() -> None:
    question_id = "q.os.impossible-state-counts"
    cpus, processes = numbers(stem(question_id, "2 个 CPU 和 7 个进程"))[:2]
    impossible = []
    for letter, text in bank()[question_id]["options"].items():
        running, ready, blocked = numbers(text)
        assert running + ready + blocked == processes
        if running > cpus or (ready and running < cpus):
            impossible.append(letter)
    assert impossible == [bank()[question_id]["answer"]]


def totals(rounds: int) -> set[int]:
    """What two threads may leave in a shared counter by load, add and store, ``rounds`` times."""
    seen, found = set(), set()
    states = [(0, (0, 0), (0, 0))]  # the counter; for each thread its step and its register
    while states:
        state = states.pop()
        if state in seen:
            continue
        seen.add(state)
        counter, steps, registers = state
        if steps == (3 * rounds, 3 * rounds):
            found.add(counter)
        for thread in (0, 1):
            if steps[thread] < 3 * rounds:
                states.append(stepped(counter, steps, registers, thread))
    return found


def stepped(
    counter: int, steps: tuple[int, int], registers: tuple[int, int], thread: int
) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """The state after one more instruction of the thread."""
    mine = registers[thread]
    instruction = steps[thread] % 3
    mine = (counter, mine + 1, mine)[instruction]
    counter = mine if instruction == 2 else counter
    if thread == 0:
        return counter, (steps[0] + 1, steps[1]), (mine, registers[1])
    return counter, (steps[0], steps[1] + 1), (registers[0], mine)


def test_a_counter_shared_by_two_threads_may_lose_additions() -> None:
    question_id = "q.os.two-threads-one-counter"
    stem(question_id, "i < 1000", "取数、加 1、存回")
    lost = min(totals(3)) < max(totals(3)) == 2 * 3
    total = "可能小于" if lost else "一定等于"
    assert_options(
        question_id,
        f"输出的 n 都是 1000，total {total} 2000",
        "输出的 n 都是 1000，total 一定等于 2000",
    )


def test_cpu_shares_before_and_after_kernel_threads() -> None:
    question_id = "q.os.cpu-share-after-kernel-threads"
    p, q = numbers(stem(question_id, "P 有 2 个线程，Q 有 4 个线程"))
    by_process = {name: Fraction(1, 2) / threads for name, threads in (("P", p), ("Q", q))}
    by_thread = Fraction(1, p + q)
    assert_options(
        question_id,
        f"由 {by_process['Q']} 变为 {by_thread}",
        f"由 {by_process['P']} 变为 {by_thread}",
        f"由 {by_thread} 变为 {by_process['Q']}",
        f"由 {by_process['P']} 变为 {by_process['Q']}",
    )


# --- scheduling -----------------------------------------------------------------------------------

Jobs = Mapping[str, tuple[int, int]]  # arrival, run


def jobs_of(text: str) -> Jobs:
    return {name: (int(arrival), int(run)) for name, arrival, run in table(text)}


def order_by(jobs: Jobs, rank: Callable[[int, int], Fraction | int]) -> str:
    """The order in which a non-preemptive scheduler runs them; ``rank(wait, run)``: highest."""
    left, now, order = dict(jobs), 0, []
    while left:
        ready = [name for name, (arrival, _) in left.items() if arrival <= now]
        ranks = {name: rank(now - left[name][0], left[name][1]) for name in ready}
        best = [name for name in ready if ranks[name] == max(ranks.values())]
        assert len(best) == 1, "a tie would make the question ambiguous"
        order.append(best[0])
        now += left.pop(best[0])[1]
    return " → ".join(order)


def response_ratio(wait: int, run: int) -> Fraction:
    return 1 + Fraction(wait, run)


def test_highest_response_ratio_next_recomputes_at_every_choice() -> None:
    question_id = "q.os.hrrn-order"
    jobs = jobs_of(stem(question_id, "非抢占的高响应比优先"))
    first_end = jobs["A"][1]
    once = sorted("BCD", key=lambda j: -response_ratio(first_end - jobs[j][0], jobs[j][1]))
    assert_options(
        question_id,
        order_by(jobs, response_ratio),
        order_by(jobs, lambda wait, run: -run),
        order_by(jobs, lambda wait, run: wait),
        " → ".join(["A", *once]),
    )


def finishes(jobs: Jobs, quantum: int, *, newcomer_first: bool) -> dict[str, tuple[int, int]]:
    """(first start, end) of each job under round robin."""
    left = {name: run for name, (_, run) in jobs.items()}
    queue, now = deque[str](), 0
    coming = deque(sorted(jobs, key=lambda name: jobs[name][0]))
    spans: dict[str, tuple[int, int]] = {}
    stopped = ""
    while any(left.values()):
        arrived = [coming.popleft() for name in list(coming) if jobs[name][0] <= now]
        back = [stopped] if stopped and left[stopped] else []
        # Who arrived before this instant stands in front of the preempted job in either case.
        early = [name for name in arrived if jobs[name][0] < now]
        late = [name for name in arrived if jobs[name][0] == now]
        queue.extend(early + (late + back if newcomer_first else back + late))
        stopped = queue.popleft()
        length = min(quantum, left[stopped])
        left[stopped] -= length
        start, now = spans.get(stopped, (now, 0))[0], now + length
        spans[stopped] = start, now
    return spans


def mean(values: Iterable[int]) -> str:
    listed = list(values)
    return f"{sum(listed) / len(listed):.1f}"


def test_round_robin_lets_the_newcomer_queue_first() -> None:
    question_id = "q.os.round-robin-arrival-at-slice-end"
    jobs = jobs_of(stem(question_id, "时间片为 3"))
    spans = finishes(jobs, 3, newcomer_first=True)
    other = finishes(jobs, 3, newcomer_first=False)
    fcfs = finishes(jobs, 99, newcomer_first=True)
    assert_options(
        question_id,
        mean(end - jobs[name][0] for name, (_, end) in spans.items()),
        mean(end - start for start, end in spans.values()),
        mean(end - jobs[name][0] for name, (_, end) in other.items()),
        mean(end - jobs[name][0] for name, (_, end) in fcfs.items()),
    )


# --- semaphores -----------------------------------------------------------------------------------


def programs(text: str) -> dict[str, Program]:
    """The programs in the code block: each starts with its name and a colon."""
    code = text.split("```")[1]
    parts = re.split(r"^(\w+):", code, flags=re.MULTILINE)[1:]
    found: dict[str, Program] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        statements = re.sub(r"while \(1\)|[{}]", "", body).split(";")
        found[name] = [operation(text.strip()) for text in statements if text.strip()]
    return found


def operation(statement: str) -> tuple[str, str]:
    match = re.fullmatch(r"([PV])\((\w+)\)", statement)
    return (match[1], match[2]) if match else ("do", statement)


State = tuple[tuple[int, ...], tuple[str, ...], tuple[int, ...]]


class Machine:
    """All ways in which programs may run under record semaphores.

    A state is the place of each program, the semaphore that it waits for ("" for none) and the
    semaphores' values; looping programs start again at their end.
    """

    def __init__(
        self, programs: Sequence[Program], initial: Mapping[str, int], *, loop: bool
    ) -> None:
        self.programs, self.names, self.loop = programs, list(initial), loop
        places = (0,) * len(programs)
        self.start: State = (places, ("",) * len(programs), tuple(initial.values()))

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """What may happen next: the statement executed (or "") and the state after it."""
        places, waits, _ = state
        for process, program in enumerate(self.programs):
            place = places[process] % len(program) if self.loop else places[process]
            if not waits[process] and place < len(program):
                yield from self._executed(state, process, *program[place])

    def _executed(
        self, state: State, process: int, kind: str, name: str
    ) -> Iterator[tuple[str, State]]:
        places, waits, values = (list(part) for part in state)
        length = len(self.programs[process])
        places[process] = (places[process] + 1) % length if self.loop else places[process] + 1
        sleepers: list[int] = []
        if kind != "do":
            at = self.names.index(name)
            values[at] += 1 if kind == "V" else -1
            if kind == "P" and values[at] < 0:
                waits[process] = name
            if kind == "V":
                sleepers = [i for i, waited in enumerate(waits) if waited == name]
        for sleeper in sleepers or [None]:
            left = ["" if i == sleeper else waited for i, waited in enumerate(waits)]
            yield name if kind == "do" else "", (tuple(places), tuple(left), tuple(values))

    def stuck(self) -> set[State]:
        """The reachable states in which every program waits."""
        seen, states, found = {self.start}, [self.start], set()
        while states:
            state = states.pop()
            if all(state[1]):
                found.add(state)
            for _, after in self.moves(state):
                if after not in seen:
                    seen.add(after)
                    states.append(after)
        return found

    def orders(self) -> set[tuple[str, ...]]:
        """The orders in which all statements may be executed; the programs must not loop."""
        complete = sum(kind == "do" for program in self.programs for kind, _ in program)
        found, states = set(), [(self.start, ())]
        while states:
            state, done = states.pop()
            if len(done) == complete:
                found.add(done)
            for name, after in self.moves(state):
                states.append((after, (*done, name) if name else done))
        return found


def without(programs: Iterable[Program], semaphore: str) -> list[Program]:
    return [[step for step in program if step[1] != semaphore] for program in programs]


def test_the_number_of_orders_that_two_semaphores_leave() -> None:
    question_id = "q.os.orders-under-two-semaphores"
    found = list(programs(stem(question_id, "信号量 s、t 的初值都是 0")).values())
    initial = {"s": 0, "t": 0}
    both = Machine(found, initial, loop=False).orders()
    one = {len(Machine(without(found, name), initial, loop=False).orders()) for name in "st"}
    free = Machine(without(without(found, "s"), "t"), initial, loop=False).orders()
    early = [order for order in both if order.index("a2") < order.index("b2")]
    assert len(one) == 1
    assert_options(
        question_id,
        f"{len(both)} 种",
        f"{one.pop()} 种",
        f"{len(free)} 种",
        f"{len(early)} 种",
    )


def test_swapped_p_operations_of_the_consumer_deadlock_at_an_empty_buffer() -> None:
    question_id = "q.os.deadlock-values-of-swapped-p"
    text = stem(question_id, "初值 mutex = 1，empty = 4，full = 0", "只有一个生产者和一个消费者")
    initial = {"mutex": 1, "empty": 4, "full": 0}
    producer, consumer = programs(text).values()

    def deadlock(*given: Program) -> str:
        outcomes = {values for _, _, values in Machine(given, initial, loop=True).stuck()}
        assert len(outcomes) == 1
        values = zip(initial, outcomes.pop(), strict=True)
        return "，".join(f"{name} = {value}" for name, value in values).replace("-", "−")

    swapped = [producer[1], producer[0], *producer[2:]]
    mended = [consumer[1], consumer[0], *consumer[2:]]
    assert_options(question_id, deadlock(producer, consumer), deadlock(swapped, mended))


def renamed(program: Program, parts: Mapping[str, str]) -> Program:
    """Let each slot be that of the part which the program handles before (V) or after (P) it."""
    handled = [parts[name] for kind, name in program if kind == "do" and name in parts]
    slots = iter(handled)
    return [(kind, f"slot{next(slots)}" if name == "slot" else name) for kind, name in program]


def test_only_separate_places_for_the_two_parts_prevent_the_deadlock() -> None:
    question_id = "q.os.two-kinds-of-parts-on-one-bench"
    text = stem(question_id, "初值 slot = 2，blue = 0，red = 0")
    x, y, robot = programs(text).values()
    counters = {"blue": 0, "red": 0}

    def deadlocks(given: list[Program], **initial: int) -> bool:
        return bool(Machine(given, {**counters, **initial}, loop=True).stuck())

    assert deadlocks([x, y, robot], slot=2)
    parts = {"放蓝件": "B", "取蓝件": "B", "放红件": "R", "取红件": "R"}
    guarded = [
        [
            step
            for kind, name in program
            for step in (
                [("P", "mutex"), (kind, name), ("V", "mutex")] if name in parts else [(kind, name)]
            )
        ]
        for program in (x, y, robot)
    ]
    outcome = {
        "A": deadlocks([x, y, [*robot[3:6], *robot[:3], *robot[6:]]], slot=2),
        "B": deadlocks([x, y, robot], slot=3),
        "C": deadlocks([renamed(program, parts) for program in (x, y, robot)], slotB=1, slotR=1),
        "D": deadlocks(guarded, slot=2, mutex=1),
    }
    assert [letter for letter, stuck in outcome.items() if not stuck] == [
        bank()[question_id]["answer"]
    ]


# --- the banker's algorithm -----------------------------------------------------------------------


def is_safe(available: Sequence[int], held: Sequence[Sequence[int]], most: Any) -> bool:
    free, left = list(available), set(range(len(held)))
    while left:
        able = [
            i
            for i in left
            if all(m - h <= f for m, h, f in zip(most[i], held[i], free, strict=True))
        ]
        if not able:
            return False
        free = [f + h for f, h in zip(free, held[able[0]], strict=True)]
        left.discard(able[0])
    return True


def verdict(process: int, request: Sequence[int], free: Sequence[int], held: Any, most: Any) -> str:
    """What the banker does with a request: error, wait, unsafe or grant."""
    need = [m - h for m, h in zip(most[process], held[process], strict=True)]
    if any(r > n for r, n in zip(request, need, strict=True)):
        return "error"
    if any(r > f for r, f in zip(request, free, strict=True)):
        return "wait"
    given = [list(row) for row in held]
    given[process] = [h + r for h, r in zip(held[process], request, strict=True)]
    left = [f - r for f, r in zip(free, request, strict=True)]
    return "grant" if is_safe(left, given, most) else "unsafe"


def test_the_banker_grants_exactly_one_of_four_requests() -> None:
    question_id = "q.os.which-request-is-granted"
    rows = table(stem(question_id, "当前可用资源为 (3, 3, 1)"))
    most, held = ([numbers(row[column]) for row in rows] for column in (1, 2))
    free = (3, 3, 1)
    assert is_safe(free, held, most)
    verdicts = {}
    for letter, text in bank()[question_id]["options"].items():
        process, *request = numbers(text)
        verdicts[letter] = verdict(process, request, free, held, most)
    assert verdicts[bank()[question_id]["answer"]] == "grant"
    assert sorted(verdicts.values()) == ["error", "grant", "unsafe", "wait"]


# --- memory ---------------------------------------------------------------------------------------


def test_a_logical_address_is_translated_with_pages_of_2_kb() -> None:
    question_id = "q.os.translate-with-2k-pages"
    text = stem(question_id, "逻辑地址 16 位", "2 KB", "逻辑地址 0x1C3F")
    frames = {int(page): int(frame) for page, frame in table(text)}
    address, size = 0x1C3F, 2048
    page, offset = divmod(address, size)
    assert_options(
        question_id,
        f"0x{frames[page] * size + offset:X}",
        f"0x{frames[page - 1] * size + offset:X}",
        f"0x{frames[address // 4096] * 4096 + address % 4096:X}",
        f"0x{frames[page]:X}{offset:X}",
    )


def test_levels_of_a_page_table_and_entries_of_the_top() -> None:
    question_id = "q.os.levels-of-a-40-bit-space"
    stem(question_id, "逻辑地址 40 位", "页的大小为 8 KB", "页表项占 8 B")
    pages, entries = 2**40 // (8 * 1024), 8 * 1024 // 8
    levels = next(n for n in count(1) if pages <= entries**n)
    top = pages // entries ** (levels - 1)
    assert_options(question_id, f"{levels} 级，{top} 项", f"{levels} 级，{entries} 项")


def accesses_per_fault(service: float) -> str:
    """How rare a fault must be for 300 ns, when a hit takes 200 ns and a fault ``service`` ns."""
    return f"{round((service - 200) / (300 - 200) / 10_000)} 万次"


def test_how_rare_page_faults_must_be() -> None:
    question_id = "q.os.rarest-fault-for-a-time-limit"
    stem(question_id, "一次访问需 200 ns", "8 ms", "18 ms", "20% 修改过", "不超过 300 ns")
    clean, dirty = 8e6, 18e6
    assert_options(
        question_id,
        accesses_per_fault(0.8 * clean + 0.2 * dirty),
        accesses_per_fault(clean),
        accesses_per_fault(dirty),
        accesses_per_fault((clean + dirty) / 2),
    )


def faults(pages: Iterable[int], frames: int, *, by_use: bool) -> int:
    """Page faults of LRU (``by_use``) or FIFO; the frames start empty."""
    held: list[int] = []  # the next victim first
    missed = 0
    for page in pages:
        hit = page in held
        missed += not hit
        if hit and by_use:
            held.remove(page)
        if not hit and len(held) == frames:
            held.pop(0)
        if not hit or by_use:
            held.append(page)
    return missed


def test_faults_of_a_walk_by_columns() -> None:
    question_id = "q.os.faults-of-a-column-walk"
    stem(question_id, "页大小为 512 B", "每个 int 占 4 B", "8 个页框", "int a[64][64]")
    n, ints_per_page = 64, 512 // 4
    pages = {(i, j): (i * n + j) // ints_per_page for i, j in product(range(n), repeat=2)}
    by_columns = faults((pages[i, j] for j in range(n) for i in range(n)), 8, by_use=True)
    by_rows = faults(pages.values(), 8, by_use=True)
    assert_options(question_id, f"{by_columns} 次", f"{by_rows} 次", f"{n} 次", f"{len(pages)} 次")


def test_which_statements_on_lru_hold() -> None:
    question_id = "q.os.lru-statements"
    stem(question_id, "Ⅰ. 对同一访问序列，增加页框", "Ⅲ. 页框初始为空，反复依次访问 5 个页")
    random = Random(408)
    walks = [[random.randrange(6) for _ in range(20)] for _ in range(500)]
    lru = [[faults(walk, frames, by_use=True) for frames in range(1, 7)] for walk in walks]
    fifo = [faults(walk, 3, by_use=False) for walk in walks]
    often_used_first = [1, 1, 1, 2, 3, 1]  # of two frames, LRU gives up page 1, LFU page 2
    holds = {
        "Ⅰ": all(row == sorted(row, reverse=True) for row in lru),
        "Ⅱ": all(row[2] <= other for row, other in zip(lru, fifo, strict=True)),
        "Ⅲ": faults(list(range(5)) * 10, 4, by_use=True) == 50,
        "Ⅳ": faults(often_used_first, 2, by_use=True) == 3,
    }
    lru_faults, fifo_faults = (faults([1, 2, 1, 3, 2], 2, by_use=use) for use in (True, False))
    explained = f"访问页 1、2、1、3、2，LRU 缺页 {lru_faults} 次，FIFO 只缺 {fifo_faults} 次"
    assert explained in bank()[question_id]["why"]["A"]
    assert_options(question_id, "仅" + "、".join(name for name, true in holds.items() if true))


def evicted(rows: list[list[str]], hand: int, accesses: Iterable[int]) -> list[int]:
    """The pages that CLOCK gives up; ``rows`` are the frames, the pages and the use bits."""
    pages, used = ([int(cell) for cell in row[1:]] for row in rows)
    victims = []
    for page in accesses:
        if page in pages:
            used[pages.index(page)] = 1
            continue
        while used[hand]:
            used[hand] = 0
            hand = (hand + 1) % len(pages)
        victims.append(pages[hand])
        pages[hand], used[hand] = page, 1
        hand = (hand + 1) % len(pages)
    return victims


def test_the_clock_gives_up_pages_whose_use_bit_is_clear() -> None:
    question_id = "q.os.clock-hand-and-use-bits"
    rows = table(stem(question_id, "指针指向页框 2", "依次访问页 6、9、3"))
    first, second = evicted(rows, 2, [6, 9, 3])
    _, if_hits_are_ignored = evicted(rows, 2, [6, 3])
    assert_options(
        question_id,
        f"先页 {first}，后页 {second}",
        f"先页 {first}，后页 {if_hits_are_ignored}",
    )
