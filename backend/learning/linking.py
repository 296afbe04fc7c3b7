"""The rules of linking accounts: codes that cannot be guessed, and what moves with an account.

A link code has 8 of 31 characters (8·10¹¹ codes), lives ten minutes, is kept as a digest only, and
after five wrong codes an account is told "unknown" for ten minutes, whatever it sends.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.projections import erase, refold
from backend.learning.tables import identities, link_codes, link_failures, people, preferences
from backend.learning.values import Identity

CODE_LIVES = timedelta(minutes=10)
WRONG_CODES = 5

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
_CODE_LENGTH = 8


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))


def digest_of(code: str) -> str:
    """Return what is kept of a code, which may be written in small letters."""
    return hashlib.sha256(code.strip().upper().encode(errors="replace")).hexdigest()


async def is_guessing(connection: AsyncConnection, identity_id: int, now: datetime) -> bool:
    """Whether an account has sent too many wrong codes; forgets those that are old."""
    old = link_failures.c.tried_at <= now - CODE_LIVES
    await connection.execute(delete(link_failures).where(old))
    tried = select(func.count()).select_from(link_failures)
    tried = tried.where(link_failures.c.identity_id == identity_id)
    return ((await connection.execute(tried)).scalar() or 0) >= WRONG_CODES


async def merge(connection: AsyncConnection, old: int, person: int) -> None:
    """Give everything of the person ``old`` to ``person``, who keeps an own reminder."""
    await connection.execute(
        update(identities).where(identities.c.person_id == old).values(person_id=person)
    )
    kept = select(preferences.c.person_id).where(preferences.c.person_id == person)
    theirs = preferences.c.person_id == old
    if (await connection.execute(kept)).first() is None:
        await connection.execute(update(preferences).where(theirs).values(person_id=person))
    else:
        await connection.execute(delete(preferences).where(theirs))
    await connection.execute(delete(link_codes).where(link_codes.c.person_id == old))
    await erase(connection, old)
    await connection.execute(delete(people).where(people.c.id == old))
    await refold(connection, [person])


async def take_reminder(
    connection: AsyncConnection, identity: Identity, person: int, own: int
) -> None:
    """Give a reminder that is written to this account to its new person."""
    theirs = preferences.c.person_id == person
    target = (
        await connection.execute(select(preferences.c.reminder_target).where(theirs))
    ).scalar()
    place = (identity.platform, identity.user_id)
    if target and (target.get("platform"), target.get("id")) == place:
        await connection.execute(update(preferences).where(theirs).values(person_id=own))
