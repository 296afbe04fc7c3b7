"""Cache mapping against strings of bits, and hits against counting what came in between."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import cache_mapping
from backend.questions.solvers.cache_mapping import (
    MAX_ACCESSES,
    AccessTask,
    CacheTask,
    access_blocks,
    lay_out,
)
from tests.content.cards import section


def random_caches(count=400):
    chance = random.Random(408)
    for _ in range(count):
        block, lines = chance.randint(0, 8), chance.randint(0, 12)
        ways = chance.choice((None, *range(lines + 1)))
        task = CacheTask(
            address_bits=chance.randint(block + lines, 48),
            data_bytes=2 ** (block + lines),
            block_bytes=2**block,
            ways=None if ways is None else 2**ways,
            dirty_bit=chance.random() < 0.5,
            replacement_bits=chance.choice((0, 0, 1, 2)),
        )
        yield task, chance.randrange(2**task.address_bits)


def told(task, address):
    layout = lay_out(task)
    place = layout.place(address)
    widths = layout.tag_bits, layout.index_bits, layout.offset_bits
    return widths, (place.tag, place.set_number, place.offset), layout.total_bits


def expected(task, address):
    """Cut the address as text: the offset counts the bytes of a block, the index the sets."""
    lines = len(range(0, task.data_bytes, task.block_bytes))
    sets = len(range(0, lines, task.ways or lines))
    offset, index = len(f"{task.block_bytes:b}") - 1, len(f"{sets:b}") - 1
    tag = task.address_bits - offset - index
    bits = f"{address:0{task.address_bits}b}" if task.address_bits else ""
    parts = bits[:tag], bits[tag : tag + index], bits[tag + index :]
    line = ["valid", *"t" * tag, *["data"] * 8 * task.block_bytes]
    line += ["dirty"] * task.dirty_bit + ["replace"] * task.replacement_bits
    fields = tuple(int(part, 2) if part else 0 for part in parts)
    return (tag, index, offset), fields, sum(len(line) for _ in range(lines))


def layout_disagreements():
    return [
        task for task, address in random_caches() if told(task, address) != expected(task, address)
    ]


def test_an_address_is_divided_as_its_bits_are():
    assert layout_disagreements() == []


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        # The tag takes the index along; no valid bit; a data part in bytes.
        ("tag_bits", lambda layout: layout.task.address_bits - layout.offset_bits),
        ("total_bits", lambda layout: layout.lines * (layout.line_bits - 1)),
        ("total_bits", lambda layout: layout.lines * (layout.tag_bits + layout.task.block_bytes)),
    ],
)
def test_a_planted_bug_in_the_layout_is_caught_by_the_comparison(monkeypatch, name, bug):
    monkeypatch.setattr(cache_mapping.CacheLayout, name, property(bug))
    assert layout_disagreements()


def random_accesses(policy, count=300):
    chance = random.Random(f"408 {policy}")
    for _ in range(count):
        blocks = tuple(
            chance.randrange(chance.choice((4, 12))) for _ in range(chance.randint(0, 40))
        )
        yield AccessTask(2 ** chance.randint(0, 3), chance.randint(1, 4), blocks, policy)


def hits_by_distance(task):
    """LRU: a hit when fewer other blocks of the set than ways came since the last use."""
    hits = []
    for now, block in enumerate(task.blocks):
        mates = [b for b in task.blocks[:now] if b % task.sets == block % task.sets]
        since = mates[len(mates) - mates[::-1].index(block) :] if block in mates else None
        hits.append(since is not None and len(set(since)) < task.ways)
    return hits


def hits_by_loads(task):
    """FIFO: a hit when the block is among the last loads of its set, as many as there are ways."""
    loads, hits = [], []
    for block in task.blocks:
        mates = [b for b in loads if b % task.sets == block % task.sets]
        hits.append(block in mates[-task.ways :])
        if not hits[-1]:
            loads.append(block)
    return hits


ORACLES = {"LRU": hits_by_distance, "FIFO": hits_by_loads}


def access_disagreements(policy):
    return [
        task
        for task in random_accesses(policy)
        if [access.hit for access in access_blocks(task).accesses] != ORACLES[policy](task)
    ]


@pytest.mark.parametrize("policy", ["LRU", "FIFO"])
def test_the_hits_are_those_of_a_rule_without_simulation(policy):
    assert access_disagreements(policy) == []


def test_a_planted_bug_in_the_accesses_is_caught_by_the_comparison(monkeypatch):
    right = cache_mapping._access

    def forgets_hits(task, lines, block):
        return right(replace(task, policy="FIFO"), lines, block)

    def maps_by_ways(task, lines, block):
        return right(replace(task, sets=task.ways), lines, block)

    for bug in (forgets_hits, maps_by_ways):
        monkeypatch.setattr(cache_mapping, "_access", bug)
        assert access_disagreements("LRU")


def test_the_example_of_the_card_comes_out_as_the_card_says():
    layout = lay_out(CacheTask(32, 32 * 1024, 64, 4, dirty_bit=True))
    place = layout.place(0x00012345)
    text = section("co.cache-mapping", "例题")
    said = (
        f"行数 = 32 KB ÷ 64 B = {layout.lines}，组数 = {layout.lines} ÷ 4 = {layout.sets}",
        f"块内地址 {layout.offset_bits} 位，组号 {layout.index_bits} 位，"
        f"标记 32 − 7 − 6 = {layout.tag_bits} 位",
        f"= {layout.line_bits} 位，总位数 = 512 × 533 = {layout.total_bits} 位",
        f"主存块号 = {place.block}，组号 = 1165 mod 128 = {place.set_number}，"
        f"标记 = {place.tag}，块内地址 = {place.offset}",
    )
    assert [phrase for phrase in said if phrase not in text] == []


def test_two_blocks_of_one_line_throw_each_other_out_when_mapped_directly():
    run = access_blocks(AccessTask(4, 1, (0, 4, 0, 4, 1)))
    assert (run.hits, run.misses) == (0, 5)
    assert [access.victim for access in run.accesses] == [None, 0, 4, 0, None]
    assert access_blocks(AccessTask(2, 2, (0, 4, 0, 4, 1))).hits == 2


def test_lru_and_fifo_part_where_a_hit_has_renewed_a_block():
    blocks = (0, 1, 2, 3, 0, 4, 0)
    assert access_blocks(AccessTask(1, 4, blocks)).hits == 2
    assert access_blocks(AccessTask(1, 4, blocks, "FIFO")).hits == 1
    last = access_blocks(AccessTask(1, 4, blocks)).accesses[-2]
    assert (last.victim, last.kept) == (1, (2, 3, 0, 4))


@given(
    st.lists(st.integers(0, 15), max_size=50).map(tuple),
    st.sampled_from([1, 2, 4, 8]),
    st.integers(1, 3),
)
def test_more_ways_never_mean_more_misses_under_lru(blocks, sets, ways):
    few, many = (access_blocks(AccessTask(sets, w, blocks)) for w in (ways, ways + 1))
    assert many.misses <= few.misses
    assert many.misses >= len(set(blocks))


@pytest.mark.parametrize(
    "task",
    [
        CacheTask(32, 3000, 64, 4),
        CacheTask(32, 4096, 48, 4),
        CacheTask(32, 4096, 64, 3),
        CacheTask(32, 4096, 64, 0),
        CacheTask(32, 4096, 64, 128),
        CacheTask(32, 32, 64, 1),
        CacheTask(10, 4096, 64, 4),
        CacheTask(65, 4096, 64, 4),
    ],
)
def test_a_cache_outside_the_documented_range_is_refused(task):
    with pytest.raises(ValueError, match=r"powers|divided|suit"):
        lay_out(task)


@pytest.mark.parametrize(
    "task",
    [
        AccessTask(0, 1, (1,)),
        AccessTask(1, 0, (1,)),
        AccessTask(1, 1, (-1,)),
        AccessTask(1, 1, (0,) * (MAX_ACCESSES + 1)),
    ],
)
def test_accesses_outside_the_documented_range_are_refused(task):
    with pytest.raises(ValueError, match=r"at least|no block"):
        access_blocks(task)


def test_an_address_outside_the_memory_is_refused():
    with pytest.raises(ValueError, match="more than 16 bits"):
        lay_out(CacheTask(16, 1024, 16, 2)).place(2**16)
