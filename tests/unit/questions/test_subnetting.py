"""Subnetting against Python's ipaddress."""

import random
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.subnetting import (
    Block,
    BlockFacts,
    BlockTask,
    Split,
    SplitTask,
    describe,
    dotted,
    parse_address,
    split,
)
from tests.content.cards import section


def told(facts):
    if isinstance(facts, Refusal):
        return facts.reason
    block = facts.block
    hosts = block.host_range
    return (
        f"{dotted(block.network)}/{block.prefix}",
        dotted(block.mask),
        dotted(block.broadcast),
        block.hosts,
        hosts and tuple(map(dotted, hosts)),
    )


def expected(address, prefix):
    """By ipaddress; our convention gives no hosts to /31 and /32."""
    network = IPv4Network((address, prefix), strict=False)
    count, ends = 0, None
    if prefix <= 30:
        count = network.num_addresses - 2
        ends = (str(network[1]), str(network[-2]))
    return str(network), str(network.netmask), str(network.broadcast_address), count, ends


def random_tasks(count=400):
    chance = random.Random(408)
    for _ in range(count):
        address = str(IPv4Address(chance.getrandbits(32)))
        prefix = chance.randint(0, 32)
        mask = str(IPv4Network((0, prefix)).netmask)
        yield chance.choice((BlockTask(address, prefix), BlockTask(address, mask=mask))), prefix


def disagreements():
    """List the random blocks that the solver and ipaddress see differently."""
    return [
        task
        for task, prefix in random_tasks()
        if told(describe(task)) != expected(task.address, prefix)
    ]


def test_a_block_is_what_ipaddress_says():
    assert disagreements() == []


def test_hosts_are_what_ipaddress_lists_one_by_one():
    for prefix in range(22, 31):
        hosts = list(IPv4Network(f"10.8.0.0/{prefix}").hosts())
        block = describe(BlockTask("10.8.0.0", prefix)).block
        assert block.hosts == len(hosts)
        assert block.host_range == (int(hosts[0]), int(hosts[-1]))


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("hosts", lambda block: block.size),
        ("broadcast", lambda block: block.network + block.size),
        ("host_range", lambda block: (block.network, block.broadcast) if block.hosts else None),
        ("mask", lambda block: 2**32 - 2 ** max(31 - block.prefix, 0)),
    ],
)
def test_a_planted_bug_is_caught_by_the_comparison(monkeypatch, name, bug):
    monkeypatch.setattr(Block, name, property(bug))
    assert disagreements()


def random_splits(count=400):
    chance = random.Random(408)
    for _ in range(count):
        prefix = chance.randint(8, 29)
        whole = BlockTask(str(IPv4Address(chance.getrandbits(32))), prefix)
        wanted = min(chance.choice((1, 2, 3, 10, 64, 500)), 2 ** (30 - prefix))
        yield SplitTask(whole, subnets=wanted)
        room = 2 ** (32 - prefix) - 2
        yield SplitTask(whole, hosts=chance.randint(max(1, room // 64), room))


def fewest_bits(network, task):
    """Lengthen the prefix (or shorten it) one bit at a time until it fits."""
    if task.subnets is not None:
        return next(
            p for p in range(network.prefixlen, 33) if 2 ** (p - network.prefixlen) >= task.subnets
        )
    return max(p for p in range(network.prefixlen, 31) if 2 ** (32 - p) - 2 >= task.hosts)


def split_disagreements(solve):
    """List the random splits that ``solve`` and ipaddress see differently."""
    wrong = []
    for task in random_splits():
        network = IPv4Network((task.whole.address, task.whole.prefix), strict=False)
        parts = network.subnets(new_prefix=fewest_bits(network, task))
        done = solve(task)
        first = [str(part) for part in islice(parts, 40)]
        mine = [done.subnet(i) for i in range(min(done.count, 40))]
        if [f"{dotted(b.network)}/{b.prefix}" for b in mine] != first:
            wrong.append(task)
    return wrong


def test_a_split_is_what_ipaddress_makes():
    assert split_disagreements(split) == []


def test_forgetting_network_and_broadcast_in_a_split_is_caught_by_the_comparison():
    def without_the_two(task):
        done = split(task)
        if task.hosts is None:
            return done
        return Split(task, done.whole, 32 - (task.hosts - 1).bit_length())

    assert split_disagreements(without_the_two)


def test_the_example_of_the_card_comes_out_as_the_card_says():
    whole = BlockTask("192.168.10.0", 24)
    done = split(SplitTask(whole, subnets=4))
    third = done.subnet(2)
    first, last = third.host_range
    said = (
        f"1. 均分 {done.count} 个子网：借 {done.borrowed} 位，前缀 /{done.prefix}，"
        f"掩码 {dotted(third.mask)}，每个子网 {third.hosts} 台主机。"
        f"第 3 个子网为 {dotted(third.network)}/{third.prefix}，"
        f"主机 {first & 255}～{last & 255}，广播地址 {dotted(third.broadcast)}。"
    )
    assert said in section("cn.subnetting", "例题")


@given(st.integers(0, 2**32 - 1))
def test_an_address_written_and_read_is_the_same(address):
    assert parse_address(dotted(address)) == address


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.-4", "1..2.3", "a.b.c.d", "1.2.3.0004"]
)
def test_what_is_no_address_is_not_read_as_one(text):
    assert parse_address(text) is None


@pytest.mark.parametrize(
    ("task", "refusal"),
    [
        (BlockTask("192.168.1.0", 33), Refusal("bad_prefix", "33", 32)),
        (BlockTask("192.168.1.256", 24), Refusal("bad_address", "192.168.1.256")),
        (BlockTask("10.0.0.1", mask="255.0.255.0"), Refusal("bad_mask", "255.0.255.0")),
        (BlockTask("10.0.0.1", mask="0.0.0.255"), Refusal("bad_mask", "0.0.0.255")),
        (BlockTask("10.0.0.1", mask="255.255.255.256"), Refusal("bad_mask", "255.255.255.256")),
    ],
)
def test_a_wrong_block_is_refused_with_its_reason(task, refusal):
    assert describe(task) == refusal
    assert split(SplitTask(task, subnets=2)) == refusal


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"subnets": 0}, Refusal("bad_count", "0")),
        ({"hosts": 0}, Refusal("bad_count", "0")),
        ({"subnets": 128}, Refusal("too_many_subnets", "128", 64)),
        ({"hosts": 255}, Refusal("too_many_hosts", "255", 254)),
        ({"subnets": 10**9}, Refusal("too_many_subnets", "1000000000", 64)),
    ],
)
def test_a_split_that_does_not_fit_is_refused_with_its_reason(wanted, refusal):
    assert split(SplitTask(BlockTask("192.168.1.0", 24), **wanted)) == refusal


@pytest.mark.parametrize(("wanted", "count"), [({"subnets": 64}, 64), ({"hosts": 254}, 1)])
def test_a_split_that_just_fits_is_made(wanted, count):
    done = split(SplitTask(BlockTask("192.168.1.0", 24), **wanted))
    assert isinstance(done, Split)
    assert done.count == count


def test_an_address_within_a_block_is_kept_apart_from_its_network():
    facts = describe(BlockTask("10.0.0.5", mask="255.255.255.240"))
    assert isinstance(facts, BlockFacts)
    assert (dotted(facts.address), dotted(facts.block.network)) == ("10.0.0.5", "10.0.0.0")
