"""Where the parts of a chart begin and end; the same for every way of drawing it."""

from __future__ import annotations

from typing import Final

from dashboard.reporting.blocks import Readings, Steps
from dashboard.reporting.svg import step_of, ticks

_CUT_SHARE: Final = 0.4
"""Changes that take less of the scale than this are not seen beside their totals: the scale is cut then."""


def levels(chart: Steps) -> list[tuple[float, float]]:
    """Return where each step begins and ends; totals begin at 0."""
    places, at = [], 0.0
    for step in chart.steps:
        begin = 0.0 if step.is_total else at
        at = step.value if step.is_total else at + step.value
        places.append((begin, at))
    return places


def span(places: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the ends of the scale: from 0, unless the changes would be too small to see."""
    ends = [end for _, end in places]
    low, high = min(ends), max(ends)
    if low <= 0:
        return min(low, 0.0), max(high, 1.0)
    if (high - low) / high > _CUT_SHARE:
        return 0.0, high
    margin = max(high - low, high * 0.02) * 0.25
    step = step_of(ticks(low - margin, high))
    return max((low - margin) // step * step, 0.0), high


def is_cut(chart: Steps) -> bool:
    """Whether the scale of a chart does not begin at 0."""
    return span(levels(chart))[0] > 0


def reach(chart: Readings) -> tuple[float, float]:
    """Return the ends of the scale of readings: 0 is always in sight, and single wide intervals are cut."""
    values = [value for row in chart.rows for value in row.values if value is not None] or [0.0]
    low, high = min(*values, 0.0), max(*values, 1.0)
    room = (high - low) * 0.35
    ends_low = [end for row in chart.rows for end in row.low if end is not None] or [low]
    ends_high = [end for row in chart.rows for end in row.high if end is not None] or [high]
    return min(low, max(min(ends_low), low - room)), max(high, min(max(ends_high), high + room))
