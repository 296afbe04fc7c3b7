"""The learning record as it begins.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from backend.learning.migrations.append_only import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_instant = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", _instant, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("instance", sa.String(length=32), nullable=False),
        sa.Column("lease_until", _instant, nullable=True),
        sa.Column("next_try_at", _instant, nullable=True),
        sa.Column("asking_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("target", "slot", "day", name=op.f("uq_deliveries_target_slot_day")),
    )
    op.create_index("ix_deliveries_day_state", "deliveries", ["day", "state"], unique=False)
    op.create_table(
        "forgetting",
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_forgetting")),
    )
    op.create_table(
        "group_settings",
        sa.Column("group_key", sa.String(length=200), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("bot", sa.String(length=128), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("group_key", name=op.f("pk_group_settings")),
    )
    op.create_table(
        "key_changes",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=1), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_key_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_key_changes_question_id"), "key_changes", ["question_id"], unique=False
    )
    op.create_table(
        "people",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "abilities",
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("chapter", sa.String(length=4), nullable=False),
        sa.Column("rating", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_abilities_person_id")),
        sa.PrimaryKeyConstraint("person_id", "chapter", name=op.f("pk_abilities")),
    )
    op.create_table(
        "identities",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=128), nullable=False),
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_identities_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("platform", "user_id", name=op.f("uq_identities_platform_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_identities_person_id"), "identities", ["person_id"], unique=False)
    op.create_table(
        "link_codes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("expires_at", _instant, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_link_codes_person_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_link_codes")),
    )
    op.create_index(op.f("ix_link_codes_person_id"), "link_codes", ["person_id"], unique=False)
    op.create_table(
        "preferences",
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("reminder_at", sa.String(length=5), nullable=True),
        sa.Column("reminder_target", sa.JSON(), nullable=True),
        sa.Column("updated_at", _instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_preferences_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "review_cards",
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("point", sa.String(length=6), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("stability", sa.Float(), nullable=True),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("due_at", _instant, nullable=False),
        sa.Column("reviewed_at", _instant, nullable=True),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_review_cards_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "point", name=op.f("pk_review_cards")),
    )
    op.create_index(
        "ix_review_cards_person_id_due_at", "review_cards", ["person_id", "due_at"], unique=False
    )
    op.create_table(
        "streaks",
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("longest", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_streaks_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_streaks")),
    )
    op.create_table(
        "study_days",
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("made_up", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_study_days_person_id")),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_study_days")),
    )
    op.create_table(
        "wrong_book",
        sa.Column("person_id", _serial, nullable=False),
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("point", sa.String(length=6), nullable=False),
        sa.Column("asking_id", sa.String(length=32), nullable=False),
        sa.Column("added_at", _instant, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("right_days", sa.Integer(), nullable=False),
        sa.Column("last_right_day", sa.Date(), nullable=True),
        sa.Column("last_at", _instant, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_wrong_book_person_id")),
        sa.PrimaryKeyConstraint("person_id", "question_id", name=op.f("pk_wrong_book")),
    )
    op.create_table(
        "askings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("point", sa.String(length=6), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("shown_order", sa.String(length=4), nullable=False),
        sa.Column("conversation", sa.String(length=200), nullable=False),
        sa.Column("group_key", sa.String(length=200), nullable=True),
        sa.Column("identity_id", _serial, nullable=True),
        sa.Column("paper_id", sa.String(length=32), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked_at", _instant, nullable=False),
        sa.Column("reveal_at", _instant, nullable=True),
        sa.Column("revealed_at", _instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_askings_identity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_askings")),
    )
    op.create_index(op.f("ix_askings_conversation"), "askings", ["conversation"], unique=False)
    op.create_index(
        "ix_askings_group_key_asked_at", "askings", ["group_key", "asked_at"], unique=False
    )
    op.create_index(op.f("ix_askings_identity_id"), "askings", ["identity_id"], unique=False)
    op.create_index(op.f("ix_askings_paper_id"), "askings", ["paper_id"], unique=False)
    op.create_index(op.f("ix_askings_question_id"), "askings", ["question_id"], unique=False)
    op.create_index(
        "ix_askings_revealed_at_reveal_at", "askings", ["revealed_at", "reveal_at"], unique=False
    )
    op.create_table(
        "link_failures",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("identity_id", _serial, nullable=False),
        sa.Column("tried_at", _instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_link_failures_identity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_failures")),
    )
    op.create_index(
        op.f("ix_link_failures_identity_id"), "link_failures", ["identity_id"], unique=False
    )
    op.create_table(
        "makeups",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("identity_id", _serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("made_at", _instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_makeups_identity_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_makeups")),
        sa.UniqueConstraint("identity_id", "day", name=op.f("uq_makeups_identity_id_day")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_makeups_identity_id"), "makeups", ["identity_id"], unique=False)
    op.create_table(
        "members",
        sa.Column("group_key", sa.String(length=200), nullable=False),
        sa.Column("identity_id", _serial, nullable=False),
        sa.Column("last_seen_at", _instant, nullable=False),
        sa.Column("shows_name", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_members_identity_id")
        ),
        sa.PrimaryKeyConstraint("group_key", "identity_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_identity_id"), "members", ["identity_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("identity_id", _serial, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("told_at", _instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_notices_identity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_identity_id"), "notices", ["identity_id"], unique=False)
    op.create_table(
        "papers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", _serial, nullable=False),
        sa.Column("conversation", sa.String(length=200), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("started_at", _instant, nullable=False),
        sa.Column("ends_at", _instant, nullable=False),
        sa.Column("finished_at", _instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_papers_identity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
    )
    op.create_index(op.f("ix_papers_identity_id"), "papers", ["identity_id"], unique=False)
    op.create_table(
        "asked_messages",
        sa.Column("conversation", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=128), nullable=False),
        sa.Column("asking_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["asking_id"], ["askings.id"], name=op.f("fk_asked_messages_asking_id")
        ),
        sa.PrimaryKeyConstraint("conversation", "message_id", name=op.f("pk_asked_messages")),
    )
    op.create_index(
        op.f("ix_asked_messages_asking_id"), "asked_messages", ["asking_id"], unique=False
    )
    op.create_table(
        "attempts",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("asking_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", _serial, nullable=False),
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=12), nullable=False),
        sa.Column("point", sa.String(length=6), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=False),
        sa.Column("shown", sa.String(length=1), nullable=False),
        sa.Column("shown_order", sa.String(length=4), nullable=False),
        sa.Column("chosen", sa.String(length=1), nullable=False),
        sa.Column("answer", sa.String(length=1), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("group_key", sa.String(length=200), nullable=True),
        sa.Column("answered_at", _instant, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["asking_id"], ["askings.id"], name=op.f("fk_attempts_asking_id")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_attempts_identity_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "asking_id", "identity_id", name=op.f("uq_attempts_asking_id_identity_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_group_key_day", "attempts", ["group_key", "day"], unique=False)
    op.create_index("ix_attempts_identity_id_seq", "attempts", ["identity_id", "seq"], unique=False)
    op.create_index(op.f("ix_attempts_question_id"), "attempts", ["question_id"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asking_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", _serial, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("decided_at", _instant, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asking_id"], ["askings.id"], name=op.f("fk_corrections_asking_id")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_corrections_identity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(
        op.f("ix_corrections_identity_id"), "corrections", ["identity_id"], unique=False
    )
    op.create_index(
        op.f("ix_corrections_question_id"), "corrections", ["question_id"], unique=False
    )
    op.create_table(
        "marks",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("attempt_seq", _serial, nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("marked_at", _instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_seq"], ["attempts.seq"], name=op.f("fk_marks_attempt_seq")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_marks")),
        sa.UniqueConstraint("attempt_seq", "mark", name=op.f("uq_marks_attempt_seq_mark")),
        sqlite_autoincrement=True,
    )
    for table in ("attempts", "marks", "makeups", "key_changes"):
        protect(table)
