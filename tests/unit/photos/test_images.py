"""Pictures are bounded before they are decoded, set upright and scaled."""

import io

import pytest
from PIL import Image

from backend.photos import images
from backend.photos.images import open_picture
from backend.photos.ports import PhotoNotRead
from tests.photos.draw import bomb, photo


def encoded(size=(300, 200), kind="PNG", mode="RGB", color="white", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **more)
    return out.getvalue()


def problem(data: bytes) -> str:
    with pytest.raises(PhotoNotRead) as raised:
        open_picture(data)
    return raised.value.problem


@pytest.mark.parametrize("kind", images.FORMATS)
def test_each_format_is_opened(kind):
    picture = open_picture(encoded(kind=kind))
    assert picture.mode == "RGB"
    assert picture.width / picture.height == pytest.approx(1.5, rel=0.01)


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "PPM", "TGA"])
def test_other_formats_are_refused(kind):
    assert problem(encoded((64, 64), kind)) == "broken"


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch):
    data = bomb()
    assert len(data) < 200_000

    def decoded(*args, **kwargs):
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    assert problem(data) == "too_many_pixels"


def test_a_strip_without_end_is_refused():
    assert problem(encoded((images.LONGEST_SIDE + 1, 20), mode="1", color=1)) == "too_many_pixels"


def test_a_dot_is_refused():
    assert problem(encoded((images.SHORTEST_SIDE - 1, 400))) == "too_small"


@pytest.mark.parametrize("keep", [0, 7, 60, 900])
def test_a_part_of_a_picture_is_refused(keep):
    assert problem(photo("clean").data[:keep]) == "broken"


def test_no_damage_is_anything_but_broken():
    data = bytearray(photo("small").data)
    outcomes = set()
    for place in range(0, len(data), 97):
        spoilt = data.copy()
        spoilt[place] ^= 0xFF
        try:
            open_picture(bytes(spoilt))
        except PhotoNotRead as error:
            outcomes.add(error.problem)
    assert outcomes <= {"broken", "too_many_pixels", "too_small"}


def test_exif_is_obeyed():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = open_picture(encoded((400, 200), "JPEG", exif=exif))
    assert picture.height > picture.width


def test_what_is_transparent_becomes_white():
    clear = open_picture(encoded(mode="RGBA", color=(0, 0, 0, 0)))
    assert clear.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(4000, 3000), (300, 60), (1080, 9000), (9000, 300), (17, 2000)])
def test_the_recogniser_is_given_neither_too_much_nor_a_thread(size):
    picture = open_picture(encoded(size, "JPEG"))
    assert picture.width * picture.height <= 4_000_000
    assert max(picture.size) <= 4_000
    assert max(picture.size) <= 8.1 * min(picture.size)


def test_a_small_picture_is_enlarged():
    assert open_picture(encoded((300, 200))).width == 900
