"""Which outline point is practised next: by a person, by a group, in a mock exam.

A person: by gain on the day of the exam; while the exam is further off than ``FAR``, what FSRS has
due comes first, so that what was learned once stays learned, and new points wait their turn.
A group: by the gain of all members together, at a difficulty that most can just master, in the
proportions of the exam. What was practised today comes last of all.

Everything here is pure and never fails: what cannot be had is relaxed, and said so below.
"""

import heapq
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta

from backend.knowledge.outline import Outline
from backend.learning.ability import difficulty_rating, expected
from backend.learning.gain import accuracy, point_weights, prospects
from backend.learning.proportions import apportioned, in_proportion, sample, systematic
from backend.learning.reviewing import due_at, retrievability
from backend.learning.values import PersonState, Streak, study_day

FAR = timedelta(days=20)
"""Before this, due reviews come first; after it, only the gain counts."""

REST = timedelta(days=14)
"""A group is not asked the same point again in this time."""

BALANCE_DAYS = 10
"""Over so many study days, today included, a group's subjects keep the exam's proportions."""

BAND = (0.45, 0.75)
"""The predicted share of right answers that a group's question should have."""

PAPER_CHOICES: Mapping[str, int] = {"DS": 11, "CO": 11, "OS": 10, "CN": 8}
"""Choice questions of the real paper: 1–11, 12–22, 23–32 and 33–40."""

_SAME_CHAPTER = 0.85
"""What a further point of a chapter is worth on the same day: neighbours teach one another."""

_NOBODY = PersonState({}, {}, {}, {}, Streak(0, 0, None))


def rank_points(
    state: PersonState,
    outline: Outline,
    available: Collection[str],
    now: datetime,
    exam_at: datetime,
    *,
    subject: str | None = None,
    chapter: str | None = None,
    recent: Mapping[str, datetime] | None = None,
) -> list[str]:
    """Return the ``available`` points of the outline for a person, the best first.

    ``subject`` ("OS") and ``chapter`` ("OS03") narrow them. ``recent`` says when a point was last
    asked, beyond what the cards know. Points practised or asked on this study day come last, the
    longest ago first. Once the exam has begun, the order is by weakness and weight.
    """
    weights = _weights(outline, available, chapter or subject or "")
    seen = _last_seen(state, recent or {})
    today = [point for point in weights if point in seen and _same_day(seen[point], now)]
    fresh = {point: weight for point, weight in weights.items() if point not in set(today)}
    gains = {p: found.gain for p, found in prospects(state, fresh, now, exam_at).items()}
    asked = Counter(point[:4] for point, at in seen.items() if _same_day(at, now))
    stages = [list(fresh)]
    if exam_at - now > FAR:
        stages = _stages(state, fresh, set(due_points(state, now, exam_at)))
    ranked = [point for stage in stages for point in _spread(stage, gains, asked)]
    return ranked + sorted(today, key=lambda point: (seen[point], point))


def due_points(state: PersonState, now: datetime, exam_at: datetime) -> list[str]:
    """Return the points to review by the end of this study day, the least remembered first."""
    today = study_day(now)
    due = [
        card
        for card in state.cards.values()
        if study_day(due_at(card, exam_at)) <= today
        and not (card.reviewed_at and study_day(card.reviewed_at) >= today)
    ]
    due.sort(key=lambda card: (retrievability(card, now), card.due_at, card.point))
    return [card.point for card in due]


def rank_group_points(
    states: Sequence[PersonState],
    outline: Outline,
    available: Collection[str],
    now: datetime,
    exam_at: datetime,
    *,
    recent_points: Mapping[str, datetime],
    skipped_subjects: Collection[str],
    chance: random.Random,
) -> list[str]:
    """Return the ``available`` points for a group, the best first; take one, or the first few.

    ``recent_points`` says when the group was last asked a point, at least over the last 14 days;
    ``skipped_subjects`` are ids. The rules, each giving way to those before it:

    1. no skipped subject; nothing asked within 14 days (such points come last, longest ago first);
    2. subjects in the exam's proportions over the last ten study days;
    3. 45–75 % predicted accuracy at middle difficulty, averaged over the members (the nearest to
       that band when a subject has none in it);
    4. the highest gain summed over the members; chapters asked of late are worth less.

    ``chance`` decides between equals.
    """
    weights = {
        point: weight
        for point, weight in _weights(outline, available, "").items()
        if _subject(point) not in skipped_subjects
    }
    resting = [p for p in weights if p in recent_points and now - recent_points[p] < REST]
    fresh = {point: weight for point, weight in weights.items() if point not in set(resting)}
    asked = [p for p, at in recent_points.items() if _days_ago(at, now) < BALANCE_DAYS]
    chapters = Counter(point[:4] for point in asked)
    order = _by_band_and_gain(states, fresh, now, exam_at, chapters, chance)
    shares = _shares(outline, set(map(_subject, weights)))
    subjects = Counter(subject for subject in map(_subject, asked) if subject in shares)
    ranked = in_proportion(order, _subject, shares, subjects)
    return [*ranked, *sorted(resting, key=lambda point: (recent_points[point], point))]


def pick_difficulty(rating: float) -> tuple[int, ...]:
    """Return the five difficulty levels, the most fitting for ``rating`` first.

    Fitting is what is answered rightly nearest to the middle of the 45–75 % band: an average
    learner gets level 3.
    """
    middle = sum(BAND) / 2
    return tuple(
        sorted(
            range(1, 6),
            key=lambda level: (abs(expected(rating, difficulty_rating(level)) - middle), level),
        )
    )


def paper_points(
    outline: Outline, available: Collection[str], n: int, chance: random.Random
) -> list[str]:
    """Return the points of a mock exam of ``n`` questions, in the outline's order.

    Subjects as in the real paper (11:11:10:8 of 40, by largest remainder), chapters by weight,
    starred points more often. A subject without enough points leaves its places to the others; a
    point comes twice only when there are fewer than ``n``. Empty when nothing is available.
    """
    weights = _weights(outline, available, "")
    times = Counter(dict.fromkeys(weights, 0))
    while weights and times.total() < n:
        least = min(times.values())
        left = {point: weight for point, weight in weights.items() if times[point] == least}
        times.update(_fill(left, n - times.total(), chance))
    return [point for point in outline.points for _ in range(times[point])]


def _weights(outline: Outline, available: Collection[str], prefix: str) -> dict[str, float]:
    """Return what the available points stand for in the exam.

    Those without questions hand their weight on: within the chapter, then within the subject, so
    that a subject with few questions is practised as much as it is worth.
    """
    all_weights = point_weights(outline)
    wanted = {point: all_weights[point] for point in set(available) & set(all_weights)}
    for scope in (slice(4), slice(2)):
        whole = _totals(all_weights, scope)
        part = _totals(wanted, scope)
        wanted = {p: w * whole[p[scope]] / part[p[scope]] for p, w in wanted.items()}
    return {p: wanted[p] for p in all_weights if p in wanted and p.startswith(prefix)}


def _totals(weights: Mapping[str, float], scope: slice) -> dict[str, float]:
    totals: dict[str, float] = {}
    for point, weight in weights.items():
        totals[point[scope]] = totals.get(point[scope], 0.0) + weight
    return totals


def _last_seen(state: PersonState, recent: Mapping[str, datetime]) -> dict[str, datetime]:
    seen = {point: card.reviewed_at for point, card in state.cards.items() if card.reviewed_at}
    for point, at in recent.items():
        seen[point] = max(at, seen.get(point, at))
    return seen


def _stages(state: PersonState, points: Iterable[str], due: Set[str]) -> list[list[str]]:
    """Divide points into what is due, what was never practised, and what can wait."""
    stages: list[list[str]] = [[], [], []]
    for point in points:
        stages[0 if point in due else 2 if point in state.cards else 1].append(point)
    return stages


def _days_ago(at: datetime, now: datetime) -> int:
    return (study_day(now) - study_day(at)).days


def _subject(point: str) -> str:
    return point[:2]


def _same_day(one: datetime, other: datetime) -> bool:
    return study_day(one) == study_day(other)


def _spread(
    points: Iterable[str], gains: Mapping[str, float], asked: Counter[str]
) -> Iterator[str]:
    """Give points by gain, each counting less for every point of its chapter before it.

    ``asked`` is how many there were of each chapter; it goes on counting.
    """
    chapters: dict[str, list[str]] = {}
    best_first = sorted(points, key=lambda point: -gains[point])
    for point in reversed(best_first):
        chapters.setdefault(point[:4], []).append(point)

    def head(chapter: str) -> tuple[float, str]:
        gain = gains[chapters[chapter][-1]]
        return -(gain * _SAME_CHAPTER ** asked[chapter] if gain > 0 else gain), chapter

    heads = [head(chapter) for chapter in chapters]
    heapq.heapify(heads)
    while heads:
        chapter = heads[0][1]
        yield chapters[chapter].pop()
        asked[chapter] += 1
        if chapters[chapter]:
            heapq.heapreplace(heads, head(chapter))
        else:
            heapq.heappop(heads)


def _by_band_and_gain(
    states: Sequence[PersonState],
    weights: Mapping[str, float],
    now: datetime,
    exam_at: datetime,
    asked: Counter[str],
    chance: random.Random,
) -> list[str]:
    members = [prospects(state, weights, now, exam_at) for state in states or [_NOBODY]]
    gains = {point: sum(member[point].gain for member in members) for point in weights}
    outside = {
        point: _outside(sum(accuracy(member[point].known) for member in members) / len(members))
        for point in weights
    }
    shuffled = chance.sample(list(weights), len(weights))
    inside = _spread((point for point in shuffled if outside[point] == 0), gains, asked)
    beyond = (point for point in shuffled if outside[point] > 0)
    return [*inside, *sorted(beyond, key=lambda point: (outside[point], -gains[point]))]


def _outside(accuracy: float) -> float:
    return max(BAND[0] - accuracy, accuracy - BAND[1], 0.0)


def _shares(outline: Outline, subjects: Iterable[str]) -> dict[str, int]:
    """Return the exam points of ``subjects``; all alike where the outline has none."""
    points = {id_: outline.subjects[id_].exam_points for id_ in subjects if id_ in outline.subjects}
    return {id_: points.get(id_) or 1 for id_ in subjects}


def _fill(weights: Mapping[str, float], n: int, chance: random.Random) -> list[str]:
    """Choose at most ``n`` and at least one of the points, none twice."""
    subjects = dict.fromkeys(map(_subject, weights))
    places = apportioned({id_: PAPER_CHOICES[id_] for id_ in subjects}, n, chance)
    chosen: list[str] = []
    for subject, wanted in places.items():
        chapters = _by_chapter(weights, subject)
        totals = {chapter: sum(points.values()) for chapter, points in chapters.items()}
        for chapter, number in systematic(totals, wanted, chance).items():
            chosen += sample(chapters[chapter], number, chance)
    return chosen


def _by_chapter(weights: Mapping[str, float], subject: str) -> dict[str, dict[str, float]]:
    chapters: dict[str, dict[str, float]] = {}
    for point, weight in weights.items():
        if _subject(point) == subject:
            chapters.setdefault(point[:4], {})[point] = weight
    return chapters
