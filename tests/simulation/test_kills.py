"""kill -9 at a hundred random points of answering and pushing: nothing lost, nothing doubled."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.learning.rebuild import rebuild
from backend.learning.tables import attempts, deliveries
from tests.learning_house import learning_house

ROOT = Path(__file__).parents[2]
KILLS = 100


class Worker:
    """The process that forks the ones to be killed."""

    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.kill_worker", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def fork(self, seed, rounds):
        self.process.stdin.write(f"{seed} {rounds}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def finish(self, seed, rounds, seconds=120):
        """Let one live to its end."""
        (self.folder / "done").unlink(missing_ok=True)
        self.fork(seed, rounds)
        until((self.folder / "done").exists, seconds)

    def step(self):
        """Give the last simulated step that a child began."""
        return int((self.folder / "clock").read_text())

    def pushed(self):
        """Give the bytes that were noted as sent."""
        return (self.folder / "sent.log").stat().st_size

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def until(reached, seconds=60):
    """Wait until a child has come so far."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "no child came so far"
        time.sleep(0.001)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.timeout(600)
def test_a_hundred_kills_lose_no_acknowledged_answer_and_double_no_push(tmp_path):
    chance = random.Random(408)
    worker = Worker(tmp_path)
    try:
        worker.finish(0, 2)
        for number in range(1, KILLS + 1):
            begun, pushed = worker.step(), worker.pushed()
            child = worker.fork(number, 10_000)
            match chance.random():
                case part if part < 0.1:  # while it starts
                    time.sleep(chance.uniform(0, 0.3))
                case part if part < 0.3:  # while it pushes
                    until(lambda before=pushed: worker.pushed() > before)
                case _:  # anywhere, as far on a slow machine as on a fast one
                    aim = begun + chance.randint(0, 6)
                    until(lambda aim=aim: worker.step() >= aim)
                    time.sleep(chance.uniform(0, 0.05))
            os.kill(child, signal.SIGKILL)
        worker.finish(KILLS + 1, 12)
    finally:
        worker.close()
    asyncio.run(check(tmp_path))


async def check(folder):
    sent = Counter(asking for _, asking, _ in lines(folder / "sent.log") if asking)
    told = Counter((identity, asking) for identity, asking in lines(folder / "told.log"))
    async with learning_house(folder) as house:
        async with house.database.reading() as connection:
            stored = await connection.execute(select(attempts.c.identity_id, attempts.c.asking_id))
            stored = {tuple(row) for row in stored}
            rows = (await connection.execute(select(deliveries))).all()
        report = await rebuild(house.database, dry_run=True)
    questions = [row for row in rows if row.slot.startswith("question")]
    states = Counter(row.state for row in questions)
    for row in questions:
        times = sent[row.asking_id] if row.asking_id else 0
        match row.state:
            case "confirmed":
                assert times == 1, row
            case "unknown":
                assert times <= 1, row
            case "skipped":
                assert times == 0, row
            case _:
                assert row.state in ("claimed", "sent", "failed"), row
                assert times <= 1, row
    assert max(sent.values()) == 1
    assert states["confirmed"] >= 50, states
    assert states["unknown"] >= 5, "hardly a process was killed in the middle of a push"
    assert set(told) <= stored, "an answer that was acknowledged is lost"
    assert max(told.values()) == 1
    assert len(stored) > 100
    assert report.differences == []
    reveals = Counter((key, text) for key, asking, text in lines(folder / "sent.log") if not asking)
    assert all(count <= 24 for count in reveals.values())
