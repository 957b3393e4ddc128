"""Maturity: is a month of leads old enough to be judged, and if not, when will it be?"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analysis.durations import curve_of
from analysis.intervals import Floats
from analysis.survival import OUTCOMES, lag_curve, lag_quantile

OLD_ENOUGH: Final = 0.8
"""A lead is old enough when this share of the conversions happen within its age."""

READY: Final = 0.9
"""A month can be judged when this share of its conversions have had time to happen."""


def maturity(
    cells: pd.DataFrame, as_of: datetime, ready: float = READY, within_days: int | None = None
) -> pd.DataFrame:
    """Say for each month of leads how much of it is old enough, and until when to wait.

    Parameters
    ----------
    cells : DataFrame
        Counts by day of start, as `durations.duration_cells(..., unit="day")` returns them.
    as_of : datetime
        The moment up to which facts are known.
    ready : float
        Share of the conversions that must have had time, in (0, 1).
    within_days : int or None
        Only conversions within so many days of the start matter, as in a
        forecast with that horizon; None: all.

    Returns
    -------
    DataFrame
        One row per month, ascending: `month`; `n_leads`; `mature_share` (of the
        leads, those at least as old as the lag within which 80 % of the
        conversions happen); `completeness` (share of the month's eventual
        conversions that have had time, on average over its leads); `is_mature`
        (completeness has come to `ready`); `wait_until` (the day on which it
        does, or did; NaT when no conversion was ever seen, and nothing can be
        said). A month that is not over is expected to fill up evenly.

    Notes
    -----
    The distribution of lags is measured with open leads as censored, in all of
    `cells` together, and knows nothing beyond the age that at least 20 leads
    have been followed to.
    """
    known = cells[cells["outcome"].isin(OUTCOMES)]
    curve = curve_of(cells)
    lags = lag_curve(curve if within_days is None else curve[curve["days"] <= within_days])
    started = known.assign(month=known["started_on"].dt.to_period("M").dt.to_timestamp())
    days = started.groupby(["month", "started_on"], as_index=False)[["n"]].sum()
    rows = [
        _month(pd.Timestamp(str(month)), part, lags, pd.Timestamp(as_of), ready)
        for month, part in days.groupby("month")
    ]
    columns = ["month", "n_leads", "mature_share", "completeness", "is_mature", "wait_until"]
    return pd.DataFrame(rows, columns=columns)


def _month(
    month: pd.Timestamp, days: pd.DataFrame, lags: pd.DataFrame, as_of: pd.Timestamp, ready: float
) -> dict[str, object]:
    ages = (as_of.normalize() - days["started_on"]).dt.days.to_numpy(dtype=np.float64)
    n = days["n"].to_numpy(dtype=np.float64)
    wait_until = _wait_until(month, days, lags, as_of, ready)
    return {
        "month": month,
        "n_leads": int(n.sum()),
        "mature_share": float(n[ages >= lag_quantile(lags, OLD_ENOUGH)].sum() / n.sum()),
        "completeness": float(_completeness(ages, n, lags)),
        "is_mature": bool(wait_until <= as_of),
        "wait_until": wait_until,
    }


def _wait_until(
    month: pd.Timestamp, days: pd.DataFrame, lags: pd.DataFrame, as_of: pd.Timestamp, ready: float
) -> pd.Timestamp:
    if lags.empty:
        return pd.Timestamp("NaT")
    starts, n = days["started_on"], days["n"].to_numpy(dtype=np.float64)
    if as_of < month + pd.offsets.MonthBegin(1):
        starts = pd.Series(pd.date_range(month, month + pd.offsets.MonthEnd(0)))
        n = np.ones(len(starts))
    first_day = starts.min()
    offsets = (starts - first_day).dt.days.to_numpy(dtype=np.float64)
    # Completeness only grows, and after the longest lag it is 1: bisect for the first day.
    low, high = 0, int(offsets.max() + lags["days"].max())
    while low < high:
        middle = (low + high) // 2
        if _completeness(middle - offsets, n, lags) >= ready - 1e-12:
            high = middle
        else:
            low = middle + 1
    return pd.Timestamp(first_day + pd.Timedelta(days=low))


def _completeness(ages: Floats, n: Floats, lags: pd.DataFrame) -> float:
    if lags.empty:
        return float("nan")
    places = np.searchsorted(lags["days"].to_numpy(), ages, side="right")
    shares = np.concatenate([[0.0], lags["share"].to_numpy()])[places]
    return float(np.average(shares, weights=n))
