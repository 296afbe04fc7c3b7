"""The process that looks at pictures: ``python -m backend.photos.worker``, run by ``rapid``.

Frames of four bytes of length (big-endian) and as many of content: pictures on standard input, one
JSON object each on standard output, ``{"fragments": [[text, score, [[x, y] × 4]], …]}`` or
``{"problem": …, "detail": …}``. It ends with its input. Apart from the bot, so that a picture that
eats memory or time, or breaks a decoder, costs this process and no more.
"""

import contextlib
import json
import math
import os
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from backend.photos.images import open_picture
from backend.photos.ports import PhotoNotRead

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_MEMORY = 3 << 30
"""Bytes of address space; less than a third is ever in memory."""

_THREADS = 2
_MOST_FRAGMENTS = 400
_SIDEWAYS = 1.5
"""The recogniser turns a piece that is so much higher than wide by a quarter."""


def main() -> None:
    """Answer pictures until there are no more."""
    _bound()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the libraries print must not get among the answers
    eye = _Eye()
    pictures = sys.stdin.buffer
    while (picture := _frame(pictures)) is not None:
        content = json.dumps(_answer(eye, picture)).encode()
        answers.write(len(content).to_bytes(4, "big") + content)
        answers.flush()


def _bound() -> None:
    """Take little memory and let the bot go first."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)


def _frame(source: BinaryIO) -> bytes | None:
    size = source.read(4)
    if len(size) < 4:
        return None
    content = source.read(int.from_bytes(size, "big"))
    return content if len(content) == int.from_bytes(size, "big") else None


def _answer(eye: "_Eye", picture: bytes) -> dict[str, object]:
    try:
        return {"fragments": eye.fragments(picture)}
    except PhotoNotRead as error:
        return {"problem": error.problem, "detail": str(error)}
    except MemoryError:
        return {"problem": "too_many_pixels", "detail": "MemoryError"}
    except Exception as error:  # noqa: BLE001 - said to the bot, which logs it
        return {"problem": "failed", "detail": type(error).__name__}


class _Eye:
    """RapidOCR, loaded with the first picture; the models are in its wheel."""

    def __init__(self) -> None:
        self._engine: Any = None

    def fragments(self, picture: bytes) -> list[object]:
        import numpy as np

        pixels = np.asarray(open_picture(picture))[:, :, ::-1]  # BGR, as OpenCV has it
        engine = self._loaded()
        crops, boxes, turns = _looked(engine, np.ascontiguousarray(pixels))
        if turns:
            turned = np.ascontiguousarray(np.rot90(pixels, turns))
            crops, boxes, _ = _looked(engine, turned)
        if not crops:
            return []
        from rapidocr.ch_ppocr_rec import TextRecInput

        engine._load_rec_model()
        read = engine.text_rec(TextRecInput(img=crops, return_word_box=False))
        if read.txts is None:
            return []
        return [
            [text, float(score), [[float(x), float(y)] for x, y in box]]
            for text, score, box in zip(read.txts, read.scores, boxes, strict=True)
            if text.strip()
        ]

    def _loaded(self) -> Any:
        if self._engine is None:
            import cv2
            from rapidocr import RapidOCR

            cv2.setNumThreads(_THREADS)
            threads = min(_THREADS, os.cpu_count() or 1)
            self._engine = RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.max_side_len": 4096,
                    "Det.limit_type": "max",  # open_picture has scaled it
                    "Det.limit_side_len": 4096,
                    "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                }
            )
        return self._engine


def _looked(
    engine: Any, pixels: "NDArray[np.uint8]"
) -> "tuple[list[Any], list[list[list[float]]], int]":
    """Find the pieces of text: cut out and upright, their boxes, and how the page is turned.

    The last is how many quarter turns anticlockwise set it upright.
    """
    from rapidocr.main import RapidOCRError

    small, done = engine.preprocess_img(pixels)
    try:
        crops, found = engine.detect_and_crop(small, done)
        crops, boxes = crops[:_MOST_FRAGMENTS], found.boxes[:_MOST_FRAGMENTS].tolist()
        upright, directions = engine.cls_and_rotate(crops)
    except RapidOCRError:
        return [], [], 0
    labels = cast("list[tuple[str, float]]", directions.cls_res)
    return upright, boxes, _turns(boxes, labels)


def _turns(boxes: list[list[list[float]]], labels: list[tuple[str, float]]) -> int:
    """Let the longest pieces vote: those of one or two characters say little.

    So does a piece of whose direction the classifier is half sure, however long.
    """
    votes = [0.0, 0.0, 0.0, 0.0]
    for (first, second, third, _), (label, sureness) in zip(boxes, labels, strict=True):
        width, height = math.dist(first, second), math.dist(second, third)
        start, end = (second, third) if height >= _SIDEWAYS * width else (first, second)
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        turns = round(angle / (math.pi / 2)) + (2 if label == "180" else 0)
        longer, shorter = max(width, height), max(1.0, min(width, height))
        votes[turns % 4] += longer * (2 * sureness - 1) if longer >= 3 * shorter else 0.0
    return votes.index(max(votes))


if __name__ == "__main__":
    main()
