"""What the learning record gives and takes, as plain values.

Moments are aware. A *day* is a study day: it begins at 04:00 in Asia/Shanghai. Keys are canonical
(as the question is written) unless a name says *shown*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from backend.questions.question import OPTION_KEYS, OptionKey, Question

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_BEGINS = timedelta(hours=4)
_AFTERNOON = time(14)

AskingKind = Literal["daily", "practice", "review", "wrong_book", "mock"]


def study_day(moment: datetime) -> date:
    """Return the study day that an aware ``moment`` belongs to."""
    return (moment.astimezone(SHANGHAI) - DAY_BEGINS).date()


def begin_of(day: date) -> datetime:
    """Return the moment that a study day begins at."""
    return datetime.combine(day, time(), SHANGHAI) + DAY_BEGINS


def exam_moment(first_day: date) -> datetime:
    """Return when 408 is written: on the afternoon of the day after the exam's first."""
    return datetime.combine(first_day + timedelta(days=1), _AFTERNOON, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Identity:
    """One account of a person on one platform; several may belong to one ``person_id``."""

    id: int
    person_id: int
    platform: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """When a person wants to be reminded every day (Asia/Shanghai), and where to write to them.

    ``identity_id`` is the account that ``target`` belongs to, as far as it tells; ``since`` is when
    it was wished for.
    """

    person_id: int
    identity_id: int
    at: time
    target: Mapping[str, str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as it was put to a group or a person.

    ``order[i]`` is the canonical key of the option that is shown as the i-th letter.
    ``conversation`` is where it was put; ``group_key`` is set for a group's daily question and
    ``identity_id`` for a question to one person. After ``revealed_at`` an answer is practice.
    A ``retracted`` question has no right option: what ``question`` says of it is wrong.
    """

    id: str
    kind: AskingKind
    question: Question
    order: str
    conversation: str
    group_key: str | None
    identity_id: int | None
    paper_id: str | None
    place: int
    day: date
    asked_at: datetime
    reveal_at: datetime | None
    revealed_at: datetime | None
    retracted: bool = False

    @property
    def options(self) -> tuple[tuple[OptionKey, str], ...]:
        """The options as shown: letter and text."""
        texts = (self.question.options[cast("OptionKey", key)] for key in self.order)
        return tuple(zip(OPTION_KEYS, texts, strict=True))

    @property
    def shown_answer(self) -> OptionKey:
        """The letter under which the right option is shown."""
        return self.shown(self.question.answer)

    def shown(self, key: OptionKey) -> OptionKey:
        """Return the letter under which the option ``key`` is shown."""
        return OPTION_KEYS[self.order.index(key)]

    def canonical(self, shown: OptionKey) -> OptionKey:
        """Return the key of the option that is shown as ``shown``."""
        return cast("OptionKey", self.order[OPTION_KEYS.index(shown)])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One person's answer to one asking, as the log has it; ``kind`` "late" came after the reveal.

    ``difficulty`` is the Elo rating that the question had; ``answer`` the key in force then;
    ``fingerprint`` is that of the question as it was answered.
    """

    seq: int
    asking_id: str
    identity_id: int
    question_id: str
    point: str
    difficulty: float
    shown: OptionKey
    chosen: OptionKey
    answer: OptionKey
    kind: str
    group_key: str | None
    answered_at: datetime
    day: date
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row with at least one answer, today or yesterday included; 0 when broken."""

    current: int
    longest: int
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer.

    ``recorded``: it counts. ``late``: recorded as practice. ``repeated``: the person had answered
    before, ``attempt`` is that first answer and nothing was changed. ``right`` is judged by the key
    in force now; None for a retracted question.
    """

    status: Literal["recorded", "late", "repeated"]
    attempt: Attempt
    right: bool | None
    entered_wrong_book: bool = False
    left_wrong_book: bool = False
    streak: Streak = Streak(0, 0, None)
    answered_today: int = 0


@dataclass(frozen=True, slots=True)
class WrongEntry:
    """One question in a person's wrong book; it leaves after ``right_days`` reaches 3."""

    question_id: str
    point: str
    asking_id: str
    added_at: datetime
    wrong: int
    right_days: int
    last_right_day: date | None
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """The memory of one outline point (FSRS); ``due_at`` is not yet capped by the exam."""

    point: str
    state: int
    stability: float | None
    difficulty: float | None
    due_at: datetime
    reviewed_at: datetime | None
    reviews: int


@dataclass(frozen=True, slots=True)
class Ability:
    """The Elo rating of a person in one chapter, with the counts behind it."""

    chapter: str
    rating: float
    attempts: int
    right: int


@dataclass(frozen=True, slots=True)
class StudyDay:
    """How many questions were answered on a day, and how many of them right."""

    day: date
    answered: int
    right: int
    made_up: bool


@dataclass(frozen=True, slots=True)
class PersonState:
    """Everything that is folded from one person's log."""

    wrong_book: Mapping[str, WrongEntry]
    cards: Mapping[str, ReviewCard]
    abilities: Mapping[str, Ability]
    days: Mapping[date, StudyDay]
    streak: Streak


@dataclass(frozen=True, slots=True)
class Tally:
    """How an asking was answered in time: counts by canonical key, over all who answered.

    ``names`` are the members who agreed to be named in this group, in the order of answering.
    """

    counts: Mapping[OptionKey, int]
    names: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Paper:
    """A mock exam of ``questions`` choice questions under way or finished."""

    id: str
    identity_id: int
    conversation: str
    questions: int
    started_at: datetime
    ends_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rank:
    """One member in a group's ranking; only members who agreed to be named are ranked."""

    name: str
    active_days: int
    answered: int
    progress: float  # accuracy of the period less that of the one before, in [-1, 1]


@dataclass(frozen=True, slots=True)
class Correction:
    """A reported question."""

    id: int
    question_id: str
    asking_id: str
    text: str
    state: Literal["open", "accepted", "rejected"]
    created_at: datetime
    note: str
