"""Which question comes next: ranks points by what is remembered, then finds a fresh question.

A question that somebody had within ``NO_REPEAT`` is not put to them again, unless a small scope has
nothing else left.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice

from backend.knowledge.outline import Outline
from backend.learning import choosing
from backend.learning.askings import Askings
from backend.learning.corrections import Corrections
from backend.learning.gain import rating_in
from backend.learning.groups import GroupSettings
from backend.learning.progress import Progress
from backend.learning.reviewing import due_at
from backend.learning.values import PersonState, study_day
from backend.questions.catalogue import Catalogue, KeyChanges
from backend.questions.question import Question
from backend.questions.scope import Scope

NO_REPEAT = timedelta(days=60)
_ACTIVE = timedelta(days=14)
_TODAY = timedelta(hours=18)
_HARD, _HARDEST = 4, 5
_LOOKED_AT = 40

Levels = tuple[int, int]


class Selection:
    """Chooses questions for persons, groups and papers; ``exam_at`` is when 408 is written."""

    def __init__(
        self,
        outline: Outline,
        catalogue: Catalogue,
        askings: Askings,
        progress: Progress,
        corrections: Corrections,
        exam_at: datetime,
        chance: random.Random | None = None,
    ) -> None:
        self._outline = outline
        self._catalogue = catalogue
        self._askings = askings
        self._progress = progress
        self._corrections = corrections
        self._exam_at = exam_at
        self._chance = chance or random.Random()

    @property
    def points(self) -> frozenset[str]:
        """The outline points that there are questions on."""
        return self._catalogue.points

    async def for_person(
        self,
        person_id: int,
        scope: Scope,
        now: datetime,
        *,
        hidden: Collection[str] = (),
        harder: bool = False,
    ) -> Question | None:
        """Choose the question in ``scope`` that gains the person most; None when there is none.

        Never one of ``hidden``. With ``harder``, one of difficulty 4 or 5 where there is one.
        """
        available = self._inside(scope)
        if not available:
            return None
        state = await self._progress.state(person_id)
        recent = await self._recent_points(person_id, now)
        ranked = choosing.rank_points(
            state, self._outline, available, now, self._exam_at, recent=recent
        )
        return await self._find(
            ranked, now, state=state, person_id=person_id, hidden=hidden, harder=harder
        )

    async def due(self, person_id: int, now: datetime) -> list[str]:
        """List the points that the person should review now and that there are questions on."""
        state = await self._progress.state(person_id)
        points = choosing.due_points(state, now, self._exam_at)
        return [point for point in points if point in self._catalogue.points]

    async def next_due(self, person_id: int, now: datetime) -> tuple[date, int] | None:
        """Return the next study day after today with something to review, and how many points."""
        state = await self._progress.state(person_id)
        today = study_day(now)
        days = Counter(
            max(study_day(due_at(card, self._exam_at)), today + timedelta(days=1))
            for point, card in state.cards.items()
            if point in self._catalogue.points
        )
        return min(days.items()) if days else None

    async def for_point(
        self, person_id: int, point: str, now: datetime, *, hidden: Collection[str] = ()
    ) -> Question | None:
        """Choose a question on one point, none of ``hidden``."""
        state = await self._progress.state(person_id)
        return await self._find([point], now, state=state, person_id=person_id, hidden=hidden)

    async def for_group(
        self, group_key: str, settings: GroupSettings, now: datetime
    ) -> Question | None:
        """Choose the day's next question of a group.

        Points that the group had lately come last, even where they alone have a question of the
        wished difficulty.
        """
        states = await self._progress.members_state(group_key, now - _ACTIVE)
        recent = await self._askings.recent_points(group_key, now - NO_REPEAT)
        rank = partial(
            choosing.rank_group_points,
            states,
            self._outline,
            self._catalogue.points,
            now,
            self._exam_at,
            recent_points=recent,
            skipped_subjects=settings.skipped_subjects,
            chance=self._chance,
        )
        ranked = await asyncio.to_thread(rank)  # 0.2 s for a hundred members
        used = await self._askings.recent_question_ids(group_key=group_key, since=now - NO_REPEAT)
        changes = await self._corrections.key_changes()
        rested = [p for p in ranked if p not in recent or now - recent[p] >= choosing.REST]
        tired = [point for point in ranked if point not in rested]
        return (
            self._at_level(rested, settings.levels, used, changes)
            or self._at_any_level(rested, settings.levels, used, changes)
            or self._at_level(tired, settings.levels, used, changes)
            or self._at_any_level(tired, settings.levels, used, changes)
        )

    def _at_level(
        self, points: Sequence[str], levels: Levels, used: Collection[str], changes: KeyChanges
    ) -> Question | None:
        found = (self._pick(point, levels, used, changes) for point in points)
        return next((q for q in found if q and levels[0] <= q.difficulty <= levels[1]), None)

    def _at_any_level(
        self, points: Sequence[str], levels: Levels, used: Collection[str], changes: KeyChanges
    ) -> Question | None:
        found = (self._pick(point, levels, used, changes) for point in points)
        return next((question for question in found if question), None)

    def _pick(
        self, point: str, levels: Levels, used: Collection[str], changes: KeyChanges
    ) -> Question | None:
        return self._catalogue.pick(
            point, self._chance, avoid=used, level=sum(levels) / 2, changes=changes
        )

    async def paper(self, person_id: int, count: int, now: datetime) -> list[Question]:
        """Choose up to ``count`` different questions in the exam's proportions and order."""
        points = choosing.paper_points(self._outline, self._catalogue.points, count, self._chance)
        used = await self._askings.recent_question_ids(person_id=person_id, since=now - NO_REPEAT)
        changes = await self._corrections.key_changes()
        taken: set[str] = set()
        questions: list[Question] = []
        for point in points:
            for avoid in (used | taken, taken):
                tried = (point, *self._neighbours(point)) if avoid is taken else (point,)
                picked = (
                    self._catalogue.pick(p, self._chance, avoid=avoid, changes=changes)
                    for p in tried
                )
                question = next((q for q in picked if q is not None), None)
                if question is not None:
                    taken.add(question.id)
                    questions.append(question)
                    break
        return questions

    def _neighbours(self, point: str) -> list[str]:
        """Return the other points of its subject, by chance: one that has no question left."""
        others = [p for p in self._catalogue.points if p[:2] == point[:2] and p != point]
        return self._chance.sample(others, len(others))

    async def again(self, asking_id: str) -> Question | None:
        """Return the question of an earlier asking with the key in force; None if retracted."""
        asking = await self._askings.get(asking_id)
        return None if asking is None or asking.retracted else asking.question

    def _inside(self, scope: Scope) -> list[str]:
        return [point for point in self._catalogue.points if scope.holds(point)]

    async def _recent_points(self, person_id: int, now: datetime) -> dict[str, datetime]:
        attempts = await self._progress.recent(person_id, now - _TODAY)
        return {attempt.point: attempt.answered_at for attempt, _ in attempts}

    async def _find(
        self,
        points: Sequence[str],
        now: datetime,
        *,
        state: PersonState,
        person_id: int,
        hidden: Collection[str] = (),
        harder: bool = False,
    ) -> Question | None:
        """Take the first point that still has a question that the person has not had lately."""
        used = await self._askings.recent_question_ids(person_id=person_id, since=now - NO_REPEAT)
        changes = await self._corrections.key_changes()
        for avoid in (used | set(hidden), hidden):
            found = (self._fitting(point, state, avoid, changes, harder) for point in points)
            questions = (question for question in found if question is not None)
            question = _first_hard(questions) if harder else next(questions, None)
            if question is not None:
                return question
        return None

    def _fitting(
        self,
        point: str,
        state: PersonState,
        avoid: Collection[str],
        changes: KeyChanges,
        harder: bool,
    ) -> Question | None:
        level = choosing.pick_difficulty(rating_in(state, point[:4]))[0]
        level = _HARDEST if harder else level
        return self._catalogue.pick(point, self._chance, avoid=avoid, level=level, changes=changes)


def _first_hard(questions: Iterable[Question]) -> Question | None:
    """Return the first of ``questions`` that is hard, else the hardest of the first ones."""
    seen: list[Question] = []
    for question in islice(questions, _LOOKED_AT):
        if question.difficulty >= _HARD:
            return question
        seen.append(question)
    return max(seen, key=lambda one: one.difficulty, default=None)
