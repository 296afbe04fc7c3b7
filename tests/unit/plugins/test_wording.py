"""The words that students read, as golden texts over the small library.

To accept a change of wording, run this file with ``ACCEPT_GOLDEN=1`` in the environment and review
the difference.
"""

import os
import re
from pathlib import Path

from backend.answering.answer import Answer, CardBody, PairBody, PassageBody, PrerequisiteBody
from backend.answering.composition import Composer
from backend.knowledge.aspects import Aspect
from backend.knowledge.outline import OutlinePoint
from backend.retrieval.passages import make_passage
from plugins import wording as router_wording
from plugins.help import wording as help_wording
from plugins.qa import wording
from tests.unit.knowledge.small_library import FILLER

GOLDEN = Path(__file__).parent / "golden"
# The small library's cards are padded; the padding is no wording.
PADDING = re.compile(rf"\n[{FILLER}]+。")


def card(library, concept_id, aspect=None, part=None):
    return Composer(library).card(library.concepts[concept_id], aspect, part, 0.9)


def compared(library, one, other):
    return Composer(library).comparison(library.concepts[one], library.concepts[other], 0.9)


def assert_golden(name, text):
    text = PADDING.sub("", text) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ACCEPT_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_a_definition_reads_well(library):
    assert_golden("definition", wording.answer_text(card(library, "os.deadlock")))


def test_a_calculation_with_its_example_reads_well(library):
    answer = card(library, "os.lru", Aspect.CALCULATION)
    assert_golden("calculation", wording.answer_text(answer))


def test_a_missing_aspect_is_said_first(library):
    answer = card(library, "cn.tcp", Aspect.PROS_CONS)
    assert isinstance(answer.body, CardBody)
    assert_golden("missing_aspect", wording.answer_text(answer))


def test_a_comparison_table_reads_well(library):
    assert_golden("table", wording.answer_text(compared(library, "cn.udp", "cn.tcp")))


def test_two_cards_side_by_side_read_well(library):
    answer = compared(library, "os.deadlock", "os.starvation")
    assert isinstance(answer.body, PairBody)
    assert_golden("pair", wording.answer_text(answer))


def test_prerequisites_read_well(library):
    some = card(library, "os.deadlock-prevention", Aspect.PREREQUISITES)
    none = card(library, "cn.tcp", Aspect.PREREQUISITES)
    assert isinstance(some.body, PrerequisiteBody)
    texts = [wording.answer_text(a) for a in (some, none)]
    assert_golden("prerequisites", "\n----\n".join(texts))


def test_an_answer_from_a_document_reads_well(library):
    passage = make_passage("段式存储按逻辑分段。", "", "讲义.pdf", "第 3 页", "讲义.pdf")
    answer = Composer(library).passages([passage], 0.9)
    assert isinstance(answer.body, PassageBody)
    assert_golden("document", wording.answer_text(answer))


def test_asking_back_reads_well(library):
    concepts = library.concepts
    one = wording.ask_back_text([concepts["os.deadlock"]])
    several = wording.ask_back_text([concepts["os.lru"], concepts["os.fifo"]])
    assert_golden("ask_back", "\n----\n".join((one, several, wording.ask_back_text([]))))


def test_a_refusal_reads_well(library):
    near = (library.concepts["os.lru"], library.concepts["os.fifo"])
    point: OutlinePoint = library.outline.points["OS0106"]
    answers = (
        Answer("deny", 0.1, nearest=near),
        Answer("deny", 0.1, nearest=near, outside=point),
        Answer("deny", 0.1),
    )
    assert_golden("deny", "\n----\n".join(wording.deny_text(a) for a in answers))


def test_an_off_topic_message_is_declined_well(library):
    pair = (library.concepts["cn.tcp"], library.concepts["cn.udp"])
    asked = wording.example_questions(library.concepts["os.lru"], pair)
    assert_golden("off_topic", wording.off_topic_text(asked))


def test_help_and_the_sentences_of_the_router_read_well():
    router = [v for k, v in vars(router_wording).items() if k.isupper()]
    said = [help_wording.HELP, help_wording.UNKNOWN, help_wording.FORGET_FAILED]
    said += [help_wording.forgotten(0), help_wording.forgotten(2), *router]
    assert_golden("help_and_router", "\n----\n".join(said))


def test_a_pipe_in_a_cell_does_not_break_the_table():
    assert wording._cell("a|b") == "a\\|b"
