"""How often the decision, the concept and the aspect are right, on labelled messages."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.dataset import LabelledMessage

# In these kinds the label is one of two decisions that serve a student equally.
_EITHER = {"near_miss": {"deny", "off_topic"}, "deny_other": {"deny", "off_topic"}}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One message and what came back for it, as the JSON interface of the bot tells it.

    ``concepts`` are those shown or, in an ask-back, offered. ``elapsed_ms`` is of this message
    alone, without its history.
    """

    message: LabelledMessage
    decision: str
    concepts: tuple[str, ...]
    aspect: str | None
    confidence: float
    elapsed_ms: float

    @property
    def decision_right(self) -> bool:
        wanted = _EITHER.get(self.message.kind, {self.message.decision})
        return self.decision in wanted

    @property
    def concept_right(self) -> bool:
        """Whether the right concepts were shown (or, in an ask-back, offered)."""
        if self.message.decision == "ask_back":
            return not self.message.concepts or bool(
                set(self.concepts) & set(self.message.concepts)
            )
        if not self.message.concepts:
            return True
        shown = self.concepts
        if len(self.message.concepts) > 1 and self.message.kind == "comparison":
            return set(shown) == set(self.message.concepts)
        return bool(shown) and shown[0] in self.message.concepts

    @property
    def right(self) -> bool:
        return self.decision_right and self.concept_right


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one kind of message."""

    total: int
    decision: int
    right: int
    aspect: int
    aspect_total: int


def scores(outcomes: Sequence[Outcome]) -> dict[str, Score]:
    """Return the scores of every kind and, under ``全部``, of all messages."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.message.kind].append(outcome)
    groups = {**dict(sorted(groups.items())), "全部": list(outcomes)}
    return {kind: _score(group) for kind, group in groups.items()}


def _score(group: Sequence[Outcome]) -> Score:
    answered = [o for o in group if o.right and o.message.decision == "answer"]
    return Score(
        total=len(group),
        decision=sum(o.decision_right for o in group),
        right=sum(o.right for o in group),
        aspect=sum(o.aspect == o.message.aspect for o in answered),
        aspect_total=len(answered),
    )


def refusal(outcomes: Sequence[Outcome]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of not answering what the material does not have."""
    counts = Counter(
        (o.decision in ("deny", "off_topic"), o.message.decision in ("deny", "off_topic"))
        for o in outcomes
    )
    hit, false, missed = counts[True, True], counts[True, False], counts[False, True]
    precision = hit / (hit + false) if hit + false else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1


def wrong_answers(outcomes: Sequence[Outcome]) -> int:
    """How many messages got an answer about something else: the worst kind of error."""
    return sum(o.decision == "answer" and not o.right for o in outcomes)
