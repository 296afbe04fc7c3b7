"""The list of all settings, for people: ``python -m config.catalogue > docs/settings.md``."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from config.settings import ROOT, Settings

PREFIX = "ASSISTANT408_"

_BOUNDS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
_KINDS = {
    "int": "整数",
    "float": "小数",
    "bool": "`true` 或 `false`",
    "date": "日期，年-月-日",
    "Path": "路径",
}

_HEADER = """\
# 全部设置

<!-- 由 python -m config.catalogue 生成，不要手改：说明写在 config/settings.py 里。 -->

优先级从高到低：环境变量、运行目录下的 `.env`、`config/default.toml`。名字不分大小写，空值等于没写；
改完要重启才生效。相对路径从运行目录算起；`ASSISTANT408_CONTENT_DIR` 的默认值是仓库里的 `content`。

- 值写错，或者 `.env` 里、两个下划线之后的名字写错：程序不启动，并说出是哪一个。
- 环境变量里第一层的名字写错（如 `ASSISTANT408_PORT`）：程序照常启动，并警告一声；
  `python -m bot doctor` 也会提醒。

"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting; ``default`` is written as it would stand in ``.env``, "" for none."""

    path: tuple[str, ...]
    default: str
    values: str
    meaning: str

    @property
    def variable(self) -> str:
        """Name of its environment variable."""
        return PREFIX + "__".join(self.path).upper()


def entries(model: type[BaseModel] = Settings, above: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Yield every setting in the order of ``config/settings.py``."""
    for name, field in model.model_fields.items():
        path = (*above, name)
        if isinstance(field.default, BaseModel):
            yield from entries(type(field.default), path)
        else:
            yield Entry(path, _written(field.default), _values(field), field.description or "")


def known_variables() -> frozenset[str]:
    """Return every environment variable that is read; a group also takes its members as JSON."""
    singles = {entry.variable for entry in entries()}
    groups = {PREFIX + entry.path[0].upper() for entry in entries() if len(entry.path) > 1}
    return frozenset(singles | groups)


def as_markdown() -> str:
    """Return ``docs/settings.md``."""
    lines = ["| 设置 | 默认值 | 取值 | 含义 |", "|---|---|---|---|"]
    for entry in entries():
        default = f"`{entry.default}`" if entry.default else "（空）"
        lines.append(f"| `{entry.variable}` | {default} | {entry.values} | {entry.meaning} |")
    return _HEADER + "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value.relative_to(ROOT) if value.is_absolute() else value)
    if isinstance(value, bool | tuple):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _values(field: FieldInfo) -> str:
    return _kind(field.annotation, field.metadata)


def _kind(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _kind(inner, [*metadata, *more])
    if get_origin(annotation) is Literal:
        return "、".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) is tuple and get_origin(get_args(annotation)[0]) is Literal:
        return f"列表，逗号隔开：{_kind(get_args(annotation)[0], [])}"
    if get_origin(annotation) is tuple:
        return 'JSON 列表，如 `["123456"]`'
    rest = [kind for kind in get_args(annotation) if kind is not NoneType]
    if rest:
        return f"{_kind(rest[0], metadata)}，或空"
    return "，".join([_KINDS.get(annotation.__name__, "文字"), *_bounds(metadata)])


def _bounds(metadata: list[Any]) -> Iterator[str]:
    for item in metadata:
        for part in item.metadata if isinstance(item, FieldInfo) else [item]:
            for attribute, sign in _BOUNDS.items():
                bound = getattr(part, attribute, None)
                if bound is not None:
                    yield f"{sign} {bound}"


if __name__ == "__main__":
    print(as_markdown(), end="")
