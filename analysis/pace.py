"""Pace: are we where we should be today, and how many leads would the target need?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import nbinom

from analysis.funnel import stage_table
from analysis.intervals import CONFIDENCE, MIN_N, wilson_interval
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.targets import Target
from data.engine import Engine

_SATURDAY: Final = 5
_PLAN_DAYS: Final = 365


def pace(engine: Engine, selection: Selection, targets: tuple[Target, ...]) -> pd.DataFrame:
    """Hold each target against what has happened so far.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `as_of` is today; its last day counts as over. Period and sources are
        those of each target.
    targets : tuple of Target
        What was agreed.

    Returns
    -------
    DataFrame
        One row per target that has begun, in order: `stage`, `month`,
        `source` ('' for all); `n_target`; `n_actual` (leads that first came to
        the stage or further in the month, by `as_of`); `elapsed_share` (of the
        month's working days, Monday to Friday); `n_needed` (target x elapsed
        share: the pace line today); `n_gap` (actual minus needed); `n_expected`
        at the end of the month with `n_low`, `n_high` (95 %); `is_over` (the
        month is complete: expected is actual).

    Notes
    -----
    The rest of the month is predicted from the days so far: with a working
    days done and r to come, a count of x makes the rest negative binomial
    (a Poisson rate with Jeffreys' prior), whose interval knows that a few days
    are not many.
    """
    begun = [target for target in targets if _start(target) <= selection.as_of.date()]
    rows = [_row(target, selection, _count(engine, selection, target)) for target in begun]
    columns = ["stage", "month", "source", "n_target", "n_actual", "elapsed_share", "n_needed", "n_gap",
               "n_expected", "n_low", "n_high", "is_over"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def pace_line(engine: Engine, selection: Selection, target: Target) -> pd.DataFrame:
    """Return the days of a target's month: `day`, `n_needed` and `n_actual` (both since its first day; NaN after as_of)."""
    days = pd.date_range(_start(target), _end(target) - timedelta(days=1))
    is_working = days.day_of_week < _SATURDAY
    counts = _by_day(engine, selection, target).set_index("reached_on")["n"]
    n_actual = counts.reindex(days, fill_value=0).cumsum().astype("float64")
    needed = target.n_leads * np.cumsum(is_working) / is_working.sum()
    known = days <= pd.Timestamp(selection.as_of)
    return pd.DataFrame({"day": days, "n_needed": needed, "n_actual": n_actual.where(known).to_numpy()})


def reverse_plan(steps: pd.DataFrame, n_wanted: int, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Go back from wins wanted to the leads that each stage needs.

    Parameters
    ----------
    steps : DataFrame
        A funnel of mature leads, as `funnel.funnel(...).steps`: `stage`,
        `position`, `n_leads`, in order, never growing.
    n_wanted : int
        Leads wanted in the last stage.

    Returns
    -------
    DataFrame
        One row per stage: `stage`, `position`, `rate_to_end` (share that came to
        the last stage) with `rate_low`, `rate_high` (Wilson); `n_needed` =
        n_wanted / rate with `n_low`, `n_high`, rounded up; NaN (or infinity at
        the upper end) where nobody came to the end; `is_enough`.
    """
    n_leads = steps["n_leads"].to_numpy(dtype=np.float64)
    n_end = np.full_like(n_leads, n_leads[-1])
    low, high = wilson_interval(n_end, n_leads, confidence)
    # The last stage needs itself, exactly.
    low[-1] = high[-1] = 1.0
    rate = np.divide(n_end, n_leads, out=np.full_like(n_leads, np.nan), where=n_leads > 0)
    rate[-1] = 1.0
    with np.errstate(divide="ignore"):
        needed = [np.ceil(n_wanted / np.where(part > 0, part, 0.0) - 1e-9) for part in (rate, high, low)]
    return pd.DataFrame(
        {
            "stage": steps["stage"].to_numpy(),
            "position": steps["position"].to_numpy(),
            "rate_to_end": rate,
            "rate_low": low,
            "rate_high": high,
            "n_needed": np.where(rate > 0, needed[0], np.nan),
            "n_low": needed[1],
            "n_high": needed[2],
            "is_enough": n_leads >= MIN_N,
        }
    )


def plan_basis(selection: Selection, first_on: date) -> Selection | None:
    """Return the latest year of leads that have had their time, whose rates a plan rests on; None when there are none.

    `first_on` is the day of the oldest lead.
    """
    end = selection.mature_at.date()
    start = max(end - timedelta(days=_PLAN_DAYS), first_on)
    return replace(selection, start=start, end=end) if start < end else None


def working_days(start: date, end: date) -> int:
    """Return how many days from `start` to before `end` are Monday to Friday."""
    return int(np.busday_count(start, end)) if end > start else 0


def _row(target: Target, selection: Selection, n_actual: int) -> dict[str, object]:
    start, end = _start(target), _end(target)
    tomorrow = min(selection.as_of.date() + timedelta(days=1), end)
    n_done, n_to_come = working_days(start, tomorrow), working_days(tomorrow, end)
    elapsed = n_done / (n_done + n_to_come)
    n_needed = target.n_leads * elapsed
    expected, low, high = _outlook(n_actual, n_done, n_to_come)
    return {
        "stage": target.stage,
        "month": pd.Timestamp(start),
        "source": target.source or "",
        "n_target": target.n_leads,
        "n_actual": n_actual,
        "elapsed_share": elapsed,
        "n_needed": n_needed,
        "n_gap": n_actual - n_needed,
        "n_expected": expected,
        "n_low": low,
        "n_high": high,
        "is_over": tomorrow == end,
    }


def _outlook(n_actual: int, n_done: int, n_to_come: int) -> tuple[float, float, float]:
    if n_to_come == 0:
        return float(n_actual), float(n_actual), float(n_actual)
    if n_done == 0:
        return float("nan"), float(n_actual), float("inf")
    shape, p = n_actual + 0.5, n_done / (n_done + n_to_come)
    tail = (1 - CONFIDENCE) / 2
    expected = n_actual + n_actual * n_to_come / n_done
    low, high = (float(n_actual + nbinom.ppf(share, shape, p)) for share in (tail, 1 - tail))
    return expected, low, high


def _count(engine: Engine, selection: Selection, target: Target) -> int:
    return int(_by_day(engine, selection, target)["n"].sum())


def _by_day(engine: Engine, selection: Selection, target: Target) -> pd.DataFrame:
    stages = stage_table(engine)
    asked = stages.loc[stages["stage"] == target.stage, ["position"]]
    month = replace(
        selection, start=_start(target), end=_end(target), sources=() if target.source is None else (target.source,)
    )
    params = month.params("as_of", "starts_at", "ends_at", "sources")
    return engine.query(sql_text("reached_by_day"), params, {"asked": asked})


def _start(target: Target) -> date:
    return target.month


def _end(target: Target) -> date:
    return (pd.Timestamp(target.month) + pd.offsets.MonthBegin(1)).date()
