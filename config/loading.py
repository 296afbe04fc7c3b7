"""Reads the settings of a process, once, in an entry point."""

import re

from pydantic import ValidationError
from pydantic_settings import SettingsError

from config.env_file import require_env_file
from config.errors import SettingsInvalid
from config.settings import Settings


def load_settings() -> Settings:
    """Read the settings of this process; SettingsInvalid names the first wrong value."""
    require_env_file()
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsInvalid(_sentence(error)) from error
    except SettingsError as error:
        raise SettingsInvalid(_unparsed(str(error))) from error
    except (OSError, ValueError) as error:  # unreadable or malformed .env / default.toml
        raise SettingsInvalid(
            f"设置文件读不出来：{error}（检查 config/default.toml 与 .env）"
        ) from error


_SHAPES = {
    "int_parsing": "应是整数",
    "int_from_float": "应是整数",
    "float_parsing": "应是数字",
    "bool_parsing": "应是 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "literal_error": "应是 {expected} 之一",
    "date_parsing": "应是年-月-日，如 2026-12-19",
    "date_from_datetime_parsing": "应是年-月-日，如 2026-12-19",
    "tuple_type": '应是 JSON 列表，如 ["123456"]',
    "string_type": "应是文字",
    "string_pattern_mismatch": "应是数字组成的号码",
}
"""pydantic's kinds of error in Chinese; the others keep its own words."""


_GROUP = "设置 {0} 是一组，应逐项写成 {0}__…=值，或写成一个 JSON 对象。"


def _unparsed(complaint: str) -> str:
    """Name the group whose value is no JSON; pydantic-settings says which in quotes."""
    found = re.search(r'field "(\w+)"', complaint)
    if found is None:
        return f"设置读不出来：{complaint}（检查环境变量、.env 的写法）"
    return _GROUP.format(f"ASSISTANT408_{found[1].upper()}")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    path = [part for part in first["loc"] if isinstance(part, str)]  # without places in lists
    variable = "ASSISTANT408_" + "__".join(part.upper() for part in path)
    if first["type"] == "extra_forbidden":
        return f"没有 {variable} 这个设置，请检查拼写（全部设置见 config/.env.example）。"
    if first["type"] == "model_type":  # a group; what was given may hold a secret
        return _GROUP.format(variable)
    secret = any(word in path[-1] for word in ("token", "key", "url", "uri", "password"))
    value = "" if secret else f"的值 {first['input']!r} "
    shape = _SHAPES.get(first["type"])
    wanted = shape.format(**first.get("ctx", {})) if shape else first["msg"]
    return f"设置 {variable} {value}不对：{wanted.replace(' or ', ', ')}。"
