"""Reads the settings of a process, once, in an entry point."""

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
        raise SettingsInvalid(f"设置读不出来：{error}（检查环境变量、.env 的写法）") from error
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
}
"""pydantic's kinds of error in Chinese; the others keep its own words."""


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    variable = "ASSISTANT408_" + "__".join(part.upper() for part in path)
    if first["type"] == "extra_forbidden":
        return f"没有 {variable} 这个设置，请检查拼写（全部设置见 config/.env.example）。"
    secret = any(word in path[-1] for word in ("token", "key", "url", "password"))
    value = "" if secret else f"的值 {first['input']!r} "
    shape = _SHAPES.get(first["type"])
    wanted = shape.format(**first.get("ctx", {})) if shape else first["msg"]
    return f"设置 {variable} {value}不对：{wanted}。"
