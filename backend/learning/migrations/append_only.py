"""Triggers that keep the log append-only, in both databases.

UPDATE is refused always, DELETE unless ``forgetting`` has a row: privacy.forget puts it there and
takes it away within its transaction.
"""

from alembic import op

_REFUSED = "the log is append-only"


def protect(table: str) -> None:
    """Create the triggers of one table of the log."""
    if op.get_bind().dialect.name == "sqlite":
        _protect_sqlite(table)
    else:
        _protect_postgresql(table)


def _protect_sqlite(table: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"WHEN NOT EXISTS (SELECT 1 FROM forgetting) {refuse}"
    )


def _protect_postgresql(table: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM forgetting) THEN RETURN OLD; "
        f"END IF; RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log()"
    )
