"""The kinds of values that settings have, and what is told when one does not fit."""

import json
import re
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names of this machine."""


def _web_address(value: str) -> str:
    """Take "" or http(s)://host…; without a password, for addresses are logged and recorded."""
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise PydanticCustomError("address", "应形如 http://主机:端口") from None
    if value and not fits:
        raise PydanticCustomError("address", "应形如 http://主机:端口")
    if "@" in parts.netloc:
        raise PydanticCustomError("address", "地址里不要写账号和密码，它们另有设置")
    return value


def _safe(value: str, *, safe: str, unsafe: str) -> str:
    """Take "" or ``safe``://host…; ``unsafe``:// only to this machine, for secrets travel there."""
    try:
        parts = urlsplit(value)
        host, scheme = parts.hostname, parts.scheme
    except ValueError:
        host = scheme = ""
    if value and not (host and (scheme == safe or (scheme == unsafe and host in LOOPBACK))):
        raise PydanticCustomError(
            "address",
            "应形如 {safe}://主机；不加密的 {unsafe}:// 只能连本机，否则令牌会明文上网",
            {"safe": safe, "unsafe": unsafe},
        )
    return value


def listed(value: Any) -> Any:
    """Take a JSON list, or values with commas between them."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [item.strip() for item in re.split("[,，]", value) if item.strip()]
    try:
        return json.loads(value)
    except ValueError:
        raise PydanticCustomError("json_list", '应是 JSON 列表，如 ["123456"]') from None


def _visible_ascii(key: SecretStr) -> SecretStr:
    """Take what fits into an HTTP header."""
    value = key.get_secret_value()
    if not (value.isascii() and value.isprintable()):
        raise PydanticCustomError("key", "应是一行英文字母、数字和符号，不能有汉字或换行")
    return key


Port = Annotated[int, Field(ge=0, le=65535)]
PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
Ratio = Annotated[float, Field(ge=0, le=1)]
Key = Annotated[SecretStr, AfterValidator(_visible_ascii)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SafeAddress = Annotated[WebAddress, AfterValidator(partial(_safe, safe="https", unsafe="http"))]
SafeSocket = Annotated[str, AfterValidator(partial(_safe, safe="wss", unsafe="ws"))]
Superuser = Annotated[str, Field(pattern=r"^[a-z]+:\S+$", coerce_numbers_to_str=True)]
Number = Annotated[str, Field(pattern=r"^\d+$", coerce_numbers_to_str=True)]
Numbers = Annotated[tuple[Number, ...], NoDecode, BeforeValidator(listed)]


class Part(BaseModel):
    """A group of settings, such as ``ASSISTANT408_HTTP__…``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
