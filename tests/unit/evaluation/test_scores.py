import pytest

from backend.knowledge.aspects import Aspect
from evaluation.dataset import LabelledMessage
from evaluation.scores import Outcome, refusal, scores, wrong_answers


def labelled(decision="answer", concepts=(), kind="direct", aspect=None, text="问", history=()):
    return LabelledMessage("m", "dev", text, decision, kind, history, concepts, aspect)


def outcome(message, decision, concepts=(), aspect=None):
    return Outcome(message, decision, concepts, aspect, 0.5, 1.0)


@pytest.mark.parametrize(
    ("message", "verdict", "concepts", "right"),
    [
        (labelled(concepts=("a",)), "answer", ("a",), True),
        (labelled(concepts=("a",)), "answer", ("b",), False),
        (labelled(concepts=("a",)), "ask_back", (), False),
        (labelled(concepts=("a", "b")), "answer", ("b", "c"), True),
        (labelled(concepts=("a", "b")), "answer", ("c", "b"), False),
        (labelled(concepts=("a", "b"), kind="comparison"), "answer", ("b", "a"), True),
        (labelled(concepts=("a", "b"), kind="comparison"), "answer", ("a",), False),
        (labelled("deny", kind="deny_outline"), "deny", (), True),
        (labelled("deny", kind="deny_outline"), "off_topic", (), False),
        (labelled("deny", kind="deny_other"), "off_topic", (), True),
        (labelled("deny", kind="near_miss"), "answer", ("a",), False),
        (labelled("ask_back"), "ask_back", (), True),
        (labelled("off_topic"), "off_topic", (), True),
        (labelled("smalltalk"), "smalltalk", (), True),
    ],
)
def test_what_counts_as_right(message, verdict, concepts, right):
    assert outcome(message, verdict, concepts).right is right


def test_an_ask_back_is_right_when_it_offers_what_was_meant():
    message = labelled("ask_back", ("os.lru", "os.fifo"))
    assert outcome(message, "ask_back", ("os.fifo", "os.deadlock")).right
    assert not outcome(message, "ask_back", ("os.deadlock",)).right


def test_scores_are_counted_by_kind_and_over_all():
    outcomes = [
        outcome(labelled(concepts=("a",), aspect=Aspect.PRINCIPLE), "answer", ("a",)),
        outcome(
            labelled(concepts=("a",), aspect=Aspect.PRINCIPLE),
            "answer",
            ("a",),
            Aspect.PRINCIPLE,
        ),
        outcome(labelled(concepts=("a",)), "answer", ("b",)),
        outcome(labelled("off_topic", kind="off_topic"), "deny"),
    ]
    table = scores(outcomes)
    assert list(table) == ["direct", "off_topic", "全部"]
    direct, everything = table["direct"], table["全部"]
    assert (direct.total, direct.decision, direct.right) == (3, 3, 2)
    assert (direct.aspect, direct.aspect_total) == (1, 2)
    assert (everything.total, everything.decision, everything.right) == (4, 3, 2)
    assert wrong_answers(outcomes) == 1


def test_refusal_counts_deny_and_off_topic_alike():
    outcomes = [
        outcome(labelled("deny"), "off_topic"),
        outcome(labelled("off_topic"), "deny"),
        outcome(labelled("deny"), "answer", ("a",)),
        outcome(labelled("answer", ("a",)), "deny"),
        outcome(labelled("answer", ("a",)), "answer", ("a",)),
    ]
    precision, recall, f1 = refusal(outcomes)
    assert precision == pytest.approx(2 / 3)
    assert recall == pytest.approx(2 / 3)
    assert f1 == pytest.approx(2 / 3)


def test_refusal_of_nothing_is_nought():
    assert refusal([outcome(labelled("answer", ("a",)), "answer", ("a",))]) == (0.0, 0.0, 0.0)
