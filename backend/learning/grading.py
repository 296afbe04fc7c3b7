"""Recording a batch of answers in one transaction: read in bulk, fold in Python, write in bulk.

Everything that decides is read inside the transaction: whether the person has answered, whether
the answer has been revealed, which key is in force, and to which person the account belongs now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.errors import RecordUnavailable
from backend.learning.ability import blended, difficulty_rating
from backend.learning.database import GONE
from backend.learning.folding import Answered, fold, looks_back, standing
from backend.learning.log import (
    LATE,
    attempt_columns,
    attempt_of,
    judged,
    keys_in_force,
)
from backend.learning.projections import load, refolded, save
from backend.learning.tables import askings, attempts, identities
from backend.learning.values import (
    Asking,
    Attempt,
    Identity,
    Outcome,
    PersonState,
    study_day,
)
from backend.questions.catalogue import KeyChanges
from backend.questions.question import OptionKey, Question

Status = Literal["recorded", "late", "repeated"]

_Once = tuple[str, int]
"""Asking and person: answered at most once."""

_Chosen = dict[tuple[str, str], dict[str, int]]
"""By question and text fingerprint: how many answers fell on each canonical key, in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one account answered; ``shown`` is the letter that it typed."""

    asking: Asking
    identity: Identity
    shown: OptionKey
    at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says about a batch; the askings' values are when they were revealed.

    ``chosen`` is of all answers before the batch: within it nobody's answer weighs on another's.
    """

    people: dict[int, int]
    askings: dict[str, datetime | None]
    keys: KeyChanges
    earlier: dict[_Once, Attempt]
    chosen: _Chosen

    def once(self, answer: Answer) -> _Once | None:
        person = self.people.get(answer.identity.id)
        if person is None or answer.asking.id not in self.askings:
            return None
        return answer.asking.id, person

    def rating_of(self, question: Question, answer: OptionKey | None) -> float:
        """Return the Elo rating of a question whose key in force is ``answer``, None: retracted.

        The author's difficulty is the prior; what everybody answered moves it (``blended``).
        """
        chosen = self.chosen.get((question.id, question.text_fingerprint), {})
        if answer is None:
            return difficulty_rating(question.difficulty)
        return blended(question.difficulty, sum(chosen.values()), chosen.get(answer, 0))


async def record(
    connection: AsyncConnection, answers: Sequence[Answer]
) -> list[Outcome | Exception]:
    """Record the answers that are their person's first, in order; give an outcome for each.

    The caller holds the lock of the log (``Database.recording``).
    """
    known = await _look_up(connection, answers)
    fresh: dict[_Once, Answer] = {}
    for answer in answers:
        once = known.once(answer)
        if once is not None and once not in known.earlier:
            fresh.setdefault(once, answer)
    recorded = await _insert(connection, known, fresh)
    outcomes, states = await _fold(connection, known, recorded)
    firsts = known.earlier | recorded

    def outcome(answer: Answer) -> Outcome | Exception:
        once = known.once(answer)
        if once is None:
            return RecordUnavailable(GONE)
        if fresh.get(once) is answer:
            return outcomes[once]
        first, state = firsts[once], states[once[1]]
        return outcome_of("repeated", first, known.keys, state, state, study_day(answer.at))

    return [outcome(answer) for answer in answers]


async def _look_up(connection: AsyncConnection, answers: Sequence[Answer]) -> _Known:
    accounts = {answer.identity.id for answer in answers}
    people = await connection.execute(
        select(identities.c.id, identities.c.person_id).where(identities.c.id.in_(accounts))
    )
    owners = {row.id: row.person_id for row in people}
    asked = {answer.asking.id for answer in answers}
    revealed = await connection.execute(
        select(askings.c.id, askings.c.revealed_at).where(askings.c.id.in_(asked))
    )
    questions = {answer.asking.question.id for answer in answers}
    return _Known(
        people=owners,
        askings={row.id: row.revealed_at for row in revealed},
        keys=await keys_in_force(connection, questions),
        earlier=await _earlier(connection, asked, set(owners.values())),
        chosen=await _chosen(connection, questions),
    )


async def _chosen(connection: AsyncConnection, question_ids: set[str]) -> _Chosen:
    c = attempts.c
    query = (
        select(c.question_id, c.fingerprint, c.chosen, func.count())
        .where(c.question_id.in_(question_ids), c.kind != LATE)
        .group_by(c.question_id, c.fingerprint, c.chosen)
    )
    found: _Chosen = {}
    for question_id, fingerprint, key, count in await connection.execute(query):
        found.setdefault((question_id, fingerprint), {})[key] = count
    return found


async def _earlier(
    connection: AsyncConnection, asked: set[str], people: set[int]
) -> dict[_Once, Attempt]:
    query = (
        select(*attempt_columns(), identities.c.person_id)
        .join_from(attempts, identities)
        .where(attempts.c.asking_id.in_(asked), identities.c.person_id.in_(people))
        .order_by(attempts.c.seq.desc())  # the first one stays in the dict
    )
    rows = await connection.execute(query)
    return {(row.asking_id, row.person_id): attempt_of(row) for row in rows}


async def _insert(
    connection: AsyncConnection, known: _Known, fresh: dict[_Once, Answer]
) -> dict[_Once, Attempt]:
    if not fresh:
        return {}
    rows = [_row(answer, known) for answer in fresh.values()]
    # Asked to return them in order, SQLAlchemy would insert one by one into SQLite.
    c = attempts.c
    statement = insert(attempts).returning(c.seq, c.asking_id, c.identity_id)
    made = (await connection.execute(statement, rows)).all()
    numbers = {(asking, account): seq for seq, asking, account in made}
    recorded: dict[_Once, Attempt] = {}
    for once, row in zip(fresh, rows, strict=True):
        del row["shown_order"]  # is in the asking
        seq = numbers[row["asking_id"], row["identity_id"]]
        recorded[once] = Attempt(seq=seq, **row)
    return dict(sorted(recorded.items(), key=lambda item: item[1].seq))


def _row(answer: Answer, known: _Known) -> dict[str, Any]:
    asking, question = answer.asking, answer.asking.question
    revealed_at = known.askings[asking.id]
    late = revealed_at is not None and answer.at >= revealed_at
    fingerprint = question.text_fingerprint
    key = known.keys.get((question.id, fingerprint), question.answer)
    return {
        "asking_id": asking.id,
        "identity_id": answer.identity.id,
        "question_id": question.id,
        "fingerprint": fingerprint,
        "point": question.point,
        "difficulty": known.rating_of(question, key),
        "shown": answer.shown,
        "shown_order": asking.order,
        "chosen": asking.canonical(answer.shown),
        "answer": key or question.answer,
        "kind": LATE if late else asking.kind,
        "group_key": asking.group_key,
        "answered_at": answer.at,
        "day": study_day(answer.at),
    }


async def _fold(
    connection: AsyncConnection, known: _Known, recorded: dict[_Once, Attempt]
) -> tuple[dict[_Once, Outcome], dict[int, PersonState]]:
    """Fold what was recorded into the states of all who answered; give outcomes and states."""
    touching = [*known.earlier.values(), *recorded.values()]
    before = await load(connection, set(known.people.values()), touching)
    after, outcomes = dict(before), dict[_Once, Outcome]()
    looking_back: set[int] = set()
    for once, attempt in recorded.items():
        _, person = once
        state = after[person]
        if looks_back(state, attempt.day):
            looking_back.add(person)
        right = judged(attempt, known.keys)
        after[person] = fold(state, Answered(attempt, right))
        status = "late" if attempt.kind == LATE else "recorded"
        outcomes[once] = outcome_of(status, attempt, known.keys, state, after[person], attempt.day)
    whole = await refolded(connection, looking_back)
    await save(connection, {person: (before[person], after[person]) for person in after} | whole)
    after |= {person: state for person, (_, state) in whole.items()}
    for once in recorded:
        if once[1] in looking_back:
            streak = standing(after[once[1]].streak, recorded[once].day)
            outcomes[once] = replace(outcomes[once], streak=streak)
    return outcomes, after


def outcome_of(
    status: Status,
    attempt: Attempt,
    keys: KeyChanges,
    before: PersonState,
    after: PersonState,
    today: date,
) -> Outcome:
    """Say what an attempt changed between two states of its person."""
    was_in = attempt.question_id in before.wrong_book
    is_in = attempt.question_id in after.wrong_book
    day = after.days.get(today)
    return Outcome(
        status=status,
        attempt=attempt,
        right=judged(attempt, keys),
        entered_wrong_book=is_in and not was_in,
        left_wrong_book=was_in and not is_in,
        streak=standing(after.streak, today),
        answered_today=day.answered if day else 0,
    )
