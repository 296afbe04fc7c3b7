"""From where on photos cannot be read: six questions, spoilt more and more.

    python -m tests.photos.harder

For each step: the characters that are right, how sure the recogniser was on the whole, and how
many of the photos were refused as unreadable. Takes some minutes.
"""

import asyncio
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from PIL import ImageFilter

from backend.photos.photos import Photos, corrector_of
from backend.photos.ports import PhotoNotRead
from backend.photos.rapid import RapidOcr
from backend.photos.reading import read_page
from tests.photos import draw
from tests.photos.accuracy import Score, accuracy, score
from tests.unit.knowledge.shipped import shipped_library

QUESTIONS = (draw.LRU, draw.DISK, draw.SUBNET, draw.CACHE, draw.TCP, draw.TREE)
CHARACTER_PIXELS = 27
"""The height of a character on a drawn page."""


def series() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Give the steps of each way to spoil a photo."""
    for share in (0.5, 0.3, 0.22, 0.18, 0.14):
        pixels = round(CHARACTER_PIXELS * share)
        yield f"字高 {pixels} 像素", lambda image, by=share: draw.smaller(image, by)
    for strength in (40, 80, 120):
        yield f"噪点 {strength}", lambda image, by=strength: draw.noisy(image, by)
    for degrees in (15, 25, 35):
        yield f"歪 {degrees} 度", lambda image, by=degrees: draw.tilted(image, by)
    for radius in (2, 3, 4):
        yield f"模糊 {radius}", lambda image, by=radius: image.filter(ImageFilter.GaussianBlur(by))


async def main() -> None:
    ocr = RapidOcr(seconds=60.0)
    reading = Photos(ocr, corrector_of(shipped_library()))
    for name, spoil in series():
        scores: list[Score] = []
        sure: list[float] = []
        for lines in QUESTIONS:
            data = draw.jpeg(spoil(draw.page(lines)))
            sure.append(read_page(await ocr.fragments(data)).sureness)
            try:
                scores.append(await score(reading, draw.Photo(name, data, "\n".join(lines), "")))
            except PhotoNotRead:
                continue
        right = f"{accuracy(scores):.1%}" if scores else "—"
        refused = len(QUESTIONS) - len(scores)
        print(f"{name}  正确 {right}  把握 {median(sure):.2f}  认不出 {refused} 张", flush=True)
    await reading.aclose()


if __name__ == "__main__":
    asyncio.run(main())
