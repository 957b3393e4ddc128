"""Vintages: how the wins of each month's handoffs came in, day by day.

A young month has fewer wins because it is young. Its curve lies where those of
the months before lay at the same age, or it does not; and it ends where not all
of its handoffs have been observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analysis.funnel import stage_table
from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.intervals import MIN_N, rates, wilson_interval
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.survival import conversion_curve, life_table
from analysis.times import log_rank
from data.engine import Engine

MIN_EVENTS: Final = 5
"""Wins a month must have before it is compared."""

AGES: Final = (30, 60, 90, 120, 180)
"""Days after the handoff at which months are put side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintages:
    """The handoffs of each month, and how their wins came in.

    Attributes
    ----------
    curves : DataFrame
        One row per month and day on which something happened: `month`, `days`,
        `n_at_risk`, `reached` (share won by then) with `reached_low`,
        `reached_high`, `is_complete` (every handoff of the month has been
        observed for so long; beyond, the curve rests on the older ones).
    overall : DataFrame
        The same for all months together, without `month` and `is_complete`.
    months : DataFrame
        One row per month: `month`, `n_handoffs`, `n_won`, `complete_days`
        (for so long all of them have been observed), `chance` (log-rank against all other
        months, adjusted; NaN with fewer than 20 handoffs or 5 wins),
        `is_different`, `is_faster` (more wins than the others at the same age).
    at_ages : DataFrame
        One row per month and age of `AGES` that the month has come to: `month`,
        `days`, `n_handoffs`, `n_won` by then, `won_rate`, `won_low`, `won_high`.
    """

    curves: pd.DataFrame
    overall: pd.DataFrame
    months: pd.DataFrame
    at_ages: pd.DataFrame


def vintage_cells(engine: Engine, selection: Selection) -> pd.DataFrame:
    """Count handoffs by month, by whether they were won, and after how many days.

    Returns
    -------
    DataFrame
        `started_on`, `outcome` (reached or open), `days`, `n`; see `sql/vintages.sql`.

    Raises
    ------
    ValueError
        If the history does not have the stage of the outcome.
    """
    stages = stage_table(engine)
    position = dict(zip(stages["stage"], stages["position"], strict=True))
    if selection.outcome not in position:
        raise ValueError(f"There is no stage {selection.outcome!r}; there are {', '.join(position)}.")
    params = selection.params("as_of", "starts_at", "ends_at", "sources")
    return engine.query(
        sql_text("vintages"), {**params, "outcome_position": int(position[selection.outcome])}
    )  # fmt: skip


def vintages(cells: pd.DataFrame, as_of: datetime, horizon_days: int) -> Vintages:
    """Draw the curve of each month.

    Parameters
    ----------
    cells : DataFrame
        As from `vintage_cells`.
    as_of : datetime
        The moment up to which facts are known.
    horizon_days : int
        Wins after so many days do not count.

    Notes
    -----
    Kaplan-Meier with handoffs that are not won as open, lost ones too: they can
    never win, but count among those handed off. Where `is_complete`, the curve is
    simply the share won. Months are compared by the log-rank test, which needs no
    common age, adjusted by the method of Benjamini and Hochberg.
    """
    known = _within(cells, horizon_days)
    parts = {pd.Timestamp(str(start)): part for start, part in known.groupby("started_on", sort=True)}
    ages = {start: complete_days(start, as_of) for start in parts}
    curves = [_curve(part).assign(month=start, complete_days=ages[start]) for start, part in parts.items()]
    table = pd.concat(curves, ignore_index=True) if curves else _curve(known).assign(month=[], complete_days=0)
    columns = ["days", "n_at_risk", "reached", "reached_low", "reached_high"]
    return Vintages(
        curves=table.assign(is_complete=table["days"] <= table["complete_days"])[["month", *columns, "is_complete"]],
        overall=_curve(known)[columns],
        months=_months(parts, known, ages),
        at_ages=_at_ages(parts, ages, horizon_days),
    )


def complete_days(month: pd.Timestamp, as_of: datetime) -> int:
    """Return for how many whole days every handoff of a month has been observed; 0 for a month that is not over."""
    return max(int((pd.Timestamp(as_of) - (month + pd.offsets.MonthBegin(1))).days), 0)


def _within(cells: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Cut the clock at the horizon: what happens later was not won in time."""
    is_late = cells["days"] > horizon_days
    outcome = cells["outcome"].where(~is_late, "open")
    return cells.assign(outcome=outcome, days=cells["days"].clip(upper=horizon_days))


def _curve(cells: pd.DataFrame) -> pd.DataFrame:
    curve = conversion_curve(life_table(cells))
    # With fewer at risk one win would weigh as much as a month of them.
    is_followed = (curve["n_at_risk"] >= MIN_N) | (curve["n_at_risk"] >= curve["n_at_risk"].max())
    followed: pd.DataFrame = curve[is_followed]
    return followed


def _months(
    parts: dict[pd.Timestamp, pd.DataFrame], known: pd.DataFrame, ages: dict[pd.Timestamp, int]
) -> pd.DataFrame:
    every = _waits(known)
    rows = [
        (start, int(part["n"].sum()), _n_won(part), ages[start], *_against_the_rest(_waits(part), every))
        for start, part in parts.items()
    ]
    columns = ["month", "n_handoffs", "n_won", "complete_days", "chance", "excess"]
    months = pd.DataFrame(rows, columns=columns)
    chance = adjusted(months["chance"].to_numpy(dtype=np.float64))
    months = months.assign(chance=chance, is_different=chance < FALSE_DISCOVERY_RATE)
    return months.assign(is_faster=months.pop("excess") > 0)


def _against_the_rest(own: pd.DataFrame, every: pd.DataFrame) -> tuple[float, float]:
    """Return the chance of so different a month, and by how many wins it exceeds what all months lead to expect."""
    table = own.set_index("time").reindex(every["time"], fill_value=0).reset_index()
    rest = every[["n_events", "n_censored"]] - table[["n_events", "n_censored"]]
    at_risk, own_at_risk = (
        np.flip(np.cumsum(np.flip((each["n_events"] + each["n_censored"]).to_numpy()))) for each in (every, table)
    )
    excess = float(table["n_events"].sum() - own_at_risk @ (every["n_events"].to_numpy() / np.maximum(at_risk, 1)))
    is_enough = min(own_at_risk[:1].sum(), (at_risk - own_at_risk)[:1].sum()) >= MIN_N
    is_enough &= min(own["n_events"].sum(), rest["n_events"].sum()) >= MIN_EVENTS
    return (log_rank(own, rest.assign(time=every["time"])) if is_enough else np.nan), excess


def _waits(cells: pd.DataFrame) -> pd.DataFrame:
    table = life_table(cells)
    return pd.DataFrame(
        {"time": table["days"], "n_events": table["n_reached"], "n_censored": table["n_open"] + table["n_lost"]}
    )


def _n_won(cells: pd.DataFrame) -> int:
    return int(cells.loc[cells["outcome"] == "reached", "n"].sum())


def _at_ages(parts: dict[pd.Timestamp, pd.DataFrame], ages: dict[pd.Timestamp, int], horizon_days: int) -> pd.DataFrame:
    rows = [
        (start, age, int(part["n"].sum()), _n_won(part[part["days"] <= age]))
        for start, part in parts.items()
        for age in AGES
        if age <= min(ages[start], horizon_days)
    ]
    table = pd.DataFrame(rows, columns=["month", "days", "n_handoffs", "n_won"])
    low, high = wilson_interval(table["n_won"], table["n_handoffs"])
    return table.assign(won_rate=rates(table["n_won"], table["n_handoffs"]), won_low=low, won_high=high)
