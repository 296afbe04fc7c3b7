"""A photo that somebody sent, as the text of the question in it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace

from backend.knowledge.comparisons import Comparison
from backend.knowledge.library import Library
from backend.photos.correcting import Corrector
from backend.photos.ports import Ocr, Page, PhotoNotRead
from backend.photos.reading import read_page
from backend.questions.question import Question

LEAST_CHARS = 6
"""Fewer letters, digits and Chinese characters are no question: a sticker, a logo."""
LEAST_SURENESS = 0.65
"""Less sure, at most half of the characters are right: on drawn photos spoilt ever more, pages with
nearly all characters right had 0.97 to 1, those with nine in ten 0.89 to 0.96, three in four 0.74
to 0.86 (docs/photos.md)."""


class Photos:
    """Reads photos one after another; those that wait are few, and hold their bytes meanwhile."""

    def __init__(
        self,
        ocr: Ocr,
        corrector: Corrector,
        *,
        max_bytes: int = 8 << 20,
        max_waiting: int = 8,
        wait_seconds: float = 20.0,
        most_seconds: float | None = None,
    ) -> None:
        """``max_waiting`` photos wait, each for at most ``wait_seconds``; more are refused.

        ``most_seconds`` is how long all of it may take, so that there is time for the answer.
        The deadline of the reading itself is the recogniser's.
        """
        self._ocr = ocr
        self._corrector = corrector
        self._max_bytes = max_bytes
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._most_seconds = most_seconds
        self._under_way = 0
        self._turn = asyncio.Lock()

    def state(self) -> str:
        """Say how it goes: "ok", or a Chinese phrase."""
        return self._ocr.state()

    async def read(self, fetch: Callable[[], Awaitable[bytes]]) -> Page:
        """Fetch a picture and read the question in it.

        Raises PhotoNotRead, and what ``fetch`` raises. Nothing of the picture is kept.
        """
        try:
            async with asyncio.timeout(self._most_seconds):
                return await self._read(fetch)
        except TimeoutError:
            raise PhotoNotRead("too_slow") from None

    async def _read(self, fetch: Callable[[], Awaitable[bytes]]) -> Page:
        if not self._ocr.can_read():
            raise PhotoNotRead("not_installed")
        if self._under_way > self._max_waiting:
            raise PhotoNotRead("busy")
        self._under_way += 1
        try:
            picture = await fetch()
            if len(picture) > self._max_bytes:
                raise PhotoNotRead("too_large")
            await self._in_turn()
            try:
                fragments = await self._ocr.fragments(picture)
            finally:
                self._turn.release()
        finally:
            self._under_way -= 1
        page = read_page(fragments)
        chars = sum(char.isalnum() for char in page.text)
        if chars < LEAST_CHARS or page.sureness < LEAST_SURENESS:
            raise PhotoNotRead("nothing")
        return replace(page, text=self._corrector.correct(page.text))

    async def aclose(self) -> None:
        """Give back what the recogniser holds."""
        await self._ocr.aclose()

    async def _in_turn(self) -> None:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise PhotoNotRead("busy") from None


def corrector_of(library: Library, questions: Iterable[Question] = ()) -> Corrector:
    """Make the corrector that knows the names of ``library``, and every word of ours as right."""
    concepts = library.concepts.values()
    names = [name for c in concepts for name in (c.name, *c.aliases, *c.covers)]
    points = library.outline.points.values()
    names += [name for p in points for name in (p.name, *p.aliases, *p.covers)]
    texts = [text for c in concepts for text in c.sections.values()]
    texts += [text for table in library.comparisons for text in _table_texts(table)]
    texts += [text for question in questions for text in _question_texts(question)]
    return Corrector(names, texts)


def _table_texts(table: Comparison) -> Iterator[str]:
    yield from (table.title, table.summary, table.choose or "")
    for row in table.rows:
        yield from (row.dimension, row.a, row.b)


def _question_texts(question: Question) -> Iterator[str]:
    yield from (question.stem, question.convention, *question.steps)
    yield from question.options.values()
    yield from question.why.values()
