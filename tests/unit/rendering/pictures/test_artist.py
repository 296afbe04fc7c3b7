"""Drawing beside the event loop."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.rendering.pictures.artist import Artist
from bot.rendering.pictures.content import MAX_CHARS, TooLong
from bot.rendering.pictures.examples import examples
from bot.rendering.pictures.press import TypstPress
from plugins.drawing import Drawing, Options, Prose

ROOT = Path(__file__).parents[4]


class FakePress:
    """Prints the title; "错" fails, "长" is too long, "恐" panics; waits until it may print."""

    def __init__(self, *, installed: bool = True, open_now: bool = True) -> None:
        self.installed = installed
        self.printed: list[str] = []
        self.may_print = threading.Event()
        if open_now:
            self.may_print.set()

    def is_installed(self) -> bool:
        return self.installed

    def png(self, drawing):
        self.may_print.wait(10)
        self.printed.append(drawing.title)
        match drawing.title:
            case "错":
                raise RuntimeError("typst")
            case "恐":
                raise PanicException
            case "长":
                raise TooLong
        return drawing.title.encode()


class PanicException(BaseException):
    """As pyo3 raises when Rust panics: not an Exception."""


def drawing(title: str) -> Drawing:
    return Drawing(title, ())


@pytest.fixture
async def started():
    artists = []

    def start(press, **options):
        artists.append(Artist(press, **options))
        return artists[-1]

    yield start
    for artist in artists:
        artist._press.may_print.set()
        await artist.aclose()


async def test_a_drawing_becomes_a_picture_and_is_kept_by_its_value(started):
    press = FakePress()
    artist = started(press)
    assert await artist.draw(drawing("甲")) == "甲".encode()
    assert await artist.draw(drawing("甲")) == "甲".encode()
    assert press.printed == ["甲"]


async def test_only_so_many_pictures_are_kept_the_oldest_go_first(started):
    press = FakePress()
    artist = started(press, max_kept=2)
    for title in ("甲", "乙", "甲", "丙", "甲", "乙"):
        assert await artist.draw(drawing(title)) == title.encode()
    assert press.printed == ["甲", "乙", "丙", "乙"]


async def test_a_picture_is_not_kept_for_long(started):
    press = FakePress()
    artist = started(press, kept_seconds=0.05)
    await artist.draw(drawing("甲"))
    await asyncio.sleep(0.1)
    await artist.draw(drawing("甲"))
    assert press.printed == ["甲", "甲"]


async def test_forty_people_who_want_the_same_picture_share_one_drawing(started):
    press = FakePress(open_now=False)
    artist = started(press, max_waiting=2)
    waiting = [asyncio.create_task(artist.draw(drawing("甲"))) for _ in range(40)]
    await asyncio.sleep(0.05)
    press.may_print.set()
    assert await asyncio.gather(*waiting) == ["甲".encode()] * 40
    assert press.printed == ["甲"]


async def test_one_who_stops_waiting_takes_the_picture_from_nobody(started):
    press = FakePress(open_now=False)
    artist = started(press)
    impatient = asyncio.create_task(artist.draw(drawing("甲")))
    patient = asyncio.create_task(artist.draw(drawing("甲")))
    await asyncio.sleep(0.05)
    impatient.cancel()
    await asyncio.sleep(0)
    press.may_print.set()
    assert await patient == "甲".encode()


async def test_when_too_many_wait_the_next_gets_none_at_once(started, logged):
    press = FakePress(open_now=False)
    artist = started(press, max_waiting=2)
    waiting = [asyncio.create_task(artist.draw(drawing(title))) for title in "甲乙丙"]
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    assert await artist.draw(drawing("丁")) is None
    assert time.perf_counter() - began < 0.5
    press.may_print.set()
    assert await asyncio.gather(*waiting) == [title.encode() for title in "甲乙丙"]
    assert any("太多" in line for line in logged)


async def test_a_picture_that_is_late_is_none_and_those_behind_it_are_passed_over(started):
    press = FakePress(open_now=False)
    artist = started(press, deadline_seconds=0.1)
    waiting = [artist.draw(drawing("甲")), artist.draw(drawing("乙"))]
    assert await asyncio.gather(*waiting) == [None, None]
    press.may_print.set()
    assert await artist.draw(drawing("丙")) == "丙".encode()
    assert press.printed == ["甲", "丙"]
    assert await artist.draw(drawing("甲")) == "甲".encode()
    assert press.printed == ["甲", "丙"]


@pytest.mark.parametrize("title", ["错", "恐"])
async def test_a_failure_is_none_told_without_words_and_over_with_the_next(started, logged, title):
    artist = started(FakePress())
    assert await artist.draw(drawing(title)) is None
    assert artist.state() != "ok"
    assert any("图片没有画出来" in line and title not in line for line in logged)
    assert await artist.draw(drawing("甲")) == "甲".encode()
    assert artist.state() == "ok"


async def test_a_drawing_that_is_too_long_is_none_and_no_failure(started):
    artist = started(FakePress())
    assert await artist.draw(drawing("长")) is None
    assert artist.state() == "ok"


async def test_a_drawing_that_is_no_value_is_none(started):
    artist = started(FakePress())
    assert await artist.draw(Drawing("甲", ([],))) is None


async def test_without_the_packages_there_are_no_pictures_and_one_warning(started, logged):
    press = FakePress(installed=False)
    artist = started(press)
    await artist.warm()
    assert await artist.draw(drawing("甲")) is None
    assert press.printed == []
    assert "requirements/pictures.txt" in artist.state()
    assert len(logged) == 1


async def test_a_closed_artist_draws_nothing(started):
    artist = started(FakePress())
    await artist.aclose()
    assert await artist.draw(drawing("甲")) is None


async def test_the_real_press_draws_and_the_loop_goes_on(started):
    artist = Artist()
    await artist.warm()
    assert artist.state() == "ok"
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    pictures = await asyncio.gather(
        *(artist.draw(Drawing(str(n), (Prose("死锁。" * 300),))) for n in range(5))
    )
    ticking.cancel()
    await artist.aclose()
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(set(pictures)) == 5
    assert ticks > 5


async def test_the_real_press_refuses_what_is_too_long():
    artist = Artist()
    assert await artist.draw(Drawing("", (Options((("A", "死" * (MAX_CHARS + 1)),)),))) is None
    assert artist.state() == "ok"
    await artist.aclose()


def test_the_real_press_knows_when_a_package_is_missing(monkeypatch):
    assert TypstPress().is_installed()
    monkeypatch.setattr("bot.rendering.pictures.fonts._REQUIRED", "no_such_package")
    assert not TypstPress().is_installed()


def test_the_examples_can_be_drawn_into_a_folder(tmp_path):
    command = [sys.executable, "-m", "bot.rendering.pictures.examples", str(tmp_path / "cards")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    names = {path.stem for path in (tmp_path / "cards").iterdir()}
    assert names == set(examples())


def test_what_imports_the_artist_does_not_load_typst():
    code = "import bot.rendering.pictures.artist, sys; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
