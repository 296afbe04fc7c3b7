"""A process of its own that answers: python -m tests.learning_process FOLDER URL ASKING FIRST LAST

It opens the record, waits for a line on its input, answers the asking as members FIRST to LAST-1,
all at once in waves of 20, and prints a line for each answer as soon as it is acknowledged:
the member and the status. An empty URL ("-") is SQLite in FOLDER.
"""

import asyncio
import sys
from pathlib import Path

from tests.learning import NOON, Record, open_record

WAVE = 20


async def main(folder: str, url: str, asking: str, first: str, last: str) -> None:
    async with open_record("" if url == "-" else url, Path(folder)) as record:
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        members = list(range(int(first), int(last)))
        for begin in range(0, len(members), WAVE):
            wave = members[begin : begin + WAVE]
            await asyncio.gather(*(_answer(record, asking, member) for member in wave))


async def _answer(record: Record, asking_id: str, member: int) -> None:
    asking = await record.askings.get(asking_id)
    identity = await record.person(str(member))
    outcome = await record.attempts.answer(asking, identity, "A", NOON)
    print(member, outcome.status, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
