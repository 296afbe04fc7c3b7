"""What tests of questions in photos ask with."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from backend.answering.answerer import Answerer
from backend.photos.photos import Photos, corrector_of
from backend.photos.ports import Fragment, PhotoNotRead, Problem
from plugins.messages import IncomingMessage, IncomingPicture, PictureUnavailable
from plugins.qa.plugin import QaPlugin
from tests.fakes import FakeSearch
from tests.unit.answering.dialogue import SURE
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.messages import message


class FakeOcr:
    """Reads ``page``, or fails with ``problem``."""

    def __init__(self, page: Sequence[Fragment] = (), problem: Problem | None = None) -> None:
        self.page = tuple(page)
        self.problem = problem

    def can_read(self) -> bool:
        return True

    def state(self) -> str:
        return "ok"

    async def fragments(self, picture):
        if self.problem:
            raise PhotoNotRead(self.problem)
        return self.page

    async def aclose(self) -> None:
        pass


class Pictures:
    """Pictures for messages; ``fetched`` are the ids of those that were loaded."""

    def __init__(self, failure: str = "") -> None:
        self.fetched: list[str] = []
        self.failure = failure

    def picture(self, id: str) -> IncomingPicture:
        async def fetch() -> bytes:
            self.fetched.append(id)
            if self.failure:
                raise PictureUnavailable(self.failure)
            return b"picture"

        return IncomingPicture(id, fetch)


@cache
def answerer():
    return Answerer(shipped_library(), FakeSearch(), SURE)


@cache
def corrector():
    return corrector_of(shipped_library())


def plugin(store, ocr=None):
    photos = Photos(ocr, corrector()) if ocr is not None else None
    return QaPlugin(shipped_library(), answerer(), store, photos=photos)


def photographed(words: str = "") -> IncomingMessage:
    return replace(message(words), pictures=(Pictures().picture("p"),))
