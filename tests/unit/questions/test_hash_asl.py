"""Hash tables against a literal simulation over a dictionary, searching key by key."""

import random
from fractions import Fraction
from itertools import chain, count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import hash_asl
from backend.questions.solvers.hash_asl import HashTask, fill
from tests.content.cards import section


def offsets(method):
    if method == "linear":
        return count()
    squares = (i * i for i in count(1))
    return chain([0], (signed for square in squares for signed in (square, -square)))


def searched(table, task, home, key):
    """Walk like a searcher: count the cells looked at until ``key`` or an empty cell."""
    for looked, offset in enumerate(offsets(task.method), start=1):
        address = (home + offset) % task.size
        if address not in table or table[address] == key:
            return looked, address
    raise AssertionError


def expected(task):
    """Give both averages and the keys' addresses."""
    if task.method == "chaining":
        chains = [[k for k in task.keys if k % task.modulus == a] for a in range(task.modulus)]
        nth = [1 + found.index(k) for found in chains for k in found]
        lengths = [len(found) for found in chains]
        addresses = {k: a for a, found in enumerate(chains) for k in found}
        return Fraction(sum(nth), len(nth)), Fraction(sum(lengths), len(lengths)), addresses
    table = {}
    for key in task.keys:
        _, address = searched(table, task, key % task.modulus, key)
        table[address] = key
    hits = [searched(table, task, key % task.modulus, key)[0] for key in task.keys]
    misses = [searched(table, task, home, None)[0] for home in range(task.modulus)]
    addresses = {key: address for address, key in table.items()}
    return Fraction(sum(hits), len(hits)), Fraction(sum(misses), len(misses)), addresses


def got(task):
    run = fill(task)
    addresses = {key: address for address, keys in enumerate(run.cells) for key in keys}
    return run.success, run.failure, addresses


def random_tasks(count_of_tasks=400):
    chance = random.Random(408)
    for _ in range(count_of_tasks):
        method = chance.choice(("linear", "linear", "quadratic", "chaining"))
        # A prime of the form 4k + 3 whose cells are all reached by ±i².
        size = chance.choice((7, 11, 19, 23)) if method == "quadratic" else chance.randint(5, 16)
        modulus = size if method == "chaining" else chance.randint(3, size)
        keys = chance.sample(range(1, 100), chance.randint(2, size - 1))
        yield HashTask(method, tuple(keys), modulus, size)


def disagreements(solve):
    return [task for task in random_tasks() if solve(task) != expected(task)]


def test_averages_and_addresses_agree_with_a_literal_search():
    assert disagreements(got) == []


@pytest.mark.parametrize(
    "bug",
    [
        # Failure divided by m; success divided by m; the empty cell not counted.
        lambda run: (run.success, Fraction(sum(run.misses), run.task.size)),
        lambda run: (run.success * len(run.task.keys) / run.task.size, run.failure),
        lambda run: (run.success, run.failure - 1),
    ],
)
def test_a_planted_bug_in_an_average_is_caught_by_the_comparison(bug):
    assert disagreements(lambda task: (*bug(fill(task)), got(task)[2]))


@pytest.mark.parametrize(
    "offset",
    [
        lambda method, step: step,
        lambda method, step: -step if method == "linear" else step * step,
        lambda method, step: 2 * step,
    ],
)
def test_a_planted_bug_in_the_probing_is_caught_by_the_comparison(offset, monkeypatch):
    def solve(task):
        try:
            return got(task)
        except ValueError:
            return None

    monkeypatch.setattr(hash_asl, "_offset", offset)
    assert disagreements(solve)


@given(st.data())
def test_the_order_of_insertion_never_changes_the_averages_of_linear_probing(data):
    keys = data.draw(st.lists(st.integers(0, 99), min_size=1, max_size=8, unique=True))
    other = data.draw(st.permutations(keys))
    one, two = (fill(HashTask("linear", tuple(order), 7, 10)) for order in (keys, other))
    assert (one.success, one.failure) == (two.success, two.failure)


def test_the_example_of_the_card_comes_out_as_the_card_says():
    keys = (22, 15, 10, 8, 12, 20)
    run = fill(HashTask("linear", keys, 7, 8))
    text = section("ds.hash-table", "例题")
    assert run.cells == ((), (22,), (15,), (10,), (8,), (12,), (20,), ())
    counts = "、".join(str(insertion.comparisons) for insertion in run.insertions)
    assert f"比较次数依次为 {counts}，成功 ASL = {run.success * 6}/6" in text
    misses = "、".join(str(miss) for miss in run.misses)
    assert f"{misses}，失败 ASL = {run.failure * 7}/7 = {run.failure}" in text
    chained = fill(HashTask("chaining", keys, 7, 7))
    assert chained.cells[1] == (22, 15, 8)
    assert f"成功 ASL = {chained.success * 6}/6 = {float(chained.success)}" in text
    assert f"失败 ASL = {chained.failure * 7}/7" in text


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (HashTask("linear", (1, 2), 9, 8), "p = 9, m = 8"),
        (HashTask("linear", (1, 2), 7, 129), "m = 129"),
        (HashTask("chaining", (1, 2), 7, 8), "as many chains"),
        (HashTask("linear", (1, 1), 7, 8), "different numbers"),
        (HashTask("linear", (), 7, 8), "at least one"),
        (HashTask("linear", (-1,), 7, 8), "0 or more"),
        (HashTask("linear", (1, 2, 3), 3, 3), "no empty cell"),
        # Size 8 is no prime: ±i² reaches 0, 1, 4 and 7 only.
        (HashTask("quadratic", (8, 16, 24, 32, 40), 8, 8), "no empty cell is found"),
    ],
)
def test_what_cannot_be_filled_is_an_error_with_a_sentence(task, sentence):
    with pytest.raises(ValueError, match=sentence):
        fill(task)
