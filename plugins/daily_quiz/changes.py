"""What a group's settings become by a command, and when they ask next."""

from dataclasses import replace
from datetime import datetime, timedelta

from backend.learning.groups import (
    EVERY_DAY,
    MAX_QUESTIONS,
    MAX_TIMES,
    GroupSettings,
    slots_of,
)
from backend.learning.values import SHANGHAI
from backend.questions.scope import SUBJECT_NAMES, ScopeReader
from plugins.daily_quiz import settings_wording
from plugins.daily_quiz.commands import Command

_LOOK_AHEAD_DAYS = 8
SUBJECTS = tuple(SUBJECT_NAMES)


def next_due(settings: GroupSettings, now: datetime) -> datetime | None:
    """Return when the next question is due; None when none is within a week."""
    if not settings.enabled or settings.paused:
        return None
    today = now.astimezone(SHANGHAI).date()
    for ahead in range(_LOOK_AHEAD_DAYS):
        for slot in slots_of(settings, today + timedelta(days=ahead)):
            if slot.due_at > now:
                return slot.due_at
    return None


def changed_settings(
    settings: GroupSettings, command: Command, scopes: ScopeReader
) -> GroupSettings | str:
    """Apply a command to settings; a sentence when its value makes no sense."""
    match command.kind:
        case "on" | "off":
            return replace(settings, enabled=command.kind == "on")
        case "times":
            return _with_times(settings, command)
        case "reveal":
            if settings.is_quiet(command.times[0]):
                return settings_wording.REVEAL_IN_QUIET_HOURS
            return replace(settings, reveal=command.times[0])
        case "count":
            count = command.numbers[0]
            if not 1 <= count <= MAX_QUESTIONS:
                return settings_wording.COUNT_RANGE
            return replace(settings, count=count)
        case "only" | "skip":
            return _with_subjects(settings, command, scopes)
        case "weekdays":
            return replace(settings, weekdays=command.numbers or EVERY_DAY)
        case "levels":
            return replace(settings, levels=(command.numbers[0], command.numbers[1]))
        case "quiet":
            return _with_quiet(settings, command)
        case _:
            return replace(GroupSettings(), enabled=settings.enabled, paused=settings.paused)


def _with_times(settings: GroupSettings, command: Command) -> GroupSettings | str:
    if len(command.times) > MAX_TIMES:
        return settings_wording.TOO_MANY_TIMES
    if any(settings.is_quiet(at) for at in command.times):
        return settings_wording.IN_QUIET_HOURS
    return replace(settings, times=command.times)


def _with_quiet(settings: GroupSettings, command: Command) -> GroupSettings | str:
    quiet = (command.times[0], command.times[1]) if command.times else None
    changed = replace(settings, quiet=quiet)
    if any(changed.is_quiet(at) for at in (*settings.times, settings.reveal)):
        return settings_wording.QUIET_HITS_TIMES
    return changed


def _with_subjects(
    settings: GroupSettings, command: Command, scopes: ScopeReader
) -> GroupSettings | str:
    if command.words in (("全部",), ("无",), ("不限",)):
        return replace(settings, skipped_subjects=())
    named = [scopes.subject(word) for word in command.words]
    if None in named:
        return settings_wording.unknown_subject(command.words[named.index(None)])
    chosen = {subject for subject in named if subject is not None}
    skipped = [s for s in SUBJECTS if (s in chosen) == (command.kind == "skip")]
    if len(skipped) == len(SUBJECTS):
        return settings_wording.NO_SUBJECT_LEFT
    return replace(settings, skipped_subjects=tuple(skipped))
