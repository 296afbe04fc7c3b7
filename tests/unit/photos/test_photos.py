"""Photos wait their turn, few of them; what is read is the corrected text of one question."""

import asyncio

import pytest

from backend.photos.correcting import Corrector
from backend.photos.photos import Photos
from backend.photos.ports import PhotoNotRead
from plugins.messages import PictureUnavailable
from tests.unit.photos.boxes import fragment, lines
from tests.unit.photos.waiting import until


class FakeOcr:
    """Reads what it is given as lines of text, once it may; ``seen`` are the pictures."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.seen: list[bytes] = []
        self.running = self.most = 0
        self.installed = True

    def can_read(self) -> bool:
        return self.installed

    def state(self) -> str:
        return "ok"

    async def fragments(self, picture):
        self.running += 1
        self.most = max(self.most, self.running)
        self.seen.append(picture)
        try:
            await self.may.wait()
            await asyncio.sleep(0)
        finally:
            self.running -= 1
        return lines(picture.decode().split("\n"))

    async def aclose(self) -> None:
        self.may.set()


def giving(text: str):
    async def fetch() -> bytes:
        return text.encode()

    return fetch


def photos(ocr, **bounds) -> Photos:
    return Photos(ocr, Corrector(["死锁预防"]), **bounds)


async def problem(reading) -> str:
    with pytest.raises(PhotoNotRead) as raised:
        await reading
    return raised.value.problem


async def test_a_photo_becomes_corrected_text():
    page = await photos(FakeOcr()).read(giving("3. 关于死销预防的说法"))
    assert page.text == "关于死锁预防的说法"


async def test_a_page_that_is_mostly_guessed_is_no_question(monkeypatch):
    ocr = FakeOcr()

    async def guessed(picture):
        return [fragment("关于死锁预防的说法中正确的是", 40, 40, score=0.6)]

    monkeypatch.setattr(ocr, "fragments", guessed)
    assert await problem(photos(ocr).read(giving("x"))) == "nothing"


@pytest.mark.parametrize("text", ["", "第 3 页", "哈哈", "。。。，，，！！！"])
async def test_a_picture_without_a_question_is_said(text):
    assert await problem(photos(FakeOcr()).read(giving(text))) == "nothing"


async def test_a_file_that_is_too_large_is_not_looked_at():
    ocr = FakeOcr()
    assert await problem(photos(ocr, max_bytes=10).read(giving("x" * 11))) == "too_large"
    assert ocr.seen == []


async def test_what_the_platform_says_is_passed_on():
    async def fetch() -> bytes:
        raise PictureUnavailable("图片过期了。")

    reading = photos(FakeOcr())
    with pytest.raises(PictureUnavailable, match="过期"):
        await reading.read(fetch)
    assert (await reading.read(giving("什么是死锁预防"))).text


async def test_photos_are_looked_at_one_by_one():
    ocr = FakeOcr()
    reading = photos(ocr, max_waiting=20)
    await asyncio.gather(*(reading.read(giving(f"第几个页框是 {n}")) for n in range(12)))
    assert (len(ocr.seen), ocr.most) == (12, 1)


async def test_too_many_photos_are_refused_before_they_are_loaded():
    ocr = FakeOcr()
    ocr.may.clear()
    reading = photos(ocr, max_waiting=2)
    loaded = 0

    async def fetch() -> bytes:
        nonlocal loaded
        loaded += 1
        return "什么是死锁预防".encode()

    waiting = [asyncio.create_task(reading.read(fetch)) for _ in range(3)]
    await until(lambda: loaded == 3)
    assert await problem(reading.read(fetch)) == "busy"
    assert loaded == 3
    ocr.may.set()
    await asyncio.gather(*waiting)
    assert (await reading.read(fetch)).text


async def test_what_cannot_be_read_here_is_not_loaded():
    ocr = FakeOcr()
    ocr.installed = False
    loaded = 0

    async def fetch() -> bytes:
        nonlocal loaded
        loaded += 1
        return b""

    assert await problem(photos(ocr).read(fetch)) == "not_installed"
    assert (loaded, ocr.seen) == (0, [])


async def test_whoever_waits_too_long_is_told_so_and_leaves_the_line():
    ocr = FakeOcr()
    ocr.may.clear()
    reading = photos(ocr, wait_seconds=0.05)
    first = asyncio.create_task(reading.read(giving("什么是死锁预防")))
    await until(lambda: bool(ocr.seen))
    assert await problem(reading.read(giving("什么是死锁预防呢"))) == "busy"
    ocr.may.set()
    assert (await first).text
    assert (await reading.read(giving("什么是死锁预防呢"))).text


async def test_who_gives_up_makes_room():
    ocr = FakeOcr()
    ocr.may.clear()
    reading = photos(ocr, max_waiting=0)
    first = asyncio.create_task(reading.read(giving("什么是死锁预防")))
    await until(lambda: bool(ocr.seen))
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    ocr.may.set()
    assert (await reading.read(giving("什么是死锁预防"))).text
