"""Encoded pictures as pixels: checked before they are decoded, upright, and not too many.

Runs in the process of ``worker``: the bytes come from strangers.
"""

import io
import warnings
from typing import TYPE_CHECKING

from backend.photos.ports import PhotoNotRead

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MOST_PIXELS = 50_000_000
"""Before decoding. A phone's photo has 12 million; these take 150 MB as RGB."""
LONGEST_SIDE = 20_000
SHORTEST_SIDE = 16

_MOST_READ, _LEAST_READ = 1_800_000, 800_000
"""Pixels that the recogniser is given. A page of A4 then has 19 for the height of a character, and
the detector needs about 700 MB for the most."""
_MOST_ENLARGED = 3.0
_KEPT_SIDE = 4_000
_STEEPEST = 8


def open_picture(data: bytes) -> "Image":
    """Decode a picture: RGB on white, turned as its EXIF says, scaled to what is read best.

    Only the first frame of an animation is read. Raises PhotoNotRead.
    """
    from PIL import Image, ImageOps

    # The limit is ours, and read off the header; PIL's own only warns at first.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            _require_bounds(picture.width, picture.height)
            picture.draft("RGB", _fitted(picture.width, picture.height))
            upright = ImageOps.exif_transpose(picture)
    except PhotoNotRead:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError) as error:
        raise PhotoNotRead("broken", type(error).__name__) from None
    size = _fitted(upright.width, upright.height)
    if size != upright.size:
        upright = upright.resize(size, Image.Resampling.LANCZOS)
    return _broadened(_on_white(upright))


def _require_bounds(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise PhotoNotRead("too_many_pixels")
    if min(width, height) < SHORTEST_SIDE:
        raise PhotoNotRead("too_small")


def _fitted(width: int, height: int) -> tuple[int, int]:
    """Scale to what the recogniser is given."""
    pixels = width * height
    most = min((_MOST_READ / pixels) ** 0.5, _KEPT_SIDE / max(width, height))
    wanted = min((_LEAST_READ / pixels) ** 0.5, _MOST_ENLARGED)
    scale = min(max(wanted, 1.0), most)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _on_white(picture: "Image") -> "Image":
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return picture.convert("RGB")


def _broadened(picture: "Image") -> "Image":
    """Add white beside a very narrow picture, or below a very flat one."""
    from PIL import Image

    width, height = picture.size
    least = max(width, height) // _STEEPEST
    if min(width, height) >= least:
        return picture
    wider = Image.new("RGB", (max(width, least), max(height, least)), "white")
    wider.paste(picture, (0, 0))
    return wider
