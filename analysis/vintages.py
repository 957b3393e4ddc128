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
from analysis.intervals import MIN_N, Floats, rates, wilson_interval
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.survival import reached_by_day
from analysis.times import log_rank_chance
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
    tables, starts = LifeTables.of(cells, horizon_days)
    ages = [complete_days(start, as_of) for start in starts]
    followed = [_curve(won, still_open) for won, still_open in zip(tables.n_won, tables.n_open, strict=True)]
    lengths = [len(each) for each in followed]
    curves = pd.concat(followed, ignore_index=True) if followed else _curve(*tables.overall)
    complete = np.repeat(np.array(ages, dtype=np.int64), lengths)
    month = np.repeat(np.array(starts, dtype="datetime64[us]"), lengths)
    curves.insert(0, "month", month)
    return Vintages(
        curves=curves.assign(is_complete=curves["days"].to_numpy() <= complete),
        overall=_curve(*tables.overall),
        months=_months(tables, starts, ages),
        at_ages=_at_ages(tables, starts, ages, horizon_days),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeTables:
    """Handoffs of each month, by the day on which they were won or last seen.

    Attributes
    ----------
    n_won, n_open : arrays of shape (n_months, n_days), whole numbers
        Days 0 to the last; what happened after the horizon is open at the horizon.
    """

    n_won: Floats
    n_open: Floats

    @classmethod
    def of(cls, cells: pd.DataFrame, horizon_days: int) -> tuple[LifeTables, list[pd.Timestamp]]:
        """Arrange `vintage_cells`, and name the months."""
        month_no, starts = pd.factorize(cells["started_on"].to_numpy(dtype="datetime64[us]"), sort=True)
        days = cells["days"].to_numpy(dtype=np.int64)
        is_won = (cells["outcome"] == "reached").to_numpy(dtype=bool) & (days <= horizon_days)
        # The clock stops at the horizon: what happens later was not won in time.
        days = np.minimum(days, horizon_days)
        shape = len(starts), int(days.max(initial=0)) + 1
        place, n = month_no * shape[1] + days, cells["n"].to_numpy(dtype=np.float64)
        n_won, n_open = (
            np.bincount(place[of], n[of], shape[0] * shape[1]).astype(np.float64).reshape(shape)
            for of in (is_won, ~is_won)
        )
        return cls(n_won=n_won, n_open=n_open), [pd.Timestamp(start) for start in starts]

    @property
    def n_handoffs(self) -> Floats:
        """Handoffs of each month, shape (n_months,)."""
        n: Floats = (self.n_won + self.n_open).sum(axis=1)
        return n

    @property
    def overall(self) -> tuple[Floats, Floats]:
        """Handoffs of all months by day: won, and open; shape (n_days,) each."""
        return self.n_won.sum(axis=0), self.n_open.sum(axis=0)


def complete_days(month: pd.Timestamp, as_of: datetime) -> int:
    """Return for how many whole days every handoff of a month has been observed; 0 for a month that is not over."""
    return max(int((pd.Timestamp(as_of) - (month + pd.offsets.MonthBegin(1))).days), 0)


def _curve(n_won: Floats, n_open: Floats) -> pd.DataFrame:
    days = np.flatnonzero(n_won + n_open)
    n_at_risk, reached, low, high = reached_by_day(n_won[days], np.zeros(len(days)), n_open[days])
    # With fewer at risk one win would weigh as much as a month of them.
    is_followed = (n_at_risk >= MIN_N) | (n_at_risk >= n_at_risk.max(initial=0))
    columns = {"days": days, "n_at_risk": n_at_risk.astype(np.int64), "reached": reached}
    columns |= {"reached_low": low, "reached_high": high}
    return pd.DataFrame({name: values[is_followed] for name, values in columns.items()})


def _months(tables: LifeTables, starts: list[pd.Timestamp], ages: list[int]) -> pd.DataFrame:
    tests = [_against_the_rest(*own, *tables.overall) for own in zip(tables.n_won, tables.n_open, strict=True)]
    chance, excess = np.array(tests, dtype=np.float64).reshape(-1, 2).T
    chance = adjusted(chance)
    return pd.DataFrame(
        {
            "month": pd.Series(starts, dtype="datetime64[us]"),
            "n_handoffs": tables.n_handoffs.astype(np.int64),
            "n_won": tables.n_won.sum(axis=1).astype(np.int64),
            "complete_days": np.array(ages, dtype=np.int64),
            "chance": chance,
            "is_different": chance < FALSE_DISCOVERY_RATE,
            "is_faster": excess > 0,
        }
    )


def _against_the_rest(won: Floats, still_open: Floats, all_won: Floats, all_open: Floats) -> tuple[float, float]:
    """Return the chance of so different a month, and by how many wins it exceeds what all months lead to expect."""
    is_time = all_won + all_open > 0
    won, still_open, all_won, all_open = (each[is_time] for each in (won, still_open, all_won, all_open))
    at_risk, all_at_risk = (np.flip(np.cumsum(np.flip(n))) for n in (won + still_open, all_won + all_open))
    excess = float(won.sum() - at_risk @ (all_won / np.maximum(all_at_risk, 1)))
    is_enough = min(at_risk[:1].sum(), (all_at_risk - at_risk)[:1].sum()) >= MIN_N
    is_enough &= min(won.sum(), (all_won - won).sum()) >= MIN_EVENTS
    chance = log_rank_chance(won, still_open, all_won - won, all_open - still_open) if is_enough else np.nan
    return chance, excess


def _at_ages(tables: LifeTables, starts: list[pd.Timestamp], ages: list[int], horizon_days: int) -> pd.DataFrame:
    by_then, n_handoffs = np.cumsum(tables.n_won, axis=1), tables.n_handoffs
    last = by_then.shape[1] - 1
    rows = [
        (start, age, int(n_handoffs[row]), int(by_then[row, min(age, last)]))
        for row, start in enumerate(starts)
        for age in AGES
        if age <= min(ages[row], horizon_days)
    ]
    table = pd.DataFrame(rows, columns=["month", "days", "n_handoffs", "n_won"])
    low, high = wilson_interval(table["n_won"], table["n_handoffs"])
    return table.assign(won_rate=rates(table["n_won"], table["n_handoffs"]), won_low=low, won_high=high)
