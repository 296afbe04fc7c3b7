"""Whether a person sits a mock exam now: until it is over, nothing may say how its answers went."""

from datetime import datetime

from backend.learning.askings import Askings
from backend.learning.people import People
from backend.learning.values import Identity


async def sits_a_paper(
    people: People, askings: Askings, identity: Identity, here: str, now: datetime
) -> bool:
    """Whether a paper of the person, on any of their accounts, is open and in time.

    Papers are sat in private chats. ``here`` is the key of the conversation that they write from:
    not every private chat is named after its person.
    """
    for account in await people.identities_of(identity.person_id):
        chats = {f"{account.platform}:p:{account.user_id}"}
        if account.id == identity.id:
            chats.add(here)
        for chat in chats:
            if await askings.papers.open(account.id, chat, now) is not None:
                return True
    return False
