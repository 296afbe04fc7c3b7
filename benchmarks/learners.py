"""Does our choice of what to practise lead to more on the day of the exam?

    python -m benchmarks.learners [--learners 200] [--questions 15] [--days 28 120]

Simulated learners practise some questions a day until the exam; the score is what they would recall
then, weighted by what is examined (1 is everything). The same learners with the same luck practise
by each rule. They are not made of the formulas that we choose by:

- memory: half of them forget exponentially (2^−t/h), half by a hyperbola (1/(1+t/h)), not by
  FSRS's curve; after a success the half-life h grows, the more the nearer it was to being
  forgotten; after a failure it is halved, but not below the learner's first half-life. Growth,
  first half-life, how often an explanation is understood, slips and honesty about guessing are
  drawn per learner, ease per point (log-normal and beta).
- before: what they know at the start depends on the learner and the chapter, and is forgotten too.
- the exam: the outline's chapter weights, shared over the points by a draw of its own per learner
  (gamma; a starred point 1.5 to 4 times as much), not by our guess of 2.5.

A lucky guess counts as "good" unless the learner admits it. Points are independent: practising
one teaches nothing of its neighbours. Every question is of middle difficulty.
"""

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from backend.knowledge.outline import Outline, load_outline
from backend.learning.ability import GUESSING, INITIAL_RATING, updated
from backend.learning.choosing import rank_points
from backend.learning.gain import point_weights
from backend.learning.reviewing import review
from backend.learning.values import SHANGHAI, Ability, PersonState, ReviewCard, Streak

_START = datetime(2026, 8, 1, 20, tzinfo=SHANGHAI)
_DAY = timedelta(days=1)
_FIXED_DAYS = (1, 3, 7, 15, 30)


class Learner:
    """One who forgets and guesses; everything about them follows from ``seed``. Times are days."""

    def __init__(self, outline: Outline, seed: int) -> None:
        draw = random.Random(seed)
        self._luck = random.Random(f"luck {seed}")
        self.exponential = seed % 2 == 0
        self._growth = draw.lognormvariate(math.log(3.5), 0.3)
        self._first_half_life = draw.lognormvariate(math.log(4), 0.35)
        self._understands = draw.betavariate(6, 2)
        self._slips = draw.betavariate(2, 18)
        self._admits = draw.uniform(0, 0.6)
        self._ease = {point: draw.lognormvariate(0, 0.4) for point in outline.points}
        self._half_life: dict[str, float] = {}
        self._seen: dict[str, float] = {}
        self._learn_beforehand(outline, draw)
        self.weights = _examined(outline, draw)

    def _learn_beforehand(self, outline: Outline, draw: random.Random) -> None:
        talent = draw.gauss(-0.2, 0.7)
        chapters = {chapter: talent + draw.gauss(0, 0.9) for chapter in outline.chapters}
        for point in outline.points.values():
            if draw.random() < 1 / (1 + math.exp(-chapters[point.chapter] - draw.gauss(0, 0.7))):
                half_life = draw.lognormvariate(math.log(45), 0.7)
                self._half_life[point.id] = half_life * self._ease[point.id]
                self._seen[point.id] = -draw.uniform(5, 90)

    def recall(self, point: str, day: float) -> float:
        """Return the chance that ``point`` comes to mind on ``day``."""
        if point not in self._half_life:
            return 0.0
        age = (day - self._seen[point]) / self._half_life[point]
        return 2**-age if self.exponential else 1 / (1 + age)

    def answer(self, point: str, day: float) -> tuple[bool, bool]:
        """Answer, read the explanation; return whether it was right, and marked as a guess."""
        recall = self.recall(point, day)
        recalled = self._luck.random() < recall
        right = recalled and self._luck.random() >= self._slips
        guessed = not right and self._luck.random() < GUESSING
        self._learn(point, day, recall, recalled)
        return right or guessed, guessed and self._luck.random() < self._admits

    def _learn(self, point: str, day: float, recall: float, recalled: bool) -> None:
        afresh = self._first_half_life * self._ease[point]
        if recalled:
            self._half_life[point] *= 1 + self._growth * (1.05 - recall) ** 0.8
        elif point in self._half_life:
            self._half_life[point] = max(afresh, 0.5 * self._half_life[point])
        elif self._luck.random() < self._understands:
            self._half_life[point] = afresh
        self._seen[point] = day

    def score(self, day: float) -> float:
        """Return the expected share of the exam, in [0, 1], that is recalled on ``day``."""
        return sum(weight * self.recall(point, day) for point, weight in self.weights.items())


def _examined(outline: Outline, draw: random.Random) -> dict[str, float]:
    shares = {
        point.id: draw.gammavariate(2, 1) * (draw.uniform(1.5, 4) if point.starred else 1)
        for point in outline.points.values()
    }
    totals = dict.fromkeys(outline.chapters, 0.0)
    for point, share in shares.items():
        totals[point[:4]] += share
    whole = sum(chapter.weight for chapter in outline.chapters.values())
    return {
        point: share / totals[point[:4]] * outline.chapters[point[:4]].weight / whole
        for point, share in shares.items()
    }


class Record:
    """What the bot would know of a learner, and since when."""

    def __init__(self) -> None:
        self.cards: dict[str, ReviewCard] = {}
        self.abilities: dict[str, Ability] = {}
        self.boxes: dict[str, tuple[int, int]] = {}  # fixed intervals: step, day when due
        self.state = PersonState({}, self.cards, self.abilities, {}, Streak(0, 0, None))

    def tell(self, point: str, day: int, right: bool, admitted: bool) -> None:
        """Note an answer as the bot would."""
        rating = "hard" if admitted else "good" if right else "again"
        self.cards[point] = review(self.cards.get(point), point, rating, _START + day * _DAY)
        old = self.abilities.get(point[:4]) or Ability(point[:4], INITIAL_RATING, 0, 0)
        moved = updated(old.rating, old.attempts, INITIAL_RATING, right)
        self.abilities[point[:4]] = Ability(
            old.chapter, moved, old.attempts + 1, old.right + int(right)
        )
        step = min(self.boxes[point][0] + 1, len(_FIXED_DAYS) - 1) if point in self.boxes else 0
        step = step if right else 0
        self.boxes[point] = (step, day + _FIXED_DAYS[step])


Rule = Callable[[Record, int, int], Sequence[str]]
"""From the record, the day and the day of the exam to the points, the first of which are asked."""


def at_random(chance: random.Random, points: Sequence[str]) -> Rule:
    """Any point, but none twice a day."""
    return lambda record, day, exam_day: chance.sample(points, len(points))


def fixed_intervals(points: Sequence[str]) -> Rule:
    """After 1, 3, 7, 15 and 30 days, from the start when wrong; then new ones in order."""

    def choose(record: Record, day: int, exam_day: int) -> list[str]:
        del exam_day
        dues = {point: due for point, (_, due) in record.boxes.items()}
        return _due_then_new(dues, day, points)

    return choose


def fsrs_only(points: Sequence[str]) -> Rule:
    """What FSRS has due, the longest overdue first; then new ones in the order of ``points``."""

    def choose(record: Record, day: int, exam_day: int) -> list[str]:
        del exam_day
        dues = {point: (card.due_at - _START) / _DAY for point, card in record.cards.items()}
        return _due_then_new(dues, day, points)

    return choose


def _due_then_new(dues: Mapping[str, float], day: int, points: Sequence[str]) -> list[str]:
    known = sorted(dues, key=lambda point: dues[point])
    due = [point for point in known if dues[point] < day + 0.5]
    new = [point for point in points if point not in dues]
    return due + new + known[len(due) :]


def ours(outline: Outline) -> Rule:
    """What ``/练`` would ask."""

    def choose(record: Record, day: int, exam_day: int) -> list[str]:
        now, exam_at = _START + day * _DAY, _START + exam_day * _DAY
        return rank_points(record.state, outline, outline.points, now, exam_at)

    return choose


def practised(learner: Learner, rule: Rule, days: int, questions: int) -> float:
    """Let the learner practise ``questions`` a day for ``days``; return the score after that."""
    record = Record()
    for day in range(days):
        for point in rule(record, day, days)[:questions]:
            record.tell(point, day, *learner.answer(point, day))
    return learner.score(days)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and half the width of its 95 % confidence interval."""

    mean: float
    margin: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Estimate":
        return cls(
            statistics.fmean(values), 1.96 * statistics.stdev(values) / math.sqrt(len(values))
        )

    def __str__(self) -> str:
        return f"{self.mean:.3f} ±{self.margin:.3f}"


def compare(outline: Outline, seeds: Sequence[int], days: int, questions: int) -> Table:
    """Let the learners of ``seeds`` practise by every rule; ours last, the others against it."""
    points = list(outline.points)
    weights = point_weights(outline)
    by_weight = sorted(points, key=lambda point: -weights[point])
    rules: dict[str, Callable[[int], Rule]] = {
        "随机": lambda seed: at_random(random.Random(f"rule {seed}"), points),
        "固定间隔 1-3-7-15-30": lambda _: fixed_intervals(points),
        "只用 FSRS（新考点按大纲顺序）": lambda _: fsrs_only(points),
        "只用 FSRS（新考点按分值）": lambda _: fsrs_only(by_weight),
        "我们的": lambda _: ours(outline),
    }
    learner = partial(Learner, outline)
    scores = {"不练": [learner(seed).score(days) for seed in seeds]}
    for name, rule in rules.items():
        scores[name] = [practised(learner(s), rule(s), days, questions) for s in seeds]
    return _table(scores, f"离考试 {days} 天，每天 {questions} 题，{len(seeds)} 人")


def _table(scores: Mapping[str, Sequence[float]], title: str) -> Table:
    table = Table("选题办法", "考试日得分率", "我们的高出", "指数遗忘", "双曲遗忘", title=title)
    best = list(scores.values())[-1]
    for name, values in scores.items():
        ahead = Estimate.of([b - v for b, v in zip(best, values, strict=True)])
        table.add_row(
            name,
            str(Estimate.of(values)),
            "" if values is best else str(ahead),
            f"{statistics.fmean(values[0::2]):.3f}",
            f"{statistics.fmean(values[1::2]):.3f}",
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.learners", description="模拟学习者")
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--questions", type=int, default=15, help="每天几题")
    parser.add_argument("--days", type=int, nargs="+", default=[28, 120])
    # Our constants were chosen on seeds below 100.
    parser.add_argument("--first-seed", type=int, default=1000)
    options = parser.parse_args()
    outline = load_outline(Path(__file__).parents[1] / "content" / "outline.yaml")
    seeds = range(options.first_seed, options.first_seed + options.learners)
    console = Console(width=max(110, Console().width))
    for days in options.days:
        started = time.perf_counter()
        console.print(compare(outline, seeds, days, options.questions))
        console.print(f"用时 {time.perf_counter() - started:.0f} 秒\n")


if __name__ == "__main__":
    main()
