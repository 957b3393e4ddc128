"""The funnel: how many leads of a cohort reached each stage, and how many went on.

Cohort view: the period chooses leads by creation; what they reached may come
later, up to `as_of`. Reaching a stage implies the stages before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.intervals import MIN_N, Floats, rates, wilson_interval
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

MODE: Final = "implied"
"""How skipped stages are counted: as reached, because a later one was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """What became of the leads created in a period.

    Attributes
    ----------
    steps : DataFrame
        One row per stage, in order, also for stages nobody reached: `stage`,
        `position`; `n_leads` (reached the stage or a later one by `as_of`),
        `n_recorded` (have a record of entering it); `n_previous`, `step_rate` =
        n_leads / n_previous with `step_low`, `step_high` (% of previous; NaN
        for the first stage); `n_first`, `total_rate` = n_leads / n_first with
        `total_low`, `total_high` (% of first); `is_enough` (at least 20 leads in
        the denominator of the step). Intervals are 95 % Wilson; rates are NaN
        where the denominator is 0.
    n_leads : int
        Leads created in the period.
    n_mature : int
        Those of them created at least `horizon_days` before `as_of`.
    mode : str
        How skipped stages are counted.
    selection : Selection
        What was asked.
    """

    steps: pd.DataFrame
    n_leads: int
    n_mature: int
    mode: str
    selection: Selection


def funnel(engine: Engine, selection: Selection) -> Funnel:
    """Count the leads of a cohort through the stages.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start`, `end` and `sources` choose the leads; `as_of` ends the history;
        `horizon_days` says which leads are mature.

    Returns
    -------
    Funnel
        Empty cohorts give steps with 0 leads.
    """
    stages = recorded_stages(engine, selection)
    months, grid = _monthly(engine, selection, stages)
    steps = grid.groupby(["stage", "position"], sort=False)[["n_leads", "n_recorded"]].sum()
    steps = stages.merge(steps, how="left", on=["stage", "position"]).fillna({"n_leads": 0, "n_recorded": 0})
    return Funnel(
        steps=_with_rates(steps),
        n_leads=int(months["n_cohort"].sum()),
        n_mature=int(months["n_mature"].sum()),
        mode=MODE,
        selection=selection,
    )


def funnel_by_month(engine: Engine, selection: Selection) -> pd.DataFrame:
    """Count the leads of each month of creation through the stages.

    Parameters
    ----------
    engine, selection
        As for `funnel`.

    Returns
    -------
    DataFrame
        One row per month and stage, ascending, months without leads between the
        first and the last included: `month` (its first day), `n_cohort` (leads
        created), `n_mature`, `is_mature` (every day of the month that the period
        covers is older than the horizon), `mature_on` (the day from which it
        is), then the columns of `Funnel.steps`. Sums over months equal `funnel`.
        Last come `n_in_horizon` (reached the stage or a later one within
        `horizon_days` of creation) and `horizon_rate` = n_in_horizon / n_first
        with `horizon_low`, `horizon_high`.

    Notes
    -----
    `total_rate` favours old months, which have had more time; to compare months
    use `horizon_rate`, which gives each lead the same time. A young month has
    not had even that: its rates are lower bounds, not bad news. Draw months with
    `is_mature` False as unfinished.
    """
    months = _with_rates(_monthly(engine, selection, recorded_stages(engine, selection))[1])
    n_in_horizon = months.pop("n_in_horizon")
    return months.assign(n_in_horizon=n_in_horizon, **_rate_columns("horizon", n_in_horizon, months["n_first"]))


def stage_table(engine: Engine) -> pd.DataFrame:
    """Return the stages in order: `stage`, `position`."""
    return engine.query(sql_text("stages"))


def recorded_stages(engine: Engine, selection: Selection) -> pd.DataFrame:
    """Return the stages that anybody had entered by `as_of`, the first and the last: `stage`, `position`.

    A company that does not use a stage has a funnel without it; a stage that was
    only ever skipped would show everybody who reached the next one.
    """
    return engine.query(sql_text("recorded_stages"), selection.params("as_of"))


def _monthly(engine: Engine, selection: Selection, stages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row per month, and one per month and stage with `n_leads` and `n_recorded`."""
    names = ("as_of", "starts_at", "ends_at", "mature_at", "horizon_days", "sources")
    counts = engine.query(sql_text("funnel"), selection.params(*names))
    months = _months(counts, selection)
    grid = months.merge(stages, how="cross")
    for counted in ("n_furthest", "n_recorded", "n_furthest_in_horizon"):
        part = counts.loc[counts["counted"] == counted, ["month", "position", "n"]].rename(columns={"n": counted})
        grid = grid.merge(part, how="left", on=["month", "position"])
        grid[counted] = grid[counted].fillna(0).astype("int64")
    # Whoever got to a later stage has passed this one.
    furthest = ["n_furthest", "n_furthest_in_horizon"]
    grid[furthest] = grid.iloc[::-1].groupby("month")[furthest].cumsum().sort_index()
    return months, grid.rename(columns={"n_furthest": "n_leads", "n_furthest_in_horizon": "n_in_horizon"})


def _months(counts: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Return one row per month with its size and maturity."""
    sizes = counts[counts["position"].isna()].pivot(index="month", columns="counted", values="n")
    sizes = sizes.reindex(columns=["n_cohort", "n_mature"])
    months = pd.DatetimeIndex(sizes.index)
    if len(months):
        months = pd.date_range(months.min(), months.max(), freq="MS")
    sizes = sizes.reindex(months.rename("month"), fill_value=0).astype("int64").reset_index()
    ends = sizes["month"] + pd.offsets.MonthBegin(1)
    if selection.end is not None:
        ends = ends.where(ends <= pd.Timestamp(selection.end), pd.Timestamp(selection.end))
    mature_on = ends + pd.Timedelta(days=selection.horizon_days)
    is_mature = mature_on <= pd.Timestamp(selection.as_of)
    return sizes.rename_axis(columns=None).assign(is_mature=is_mature, mature_on=mature_on)


def _with_rates(steps: pd.DataFrame) -> pd.DataFrame:
    """Add the share of the previous and of the first stage to counts in stage order."""
    is_first = steps["position"] == steps["position"].min()
    previous = steps["n_leads"].shift(fill_value=0).mask(is_first, 0)
    first = steps["n_leads"].where(is_first).ffill()
    counts = ["n_leads", "n_recorded", "n_previous", "n_first"]
    return steps.assign(
        n_previous=previous,
        **_rate_columns("step", steps["n_leads"].mask(is_first, 0), previous),
        n_first=first,
        **_rate_columns("total", steps["n_leads"], first),
        is_enough=previous.mask(is_first, first) >= MIN_N,
    ).astype(dict.fromkeys(counts, "int64"))


def _rate_columns(name: str, n_successes: pd.Series, n_trials: pd.Series) -> dict[str, Floats]:
    low, high = wilson_interval(n_successes, n_trials)
    return {f"{name}_rate": rates(n_successes, n_trials), f"{name}_low": low, f"{name}_high": high}
