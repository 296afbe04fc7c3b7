"""Checks of the machine and of the settings: what needs no store and no network."""

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from bot.doctor_findings import Finding, failure, ok, warning
from bot.platforms.lines import in_daemon_thread
from bot.platforms.listening import PortUnavailable, claim, display_host
from bot.running_bot import parts_of_running_bot
from bot.wiring import require_writable
from config.env_file import unknown_variables
from config.settings import ROOT

OLDEST_PYTHON = (3, 11)
LOWEST_FREE_BYTES = 500 * 1024 * 1024
READERS = {".docx": "docx", ".pdf": "pypdfium2"}
"""Kinds of document and the module that reads each."""


async def python() -> Finding:
    """The interpreter's version."""
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return failure(f"{found}，太旧", f"安装 Python {oldest} 或更新的版本，再运行 make setup。")
    return ok(f"{found}（{sys.executable}）")


async def packages() -> Finding:
    """Whether what ``requirements/base.txt`` pins is what is installed."""
    absent, other = [], []
    for name, wanted in _pinned(ROOT / "requirements" / "base.txt"):
        try:
            found = version(name)
        except PackageNotFoundError:
            absent.append(name)
            continue
        if found != wanted:
            other.append(f"{name} {found}（应为 {wanted}）")
    advice = "运行 make setup，或 pip install -r requirements/base.txt。"
    if absent:
        return failure(f"没有安装：{'、'.join(absent)}", advice)
    if other:
        return warning(f"版本和测试过的不同：{'、'.join(other)}", advice)
    return ok("都已安装，版本和测试过的相同")


async def environment() -> Finding:
    """Environment variables that look like ours and are not."""
    unknown = list(unknown_variables(os.environ))
    if not unknown:
        return ok("没有写错名字的 ASSISTANT408_ 变量")
    names = [f"{name}（是不是 {near}？）" if near else name for name, near in unknown]
    return warning(
        f"没有这样的设置，会被忽略：{'、'.join(names)}", "改正名字，全部设置见 docs/settings.md。"
    )


async def data_dir(folder: Path) -> Finding:
    """Whether the data directory takes files and has room for more."""

    def look() -> tuple[Path, int]:
        require_writable(folder)
        return folder.absolute(), shutil.disk_usage(folder).free

    absolute, free = await in_daemon_thread(look)
    where = f"{absolute} 可写，剩余 {_size(free)}"
    if free < LOWEST_FREE_BYTES:
        return warning(
            f"{where}，不到 {_size(LOWEST_FREE_BYTES)}",
            "清理磁盘，或用 ASSISTANT408_DATA_DIR 换到别的磁盘。",
        )
    return ok(where)


async def readers() -> Finding:
    """Which kinds of documents ``kb_builder --docs`` can read."""
    absent = [suffix for suffix, module in READERS.items() if not _imports(module)]
    if absent:
        return warning(
            f"读不了 {' '.join(absent)}，构建知识库时会跳过这些文件",
            "pip install -r requirements/docs.txt（只用 .md 和 .txt 可以不管）。",
        )
    return ok(" ".join([".md", ".txt", *READERS]))


async def port(host: str, number: int) -> Finding:
    """Whether the server could listen, or is our own bot already."""
    if number == 0:
        claim(host, 0).close()
        return ok(f"{display_host(host)}，端口由系统挑选")
    try:
        claim(host, number).close()
    except PortUnavailable as taken:
        parts = await parts_of_running_bot(host, number)
        if parts is None:
            return failure(str(taken), f"ss -ltnp | grep {number} 可以看到是谁占用的。")
        return _own(number, parts)
    return ok(f"{display_host(host)}:{number} 空闲（机器人没有在运行）")


async def token(host: str, is_set: bool) -> Finding:
    """Whether strangers could speak to the bot as any QQ user."""
    if is_set:
        return ok("已设置，OneBot 客户端要出示同样的令牌")
    if is_loopback(host):
        return ok(f"没有设置；监听 {host}，只有本机的程序能连")
    return warning(
        f"没有设置，而监听的 {host} 不只本机能连：任何人都可以冒充 QQ 用户发消息",
        "设 ASSISTANT408_ONEBOT__ACCESS_TOKEN，并在 NapCat 里填同样的令牌。",
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _pinned(path: Path) -> Iterator[tuple[str, str]]:
    from packaging.requirements import Requirement

    for line in path.read_text(encoding="utf-8").splitlines():
        if "==" not in line or line.startswith(("#", "-")):
            continue
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement.name, next(iter(requirement.specifier)).version


def _imports(module: str) -> bool:
    try:
        importlib.import_module(module)
    except Exception:  # noqa: BLE001 - a broken installation fails in any way
        return False
    return True


def _own(number: int, parts: dict[str, dict[str, Any]]) -> Finding:
    down = [name for name, part in parts.items() if not part.get("ok")]
    if down:
        return warning(
            f"机器人正在端口 {number} 上运行，其中 {'、'.join(down)} 不正常",
            f"看 http://127.0.0.1:{number}/healthz，各项含义见 docs/operations.md。",
        )
    return ok(f"机器人正在端口 {number} 上运行，各部分正常")


def _size(count: int) -> str:
    if count >= 1024**3:
        return f"{count / 1024**3:.1f} GB"
    return f"{count / 1024**2:.0f} MB"
