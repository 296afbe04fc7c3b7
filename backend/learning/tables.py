"""Every table of the learning record.

    log (append-only)            projections (``rebuild`` makes them of the log)
    attempts  marks              wrong_book  review_cards  abilities  study_days  streaks
    makeups   key_changes

    who                          asking                       groups
    people  identities           askings  asked_messages      group_settings  deliveries
    link_codes  link_failures    papers   corrections         notices
    members     preferences      forgetting

Moments are microseconds since 1970 (``Instant``), days are study days (they begin at 04:00 in
Asia/Shanghai). Keys of options are canonical (as the question is written) unless a column says
"shown". ``group_key`` is ``Conversation.key`` of plugins: platform, kind and id.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware moment as whole microseconds, so that both databases compare it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        since = value.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        seconds, microseconds = divmod(value, 1_000_000)
        return datetime.fromtimestamp(seconds, SHANGHAI).replace(microsecond=microseconds)


_Serial = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""


def _id() -> Column[int]:
    return Column("id", _Serial, primary_key=True, autoincrement=True)


def _seq() -> Column[int]:
    return Column("seq", _Serial, primary_key=True, autoincrement=True)


# AUTOINCREMENT wherever a number may still be on its way when its row is forgotten: SQLite would
# give the number to somebody else.
people = Table(
    "people",
    metadata,
    _id(),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

identities = Table(
    "identities",
    metadata,
    _id(),
    Column("platform", String(32), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("platform", "user_id"),
    sqlite_autoincrement=True,
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)

link_failures = Table(
    "link_failures",
    metadata,
    _id(),
    Column("identity_id", ForeignKey("identities.id"), nullable=False, index=True),
    Column("tried_at", Instant, nullable=False),
)

forgetting = Table("forgetting", metadata, Column("identity_id", Integer, primary_key=True))
"""Rows of the log can be deleted only while this has a row, within one transaction (triggers)."""

members = Table(
    "members",
    metadata,
    Column("group_key", String(200), primary_key=True),
    Column("identity_id", ForeignKey("identities.id"), primary_key=True, index=True),
    Column("last_seen_at", Instant, nullable=False),
    # Named in this group's reports only when this is true; the name is kept only then.
    Column("shows_name", Boolean, nullable=False, default=False),
    Column("name", String(64), nullable=False, default=""),
)

preferences = Table(
    "preferences",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("reminder_at", String(5)),  # "20:00", none when there is no reminder
    Column("reminder_target", JSON),  # the private conversation: platform, bot, id
    Column("updated_at", Instant, nullable=False),
)

askings = Table(
    "askings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),  # daily, practice, review, wrong_book, mock
    Column("question_id", String(100), nullable=False, index=True),
    Column("point", String(6), nullable=False),
    Column("question", JSON, nullable=False),  # backend.questions.question.as_json
    Column("shown_order", String(4), nullable=False),  # "CADB": C is shown as A, A as B …
    Column("conversation", String(200), nullable=False, index=True),
    Column("group_key", String(200)),  # set for daily questions only
    Column("identity_id", ForeignKey("identities.id"), index=True),  # to one person only
    Column("paper_id", String(32), index=True),
    Column("place", Integer, nullable=False, default=1),  # in the day or the paper, from 1
    Column("day", Date, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("reveal_at", Instant),
    Column("revealed_at", Instant),  # answers after this are practice
    Index("ix_askings_group_key_asked_at", "group_key", "asked_at"),
    Index("ix_askings_revealed_at_reveal_at", "revealed_at", "reveal_at"),
)

asked_messages = Table(
    "asked_messages",
    metadata,
    Column("conversation", String(200), primary_key=True),
    Column("message_id", String(128), primary_key=True),
    Column("asking_id", ForeignKey("askings.id"), nullable=False, index=True),
)

papers = Table(
    "papers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("identity_id", ForeignKey("identities.id"), nullable=False, index=True),
    Column("conversation", String(200), nullable=False),
    Column("questions", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("finished_at", Instant),
)

attempts = Table(
    "attempts",
    metadata,
    _seq(),
    Column("asking_id", ForeignKey("askings.id"), nullable=False),
    Column("identity_id", ForeignKey("identities.id"), nullable=False),
    Column("question_id", String(100), nullable=False, index=True),
    Column("fingerprint", String(12), nullable=False),  # text_fingerprint of what was answered
    Column("point", String(6), nullable=False),
    Column("difficulty", Float, nullable=False),  # Elo rating of the question at that moment
    Column("shown", String(1), nullable=False),  # the key that the person typed
    Column("shown_order", String(4), nullable=False),
    Column("chosen", String(1), nullable=False),
    Column("answer", String(1), nullable=False),  # the key that was in force at that moment
    Column("kind", String(16), nullable=False),  # the asking's kind, or "late"
    Column("group_key", String(200)),
    Column("answered_at", Instant, nullable=False),
    Column("day", Date, nullable=False),
    UniqueConstraint("asking_id", "identity_id"),
    Index("ix_attempts_identity_id_seq", "identity_id", "seq"),
    Index("ix_attempts_group_key_day", "group_key", "day"),
    sqlite_autoincrement=True,
)

marks = Table(
    "marks",
    metadata,
    _seq(),
    Column("attempt_seq", ForeignKey("attempts.seq"), nullable=False),
    Column("mark", String(16), nullable=False),  # "guessed"
    Column("marked_at", Instant, nullable=False),
    UniqueConstraint("attempt_seq", "mark"),
    sqlite_autoincrement=True,
)

makeups = Table(
    "makeups",
    metadata,
    _seq(),
    Column("identity_id", ForeignKey("identities.id"), nullable=False, index=True),
    Column("day", Date, nullable=False),  # the missed day that is made up
    Column("used_on", Date, nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("identity_id", "day"),
    sqlite_autoincrement=True,
)

key_changes = Table(
    "key_changes",
    metadata,
    _seq(),
    Column("question_id", String(100), nullable=False, index=True),
    Column("fingerprint", String(12), nullable=False),  # of the text that the decision is about
    Column("answer", String(1)),  # the key from now on; none: the question is retracted
    Column("reason", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

wrong_book = Table(
    "wrong_book",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("question_id", String(100), primary_key=True),
    Column("point", String(6), nullable=False),
    Column("asking_id", String(32), nullable=False),  # where its text can be found
    Column("added_at", Instant, nullable=False),
    Column("wrong", Integer, nullable=False),  # wrong or guessed so far
    Column("right_days", Integer, nullable=False),  # right in a row on different days
    Column("last_right_day", Date),
    Column("last_at", Instant, nullable=False),
)

review_cards = Table(
    "review_cards",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("point", String(6), primary_key=True),
    Column("state", Integer, nullable=False),  # fsrs.State
    Column("stability", Float),
    Column("difficulty", Float),
    Column("due_at", Instant, nullable=False),
    Column("reviewed_at", Instant),
    Column("reviews", Integer, nullable=False),
    Index("ix_review_cards_person_id_due_at", "person_id", "due_at"),
)

abilities = Table(
    "abilities",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("chapter", String(4), primary_key=True),
    Column("rating", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("right", Integer, nullable=False),
)

study_days = Table(
    "study_days",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("answered", Integer, nullable=False),
    Column("right", Integer, nullable=False),
    Column("made_up", Boolean, nullable=False),
)

streaks = Table(
    "streaks",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("current", Integer, nullable=False),  # as of last_day
    Column("longest", Integer, nullable=False),
    Column("last_day", Date),
)

corrections = Table(
    "corrections",
    metadata,
    _id(),
    Column("question_id", String(100), nullable=False, index=True),
    Column("asking_id", ForeignKey("askings.id"), nullable=False),
    Column("identity_id", ForeignKey("identities.id"), index=True),  # none once forgotten
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),  # open, accepted, rejected
    Column("created_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("note", Text, nullable=False, default=""),
)

notices = Table(
    "notices",
    metadata,
    _id(),
    Column("identity_id", ForeignKey("identities.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("told_at", Instant),
)
"""What a person is told with the next reply (a question that they answered was corrected …)."""

group_settings = Table(
    "group_settings",
    metadata,
    Column("group_key", String(200), primary_key=True),
    Column("platform", String(32), nullable=False),
    Column("bot", String(128), nullable=False),
    Column("conversation_id", String(128), nullable=False),
    Column("values", JSON, nullable=False),  # backend.learning.groups.GroupSettings
    Column("version", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("target", String(200), nullable=False),  # group_key, or person:<identity id>
    Column("slot", String(32), nullable=False),  # question-1, reveal, weekly, reminder …
    Column("day", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("due_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("instance", String(32), nullable=False),
    Column("lease_until", Instant),
    Column("next_try_at", Instant),
    Column("asking_id", String(32)),
    Column("version", Integer, nullable=False, default=1),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("target", "slot", "day"),
    Index("ix_deliveries_day_state", "day", "state"),
)
