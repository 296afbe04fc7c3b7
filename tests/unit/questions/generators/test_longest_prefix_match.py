"""Longest prefix match questions against the standard library's ipaddress, read from the stem."""

import re
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

import pytest

from backend.questions.generators.longest_prefix_match import LongestPrefixMatch
from backend.questions.generators.route_mistakes import MISTAKES
from backend.questions.solvers import longest_prefix_match as solver
from backend.questions.solvers.longest_prefix_match import Route
from backend.questions.solvers.subnetting import Block
from tests.unit.questions.generators.checks import check, questions

GENERATOR = LongestPrefixMatch()
DOTTED = r"\d+\.\d+\.\d+\.\d+"


@pytest.fixture(scope="module")
def asked():
    return questions(GENERATOR)


def table(stem):
    """Read the rows, with prefix lengths or with masks, as network: hop."""
    row = rf"^(?:\| )?({DOTTED})(?:/(\d+)| \| ({DOTTED}) \|) +([RE]\d)"
    found = re.findall(row, stem, re.MULTILINE)
    assert len(found) == 5
    return {IPv4Network(f"{network}/{prefix or mask}"): hop for network, prefix, mask, hop in found}


def hop(networks, address):
    containing = [network for network in networks if IPv4Address(address) in network]
    return networks[max(containing, key=lambda network: network.prefixlen)]


def reach(networks, wanted):
    """Cut the other networks out of the wanted one and count what is left."""
    inner = [n for n in networks if n != wanted and n.subnet_of(wanted)]
    left = [wanted]
    for hole in collapse_addresses(inner):
        parts = []
        for block in left:
            cut = block.address_exclude(hole) if hole.subnet_of(block) else [block]
            parts.extend(cut)
        left = parts
    return sum(block.num_addresses for block in left)


def answer_of(question):
    networks = table(question.stem)
    ask = question.stem.splitlines()[-1]
    addresses = re.findall(DOTTED, ask)
    if "有多少个" in ask:
        wanted = IPv4Network(re.search(rf"{DOTTED}/\d+", ask)[0])
        return f"{reach(networks, wanted)} 个"
    if "下列哪一个" in ask:
        wanted = re.search(r"[RE]\d", ask)[0]
        right = [o for o in question.options.values() if hop(networks, o) == wanted]
        assert len(right) == 1, question.id
        return right[0]
    return "、".join(hop(networks, address) for address in addresses)


def test_every_key_is_what_ipaddress_gives():
    check(GENERATOR, answer_of)


def one_bit_fewer(route, address):
    mask = route.block.mask << 1 & 2**32 - 1
    return address & mask == route.block.network & mask


def shortest(matching, key, default):
    return min(matching, key=key, default=default)


def first(matching, key, default):
    return next(iter(matching), default)


def all_that_is_inside(inner, outer):
    """Take each block in the wanted one for an outermost one."""
    return inner.prefix > outer.prefix > 0 and outer.network != inner.network


@pytest.mark.parametrize(
    ("place", "name", "bug"),
    [
        (Route, "matches", one_bit_fewer),
        (solver, "max", shortest),
        (solver, "max", first),
        (solver, "_is_inside", all_that_is_inside),
    ],
)
def test_a_bug_planted_in_the_solver_fails_the_check(monkeypatch, place, name, bug):
    monkeypatch.setattr(place, name, bug, raising=False)
    with pytest.raises(AssertionError, match=r"gen\.longest-prefix-match"):
        check(GENERATOR, answer_of)


def test_all_kinds_are_asked(asked):
    stems = [question.stem for question in asked]
    for word in (
        "转发给哪个下一跳",
        "从哪个接口转发",
        "两个分组",
        "下列哪一个",
        "有多少个",
        "子网掩码",
    ):
        assert any(word in stem for stem in stems), word


def test_two_addresses_take_different_ways_or_the_same(asked):
    pairs = [q.options[q.answer].split("、") for q in asked if "两个分组" in q.stem]
    same = sum(one == other for one, other in pairs)
    assert len(pairs) // 10 < same < len(pairs) // 2


def test_the_key_is_never_told_by_its_last_octet(asked):
    """Of addresses to choose from, no three end alike but for one."""
    for question in asked:
        if "下列哪一个" in question.stem:
            ends = [option.split(".")[-1] for option in question.options.values()]
            assert len(set(ends)) >= 3, question.options


def routes(*texts):
    networks = [IPv4Network(text) for text in texts]
    return [
        Route(Block(int(n.network_address), n.prefixlen), f"R{i}")
        for i, n in enumerate(networks, 1)
    ]


def test_the_mistakes_on_a_known_table_choose_what_they_say():
    shown = routes("0.0.0.0/0", "10.1.0.0/16", "10.1.4.0/22", "10.1.6.0/24", "10.1.8.0/23")
    address = int(IPv4Address("10.1.7.9"))
    chosen = {m.name: m.choose(shown, address) for m in MISTAKES}
    names = {name: route.next_hop for name, route in chosen.items() if route}
    assert names == {
        "takes-first-match": "R1",
        "miscounts-last-bit": "R4",
        "takes-wider-route": "R2",
        "takes-shortest-prefix": "R1",
        "takes-longest-in-table": "R4",
        "compares-whole-octets": "R5",
        "takes-nearest-number": "R4",
    }
    assert chosen["drops-the-packet"] is None


def test_a_step_shows_an_octet_only_when_those_before_it_agree(asked):
    seen = 0
    for question in asked:
        ask = question.stem.splitlines()[-1]
        for text in question.steps:
            heading = re.match(rf"目的地址 ({DOTTED})", text)
            address = heading[1] if heading else (re.findall(DOTTED, ask) or [""])[0]
            for network, byte, octet, mask, result in re.findall(
                rf"({DOTTED})/\d+：\w+（第 (\d) 字节 (\d+) AND (\d+) = (\d+)）", text
            ):
                seen += 1
                before = int(byte) - 1
                assert network.split(".")[:before] == address.split(".")[:before]
                assert octet == address.split(".")[before]
                assert int(octet) & int(mask) == int(result)
    assert seen > 500
