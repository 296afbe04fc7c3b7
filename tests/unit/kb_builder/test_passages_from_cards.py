"""Cards and tables to passages."""

from pathlib import Path

import pytest

from backend.knowledge.library import Library, load_library
from backend.retrieval.passages import Passage, dumps, loads
from kb_builder.passages_from_cards import MAX_TABLE_CHARS, card_passages

CONTENT = Path(__file__).parents[3] / "content"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(CONTENT)


@pytest.fixture(scope="module")
def passages(library: Library) -> list[Passage]:
    return [passage for _, own in card_passages(library) for passage in own]


def test_every_section_of_every_card_is_one_passage(library: Library, passages: list[Passage]):
    expected = {
        (concept.id, aspect.value): text
        for concept in library.concepts.values()
        for aspect, text in concept.sections.items()
    }
    found = {
        (passage.concept_id, passage.aspect): passage.text
        for passage in passages
        if passage.source.startswith("concepts/")
    }
    assert found == expected


def test_a_passage_is_searched_by_aliases_and_words_for_its_aspect(passages: list[Passage]):
    passage = next(p for p in passages if (p.concept_id, p.aspect) == ("os.lru", "calculation"))
    assert passage.title == "LRU 页面置换算法"
    assert passage.locator == "OS0316"
    assert all(word in passage.context for word in ("操作系统", "最近最久未使用", "怎么算", "公式"))


def test_parts_are_named_on_the_definition_only(library: Library, passages: list[Passage]):
    part = library.concepts["os.deadlock"].covers[0]
    own = [p for p in passages if p.concept_id == "os.deadlock" and part in p.context]
    assert [p.aspect for p in own] == ["definition"]


def test_a_table_is_cut_between_rows_and_searched_by_both_names(
    library: Library, passages: list[Passage]
):
    table = library.comparison_of("cn.tcp", "cn.udp")
    assert table is not None
    own = [p for p in passages if p.source == table.path]
    assert all(len(p.text) <= MAX_TABLE_CHARS for p in own)
    assert all("TCP" in p.context and "UDP" in p.context for p in own)
    text = "\n".join(p.text for p in own)
    assert table.summary in text
    assert all(row.a in text and row.b in text for row in table.rows)


def test_ids_are_unique_and_stable(library: Library, passages: list[Passage]):
    ids = [passage.id for passage in passages]
    assert len(set(ids)) == len(ids)
    again = [passage.id for _, own in card_passages(library) for passage in own]
    assert again == ids


def test_passages_survive_their_file_format(passages: list[Passage]):
    assert loads(dumps(passages)) == passages
