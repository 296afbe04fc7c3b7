"""Who is who: accounts on platforms, the people behind them, and the groups they are seen in.

A person is whoever owns one or more accounts (identities). Linking moves the accounts of one person
to another, unlinking gives an account a person of its own again; what the log says of each account
stays untouched, and what is folded of both people is folded again.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Literal

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.committing import GroupCommit, GroupRead
from backend.learning.database import Database, storable, upsert
from backend.learning.linking import (
    CODE_LIVES,
    digest_of,
    is_guessing,
    merge,
    new_code,
    take_reminder,
)
from backend.learning.projections import refold
from backend.learning.tables import (
    identities,
    link_codes,
    link_failures,
    members,
    people,
    preferences,
)
from backend.learning.values import Identity, Reminder

Linked = Literal["linked", "unknown", "same"]

_SEEN_AGAIN = timedelta(minutes=1)
_NAME_CHARS = 64
_Account = tuple[str, str]
_Member = tuple[str, int]
_Newcomer = tuple[str, str, datetime]
_Sighting = tuple[str, int, datetime]
_IDENTITY = (
    identities.c.id,
    identities.c.person_id,
    identities.c.platform,
    identities.c.user_id,
)


class People:
    """Accounts, links between them, memberships of groups, and reminders."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._accounts = GroupRead[_Account, Identity | None](database, _find)
        self._last_seen = GroupRead[_Member, datetime | None](database, _when_last_seen)
        self._newcomers = GroupCommit[_Newcomer, Identity](database, _welcome)
        self._sightings = GroupCommit[_Sighting, None](database, _note_sightings)

    async def identify(self, platform: str, user_id: str, now: datetime) -> Identity:
        """Return the account, which becomes known if it was not."""
        return await self.find(platform, user_id) or await self._newcomers.do(
            (platform, user_id, now)
        )

    async def find(self, platform: str, user_id: str) -> Identity | None:
        """Return the account if it is known."""
        return await self._accounts.do((platform, user_id))

    async def identities_of(self, person_id: int) -> list[Identity]:
        """Return a person's accounts, the first known first."""
        async with self._database.reading() as connection:
            return await _identities_of(connection, person_id)

    async def seen(self, group_key: str, identity_id: int, now: datetime) -> None:
        """Note that a member spoke in a group; to the minute, so that talk costs no writes."""
        last = await self._last_seen.do((group_key, identity_id))
        if last is not None and now - last < _SEEN_AGAIN:
            return
        await self._sightings.do((group_key, identity_id, now))

    async def groups_of(self, person_id: int) -> list[str]:
        """Return the keys of the groups that a person was seen in, the last one first."""
        last = func.max(members.c.last_seen_at)
        query = (
            select(members.c.group_key)
            .join_from(members, identities)
            .where(identities.c.person_id == person_id)
            .group_by(members.c.group_key)
            .order_by(last.desc(), members.c.group_key)
        )
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def show_name(
        self, group_key: str, identity_id: int, name: str | None, now: datetime
    ) -> None:
        """Let reports of this group name the member (the first 64 characters); None erases it."""
        row = {
            "group_key": group_key,
            "identity_id": identity_id,
            "last_seen_at": now,
            "shows_name": name is not None,
            "name": storable(name or "", _NAME_CHARS),
        }
        async with self._database.writing() as connection:
            await upsert(connection, members, [row])

    async def issue_link_code(self, person_id: int, now: datetime) -> str:
        """Return a new code for ``link``; the person's code before it is void."""
        code = new_code()
        row = {
            "digest": digest_of(code),
            "person_id": person_id,
            "expires_at": now + CODE_LIVES,
        }
        async with self._database.recording() as connection:
            theirs = link_codes.c.person_id == person_id
            await connection.execute(
                delete(link_codes).where(theirs | (link_codes.c.expires_at <= now))
            )
            await connection.execute(insert(link_codes), row)
        return code

    async def link(self, code: str, identity: Identity, now: datetime) -> Linked:
        """Give this account's person, with all accounts, to the person who got ``code``.

        The code is used up. "unknown" for a code that is wrong or expired, or after five wrong ones
        within ten minutes; "same" when both are the same person already (the code stays).
        """
        async with self._database.recording() as connection:
            theirs = await _person_of(connection, identity.id)
            if theirs is None or await is_guessing(connection, identity.id, now):
                return "unknown"
            digest = digest_of(code)
            found = select(link_codes.c.person_id).where(
                link_codes.c.digest == digest, link_codes.c.expires_at > now
            )
            person = (await connection.execute(found)).scalar()
            if person is None:
                row = {"identity_id": identity.id, "tried_at": now}
                await connection.execute(insert(link_failures), row)
                return "unknown"
            if person == theirs:
                return "same"
            await connection.execute(delete(link_codes).where(link_codes.c.digest == digest))
            await merge(connection, theirs, person)
            return "linked"

    async def unlink(self, identity: Identity, now: datetime) -> bool:
        """Make this account a person of its own again; false when it is one already.

        A reminder that goes to this account goes with it.
        """
        async with self._database.recording() as connection:
            person = await _person_of(connection, identity.id)
            if person is None or len(await _identities_of(connection, person)) < 2:
                return False
            [own] = await _new_people(connection, 1, now)
            moved = update(identities).where(identities.c.id == identity.id)
            await connection.execute(moved.values(person_id=own))
            await take_reminder(connection, identity, person, own)
            await refold(connection, [person, own])
        return True

    async def set_reminder(
        self, person_id: int, at: time | None, target: Mapping[str, str] | None, now: datetime
    ) -> None:
        """Remind a person every day at ``at`` (Asia/Shanghai), or no more when it is None."""
        row = {
            "person_id": person_id,
            "reminder_at": at.strftime("%H:%M") if at else None,
            "reminder_target": dict(target) if at and target else None,
            "updated_at": now,
        }
        async with self._database.writing() as connection:
            await upsert(connection, preferences, [row])

    async def reminders(self) -> list[Reminder]:
        """Return all reminders that have a target, by person."""
        query = (
            select(
                preferences.c.reminder_at,
                preferences.c.reminder_target,
                preferences.c.updated_at,
                *_IDENTITY,
            )
            .join_from(preferences, identities, preferences.c.person_id == identities.c.person_id)
            .where(preferences.c.reminder_at.is_not(None))
            .order_by(preferences.c.person_id, identities.c.id)
        )
        best: dict[int, tuple[int, Reminder]] = {}
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        for at, target, since, *account in rows:
            if not target:
                continue
            identity = Identity(*account)
            person = identity.person_id
            reminder = Reminder(person, identity.id, time.fromisoformat(at), target, since)
            fit = (identity.platform == target.get("platform")) + (
                identity.user_id == target.get("id")
            )
            if person not in best or fit > best[person][0]:
                best[person] = fit, reminder
        return [reminder for _, reminder in best.values()]


async def _person_of(connection: AsyncConnection, identity_id: int) -> int | None:
    query = select(identities.c.person_id).where(identities.c.id == identity_id)
    return (await connection.execute(query)).scalar()


async def _identities_of(connection: AsyncConnection, person_id: int) -> list[Identity]:
    query = select(*_IDENTITY).where(identities.c.person_id == person_id)
    rows = await connection.execute(query.order_by(identities.c.id))
    return [Identity(*row) for row in rows]


async def _new_people(connection: AsyncConnection, count: int, now: datetime) -> list[int]:
    rows = [{"created_at": now}] * count
    made = await connection.execute(insert(people).returning(people.c.id), rows)
    return list(made.scalars())


async def _welcome(
    connection: AsyncConnection, newcomers: Sequence[_Newcomer]
) -> list[Identity | Exception]:
    """Make accounts known, each with a person of its own, unless another process did."""
    wanted = {(platform, user): now for platform, user, now in newcomers}
    known = await _known(connection, wanted)
    new = {key: now for key, now in wanted.items() if key not in known}
    if new:
        owners = await _new_people(connection, len(new), max(new.values()))
        rows = [
            {"platform": platform, "user_id": user, "person_id": owner, "created_at": now}
            for ((platform, user), now), owner in zip(new.items(), owners, strict=True)
        ]
        await connection.execute(insert(identities), rows)
        known |= await _known(connection, new)
    return [known[platform, user] for platform, user, _ in newcomers]


async def _note_sightings(
    connection: AsyncConnection, sightings: Sequence[_Sighting]
) -> list[Exception | None]:
    """Note when members were seen last; a new member's name is not shown.

    Who was forgotten since they spoke is passed over.
    """
    accounts = {account for _, account, _ in sightings}
    query = select(identities.c.id).where(identities.c.id.in_(accounts))
    there = set((await connection.execute(query)).scalars())
    rows = [
        {"group_key": group, "identity_id": account, "last_seen_at": now}
        for group, account, now in sightings
        if account in there
    ]
    strangers = [row | {"shows_name": False, "name": ""} for row in rows]
    await upsert(connection, members, strangers, keep=True)
    known = (members.c.group_key == bindparam("group")) & (
        members.c.identity_id == bindparam("account")
    )
    seen = [
        {"group": row["group_key"], "account": row["identity_id"], "seen": row["last_seen_at"]}
        for row in rows
    ]
    if seen:
        moved = update(members).where(known).values(last_seen_at=bindparam("seen"))
        await connection.execute(moved, seen)
    return [None] * len(sightings)


async def _find(
    connection: AsyncConnection, accounts: Sequence[_Account]
) -> list[Identity | Exception | None]:
    known = await _known(connection, accounts)
    return [known.get(account) for account in accounts]


async def _when_last_seen(
    connection: AsyncConnection, wanted: Sequence[_Member]
) -> list[datetime | Exception | None]:
    query = select(members.c.group_key, members.c.identity_id, members.c.last_seen_at).where(
        members.c.group_key.in_({group_key for group_key, _ in wanted}),
        members.c.identity_id.in_({identity_id for _, identity_id in wanted}),
    )
    seen = {(row[0], row[1]): row[2] for row in await connection.execute(query)}
    return [seen.get(member) for member in wanted]


async def _known(
    connection: AsyncConnection, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Identity]:
    query = select(*_IDENTITY).where(
        identities.c.platform.in_({platform for platform, _ in wanted}),
        identities.c.user_id.in_({user for _, user in wanted}),
    )
    found = [Identity(*row) for row in await connection.execute(query)]
    return {(identity.platform, identity.user_id): identity for identity in found}
