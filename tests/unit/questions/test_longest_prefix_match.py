"""Longest prefix match against the standard library's ipaddress and a walk bit by bit."""

import random
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import longest_prefix_match as solver
from backend.questions.solvers.longest_prefix_match import (
    MAX_ROUTES,
    ForwardTask,
    Route,
    addresses_of,
    forward,
)
from backend.questions.solvers.subnetting import Block
from tests.content.cards import section


def route(text, hop):
    network = IPv4Network(text)
    return Route(Block(int(network.network_address), network.prefixlen), hop)


def by_ipaddress(routes, destination):
    """Let ipaddress decide who contains the destination; the smallest network wins."""
    networks = {
        IPv4Network((r.block.network, r.block.prefix)): r.next_hop
        for r in routes
        if IPv4Address(destination) in IPv4Network((r.block.network, r.block.prefix))
    }
    return networks[min(networks, key=lambda n: n.num_addresses)] if networks else None


def by_trie(routes, destination):
    """Walk down the bits of the destination and keep the last hop that was met."""
    trie = {}
    for r in routes:
        node = trie
        for bit in f"{r.block.network:032b}"[: r.block.prefix]:
            node = node.setdefault(bit, {})
        node["hop"] = r.next_hop
    node, hop = trie, trie.get("hop")
    for bit in f"{destination:032b}":
        node = node.get(bit)
        if node is None:
            break
        hop = node.get("hop", hop)
    return hop


def random_tasks(count=500, bits=32):
    """Draw tables whose blocks lie close together, so that many match."""
    chance = random.Random(408)
    for _ in range(count):
        destination = chance.getrandbits(bits)
        blocks = set()
        for _ in range(chance.randint(1, 8)):
            prefix = chance.randint(32 - bits, 32)
            near = destination ^ (1 << chance.randrange(bits) if chance.random() < 0.6 else 0)
            block = Block(near, prefix)
            blocks.add(Block(near & block.mask, prefix))
        routes = tuple(Route(b, f"R{i}") for i, b in enumerate(sorted(blocks, key=hash)))
        yield ForwardTask(routes, destination)


def hop_of(task):
    chosen = forward(task).chosen
    return chosen and chosen.next_hop


def disagreements(oracle):
    return [t for t in random_tasks() if hop_of(t) != oracle(t.routes, t.destination)]


@pytest.mark.parametrize("oracle", [by_ipaddress, by_trie])
def test_the_next_hop_agrees_with_the_oracle(oracle):
    assert disagreements(oracle) == []


def test_the_addresses_of_a_route_are_those_that_a_full_search_finds():
    for task in random_tasks(60, bits=9):
        hops = [by_trie(task.routes, address) for address in range(2**9)]
        for r in task.routes:
            assert addresses_of(task.routes, r) == hops.count(r.next_hop)


def test_planted_bugs_are_caught_by_the_comparison(monkeypatch):
    def first_match(matching, key, default):
        return next(iter(matching), default)

    def shortest(matching, key, default):
        return min(matching, key=key, default=default)

    def or_instead_of_and(route, address):
        return address | route.block.mask == route.block.network | route.block.mask

    def one_bit_fewer(route, address):
        mask = route.block.mask << 1 & 2**32 - 1
        return address & mask == route.block.network & mask

    for bug in (first_match, shortest):
        with monkeypatch.context() as patch:
            patch.setattr(solver, "max", bug, raising=False)
            assert disagreements(by_ipaddress), bug
    for bug in (or_instead_of_and, one_bit_fewer):
        with monkeypatch.context() as patch:
            patch.setattr(Route, "matches", bug)
            assert disagreements(by_ipaddress), bug


def test_the_example_of_the_card_comes_out_as_the_card_says():
    text = "路由表有 10.1.0.0/16 和 10.1.4.0/22，目的 10.1.6.9 两条都匹配，选 10.1.4.0/22"
    assert text in section("cn.subnetting", "例题")
    task = ForwardTask(
        (route("10.1.0.0/16", "A"), route("10.1.4.0/22", "B")), int(IPv4Address("10.1.6.9"))
    )
    run = forward(task)
    assert [r.next_hop for r in run.matching] == ["B", "A"]
    assert run.chosen == task.routes[1]
    assert [c.masked for c in run.comparisons] == [r.block.network for r in task.routes]


def test_a_comparison_shows_the_destination_under_the_mask():
    task = ForwardTask((route("10.1.8.0/22", "A"),), int(IPv4Address("10.1.6.9")))
    (comparison,) = forward(task).comparisons
    assert (comparison.masked, comparison.matches) == (int(IPv4Address("10.1.4.0")), False)
    assert forward(task).chosen is None
    assert forward(task).matching == ()


@given(st.integers(0, 2**32 - 1), st.sets(st.integers(0, 32), min_size=1))
def test_of_the_prefixes_of_an_address_the_longest_wins(destination, prefixes):
    routes = tuple(
        Route(Block(destination & Block(0, p).mask, p), str(p)) for p in sorted(prefixes)
    )
    assert hop_of(ForwardTask(routes, destination)) == str(max(prefixes))


@pytest.mark.parametrize(
    "routes",
    [
        (),
        (route("10.0.0.0/8", "A"), route("10.0.0.0/8", "B")),
        (Route(Block(1, 31), "A"),),
        (Route(Block(0, 33), "A"),),
        (Route(Block(2**32, 0), "A"),),
        tuple(Route(Block(i, 32), "A") for i in range(MAX_ROUTES + 1)),
    ],
)
def test_what_is_no_table_is_refused(routes):
    with pytest.raises(ValueError, match=r"\.$"):
        forward(ForwardTask(routes, 0))
