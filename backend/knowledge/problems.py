"""Turn what is wrong with a file of study material into sentences for its author."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import yaml
from pydantic import ValidationError

from backend.errors import ContentError

_SENTENCES = {
    "missing": "缺少字段 {field}",
    "extra_forbidden": "多了不认识的字段 {field}",
    "string_type": "字段 {field} 应该是文字",
    "list_type": "字段 {field} 应该是列表（用方括号或短横线）",
    "dict_type": "字段 {field} 应该是“键: 值”的形式",
    "model_type": "字段 {field} 应该是“键: 值”的形式",
    "int_type": "字段 {field} 应该是整数",
    "string_too_short": "字段 {field} 不能为空",
    "too_short": "字段 {field} 的项目太少（至少 {min_length} 个）",
    "too_long": "字段 {field} 的项目太多（最多 {max_length} 个）",
    "string_too_long": "字段 {field} 太长（最多 {max_length} 字）",
    "greater_than_equal": "字段 {field} 的值 {value!r} 太小（至少 {ge}）",
    "less_than_equal": "字段 {field} 的值 {value!r} 太大（最多 {le}）",
    "literal_error": "字段 {field} 的值 {value!r} 不对，应是 {expected} 之一",
    "string_pattern_mismatch": "字段 {field} 的值 {value!r} 写法不对（应符合 {pattern}）",
}


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads the study material about eight times as fast; not every machine has it."""


def read_yaml(text: str) -> Any:
    """Read plain values from YAML; raises yaml.YAMLError or ValueError (a date that is none)."""
    return yaml.load(text, Loader=_Loader)


@contextmanager
def reading_problems(where: str, part: str = "") -> Generator[None]:
    """Raise what goes wrong while a file is read and parsed as a ContentError.

    Each sentence opens with ``where``; ``part`` names the part of the file that is YAML.
    """
    try:
        yield
    except OSError as error:
        raise ContentError([f"{where}：读不出来（{error}）"]) from error
    except UnicodeDecodeError as error:
        raise ContentError([f"{where}：读不出来，应为 UTF-8 文本（{error}）"]) from error
    except ValidationError as error:
        raise ContentError(_schema_problems(where, error)) from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-13-45
        raise ContentError([f"{where}：{part}YAML 写法不对（{error}）"]) from error


def _schema_problems(where: str, error: ValidationError) -> list[str]:
    """Return one Chinese sentence for each violation in ``error``, each opening with ``where``."""
    problems: list[str] = []
    for item in error.errors():
        field = ".".join(str(part) for part in item["loc"]) or "（整个文件）"
        template = _SENTENCES.get(item["type"], "字段 {field} 不对：{message}")
        context = {**item.get("ctx", {}), "message": item["msg"], "value": item["input"]}
        problems.append(f"{where}：" + template.format(field=field, **context))
    return problems
