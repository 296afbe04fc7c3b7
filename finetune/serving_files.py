"""Reading and writing the JSON files of a model folder."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast


class ServingError(Exception):
    """The model cannot be served as it is; ``problems`` has one Chinese sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in ``path``; ServingError when there is none."""
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ServingError([f"没有 {path}"]) from error
    except (OSError, ValueError) as error:
        raise ServingError([f"读不了 {path}（{type(error).__name__}）"]) from error
    if not isinstance(value, dict):
        raise ServingError([f"{path} 里不是一个 JSON 对象"])
    return cast("dict[str, Any]", value)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write ``value`` at once: a server that starts meanwhile never reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.new")
    text = json.dumps(value, ensure_ascii=False, indent=2)
    unfinished.write_text(f"{text}\n", encoding="utf-8")
    os.replace(unfinished, path)
