import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.errors import (
    GenerationBusy,
    GenerationNonsense,
    GenerationPaused,
    GenerationRefused,
    GenerationTimeout,
    GenerationUnreachable,
)
from backend.generation.ports import Usage
from backend.generation.usage import OUTCOMES, Asked, DailyUsage, outcome_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def asked(outcome, usage=None):
    return Asked(outcome, 0.0, None, 0.1, usage, retried=False)


def test_the_day_is_counted_and_a_new_one_begins_at_zero():
    now = [datetime(2026, 11, 27, 23, 50, tzinfo=SHANGHAI)]
    usage = DailyUsage(lambda: now[0])
    usage.note(asked("answered", Usage(30, 5, 16)))
    usage.note(asked("answered"))
    usage.note(asked("busy"))
    assert usage.today() == {"tokens": 35, "answered": 2, "busy": 1}
    now[0] += timedelta(minutes=20)
    assert usage.today() == {"tokens": 0}
    usage.note(asked("timeout"))
    assert usage.today() == {"tokens": 0, "timeout": 1}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "answered"),
        (GenerationBusy(), "busy"),
        (GenerationPaused(), "paused"),
        (GenerationTimeout(), "timeout"),
        (GenerationUnreachable(), "unreachable"),
        (GenerationNonsense(), "nonsense"),
        (GenerationRefused(), "refused"),
        (RuntimeError(), "refused"),
        (GeneratorExit(), "rejected"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_every_end_has_its_outcome(error, outcome):
    assert outcome_of(error) == outcome
    assert outcome in OUTCOMES
