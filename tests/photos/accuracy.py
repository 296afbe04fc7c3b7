"""How many characters of the drawn photos are read rightly.

    python -m tests.photos.accuracy

Blanks are not counted, and punctuation of both widths is the same: neither changes an answer.
"""

import asyncio
import re
import time
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from backend.photos.photos import Photos, corrector_of
from backend.photos.rapid import RapidOcr
from tests.photos.draw import Photo, photos
from tests.unit.knowledge.shipped import shipped_library

_WIDTHS = str.maketrans("（），？：；．", "(),?:;.")
_NUMBER = re.compile(r"^\d+\. ")


@dataclass(frozen=True, slots=True)
class Score:
    """What was read of one photo: its ``errors`` among ``chars``, and the seconds it took."""

    photo: Photo
    read: str
    errors: int
    chars: int
    seconds: float


async def measure() -> list[Score]:
    """Read all photos by the real recogniser, corrected as in the bot."""
    reading = Photos(RapidOcr(seconds=100.0), corrector_of(shipped_library()))
    try:
        return [await score(reading, photo) for photo in photos()]
    finally:
        await reading.aclose()


async def score(reading: Photos, photo: Photo) -> Score:
    """Read one photo and compare; raises PhotoNotRead."""

    async def fetch() -> bytes:
        return photo.data

    started = time.perf_counter()
    page = await reading.read(fetch)
    seconds = time.perf_counter() - started
    meant, read = _bare(_NUMBER.sub("", photo.text)), _bare(page.text)
    return Score(photo, page.text, Levenshtein.distance(meant, read), len(meant), seconds)


def accuracy(scores: list[Score]) -> float:
    """The share of characters that are right, over all photos."""
    return 1 - sum(score.errors for score in scores) / sum(score.chars for score in scores)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).translate(_WIDTHS)


def main() -> None:
    scores = asyncio.run(measure())
    for score in scores:
        right = 1 - score.errors / score.chars
        print(f"{score.photo.name:11} {right:7.2%} {score.seconds:5.1f} s  {score.photo.note}")
    print(
        f"{len(scores)} photos, {sum(s.chars for s in scores)} characters: {accuracy(scores):.2%}"
    )


if __name__ == "__main__":
    main()
