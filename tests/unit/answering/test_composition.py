import pytest

from backend.answering.answer import CardBody, PairBody, SourceRef, Suggestion, TableBody
from backend.answering.composition import Composer
from backend.knowledge.aspects import Aspect
from tests.unit.knowledge.shipped import shipped_ids, shipped_library


@pytest.fixture(scope="module")
def composer(library):
    return Composer(library)


def card(composer, library, concept_id, aspect=None, part=None):
    return composer.card(library.concepts[concept_id], aspect, part, 0.9)


def shown(answer):
    assert isinstance(answer.body, CardBody)
    return [section.aspect for section in answer.body.sections]


def test_a_bare_name_opens_with_the_definition(composer, library):
    answer = card(composer, library, "os.lru")
    assert shown(answer)[0] is Aspect.DEFINITION
    assert answer.aspect is Aspect.DEFINITION
    assert answer.verdict == "answer"
    assert answer.confidence == 0.9


def test_a_calculation_comes_with_its_worked_example(composer, library):
    answer = card(composer, library, "os.lru", Aspect.CALCULATION)
    assert shown(answer) == [Aspect.CALCULATION, Aspect.EXAMPLE]


def test_the_source_says_where_the_concept_stands(composer, library):
    answer = card(composer, library, "os.lru")
    title = "操作系统 · 进程与内存 · LRU 页面置换算法"
    assert answer.sources == (SourceRef(title, "OS0104"),)


def test_a_part_is_answered_by_the_section_that_speaks_of_it(composer, library):
    answer = card(composer, library, "os.deadlock", part="循环等待条件")
    assert shown(answer) == [Aspect.PRINCIPLE]
    assert answer.aspect is Aspect.PRINCIPLE


def test_a_part_that_no_section_speaks_of_is_answered_by_the_opening(composer, library):
    answer = card(composer, library, "os.deadlock", part="闻所未闻")
    assert shown(answer)[0] is Aspect.DEFINITION


@pytest.mark.parametrize("aspect", [a for a in Aspect if a is not Aspect.PREREQUISITES])
def test_every_aspect_of_every_card_is_answered_by_it_or_by_the_nearest_one(
    composer, library, aspect
):
    for concept in library.concepts.values():
        answer = composer.card(concept, aspect, None, 1.0)
        assert isinstance(answer.body, CardBody)
        if aspect in concept.sections:
            assert shown(answer)[0] is aspect
            assert answer.body.missing is None
        else:
            assert answer.body.missing is aspect
            assert set(shown(answer)) <= set(concept.sections)


def test_a_table_is_used_in_either_order(composer, library):
    tcp, udp = library.concepts["cn.tcp"], library.concepts["cn.udp"]
    for pair in ((tcp, udp), (udp, tcp)):
        answer = composer.comparison(*pair, 1.0)
        assert isinstance(answer.body, TableBody)
        assert answer.body.concepts == (tcp, udp)
        assert set(answer.concepts) == {"cn.tcp", "cn.udp"}
        assert answer.aspect is Aspect.COMPARISON


def test_a_comparison_names_the_sources_in_the_order_that_was_asked(composer, library):
    tcp, udp = library.concepts["cn.tcp"], library.concepts["cn.udp"]
    answer = composer.comparison(udp, tcp, 1.0)
    assert [s.locator for s in answer.sources] == ["CN0102", "CN0101"]


def test_without_a_table_two_cards_stand_side_by_side(composer, library):
    answer = composer.comparison(library.concepts["os.lru"], library.concepts["cn.tcp"], 1.0)
    assert isinstance(answer.body, PairBody)
    assert [s.locator for s in answer.sources] == ["OS0104", "CN0101"]


def test_more_goes_on_through_the_card_and_starts_again_at_its_end(composer, library):
    lru = library.concepts["os.lru"]
    seen: list[Aspect] = []
    aspect = Aspect.DEFINITION
    for _ in range(3):
        answer = composer.more(lru, aspect, 1.0)
        seen += shown(answer)
        aspect = answer.aspect
    assert seen == list(lru.sections)[1:]
    assert shown(composer.more(lru, aspect, 1.0)) == [Aspect.DEFINITION]


def test_more_of_what_was_compared_starts_after_the_definition(composer, library):
    answer = composer.more(library.concepts["os.lru"], Aspect.COMPARISON, 1.0)
    assert shown(answer)[0] is Aspect.PRINCIPLE


def test_a_comparison_with_a_table_is_suggested_beside_its_concept(composer, library):
    answer = card(composer, library, "cn.tcp")
    tcp, udp = library.concepts["cn.tcp"], library.concepts["cn.udp"]
    assert Suggestion(tcp, other=udp) in answer.suggestions


def test_what_was_just_shown_is_not_suggested_again(composer, library):
    for concept in library.concepts.values():
        for aspect in concept.sections:
            answer = composer.card(concept, aspect, None, 1.0)
            assert Suggestion(concept, aspect) not in answer.suggestions
            assert Suggestion(concept) not in answer.suggestions


def test_nothing_is_left_to_suggest_after_everything_is_shown(composer, library):
    answer = card(composer, library, "ds.stack", Aspect.FEATURES)
    assert answer.suggestions == ()


@pytest.mark.parametrize("concept_id", shipped_ids())
def test_every_shipped_card_has_different_suggestions_and_a_source_for_every_aspect(concept_id):
    library = shipped_library()
    concept = library.concepts[concept_id]
    composer = Composer(library)
    for aspect in (None, *Aspect):
        answer = composer.card(concept, aspect, None, 1.0)
        assert len(set(answer.suggestions)) == len(answer.suggestions) <= 3
        assert [source.locator for source in answer.sources] == [concept.points[0]]
