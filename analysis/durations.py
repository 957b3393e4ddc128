"""How long leads take from one stage to another, with those still open counted as "at least".

The clock starts with the recorded entry into the start stage and stops with the
first entry into the end stage or a later one. Leads that are lost stop being
able to convert; leads that are open are censored at `as_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from analysis.funnel import stage_table
from analysis.intervals import MIN_N
from analysis.journey_funnel import DIMENSIONS
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.survival import (
    OUTCOMES,
    conversion_curve,
    days_until,
    followed_days,
    lag_curve,
    lag_quantile,
    life_table,
)
from data.engine import Engine

SHARES: Final = (0.5, 0.75, 0.9)
"""The quantiles that are reported: median, P75, P90."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From which stage to which."""

    start: str = "lead"
    end: str = "won"


def duration_cells(
    engine: Engine,
    selection: Selection,
    span: Span,
    *,
    dimension: str = "all",
    unit: Literal["all", "month", "day"] = "all",
) -> pd.DataFrame:
    """Count leads by outcome and whole days between two stages.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start`, `end`: period of entry into the start stage; `sources`; `as_of`.
    span : Span
        Between which stages.
    dimension : str
        One of `DIMENSIONS`, or "all".
    unit : {"all", "month", "day"}
        Also count by month or day of entry into the start stage.

    Returns
    -------
    DataFrame
        `label`, `started_on`, `outcome` (reached, lost, open, before), `days`, `n`;
        see `sql/durations.sql`.

    Raises
    ------
    ValueError
        If there is no such stage or dimension, or the end is not after the start.
    """
    start, end = positions(engine, span)
    if dimension not in (*DIMENSIONS, "all"):
        raise ValueError(f"There is no dimension {dimension!r}; there are {', '.join(DIMENSIONS)}.")
    params = {
        **selection.params("as_of", "starts_at", "ends_at", "sources"),
        "start_position": start,
        "end_position": end,
        "dimension": dimension,
        "unit": unit,
    }
    return engine.query(sql_text("durations"), params)


def time_to_convert(cells: pd.DataFrame, by: Literal["label", "started_on"] | None = None) -> pd.DataFrame:
    """Summarise how long it takes, in total or by segment or month.

    Parameters
    ----------
    cells : DataFrame
        As `duration_cells` returns them, with the segment or month to be told apart.
    by : {"label", "started_on"} or None
        Column that makes the groups; None takes all together.

    Returns
    -------
    DataFrame
        One row per group: `group`; `n_leads`, `n_reached`, `n_lost`, `n_open`,
        `n_before` (left out: the end came before the start); `followed_days`
        (the curve is trusted that far); `reached_rate` with `reached_low`,
        `reached_high` (share converted by then); for q in 50, 75, 90: `p<q>_days`
        with `p<q>_low`, `p<q>_high` (days until q % of all leads have converted;
        NaN: not reached) and `lag_p<q>_days` (days within which q % of the
        conversions happen, among leads that convert); `is_enough` (at least 20
        conversions).
    """
    groups = [("all", cells)] if by is None else list(cells.groupby(by, sort=True))
    rows = [{"group": group, **_summary(part)} for group, part in groups]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["group", *_summary(cells)])


def curve_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the conversion curve of all `cells` together; see `survival.conversion_curve`."""
    return conversion_curve(life_table(cells))


def positions(engine: Engine, span: Span) -> tuple[int, int]:
    """Return the positions of the two stages; ValueError when they make no span."""
    stages = stage_table(engine)
    known = dict(zip(stages["stage"], stages["position"], strict=True))
    for name in (span.start, span.end):
        if name not in known:
            raise ValueError(f"There is no stage {name!r}; there are {', '.join(known)}.")
    if known[span.start] >= known[span.end]:
        raise ValueError(f"The time must end after it starts: {span.end!r} is not after {span.start!r}.")
    return int(known[span.start]), int(known[span.end])


def _summary(cells: pd.DataFrame) -> dict[str, float | bool]:
    curve = curve_of(cells)
    counts = {outcome: int(cells.loc[cells["outcome"] == outcome, "n"].sum()) for outcome in (*OUTCOMES, "before")}
    last = curve[curve["days"] <= followed_days(curve)].tail(1)
    row: dict[str, float | bool] = {"n_leads": sum(counts[outcome] for outcome in OUTCOMES)}
    row |= {f"n_{outcome}": n for outcome, n in counts.items()}
    row |= {"followed_days": followed_days(curve)}
    for name, column in (("rate", "reached"), ("low", "reached_low"), ("high", "reached_high")):
        row[f"reached_{name}"] = float(last[column].iloc[0]) if len(last) else float("nan")
    lags = lag_curve(curve)
    for share in SHARES:
        name = f"p{share * 100:.0f}"
        row[f"{name}_days"] = days_until(curve, share)
        row[f"{name}_low"] = days_until(curve, share, "reached_high")
        row[f"{name}_high"] = days_until(curve, share, "reached_low")
        row[f"lag_{name}_days"] = lag_quantile(lags, share)
    row["is_enough"] = counts["reached"] >= MIN_N
    return row
