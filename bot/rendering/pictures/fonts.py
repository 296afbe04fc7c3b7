"""The fonts of the cards, from packages: no font of the machine is ever used."""

import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKAGES = {
    "pylopdf_fonts_zh_cn": ("NotoSansSC-Regular.otf",),
    "manimgx_fonts": (
        "NotoSans[wght].ttf",
        "NotoEmoji[wght].ttf",
        "NotoSansSymbols[wght].ttf",
    ),
    "fontpkg_jetbrains_mono": ("files/JetBrainsMono[wght].ttf",),
}
_REQUIRED = "pylopdf_fonts_zh_cn"
_FORMAT_SEGMENTS, _FORMAT_GROUPS = 4, 12


@dataclass(frozen=True, slots=True)
class FontSet:
    """``folders`` for the typesetter, and every character that one of the fonts can show."""

    folders: tuple[Path, ...]
    characters: frozenset[str]


def has_chinese_font() -> bool:
    """Whether the package is installed without which nothing is drawn."""
    return _folder(_REQUIRED) is not None


@cache
def find_fonts() -> FontSet | None:
    """Find the font packages; None when the one with the Chinese font is not installed.

    Without the others there are no emoji, and code is set in the typesetter's own font.
    """
    if not has_chinese_font():
        return None
    found = {name: folder for name in _PACKAGES if (folder := _folder(name)) is not None}
    files = [found[name] / file for name in found for file in _PACKAGES[name]]
    characters = {char for file in files if file.is_file() for char in covered(file.read_bytes())}
    return FontSet(tuple(found.values()), frozenset(characters))


def _folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def covered(font: bytes) -> Iterator[str]:
    """Yield the characters that ``font`` (one face, not a collection) has glyphs for.

    Reads the Unicode subtables of ``cmap`` in formats 4 and 12 (OpenType 1.9.1, "cmap").
    """
    for offset in _subtables(font):
        (kind,) = struct.unpack_from(">H", font, offset)
        if kind == _FORMAT_SEGMENTS:
            yield from _segments(font, offset)
        elif kind == _FORMAT_GROUPS:
            yield from _groups(font, offset)


def _subtables(font: bytes) -> Iterator[int]:
    (tables,) = struct.unpack_from(">H", font, 4)
    for entry in range(12, 12 + 16 * tables, 16):
        tag, _, start, _ = struct.unpack_from(">4sIII", font, entry)
        if tag != b"cmap":
            continue
        (count,) = struct.unpack_from(">H", font, start + 2)
        for record in range(start + 4, start + 4 + 8 * count, 8):
            platform, _, offset = struct.unpack_from(">HHI", font, record)
            if platform in (0, 3):  # Unicode and Windows
                yield start + offset


def _segments(font: bytes, offset: int) -> Iterator[str]:
    (doubled,) = struct.unpack_from(">H", font, offset + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", font, offset + 14)
    starts = struct.unpack_from(f">{count}H", font, offset + 16 + doubled)
    for first, last in zip(starts, ends, strict=True):
        yield from map(chr, range(first, min(last, 0xFFFE) + 1))


def _groups(font: bytes, offset: int) -> Iterator[str]:
    (count,) = struct.unpack_from(">I", font, offset + 12)
    for first, last, _ in struct.iter_unpack(">III", font[offset + 16 : offset + 16 + 12 * count]):
        yield from map(chr, range(first, last + 1))
