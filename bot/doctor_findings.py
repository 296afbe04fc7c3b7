"""What a check says, and running checks so that none can stop, delay or silence another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from backend.errors import BackendError
from bot.errors import StartupError
from bot.platforms.listening import PortUnavailable
from config.errors import SettingsInvalid

State = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found; ``advice`` says what to do and is empty only when all is well."""

    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the screen: the name of a check and its finding."""

    name: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at, for at most ``seconds``.

    A failure of our own tree raised by ``look`` becomes a ✘ with its sentence and ``advice``.
    """

    name: str
    look: Callable[[], Awaitable[Finding]]
    advice: str
    seconds: float = 10.0


def ok(found: str) -> Finding:
    """Say that all is well."""
    return Finding("ok", found)


def warning(found: str, advice: str) -> Finding:
    """Say that the bot runs, but less well than it could."""
    return Finding("warning", found, advice)


def failure(found: str, advice: str) -> Finding:
    """Say that something does not work."""
    return Finding("failure", found, advice)


async def run_checks(checks: Sequence[Check]) -> list[Line]:
    """Run all checks at once and give their lines in order; never raises."""
    findings = await asyncio.gather(*(_run(check) for check in checks))
    return [Line(check.name, found) for check, found in zip(checks, findings, strict=True)]


async def _run(check: Check) -> Finding:
    try:
        async with asyncio.timeout(check.seconds):
            return await check.look()
    except TimeoutError:
        return failure(f"{check.seconds:g} 秒内没有查完", check.advice)
    except (BackendError, SettingsInvalid, StartupError, PortUnavailable) as error:
        return failure(str(error), check.advice)
    except Exception as error:  # noqa: BLE001 - whatever is broken must not hide the other lines
        return failure(f"检查时出错（{type(error).__name__}：{error}）", check.advice)
