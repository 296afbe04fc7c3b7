"""Recompute the worked examples of the 操作系统 cards, so that none states a wrong number."""

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product

from tests.content.cards import section

Vector = tuple[int, ...]


def assert_says(concept_id: str, *phrases: str, heading: str = "例题") -> None:
    """Fail, naming the phrases, when the section does not contain every one of them."""
    text = section(concept_id, heading)
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"{concept_id} {heading} lacks {missing}"


def signed(number: int) -> str:
    return str(number).replace("-", "−")


# --- processes and threads ----------------------------------------------------------------------


def state_counts(processes: int, cpus: int) -> list[Vector]:
    """Every possible (running, ready, blocked), no CPU being idle while a process is ready."""
    return [
        (running, ready, processes - running - ready)
        for running in range(min(processes, cpus) + 1)
        for ready in range(processes - running + 1)
        if ready == 0 or running == cpus
    ]


def test_process_state_counts() -> None:
    one, two = state_counts(6, 1), state_counts(6, 2)
    most_one, most_two = (max(ready for _, ready, _ in counts) for counts in (one, two))
    ((running, ready_now),) = {(r, w) for r, w, b in one if b == 2}
    assert_says(
        "os.process-state",
        "系统有 6 个进程，问单 CPU、双 CPU 时就绪态最多各几个？",
        "若此刻单 CPU 上有 2 个进程阻塞",
        f"单 CPU：必有 1 个在运行，就绪最多 6 − 1 = {most_one} 个",
        f"双 CPU：必有 2 个在运行，就绪最多 6 − 2 = {most_two} 个",
        f"单 CPU 且 2 个阻塞：{running} 个运行，就绪 6 − 2 − 1 = {ready_now} 个",
        f"答：最多 {most_one} 个、{most_two} 个；此刻就绪 {ready_now} 个",
    )
    for n, m in product(range(1, 8), range(1, 5)):
        if n >= m:
            counts = state_counts(n, m)
            assert [max(c) for c in zip(*counts, strict=True)] == [m, n - m, n]
            assert [min(c) for c in zip(*counts, strict=True)] == [0, 0, 0]


def test_thread_cpu_shares() -> None:
    threads = {"A": 1, "B": 3}
    turns = 12  # a common multiple: whole rounds of both schemes
    by_process = dict.fromkeys([(p, i) for p, n in threads.items() for i in range(n)], 0)
    by_thread = dict(by_process)
    for turn in range(turns):
        process = "AB"[turn % 2]
        by_process[process, turn // 2 % threads[process]] += 1
        by_thread[list(by_thread)[turn % len(by_thread)]] += 1
    user = {key: Fraction(count, turns) for key, count in by_process.items()}
    kernel = {key: Fraction(count, turns) for key, count in by_thread.items()}
    assert len({user["B", i] for i in range(3)}) == 1
    assert len(set(kernel.values())) == 1
    kernel_b = sum((kernel["B", i] for i in range(3)), Fraction())
    assert_says(
        "os.thread",
        "进程 A 有 1 个线程，进程 B 有 3 个线程",
        f"A、B 各得 {user['A', 0]}。A 的线程得 {user['A', 0]}；",
        f"B 的每个线程得 1/2 ÷ 3 = {user['B', 0]}",
        f"共 4 个线程，每个得 {kernel['B', 0]}。A 共得 {kernel['A', 0]}，B 共得 {kernel_b}",
    )


# --- scheduling ---------------------------------------------------------------------------------


def round_robin(jobs: dict[str, tuple[int, int]], quantum: int) -> list[tuple[str, int, int]]:
    """(job, from, to) of each slice; an arrival enters before a job preempted at that instant."""
    arrivals = deque(sorted(jobs, key=lambda job: jobs[job][0]))
    left = {job: run for job, (_, run) in jobs.items()}
    queue: deque[str] = deque()
    slices: list[tuple[str, int, int]] = []
    now = 0
    while any(left.values()):
        while arrivals and jobs[arrivals[0]][0] <= now:
            queue.append(arrivals.popleft())
        if slices and slices[-1][2] == now and left[slices[-1][0]]:
            queue.append(slices[-1][0])
        if not queue:
            now += 1
            continue
        job = queue.popleft()
        length = min(quantum, left[job])
        slices.append((job, now, now + length))
        left[job] -= length
        now += length
    return slices


def test_round_robin_turnaround_times() -> None:
    jobs = {"A": (0, 4), "B": (1, 5), "C": (3, 2)}
    slices = round_robin(jobs, 2)
    finish = {job: end for job, _, end in slices}
    turnaround = {job: finish[job] - arrival for job, (arrival, _) in jobs.items()}
    weighted = {job: turnaround[job] / run for job, (_, run) in jobs.items()}
    mean, weighted_mean = sum(turnaround.values()) / 3, sum(weighted.values()) / 3
    assert mean == int(mean)
    assert_says(
        "os.round-robin",
        "时间片轮转 q = 2",
        "、".join(f"{job}({arrival}, {run})" for job, (arrival, run) in jobs.items()),
        "时间轴：" + "，".join(f"{job} {start}–{end}" for job, start, end in slices) + "\n",
        "完成：A {A}，C {C}，B {B}".format(**finish),
        "，".join(f"{j} {finish[j]}−{jobs[j][0]}={turnaround[j]}" for j in jobs),
        f"平均 {sum(turnaround.values())}÷3 = {mean:.0f}",
        "，".join(f"{j} {turnaround[j]}÷{jobs[j][1]}={weighted[j]:.1f}" for j in jobs),
        f"平均 {sum(weighted.values()):.0f}÷3 = {weighted_mean:.1f}",
        f"答：平均周转时间 {mean:.0f}，平均带权周转时间 {weighted_mean:.1f}",
    )


def start_of_long_job(key: Callable[[int, int], tuple[float, ...]], jobs: list[Vector]) -> int:
    """When the longest of the (arrival, run) jobs starts; ``key(wait, run)``: smallest first."""
    waiting, now = list(jobs), 0
    while True:
        ready = [job for job in waiting if job[0] <= now]
        arrival, run = min(ready, key=lambda job: key(now - job[0], job[1]))
        if run == max(r for _, r in jobs):
            return now
        waiting.remove((arrival, run))
        now += run


def test_starvation_of_a_long_job() -> None:
    shorts = [(arrival, 2) for arrival in range(0, 99, 2)]
    jobs = [(0, 10), *shorts]
    shortest_first = start_of_long_job(lambda _, run: (run,), jobs)
    by_ratio = start_of_long_job(lambda wait, run: (-(wait + run) / run, run), jobs)
    assert_says(
        "os.starvation",
        "0 时刻到达长作业 L",
        "0 时刻都为 1，先运行 S0",
        "刚到的短作业为 1，选 L",
        "长作业 L（需 10）和短作业 S0（需 2），之后在 2、4、6、…、98 时刻各到一个需 2 的短作业",
        f"共 {len(shorts)} 个短作业，L 等到 {len(shorts)} × 2 = {shortest_first} 时刻才开始",
        f"{by_ratio} 时刻 L 的响应比 = 1 + {by_ratio}÷10 = {(by_ratio + 10) / 10}",
        f"即 {by_ratio} 时刻开始",
    )


# --- semaphores ---------------------------------------------------------------------------------


class Semaphores:
    """Counting semaphores with waiting queues."""

    def __init__(self, **initial: int) -> None:
        self.value = dict(initial)
        self.waiting: dict[str, deque[str]] = {name: deque() for name in initial}

    def wait(self, name: str, who: str) -> bool:
        """P: return whether the caller may go on."""
        self.value[name] -= 1
        if self.value[name] < 0:
            self.waiting[name].append(who)
            return False
        return True

    def signal(self, name: str) -> str | None:
        """V: return the process that was woken."""
        self.value[name] += 1
        return self.waiting[name].popleft() if self.value[name] <= 0 else None


def test_semaphore_values_and_waiting_processes() -> None:
    ends = set()
    for releases in combinations(range(7 + 2), 2):
        semaphores = Semaphores(S=3)
        for number in range(7 + 2):
            if number in releases:
                semaphores.signal("S")
            else:
                semaphores.wait("S", str(number))
        ends.add((semaphores.value["S"], len(semaphores.waiting["S"])))
    ((value, waiting),) = ends
    assert_says(
        "os.semaphore",
        "S 初值 3，先后执行了 7 次 P、2 次 V",
        f"S = 3 − 7 + 2 = {signed(value)}，有 {waiting} 个进程在等待",
    )


def test_semaphore_range() -> None:
    # outside = not yet asked; each of the others has done its P and not its V
    seen: dict[int, int] = {}
    for asked in range(6):
        semaphores = Semaphores(S=2)
        for number in range(asked):
            semaphores.wait("S", str(number))
        seen[semaphores.value["S"]] = len(semaphores.waiting["S"])
    low, high = min(seen), max(seen)
    assert_says(
        "os.semaphore",
        "5 个进程共用一个程序段，最多允许 2 个同时进入",
        f"初值 {high} 就是最大值；5 个都申请且无人离开时为 2 − 5 = {signed(low)}",
        f"范围 {signed(low)} 到 {high}，为 {signed(low)} 时有 {seen[low]} 个进程在等",
    )


def test_producer_consumer_values() -> None:
    text = section("os.producer-consumer", "例题")
    assert "n = 3，开始时缓冲区为空" in text
    s = Semaphores(mutex=1, empty=3, full=0)
    for _ in range(3):
        assert s.wait("empty", "生产者")
        assert s.wait("mutex", "生产者")
        s.signal("mutex")
        s.signal("full")
    assert not s.wait("empty", "生产者")
    blocked = dict(s.value)
    assert s.wait("full", "消费者")
    assert s.wait("mutex", "消费者")
    s.signal("mutex")
    assert s.signal("empty") == "生产者"
    assert s.wait("mutex", "生产者")
    s.signal("mutex")
    s.signal("full")
    assert_says(
        "os.producer-consumer",
        "生产者连放 3 件后再放第 4 件，"
        f"此时 P(empty) 使 empty = {signed(blocked['empty'])}，生产者阻塞；"
        f"full = {blocked['full']}，mutex = {blocked['mutex']}。",
        "消费者取走 1 件并 V(empty)，唤醒生产者放入第 4 件",
        f"最后 empty = {s.value['empty']}，full = {s.value['full']}。",
    )


def test_producer_consumer_deadlock_when_p_operations_are_swapped() -> None:
    s = Semaphores(mutex=1, empty=0, full=3)
    assert s.wait("mutex", "生产者")
    held = s.value["mutex"]
    assert not s.wait("empty", "生产者")
    assert s.wait("full", "消费者")
    full = s.value["full"]
    assert not s.wait("mutex", "消费者")
    assert_says(
        "os.producer-consumer",
        f"生产者使 mutex = {held}，再使 empty = {signed(s.value['empty'])} 而阻塞",
        f"P(full) 使 full = {full}，再 P(mutex) 使 mutex = {signed(s.value['mutex'])} 也阻塞",
    )


# --- deadlock -----------------------------------------------------------------------------------


def can_deadlock(needs: Sequence[int], total: int) -> bool:
    """Whether the needs can share the resources so that nothing is free and no one has enough."""
    held = product(*(range(need) for need in needs))  # each still lacks at least one
    return any(sum(h) == total for h in held)


def fewest_without_deadlock(needs: Sequence[int]) -> int:
    return next(m for m in range(max(needs), sum(needs) + 1) if not can_deadlock(needs, m))


def test_deadlock_resource_counts() -> None:
    same, different = fewest_without_deadlock([3] * 4), fewest_without_deadlock([3, 4, 5])
    assert can_deadlock([3] * 4, same - 1)
    most = max(n for n in range(1, 9) if not can_deadlock([3] * n, 11))
    assert_says(
        "os.deadlock",
        "4 个进程各最多需 3 个同类资源",
        f"最坏每个占 2 个，共 {same - 1} 个，再加 1：4 × (3 − 1) + 1 = {same} 个",
        f"三个进程分别需 3、4、5 个：2 + 3 + 4 + 1 = {different} 个",
        "有 11 个资源，每个进程需 3 个，最多几个进程不死锁？",
        f"2n + 1 ≤ 11，n ≤ {most}，最多 {most} 个",
    )


def test_deadlock_resource_formula() -> None:
    assert_says("os.deadlock", "m ≥ n × (k − 1) + 1", "m ≥ 各需求减 1 之和 + 1", heading="计算")
    for needs in product(range(1, 5), repeat=3):
        assert fewest_without_deadlock(needs) == max(max(needs), sum(n - 1 for n in needs) + 1)


def deadlocks(orders: Sequence[Vector]) -> set[Vector]:
    """Reachable states (resources each process holds) where no process can go on."""
    start = (0,) * len(orders)
    seen, stack, stuck = {start}, [start], set()
    while stack:
        state = stack.pop()
        taken = {
            r
            for order, step in zip(orders, state, strict=True)
            if step < len(order)
            for r in order[:step]
        }
        moves = [
            (*state[:i], state[i] + 1, *state[i + 1 :])
            for i, order in enumerate(orders)
            if state[i] < len(order) and order[state[i]] not in taken
        ]
        if not moves and any(s < len(o) for s, o in zip(state, orders, strict=True)):
            stuck.add(state)
        stack += [move for move in moves if move not in seen]
        seen |= set(moves)
    return stuck


def test_deadlock_prevention_by_ordered_requests() -> None:
    orders = [(1, 2), (2, 3), (3, 1)]
    ordered = [tuple(sorted(order)) for order in orders]
    (stuck,) = deadlocks(orders)
    assert deadlocks(ordered) == set()
    (changed,) = (i for i in range(3) if orders[i] != ordered[i])
    uses = "，".join(f"P{i} 用 " + "、".join(f"R{r}" for r in o) for i, o in enumerate(orders, 1))
    holds = "、".join(f"P{i + 1} 占 R{orders[i][0]}" for i, n in enumerate(stuck) if n == 1)
    first, second = ordered[changed]
    assert_says(
        "os.deadlock-prevention",
        uses,
        f"{holds} 后，各等下一个",
        "编号 R1 < R2 < R3，只许递增申请",
        "、".join(f"P{i}" for i, o in enumerate(ordered, 1) if o[0] == 1) + " 争 R1",
        f"P{changed + 1} 必须先申请 R{first} 再申请 R{second}",
        f"改变 P{changed + 1} 的申请次序就能预防死锁",
    )


MAXIMUM = [(3, 5, 1), (4, 2, 3), (1, 5, 1), (4, 4, 1)]
ALLOCATED = [(2, 1, 1), (1, 1, 3), (1, 3, 1), (3, 1, 0)]


def less(a: Vector, b: Vector) -> Vector:
    return tuple(x - y for x, y in zip(a, b, strict=True))


def plus(a: Vector, b: Vector) -> Vector:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def fits(a: Vector, b: Vector) -> bool:
    return min(less(b, a)) >= 0


def safe_orders(available: Vector, allocated: list[Vector]) -> dict[Vector, list[Vector]]:
    """Every safe sequence with what is free after each of its processes, by trying all orders."""
    found: dict[Vector, list[Vector]] = {}
    for order in permutations(range(len(allocated))):
        work, trail = available, []
        for i in order:
            if not fits(less(MAXIMUM[i], allocated[i]), work):
                break
            work = plus(work, allocated[i])
            trail.append(work)
        else:
            found[order] = trail
    return found


def shown(vector: Iterable[int]) -> str:
    return ",".join(map(str, vector))


def test_bankers_algorithm_safe_sequence() -> None:
    available = (2, 2, 2)
    order = (2, 0, 1, 3)
    trail = safe_orders(available, ALLOCATED)[order]
    rows = [
        f"| P{i} | {shown(most)} | {shown(has)} | {shown(less(most, has))} |"
        for i, (most, has) in enumerate(zip(MAXIMUM, ALLOCATED, strict=True))
    ]
    first, *rest = zip(order, trail, strict=True)
    assert_says(
        "os.bankers-algorithm",
        *rows,
        f"Available = ({shown(available)})",
        f"Work 从 ({shown(available)}) 起，P{first[0]} 完成后 ({shown(first[1])})",
        "，".join(f"P{i} 后 ({shown(work)})" for i, work in rest),
        "安全，序列 " + "、".join(f"P{i}" for i in order),
    )


def test_bankers_algorithm_unsafe_request() -> None:
    request, available = (1, 1, 0), (2, 2, 2)
    assert fits(request, less(MAXIMUM[0], ALLOCATED[0]))
    assert fits(request, available)
    tried = [plus(ALLOCATED[0], request), *ALLOCATED[1:]]
    left = less(available, request)
    assert not any(fits(less(m, a), left) for m, a in zip(MAXIMUM, tried, strict=True))
    assert safe_orders(left, tried) == {}
    assert_says(
        "os.bankers-algorithm",
        f"P0 请求 ({shown(request)})：未超 Need 和 Available",
        f"试分配后 Available = ({shown(left)})",
        f"P0 的 Need = ({shown(less(MAXIMUM[0], tried[0]))})",
        f"无进程的 Need ≤ ({shown(left)})，不安全，P0 等待",
    )


# --- memory -------------------------------------------------------------------------------------


def test_paging_levels_addresses_and_access_time() -> None:
    page, entry, bits = 4 * 1024, 4, 32
    offset_bits = page.bit_length() - 1
    pages = 2**bits // page
    entries = page // entry
    levels, covered = 0, 1
    while covered < pages:
        levels, covered = levels + 1, covered * entries
    address = 0x00803ABC
    number, offset = divmod(address, page)
    outer, inner = divmod(number, entries)
    memory, tlb = 100, 10
    hit, miss = tlb + memory, tlb + levels * memory + memory
    mean = Fraction(9, 10) * hit + Fraction(1, 10) * miss
    assert_says(
        "os.paging",
        "32 位地址，按字节编址，页 4 KB，页表项 4 B。t = 100 ns，ε = 10 ns，h = 90%",
        f"偏移 {offset_bits} 位，页号 {bits - offset_bits} 位",
        f"2²⁰ × 4 B = {pages * entry // 2**20} MB",
        f"4 KB ÷ 4 B = {entries} 项，对应 {entries.bit_length() - 1} 位，20 ÷ 10 = {levels} 级",
        f"地址 0x{address:08X}：一级页号 {outer}，二级页号 {inner}，偏移 0x{offset:X}",
        f"页框号 0x25，物理地址为 0x{0x25 * page + offset:08X}",
        f"EAT = 0.9 × {hit} + 0.1 × {miss} = {9 * hit // 10} + {miss // 10} = {mean} ns",
    )
    assert pages == 2**20


def test_demand_paging_access_time() -> None:
    clean, dirty, memory = 8, 16, 100
    service = (75 * clean + 25 * dirty) // 100
    rate = Fraction(1, 100_000)
    service_ns = service * 10**6
    hit, fault = (1 - rate) * memory, rate * service_ns
    assert_says(
        "os.demand-paging",
        "ma = 100 ns；换出页未修改时缺页服务 8 ms，修改过时 16 ms；每次缺页都要换出一页，其中 25%",
        f"p = {float(rate):.5f}",
        f"0.75 × 8 + 0.25 × 16 = {service} ms = {service_ns} ns",
        f"0.99999 × 100 + 0.00001 × {service_ns} = {float(hit):.3f} + {fault} = "
        f"{float(hit + fault):.3f} ns，约 {round(hit + fault)} ns",
    )
    assert round((hit + fault) / memory, 3) == 2
    assert_says("os.demand-paging", "十万次访问才缺页一次", "原来的 2 倍")


def replace_pages(pages: Iterable[int], frames: int, *, refresh: bool) -> list[tuple[bool, str]]:
    """(hit, page thrown out or "-") of each access; ``refresh``: a hit makes the page newest."""
    resident: list[int] = []
    steps: list[tuple[bool, str]] = []
    for page in pages:
        out, hit = "-", page in resident
        if hit and refresh:
            resident.remove(page)
        elif not hit and len(resident) == frames:
            out = str(resident.pop(0))
        if page not in resident:
            resident.append(page)
        steps.append((hit, out))
    return steps


PAGES = [1, 2, 3, 1, 4, 1, 2, 5, 1, 2]


def trace(steps: list[tuple[bool, str]]) -> str:
    return "\n".join(
        [
            "访问 " + " ".join(map(str, PAGES)),
            "结果 " + " ".join("√" if hit else "×" for hit, _ in steps),
            "淘汰 " + " ".join(out for _, out in steps),
        ]
    )


def test_fifo_faults() -> None:
    steps = replace_pages(PAGES, 3, refresh=False)
    faults = sum(not hit for hit, _ in steps)
    assert_says(
        "os.fifo",
        f"FIFO，3 个页框，访问序列 {' '.join(map(str, PAGES))}，",
        trace(steps),
        f"共 {faults} 次，缺页率 {faults} ÷ 10 = {faults * 10}%，命中率 {100 - faults * 10}%",
        f"淘汰 {sum(out != '-' for _, out in steps)} 次",
    )


def test_fifo_belady_anomaly() -> None:
    pages = [1, 2, 3, 4, 1, 2, 5, 1, 5, 2, 3, 4, 5]
    few, many = (
        sum(not hit for hit, _ in replace_pages(pages, frames, refresh=False)) for frames in (3, 4)
    )
    assert many > few
    assert_says(
        "os.fifo",
        f"序列 {' '.join(map(str, pages))}，3 个页框缺页 {few} 次，4 个页框缺页 {many} 次",
    )


def test_lru_hit_rate_and_fault_rate() -> None:
    steps = replace_pages(PAGES, 3, refresh=True)
    faults = sum(not hit for hit, _ in steps)
    victims = []
    for place, (hit, out) in enumerate(steps):
        # the rule of thumb of the card: pages seen since the last use of this one
        before = PAGES[:place]
        last = max((i for i, page in enumerate(before) if page == PAGES[place]), default=None)
        assert hit == (last is not None and len(set(before[last + 1 :])) < 3)
        if out != "-":
            oldest = sorted(set(before), key=lambda page: before[::-1].index(page))[:3][::-1]
            assert str(oldest[0]) == out
            trail = "、".join(map(str, oldest))
            victims.append(f"第 {place + 1} 次访问 {PAGES[place]}：旧到新为 {trail}，淘汰 {out}")
    assert_says(
        "os.lru",
        f"LRU，3 个页框，访问序列 {' '.join(map(str, PAGES))}，",
        trace(steps),
        *victims,
        f"缺页 {faults} 次，命中 {10 - faults} 次",
        f"缺页率 {faults} ÷ 10 = {faults * 10}%，命中率 {10 - faults} ÷ 10 = {100 - faults * 10}%",
    )


def test_stack_property_of_lru() -> None:
    for pages in product(range(4), repeat=7):
        few, many = (
            sum(not hit for hit, _ in replace_pages(pages, frames, refresh=True))
            for frames in (2, 3)
        )
        assert many <= few
    loop = [1, 2, 3, 4] * 3
    assert not any(hit for hit, _ in replace_pages(loop, 3, refresh=True))
    assert_says("os.lru", "循环访问 k + 1 个页而只有 k 个页框时，次次缺页", heading="特点")


# --- disk ---------------------------------------------------------------------------------------


def nearest_first(head: int, requests: list[int]) -> list[int]:
    waiting, order = list(requests), []
    while waiting:
        head = min(waiting, key=lambda track: abs(track - head))
        waiting.remove(head)
        order.append(head)
    return order


def test_disk_scheduling_orders_and_distances() -> None:
    head, requests = 100, [50, 120, 20, 180, 90]
    tracks = sorted(requests)
    ahead, behind = tracks[bisect_left(tracks, head) :], tracks[: bisect_left(tracks, head)]
    orders = {
        "FCFS": requests,
        "SSTF": nearest_first(head, requests),
        "SCAN": ahead + behind[::-1],
        "C-SCAN": ahead + behind,
    }
    lines = []
    for name, order in orders.items():
        moves = [abs(a - b) for a, b in pairwise([head, *order])]
        visited, added = "、".join(map(str, order)), "+".join(map(str, moves))
        mean = f"{sum(moves) / len(requests):g}"
        lines.append(f"- {name}：{visited}，共 {added} = {sum(moves)}，平均 {mean}\n")
    assert_says(
        "os.disk-scheduling",
        f"磁头在 {head} 道，正向磁道号增大方向移动，请求依次为 {'、'.join(map(str, requests))}。",
        *lines,
    )


def test_disk_access_time() -> None:
    turn = Fraction(60 * 1000, 6000)  # milliseconds
    transfer = turn / 100
    total = 8 + turn / 2 + transfer
    assert math.isclose(float(total), 13.1)
    assert_says(
        "os.disk-scheduling",
        "平均寻道 8 ms，6000 转/分，每道 100 扇区，读 1 个扇区",
        f"转一圈 {turn} ms，旋转延迟 {turn / 2} ms，传输 10÷100 = {float(transfer)} ms，"
        f"共 {float(total)} ms",
    )
