"""The recogniser's process: bounded, ended when it hangs or breaks, begun again."""

import asyncio
import os
import sys
from contextlib import suppress

import psutil
import pytest

from backend.photos import rapid
from backend.photos.ports import PhotoNotRead
from backend.photos.rapid import NOT_INSTALLED, RapidOcr
from tests.unit.photos.waiting import until

ECHO = """
import json, sys
while (size := sys.stdin.buffer.read(4)):
    data = sys.stdin.buffer.read(int.from_bytes(size, "big"))
    match data:
        case b"die": raise SystemExit(3)
        case b"hang": __import__("time").sleep(600)
        case b"nonsense": answer = b"not json"
        case b"endless": answer = b"x" * (2 << 20)
        case b"strange": answer = json.dumps({"fragments": [["words", 1.0]]}).encode()
        case b"refused": answer = json.dumps({"problem": "nothing", "detail": ""}).encode()
        case b"env": answer = None
    words = ",".join(sorted(__import__("os").environ)) if data == b"env" else data.decode()
    box = [[0, 0], [9, 0], [9, 9], [0, 9]]
    if data in (b"env",) or data.startswith(b"page"):
        answer = json.dumps({"fragments": [[words, 0.9, box]]}).encode()
    sys.stdout.buffer.write(len(answer).to_bytes(4, "big") + answer)
    sys.stdout.buffer.flush()
"""
COMMAND = (sys.executable, "-c", ECHO)


@pytest.fixture
async def ocr():
    made = RapidOcr(command=COMMAND)
    yield made
    await made.aclose()


async def words(ocr, data: bytes) -> str:
    return "".join(fragment.text for fragment in await ocr.fragments(data))


async def problem(ocr, data: bytes) -> str:
    with pytest.raises(PhotoNotRead) as raised:
        await ocr.fragments(data)
    return raised.value.problem


async def gone(number: int) -> None:
    await until(lambda: not psutil.pid_exists(number))


async def test_one_process_answers_all_pictures(ocr):
    assert ocr.can_read()
    assert await words(ocr, b"page 1") == "page 1"
    first = ocr._process.pid
    assert await words(ocr, b"page 2") == "page 2"
    assert ocr._process.pid == first
    assert ocr.state() == "ok"


@pytest.mark.parametrize("data", [b"die", b"nonsense", b"endless", b"strange"])
async def test_a_process_that_breaks_is_replaced(ocr, data, logged):
    assert await problem(ocr, data) == "failed"
    assert ocr.state() != "ok"
    assert len(logged) == 1
    assert await words(ocr, b"page") == "page"
    assert ocr.state() == "ok"


async def test_a_process_that_hangs_is_ended():
    ocr = RapidOcr(seconds=5.0, command=COMMAND)
    assert await words(ocr, b"page") == "page"
    number, ocr._seconds = ocr._process.pid, 0.2
    assert await problem(ocr, b"hang") == "too_slow"
    await gone(number)
    ocr._seconds = 30.0
    assert await words(ocr, b"page again") == "page again"
    await ocr.aclose()


async def test_a_refusal_leaves_the_process_alone(ocr):
    assert await problem(ocr, b"refused") == "nothing"
    number = ocr._process.pid
    assert await words(ocr, b"page") == "page"
    assert ocr._process.pid == number


async def test_an_answer_nobody_waits_for_is_not_given_to_the_next(ocr):
    await words(ocr, b"page")
    hanging = asyncio.create_task(ocr.fragments(b"hang"))
    await until(ocr._turn.locked)
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    assert await words(ocr, b"page 2") == "page 2"


async def test_many_pictures_at_once_get_their_own_words(ocr):
    asked = [f"page {number}" for number in range(20)]
    assert await asyncio.gather(*(words(ocr, each.encode()) for each in asked)) == asked


async def test_the_process_sees_no_settings(ocr, monkeypatch):
    monkeypatch.setenv("ASSISTANT408_DISCORD__TOKEN", "secret")
    assert "ASSISTANT408" not in await words(ocr, b"env")
    assert "ASSISTANT408_DISCORD__TOKEN" in os.environ


async def test_an_idle_process_ends_and_begins_again():
    ocr = RapidOcr(idle_seconds=0.05, command=COMMAND)
    await words(ocr, b"page")
    number = ocr._process.pid
    await gone(number)
    assert await words(ocr, b"page") == "page"
    await ocr.aclose()


async def test_closing_ends_the_process_and_refuses_more(ocr):
    await words(ocr, b"page")
    number = ocr._process.pid
    await ocr.aclose()
    await gone(number)
    assert await problem(ocr, b"page") == "failed"


async def test_closing_does_not_wait_for_the_picture_under_way(ocr, logged):
    await words(ocr, b"page")
    hanging = asyncio.create_task(ocr.fragments(b"hang"))
    await until(ocr._turn.locked)
    async with asyncio.timeout(60):  # it would hang for ten minutes
        await ocr.aclose()
        with pytest.raises(PhotoNotRead):
            await hanging
    assert logged == []


def left() -> list[psutil.Process]:
    """Give the processes of these tests that still run."""
    found: list[psutil.Process] = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if ECHO in child.cmdline():
                found.append(child)
    return found


@pytest.mark.parametrize("data", [b"page", b"hang"])
@pytest.mark.parametrize("steps", range(24))
async def test_closing_leaves_no_process_wherever_a_picture_is(data, steps):
    """While the process is begun, while it is asked, and before either."""
    ocr = RapidOcr(command=COMMAND)
    asked = [asyncio.create_task(ocr.fragments(data)) for _ in range(2)]
    for _ in range(steps):
        await asyncio.sleep(0)
    await ocr.aclose()
    assert left() == []
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(end, PhotoNotRead | tuple) for end in ends)
    assert left() == []


async def test_closing_while_a_process_that_died_is_replaced(ocr):
    await words(ocr, b"page")
    ocr._process.kill()
    await until(lambda: ocr._process.returncode is not None)
    asked = asyncio.create_task(ocr.fragments(b"hang"))
    await until(ocr._turn.locked)
    await ocr.aclose()
    assert left() == []
    with pytest.raises(PhotoNotRead):
        await asked


@pytest.mark.parametrize("steps", range(12))
async def test_who_gives_up_while_a_process_is_begun_leaves_none_behind(ocr, steps):
    asked = asyncio.create_task(ocr.fragments(b"hang"))
    for _ in range(steps):
        await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until(lambda: left() == [])


async def test_without_the_packages_nothing_is_begun(monkeypatch, logged):
    monkeypatch.setattr(rapid.importlib.util, "find_spec", lambda name: None)
    ocr = RapidOcr(command=COMMAND)
    assert ocr.state() == NOT_INSTALLED
    assert not ocr.can_read()
    assert await problem(ocr, b"page") == "not_installed"
    assert ocr._process is None
    assert len(logged) == 1
    await ocr.aclose()
