"""How a computed solution is said: what was understood, the steps, the result.

What was understood comes first, so that a student sees at once when it was misread. Tables are
code blocks no wider than a phone shows without breaking lines.
"""

from fractions import Fraction

from backend.questions.layout import code_block, polynomial, power_of_two
from backend.questions.solvers.crc import CrcRun
from backend.questions.solvers.disk_scheduling import DiskRun, Move
from backend.questions.solvers.page_replacement import PageAlgorithm, PageRun
from backend.questions.solvers.solve import Solution
from backend.questions.solvers.subnetting import Block, BlockFacts, Split, dotted

_MAX_COLUMNS = 30
_LABEL_COLUMNS = 4
_MAX_FRAME_ROWS = 6
_MAX_SUBNETS_SHOWN = 8
_PAGE_CONVENTIONS: dict[PageAlgorithm, str] = {
    "FIFO": "",
    "LRU": "",
    "OPT": "；都不再用到时淘汰最早调入的",
    "CLOCK": "；装入和命中都把访问位置 1，装入后指针后移",
}


def working(solution: Solution) -> str:
    """Show the way to a computed solution, step by step, and the solution, as Markdown."""
    match solution:
        case PageRun():
            return _pages(solution)
        case DiskRun():
            return _disk(solution)
        case BlockFacts():
            return _block(solution)
        case Split():
            return _split(solution)
        case CrcRun():
            return _crc(solution)


def _pages(run: PageRun) -> str:
    name, frames, total = run.task.algorithm, run.task.frames, len(run.steps)
    given = f"按 {name}、{frames} 个页框、页框初始为空算（共访问 {total} 次"
    misses = f"缺页 {run.faults} 次，缺页率 {_rate(run.faults, total)}"
    hits = f"命中 {run.hits} 次，命中率 {_rate(run.hits, total)}"
    return "\n\n".join(
        (
            f"【{name} 页面置换】{given}{_PAGE_CONVENTIONS[name]}）：",
            *_page_tables(run),
            f"**{misses}**；{hits}。",
        )
    )


def _page_tables(run: PageRun) -> list[str]:
    """Give the table of the accesses in pieces that fit on a phone; × is a fault."""
    steps = run.steps
    rows = {"访问": [str(step.page) for step in steps]}
    if run.task.frames <= _MAX_FRAME_ROWS:
        for slot in range(run.task.frames):
            rows[f"框{slot + 1} "] = [_cell(step.frames[slot]) for step in steps]
    rows["结果"] = ["√" if step.hit else "×" for step in steps]
    rows["淘汰"] = [_cell(step.victim) for step in steps]
    width = max(len(cell) for row in rows.values() for cell in row)
    pieces_needed = -(-len(steps) * (width + 1) // (_MAX_COLUMNS - _LABEL_COLUMNS))
    per_piece = -(-len(steps) // pieces_needed)
    pieces: list[str] = []
    for start in range(0, len(steps), per_piece):
        lines = [
            " ".join([label, *(cell.rjust(width) for cell in row[start : start + per_piece])])
            for label, row in rows.items()
        ]
        pieces.append(code_block(lines))
    return pieces


def _cell(page: int | None) -> str:
    return "-" if page is None else str(page)


def _disk(run: DiskRun) -> str:
    task = run.task
    given = [f"按 {task.algorithm}", f"磁头从 {task.head} 出发"]
    if task.direction is not None and task.algorithm != "FCFS":
        given.append(f"向磁道号{'增大' if task.direction == 'up' else '减小'}方向")
    requests = "、".join(str(track) for track in task.requests)
    order = " → ".join([str(task.head), *(_stop(move) for move in run.moves)])
    distances = " + ".join(_distance(move) for move in run.moves)
    count = len(task.requests)
    average = _decimal(Fraction(run.total, count))
    return "\n\n".join(
        (
            f"【磁盘调度 {task.algorithm}】{'、'.join(given)}，请求 {requests}（{count} 个）"
            f"{_turning(run)}：",
            f"移动：{order}",
            f"距离：{distances} = {run.total}",
            f"**总寻道长度 {run.total}**，平均寻道长度 {run.total} ÷ {count} {average}。",
        )
    )


def _turning(run: DiskRun) -> str:
    """Say which of the two conventions of a sweep was taken, and the one of the way back."""
    if run.task.algorithm in ("FCFS", "SSTF"):
        return ""
    said = "，走到磁盘边缘" if run.task.goes_to_edge else "，到该方向最后一个请求"
    if run.task.algorithm in ("SCAN", "LOOK"):
        return f"{said}就折返"
    counted = "计入" if run.task.count_return else "不计入"
    return f"{said}就返回另一端，返回的移动{counted}"


def _stop(move: Move) -> str:
    return f"{move.stop.track}" if move.stop.served else f"{move.stop.track}（边缘，无请求）"


def _distance(move: Move) -> str:
    return f"{move.distance}（返回）" if move.is_return else str(move.distance)


def _block(facts: BlockFacts) -> str:
    block = facts.block
    return "\n\n".join(
        (
            f"【子网计算】按 {dotted(facts.address)}/{block.prefix} 算"
            f"（掩码 {dotted(block.mask)}，主机位 32 − {block.prefix} = {32 - block.prefix} 位）：",
            "\n".join(
                (
                    f"- 网络地址：{dotted(block.network)}{_anding(facts)}",
                    f"- 广播地址：{dotted(block.broadcast)}（主机位全 1）",
                    f"- 主机范围：{_range(block)}",
                    f"- 可用主机：{_hosts(block)}",
                )
            ),
        )
    )


def _anding(facts: BlockFacts) -> str:
    """Show the one byte in which the mask is neither 0 nor 255."""
    byte, ones = divmod(facts.block.prefix, 8)
    if not ones:
        return "（主机位清 0）"
    shift = 24 - 8 * byte
    address, mask, network = (
        value >> shift & 255 for value in (facts.address, facts.block.mask, facts.block.network)
    )
    return (
        f"（第 {byte + 1} 字节 {address} AND {mask} = "
        f"{address:08b} AND {mask:08b} = {network:08b}，即 {network}）"
    )


def _range(block: Block) -> str:
    if block.host_range is None:
        return "没有（除去网络地址和广播地址就没有了）"
    first, last = block.host_range
    return f"{dotted(first)}～{dotted(last)}"


def _hosts(block: Block) -> str:
    if block.host_range is None:
        return "0 台"
    return f"{power_of_two(32 - block.prefix)} − 2 = {block.hosts} 台"


def _split(split: Split) -> str:
    whole = f"{dotted(split.whole.network)}/{split.whole.prefix}"
    first = split.subnet(0)
    bits = 32 - split.prefix
    if split.task.subnets is not None:
        why = f"{power_of_two(split.borrowed)} = {split.count} ≥ {split.task.subnets}"
        goal = f"划分 {split.task.subnets} 个等长子网"
    else:
        why = f"主机位要 {bits} 位（{power_of_two(bits)} − 2 = {first.hosts} ≥ {split.task.hosts}）"
        goal = f"划分等长子网，每个至少 {split.task.hosts} 台主机"
    return "\n\n".join(
        (
            f"【子网划分】按 {whole} {goal}算（子网号可以全 0、全 1）：",
            f"借 {split.borrowed} 位作子网号：{why}。新前缀 /{split.prefix}，掩码 "
            f"{dotted(first.mask)}，共 {split.count} 个子网，每个可用主机 {_hosts(first)}。",
            _subnets(split),
        )
    )


def _subnets(split: Split) -> str:
    every = split.count <= _MAX_SUBNETS_SHOWN
    shown = range(split.count if every else _MAX_SUBNETS_SHOWN - 2)
    lines = [_subnet(split, index) for index in shown]
    if not every:
        lines += ["- ……", _subnet(split, split.count - 1)]
    return "\n".join(lines)


def _subnet(split: Split, index: int) -> str:
    block = split.subnet(index)
    return (
        f"- 第 {index + 1} 个：{dotted(block.network)}/{block.prefix}，"
        f"主机 {_range(block)}，广播 {dotted(block.broadcast)}"
    )


def _crc(run: CrcRun) -> str:
    task = run.task
    degree = len(task.generator) - 1
    given = f"生成多项式 {polynomial(task.generator)}（{task.generator}），r = {degree}"
    if task.received:
        head = f"收到 {task.bits}、{given}，直接做模 2 除法"
        verdict = "余数为 0，认为没有差错，接收" if run.accepted else "余数不为 0，有差错，丢弃"
        result = f"**余数 {run.remainder}**：{verdict}。"
    else:
        head = f"数据 {task.bits}、{given}，补 {degree} 个 0 后做模 2 除法"
        result = (
            f"**余数（CRC 冗余码）{run.remainder}**，"
            f"发送 {run.frame}（{len(task.bits)} + {degree} = {len(run.frame)} 位）。"
        )
    lines = [f"  {run.dividend}"]
    for step in run.steps:
        lines += [f"⊕ {step.subtrahend}", f"= {step.rest}"]
    return "\n\n".join((f"【CRC】按{head}：", code_block(lines), result))


def _rate(part: int, total: int) -> str:
    value = Fraction(part * 100, total)
    return f"{part} ÷ {total} {_decimal(value)}%"


def _decimal(value: Fraction) -> str:
    """Write "= 29.5" or, rounded to two places, "≈ 33.33"."""
    rounded = round(value, 2)
    shown = f"{float(rounded):.2f}".rstrip("0").rstrip(".")
    return f"{'=' if rounded == value else '≈'} {shown}"
