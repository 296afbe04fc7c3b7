"""Average search lengths of a hash table with H(key) = key mod p.

Conventions as in the card ds.hash-table: all keys, and all addresses 0 … p − 1, are equally likely.
Open addressing counts the comparison with the empty cell that ends a failing search; chaining
counts the nodes of the chain and not the null pointer. Probing wraps around modulo the size m.
Quadratic probing goes by 1², −1², 2², −2² …
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Method = Literal["linear", "quadratic", "chaining"]

MAX_SIZE = 128


@dataclass(frozen=True, slots=True)
class HashTask:
    """``keys`` in the order of insertion; ``modulus`` is p, ``size`` is m (p for chaining)."""

    method: Method
    keys: tuple[int, ...]
    modulus: int
    size: int


@dataclass(frozen=True, slots=True)
class Insertion:
    """``probes`` are the addresses looked at, the last one is where the key lies.

    ``comparisons`` is the number that finding the key takes afterwards.
    """

    key: int
    probes: tuple[int, ...]
    comparisons: int


@dataclass(frozen=True, slots=True)
class HashRun:
    """``cells`` holds the keys at each address: at most one, or a chain.

    ``misses`` are the comparisons of a failing search from each address 0 … p − 1.
    """

    task: HashTask
    insertions: tuple[Insertion, ...]
    cells: tuple[tuple[int, ...], ...]
    misses: tuple[int, ...]

    @property
    def success(self) -> Fraction:
        """Average search length of a search that succeeds."""
        total = sum(insertion.comparisons for insertion in self.insertions)
        return Fraction(total, len(self.insertions))

    @property
    def failure(self) -> Fraction:
        """Average search length of a search that fails."""
        return Fraction(sum(self.misses), self.task.modulus)


def fill(task: HashTask) -> HashRun:
    """Insert the keys; ValueError when one finds no cell or no empty cell would end a search."""
    _check(task)
    cells: list[list[int]] = [[] for _ in range(task.size)]
    insertions: list[Insertion] = []
    for key in task.keys:
        home = key % task.modulus
        probes = [home] if task.method == "chaining" else _walk(task, cells, home)
        cells[probes[-1]].append(key)
        comparisons = len(cells[home]) if task.method == "chaining" else len(probes)
        insertions.append(Insertion(key, tuple(probes), comparisons))
    frozen = tuple(tuple(cell) for cell in cells)
    misses = tuple(_miss(task, cells, address) for address in range(task.modulus))
    return HashRun(task, tuple(insertions), frozen, misses)


def _walk(task: HashTask, cells: list[list[int]], home: int) -> list[int]:
    """List the addresses from ``home`` to the first empty cell, it included."""
    probes: list[int] = []
    for step in range(2 * task.size):
        address = (home + _offset(task.method, step)) % task.size
        probes.append(address)
        if not cells[address]:
            return probes
    raise ValueError(f"no empty cell is found from address {home}")


def _offset(method: Method, step: int) -> int:
    if method == "linear":
        return step
    distance = (step + 1) // 2
    return distance**2 if step % 2 else -(distance**2)


def _miss(task: HashTask, cells: list[list[int]], address: int) -> int:
    if task.method == "chaining":
        return len(cells[address])
    return len(_walk(task, cells, address))


def _check(task: HashTask) -> None:
    if not 1 <= task.modulus <= task.size <= MAX_SIZE:
        raise ValueError(f"p = {task.modulus}, m = {task.size} is not 1 ≤ p ≤ m ≤ {MAX_SIZE}")
    if task.method == "chaining" and task.size != task.modulus:
        raise ValueError("a chained table has as many chains as addresses")
    if not task.keys or len(set(task.keys)) < len(task.keys) or min(task.keys) < 0:
        raise ValueError("keys are different numbers, 0 or more, and at least one")
