"""What is wrong with ``.env`` and with the names of environment variables, before they are read."""

import difflib
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from config.catalogue import PREFIX, known_variables
from config.errors import SettingsInvalid

ENV_FILE = Path(".env")
"""Relative to the working directory, as in ``config.settings.Settings``."""

_SIMILAR = 0.55
"""Just enough for PORT to stand for HTTP__PORT."""


def require_env_file(path: Path = ENV_FILE) -> None:
    """Raise SettingsInvalid when ``.env`` is there and would not be understood in full.

    pydantic-settings takes a directory for an absent file (a mistyped Docker mount makes one) and
    lets lines that it cannot read pass.
    """
    if not path.exists():
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except IsADirectoryError:
        raise SettingsInvalid(f"{path} 是一个目录，应当是文件：请删掉它或换成设置文件。") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsInvalid(f"{path} 第 {line} 行不是 UTF-8：请另存为 UTF-8 编码。") from None
    except OSError as error:
        raise SettingsInvalid(
            f"{path} 读不出来（{error.strerror or error}）：请检查它的权限。"
        ) from error
    for binding in parse_stream(StringIO(text)):
        _require_line(path, binding)


def unknown_variables(names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the names with our prefix that no setting has, with the most similar one that is."""
    known = known_variables()
    for name in sorted(names):
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in known:
            yield name, _nearest(upper, known)


def _require_line(path: Path, binding: Binding) -> None:
    source = binding.original.string
    blank_lines = source[: len(source) - len(source.lstrip())].count("\n")
    where = f"{path} 第 {binding.original.line + blank_lines} 行"
    if binding.error:
        raise SettingsInvalid(f"{where}不是“名字=值”的写法（注释以 # 开头，引号要成对）。")
    if binding.key is None:
        return
    if binding.value is None:
        raise SettingsInvalid(f"{where}的 {binding.key} 后面少了 =。")
    known = known_variables()
    if binding.key.upper() not in known:
        near = _nearest(binding.key.upper(), known)
        hint = f"，是不是想写 {near}" if near else ""
        raise SettingsInvalid(
            f"{where}：没有 {binding.key} 这个设置{hint}（全部设置见 config/.env.example）。"
        )


def _nearest(name: str, known: frozenset[str]) -> str | None:
    """Return the setting that was probably meant; the prefix, common to all, does not count."""
    rests = sorted(variable.removeprefix(PREFIX) for variable in known)
    near = difflib.get_close_matches(name.removeprefix(PREFIX), rests, n=1, cutoff=_SIMILAR)
    return PREFIX + near[0] if near else None
