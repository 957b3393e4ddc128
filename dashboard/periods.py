"""Calendar months: the periods a person can choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

import pandas as pd

from analysis.selection import Selection

RECENT_MONTHS: Final = {"24m": 24, "12m": 12, "6m": 6, "3m": 3}
"""Codes of the periods that end with the month of the latest data."""

PERIODS: Final = ("all", *RECENT_MONTHS, "custom")


def first_of(day: date | datetime) -> date:
    """Return the first day of the month of `day`."""
    return date(day.year, day.month, 1)


def add_months(month: date, n_months: int) -> date:
    """Return the first day of the month `n_months` after that of `month`."""
    index = month.year * 12 + month.month - 1 + n_months
    return date(index // 12, index % 12 + 1, 1)


def month_code(month: date) -> str:
    """Return the stable code of a month: 2026-03."""
    return f"{month:%Y-%m}"


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months from that of `first` to that of `last`."""
    return list(_months(first_of(first), add_months(last, 1)))


def month_of(code: str) -> date:
    """Return the first day of the month with this code."""
    return date.fromisoformat(f"{code}-01")


def bounds(period: str, data_end: datetime) -> tuple[date | None, date | None]:
    """Return the first day of a period and the first day after it; None where it is open."""
    if period not in RECENT_MONTHS:
        return None, None
    after = add_months(data_end, 1)
    return add_months(after, -RECENT_MONTHS[period]), after


def within(selection: Selection, month: pd.Timestamp) -> Selection:
    """Return the part of a selection that lies in a month."""
    start, end = month.date(), add_months(month.date(), 1)
    start = max(start, selection.start) if selection.start else start
    return replace(selection, start=start, end=min(end, selection.end) if selection.end else end)


def _months(start: date, end: date) -> Iterator[date]:
    month = first_of(start)
    while month < end:
        yield month
        month = add_months(month, 1)
