"""The six steps of the round in words, with their evidence."""

from __future__ import annotations

from datetime import date
from typing import Any

from analysis.meeting.cycle import Step
from dashboard.notices import plain
from dashboard.texts import Speaker


def sentence(step: Step, say: Speaker) -> str:
    """Say what was found of a step, or what is missing."""
    return say(f"cycle.{step.code}.{step.found}", **{name: _value(value, say) for name, value in step.values.items()})


def _value(value: Any, say: Speaker) -> str:
    if isinstance(value, date):
        return say.date(value)
    return plain(value) if isinstance(value, str) else say.count(value)
