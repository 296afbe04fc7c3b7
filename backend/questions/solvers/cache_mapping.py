"""Where a cache keeps a block of main memory, how many bits it needs, and which accesses hit.

Conventions as in the card co.cache-mapping and in 唐朔飞, 计算机组成原理 (3rd ed.), 4.3: memory is
addressed by bytes, capacity means the data alone, set number = block number mod number of sets.
Direct mapping is one way per set, fully associative mapping is one set. A line holds a valid bit,
the tag, the dirty bit of a write-back cache, the bits of the replacement algorithm and the block.
The cache is empty at first.
"""

from dataclasses import dataclass
from typing import Literal

Policy = Literal["LRU", "FIFO"]

MAX_ADDRESS_BITS = 64
MAX_ACCESSES = 100_000


@dataclass(frozen=True, slots=True)
class CacheTask:
    """``ways`` is None for a fully associative cache, 1 for direct mapping.

    All sizes are powers of two; ``replacement_bits`` and ``dirty_bit`` count once in every line.
    """

    address_bits: int
    data_bytes: int
    block_bytes: int
    ways: int | None
    dirty_bit: bool = False
    replacement_bits: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of an address: ``block`` is ``tag`` and ``set_number`` together."""

    block: int
    tag: int
    set_number: int
    offset: int


@dataclass(frozen=True, slots=True)
class CacheLayout:
    """Sizes in lines, sets and bits; ``index_bits`` is 0 for a fully associative cache."""

    task: CacheTask
    lines: int
    sets: int
    offset_bits: int
    index_bits: int

    @property
    def ways(self) -> int:
        return self.lines // self.sets

    @property
    def tag_bits(self) -> int:
        return self.task.address_bits - self.index_bits - self.offset_bits

    @property
    def line_bits(self) -> int:
        """Bits of one line with everything in it."""
        control = 1 + self.task.dirty_bit + self.task.replacement_bits
        return control + self.tag_bits + 8 * self.task.block_bytes

    @property
    def total_bits(self) -> int:
        return self.lines * self.line_bits

    def place(self, address: int) -> Place:
        """Take a byte address apart; ValueError when it is not in the memory."""
        if not 0 <= address < 2**self.task.address_bits:
            raise ValueError(f"{address} has more than {self.task.address_bits} bits")
        block, offset = divmod(address, self.task.block_bytes)
        tag, set_number = divmod(block, self.sets)
        return Place(block, tag, set_number, offset)


def lay_out(task: CacheTask) -> CacheLayout:
    """Divide an address of ``task``.

    ValueError when a size is no power of two, when the cache has not one full set, or when it is
    larger than the memory.
    """
    sizes = [task.data_bytes, task.block_bytes, task.ways or 1]
    if not all(size > 0 and size.bit_count() == 1 for size in sizes):
        raise ValueError(f"these are not all powers of two: {sizes}")
    lines = task.data_bytes // task.block_bytes
    ways = lines if task.ways is None else task.ways
    if not 1 <= ways <= lines:
        raise ValueError(f"{lines} lines cannot be divided into sets of {ways}")
    if not task.data_bytes.bit_length() - 1 <= task.address_bits <= MAX_ADDRESS_BITS:
        raise ValueError(f"an address of {task.address_bits} bits does not suit this cache")
    sets = lines // ways
    return CacheLayout(task, lines, sets, _log2(task.block_bytes), _log2(sets))


@dataclass(frozen=True, slots=True)
class AccessTask:
    """Block numbers of main memory in the order of access; direct mapping has one way."""

    sets: int
    ways: int
    blocks: tuple[int, ...]
    policy: Policy = "LRU"


@dataclass(frozen=True, slots=True)
class Access:
    """``victim`` was thrown out; ``kept`` is the set afterwards, its next victim first."""

    block: int
    set_number: int
    hit: bool
    victim: int | None
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AccessRun:
    """One access for each block of the task."""

    task: AccessTask
    accesses: tuple[Access, ...]

    @property
    def hits(self) -> int:
        return sum(access.hit for access in self.accesses)

    @property
    def misses(self) -> int:
        return len(self.accesses) - self.hits


def access_blocks(task: AccessTask) -> AccessRun:
    """Run the accesses through an empty cache.

    ValueError for a cache without sets or ways, a negative block or more than 100 000 accesses.
    """
    if min(task.sets, task.ways) < 1:
        raise ValueError("a cache has at least one set of at least one way")
    if len(task.blocks) > MAX_ACCESSES or min(task.blocks, default=0) < 0:
        raise ValueError(f"these are no block numbers, or more than {MAX_ACCESSES}")
    lines: dict[int, list[int]] = {}
    return AccessRun(task, tuple(_access(task, lines, block) for block in task.blocks))


def _access(task: AccessTask, lines: dict[int, list[int]], block: int) -> Access:
    """Use one block; each list in ``lines`` is a set, its next victim first."""
    number = block % task.sets
    kept = lines.setdefault(number, [])
    hit = block in kept
    victim = None
    if hit and task.policy == "LRU":
        kept.remove(block)
    elif not hit and len(kept) == task.ways:
        victim = kept.pop(0)
    if block not in kept:
        kept.append(block)
    return Access(block, number, hit, victim, tuple(kept))


def _log2(power: int) -> int:
    return power.bit_length() - 1
