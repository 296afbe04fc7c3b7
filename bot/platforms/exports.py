"""Files that a reply carries, on the disk of the person at the terminal."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from loguru import logger

from plugins.messages import Attachment

_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_MAX_COPIES = 10_000


def saved_line(attachment: Attachment, folder: Path) -> str:
    """Write the file and say where it is, or why it could not be written."""
    try:
        return f"文件存好了：{save(attachment, folder)}"
    except OSError as error:
        logger.warning("文件写不进 {}：{}", folder, error.strerror or error)
        return f"文件「{attachment.name}」写不进 {folder}：{error.strerror or error}。"


def save(attachment: Attachment, folder: Path) -> Path:
    """Write the file into ``folder`` under a name that is still free, and give its path.

    Raises OSError when it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in _names(folder, attachment.name):
        try:
            with path.open("xb") as file:
                file.write(attachment.data)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(0, "同名的文件太多")


def _names(folder: Path, name: str) -> Iterator[Path]:
    """Give ``name``, then ``name-2``, ``name-3`` …, inside ``folder`` whatever ``name`` is."""
    plain = _UNFIT.sub("_", PureWindowsPath(name).name).strip(". ") or "export"
    first = folder / plain
    copies = (
        first.with_name(f"{first.stem}-{number}{first.suffix}")
        for number in range(2, _MAX_COPIES + 1)
    )
    return itertools.chain([first], copies)
