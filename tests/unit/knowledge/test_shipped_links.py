"""Every name of every shipped card leads to it, however it is typed."""

import pytest

from backend.knowledge.concepts import Concept
from backend.knowledge.normalise import normalise
from tests.unit.knowledge.shipped import shipped_ids, shipped_library, shipped_linker


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def linked(message: str) -> list[tuple[str, str]]:
    links = shipped_linker().link(message).links
    return [(link.target.id, link.target.kind) for link in links]


def names_of(concept: Concept) -> tuple[str, ...]:
    return (concept.name, *concept.aliases)


@pytest.mark.parametrize("concept_id", shipped_ids())
def test_every_name_and_alias_links_to_its_own_card(concept_id):
    concept = shipped_library().concepts[concept_id]
    forms = [
        form
        for name in names_of(concept)
        for form in (name, name.upper(), name.lower(), wide(name), f"什么是{name}", f" {name}？")
    ]
    wrong = {form: linked(form) for form in forms if linked(form) != [(concept_id, "name")]}
    assert wrong == {}


@pytest.mark.parametrize("concept_id", shipped_ids())
def test_every_part_links_to_its_card_as_a_part(concept_id):
    covers = shipped_library().concepts[concept_id].covers
    wrong = {part: linked(part) for part in covers if linked(part) != [(concept_id, "part")]}
    assert wrong == {}


def test_every_point_of_the_outline_links_to_itself_or_to_a_card():
    library = shipped_library()
    targets = set(library.outline.points) | set(library.concepts)
    lost = [p.name for p in library.outline.points.values() if not linked(p.name)]
    stray = [i for p in library.outline.points.values() for i, _ in linked(p.name)]
    assert lost == []
    assert set(stray) <= targets


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        ("双链表", "ds.singly-linked-list"),
        ("tcpdump", "cn.tcp"),
        ("https", "cn.http"),
        ("动态分区", "os.paging"),
        ("写穿透", "os.paging"),
        ("栈桥", "ds.stack"),
        ("客栈", "ds.stack"),
    ],
)
def test_neighbours_of_a_name_do_not_link_to_its_card(message, wrong):
    assert wrong not in [target for target, _ in linked(message)]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("lru", "os.lru"),
        ("哈弗曼树", "ds.huffman-tree"),
        ("霍夫慢树", "ds.huffman-tree"),
        ("tpc三次握手", "cn.tcp-three-way-handshake"),
        ("sanciwoshou", "cn.tcp-three-way-handshake"),
        ("yinhangjia", "os.bankers-algorithm"),
        ("银行家算发", "os.bankers-algorithm"),
        ("kpm算法", "ds.kmp"),
        ("迪杰斯特拉", "ds.dijkstra"),
        ("dijkstar", "ds.dijkstra"),
    ],
)
def test_common_slips_find_the_card(message, wanted):
    assert [target for target, _ in linked(message)] == [wanted]


def test_no_two_cards_share_a_name():
    owners: dict[str, set[str]] = {}
    for concept in shipped_library().concepts.values():
        for name in (*names_of(concept), *concept.covers):
            owners.setdefault(normalise(name).text, set()).add(concept.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}
