"""Finding a question on a point, fresh for whoever gets it."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backend.questions.bank import Bank
from backend.questions.catalogue import Catalogue
from backend.questions.generators.crc import CrcGenerator
from tests.learning_house import small_question

QUESTIONS = [small_question(f"s-{n}", "OS0316", 1 + n % 5) for n in range(6)]


def catalogue(*generators):
    written = {question.id: question for question in QUESTIONS}
    return Catalogue(Bank(written, {}, written), generators)


def changed(question, key):
    return {(question.id, question.text_fingerprint): key}


def test_avoided_and_retracted_questions_are_not_chosen():
    avoid = {question.id for question in QUESTIONS[:4]}
    changes = changed(QUESTIONS[4], None)
    chosen = {
        catalogue().pick("OS0316", random.Random(n), avoid=avoid, changes=changes).id
        for n in range(20)
    }
    assert chosen == {QUESTIONS[5].id}


def test_nothing_is_chosen_where_nothing_is_left():
    avoid = {question.id for question in QUESTIONS}
    assert catalogue().pick("OS0316", random.Random(1), avoid=avoid) is None
    assert catalogue().pick("DS0101", random.Random(1)) is None


def test_the_level_nearest_to_the_wish_is_chosen():
    levels = {catalogue().pick("OS0316", random.Random(n), level=4.9).difficulty for n in range(20)}
    assert levels == {5}


def test_a_corrected_question_waits_until_its_author_has_corrected_it_too():
    [question] = QUESTIONS[:1]
    avoid = {one.id for one in QUESTIONS[1:]}
    for now, rights in (
        (question, None),
        (replace(question, answer="A"), question.id),
        (replace(question, stem="重写过的题。"), question.id),
    ):
        found = Catalogue(Bank({now.id: now}, {}, {}), ()).pick(
            "OS0316", random.Random(1), avoid=avoid, changes=changed(question, "A")
        )
        assert (found and found.id) == rights


def test_written_and_generated_questions_both_come():
    both = Catalogue(Bank({}, {}, {}), [CrcGenerator()])
    point = CrcGenerator().points[0]
    question = both.pick(point, random.Random(3))
    assert question.id.startswith("gen.crc.v1:")
    assert both.points == frozenset(CrcGenerator().points)


@given(st.integers(0, 999_999))
def test_a_generated_question_is_found_again_by_its_id(seed):
    both = catalogue(CrcGenerator())
    question = both.get(f"gen.crc.v1:{seed}")
    assert question.id == f"gen.crc.v1:{seed}"
    assert both.get(f"gen.crc.v0:{seed}") is None
    assert both.get(QUESTIONS[0].id) is QUESTIONS[0]
    assert both.get("gen.nothing.v1:1") is None
