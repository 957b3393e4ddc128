"""Forecast: what share of a young month of leads will have converted in the end?

"In the end" means within `horizon_days` of the start, so that every forecast can
later be held against what really happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counters import Integers
from analysis.durations import Span, duration_cells, positions
from analysis.intervals import CONFIDENCE, Floats, wilson_interval
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.survival import OUTCOMES, cumulative_incidence
from data.engine import Engine

N_DRAWS: Final = 1000
N_BACKTEST_DRAWS: Final = 400
"""Fewer for the past: whether an interval held is asked of dozens of them together."""

_REACHED, _LOST, _OPEN = range(len(OUTCOMES))
_MICROSECOND: Final = pd.Timedelta(microseconds=1)
_FEW_MONTHS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What past forecasts were worth.

    Attributes
    ----------
    forecasts : DataFrame
        One row per replayed moment and month that was young then and is
        decided now: `as_of`, `month`, `age_days` (of the end of the month,
        then), `n_leads`, `forecast_rate`, `low`, `high`, `actual_rate`, `is_covered`.
    n_forecasts, n_covered : int
        How many, and how many intervals held the actual rate.
    coverage, coverage_low, coverage_high : float
        Their share with its 95 % Wilson interval; NaN without forecasts.
    bias : float
        Mean of forecast minus actual rate.
    mean_error : float
        Mean absolute difference of forecast and actual rate.
    """

    forecasts: pd.DataFrame
    n_forecasts: int
    n_covered: int
    coverage: float
    coverage_low: float
    coverage_high: float
    bias: float
    mean_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Months:
    """Counts per month (rows) and whole days 0..horizon (columns)."""

    months: pd.DatetimeIndex
    reached: Floats
    lost: Floats
    waiting: Floats
    ages: Floats


def forecast(
    cells: pd.DataFrame,
    as_of: datetime,
    horizon_days: int,
    *,
    confidence: float = CONFIDENCE,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Forecast the final conversion rate of each month of leads.

    Parameters
    ----------
    cells : DataFrame
        Counts by day of start, as `durations.duration_cells(..., unit="day")` returns them.
    as_of : datetime
        The moment up to which facts are known.
    horizon_days : int
        Conversions within that many days of the start count.
    confidence : float
        Nominal coverage of the interval.
    n_draws, seed : int
        Size and seed of the simulation; the same seed gives the same numbers.

    Returns
    -------
    DataFrame
        One row per month, ascending: `month`, `n_leads`, `n_reached` (so far),
        `n_open` (undecided and younger than the horizon), `raw_rate` (so far:
        a lower bound), `forecast_rate`, `low`, `high` (of the final rate of
        exactly these leads), `is_final` (nothing is open: the three are equal).

    Notes
    -----
    Each open lead of age a converts with probability (F(H) - F(a)) /
    (1 - F(a) - G(a)), F and G being the cumulative incidences of reached and
    lost over all months. Three kinds of doubt enter the interval: the curves
    (months are drawn with replacement, so that good and bad months count as
    units), the month's own quality (a gamma factor whose spread is estimated
    from how much months differ beyond chance, updated by the month's
    conversions so far), and chance (binomial draws). The open leads of a month
    are drawn together at their mean chance, which lets them vary a little more
    than each at its own, never less. Lost leads stay lost.
    """
    return _forecast(_by_month(cells, as_of, horizon_days), confidence, n_draws, np.random.default_rng(seed))


def backtest(
    engine: Engine, selection: Selection, span: Span, n_replays: int = 6, cells: pd.DataFrame | None = None
) -> Backtest:
    """Repeat past forecasts as they would have been made, and hold them against what happened.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `as_of` is now; `horizon_days` the horizon of the forecasts.
    span : Span
        Which conversion.
    n_replays : int
        How many beginnings of months to go back, from the latest one whose
        young months are all decided now. One query counts for all of them.
    cells : DataFrame, optional
        Those of now, as `durations.duration_cells(..., unit="day")` returns
        them, where they are at hand already.
    """
    now = duration_cells(engine, selection, span, unit="day") if cells is None else cells
    actual = forecast(now, selection.as_of, selection.horizon_days, n_draws=1).set_index("month")
    latest = pd.Timestamp(selection.mature_at).to_period("M").to_timestamp()
    moments = pd.date_range(end=latest, periods=n_replays, freq="MS")
    moments = moments[moments > pd.Timestamp(selection.start)] if selection.start is not None else moments
    parts = []
    for moment, data in _seen_at(engine, selection, span, moments):
        made = _forecast(data, CONFIDENCE, N_BACKTEST_DRAWS, np.random.default_rng(0))
        young = made[~made["is_final"]]
        parts.append(
            young.assign(
                as_of=moment,
                age_days=(moment - (young["month"] + pd.offsets.MonthBegin(1))).dt.days,
                actual_rate=young["month"].map(actual["raw_rate"]),
            )
        )
    return _judged(parts)


def _seen_at(
    engine: Engine, selection: Selection, span: Span, moments: pd.DatetimeIndex
) -> Iterator[tuple[pd.Timestamp, _Months]]:
    """Count what was known at each of some midnights, as `duration_cells` would have then; one query."""
    if moments.empty:
        return
    start, end = positions(engine, span)
    last = replace(selection, as_of=(moments[-1] - _MICROSECOND).to_pydatetime())
    params = {
        **last.params("as_of", "starts_at", "ends_at", "sources"), "start_position": start, "end_position": end,
    }  # fmt: skip
    asked = pd.DataFrame({"as_of": moments - _MICROSECOND})
    cells = engine.query(sql_text("duration_moments"), params, {"moments": asked})
    is_all = cells["as_of"].isna().to_numpy()
    spans, lost = cells[is_all], cells[~is_all]
    for moment in moments:
        lost_then = lost[lost["as_of"] == moment - _MICROSECOND]
        yield moment, _seen_then(spans[spans["known_on"] < moment], lost_then, moment, selection.horizon_days)


def _seen_then(spans: pd.DataFrame, lost: pd.DataFrame, moment: pd.Timestamp, horizon_days: int) -> _Months:
    """Put together who had come to the end before a midnight, who was lost, and who was open."""
    has_reached = (spans["reached_on"] < moment).to_numpy()
    days = np.where(has_reached, spans["days"].fillna(0), _complete_days(spans["started_on"], moment))
    n_lost = lost["n"].to_numpy(dtype=np.float64)
    # Those who were lost are among the others as open: what is counted for one is taken from the other.
    return _counted(
        np.concatenate([spans["started_on"], lost["started_on"], lost["started_on"]]),
        np.concatenate([np.where(has_reached, _REACHED, _OPEN), np.full(len(lost), _LOST), np.full(len(lost), _OPEN)]),
        np.concatenate([days, lost["days"], _complete_days(lost["started_on"], moment)]).astype(np.int64),
        np.concatenate([spans["n"].to_numpy(dtype=np.float64), n_lost, -n_lost]),
        moment - _MICROSECOND,
        horizon_days,
    )


def _complete_days(started_on: pd.Series, moment: pd.Timestamp) -> Integers:
    """Return how many whole days had passed just before a midnight."""
    days: Integers = (moment - started_on).dt.days.to_numpy(dtype=np.int64)
    return days - 1


def _judged(parts: list[pd.DataFrame]) -> Backtest:
    columns = ["as_of", "month", "age_days", "n_leads", "forecast_rate", "low", "high", "actual_rate"]
    table = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns, dtype=np.float64)
    # The rates come from the same division, but a count apart is what matters.
    is_covered = table["actual_rate"].between(table["low"] - 1e-9, table["high"] + 1e-9)
    n_forecasts, n_covered = len(table), int(is_covered.sum())
    low, high = wilson_interval(n_covered, n_forecasts)
    error = table["forecast_rate"] - table["actual_rate"]
    return Backtest(
        forecasts=table.assign(is_covered=is_covered),
        n_forecasts=n_forecasts,
        n_covered=n_covered,
        coverage=n_covered / n_forecasts if n_forecasts else float("nan"),
        coverage_low=float(low),
        coverage_high=float(high),
        bias=float(error.mean()),
        mean_error=float(error.abs().mean()),
    )


def _forecast(data: _Months, confidence: float, n_draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Forecast from counts; see `forecast`."""
    n_reached, n_leads = data.reached.sum(axis=1), data.ages.sum(axis=1)
    open_by_age = data.waiting[:, :-1]
    totals = n_reached + _remaining(data, open_by_age, n_draws, rng)
    tail = (1 - confidence) / 2
    low, high = (
        np.quantile(totals, [tail, 1 - tail], axis=0, method="inverted_cdf") if len(n_leads) else (n_leads, n_leads)
    )
    return pd.DataFrame(
        {
            "month": data.months,
            "n_leads": n_leads.astype(np.int64),
            "n_reached": n_reached.astype(np.int64),
            "n_open": open_by_age.sum(axis=1).astype(np.int64),
            "raw_rate": n_reached / n_leads,
            "forecast_rate": totals.mean(axis=0) / n_leads,
            "low": low / n_leads,
            "high": high / n_leads,
            "is_final": open_by_age.sum(axis=1) == 0,
        }
    )


def _by_month(cells: pd.DataFrame, as_of: datetime, horizon_days: int) -> _Months:
    outcome_no = pd.Index(OUTCOMES).get_indexer(pd.Index(cells["outcome"]))
    is_known = outcome_no >= 0
    return _counted(
        cells["started_on"].to_numpy()[is_known],
        outcome_no[is_known],
        cells["days"].to_numpy(dtype=np.int64)[is_known],
        cells["n"].to_numpy(dtype=np.float64)[is_known],
        as_of,
        horizon_days,
    )


def _counted(
    started_on: NDArray[Any], outcome_no: Integers, days: Integers, n: Floats, as_of: datetime, horizon_days: int
) -> _Months:
    """Sum up cells, one entry each, by month of start and day."""
    started = started_on.astype("datetime64[D]")
    index, rows = np.unique(started.astype("datetime64[M]"), return_inverse=True)
    shape = (len(index), horizon_days + 1)

    def summed(on_days: Integers, weights: Floats) -> Floats:
        places = rows * shape[1] + np.clip(on_days, 0, horizon_days)
        return np.bincount(places, weights, shape[0] * shape[1]).astype(np.float64).reshape(shape)

    # What happens after the horizon has not happened within it.
    outcome_no = np.where(days <= horizon_days, outcome_no, _OPEN)
    reached, lost, waiting = (summed(days, n * (outcome_no == number)) for number in (_REACHED, _LOST, _OPEN))
    ages = (np.datetime64(as_of, "D") - started).astype(np.int64)
    return _Months(months=pd.DatetimeIndex(index), reached=reached, lost=lost, waiting=waiting, ages=summed(ages, n))


def _remaining(data: _Months, open_by_age: Floats, n_draws: int, rng: np.random.Generator) -> Floats:
    """Draw how many of the open leads of each month will convert: shape (n_draws, n_months)."""
    totals = np.zeros((n_draws, len(data.months)))
    if not len(data.months):
        return totals
    weights, curves = _drawn_curves(data, n_draws, rng)
    reached, lost = curves
    rest = np.maximum(1 - reached - lost, 0.0)
    to_come = np.maximum(reached[:, -1:] - reached, 0.0)
    chance = np.divide(to_come, rest, out=np.zeros_like(rest), where=rest > 1e-12)[:, :-1]
    factors = _month_factors(data, reached, weights, rng)
    for month in np.flatnonzero(open_by_age.sum(axis=1)):
        ages = np.flatnonzero(open_by_age[month])
        n_open = open_by_age[month, ages]
        p = np.clip(factors[:, [month]] * chance[:, ages], 0.0, 1.0) @ n_open / n_open.sum()
        totals[:, month] = rng.binomial(round(n_open.sum()), np.minimum(p, 1.0))
    return totals


def _drawn_curves(data: _Months, n_draws: int, rng: np.random.Generator) -> tuple[Floats, tuple[Floats, Floats]]:
    """Draw months with replacement, and return their weights and the curves they give."""
    n_months = len(data.months)
    weights = rng.multinomial(n_months, np.full(n_months, 1 / n_months), size=n_draws).astype(np.float64)
    if n_months < _FEW_MONTHS:
        # Too few units to draw from: let the counts themselves vary instead.
        weights = np.ones_like(weights)
        counts = [
            rng.poisson(part.sum(axis=0), (n_draws, part.shape[1])) for part in (data.reached, data.lost, data.waiting)
        ]
        return weights, cumulative_incidence(*(part.astype(np.float64) for part in counts))
    return weights, cumulative_incidence(weights @ data.reached, weights @ data.lost, weights @ data.waiting)


def _month_factors(data: _Months, reached: Floats, weights: Floats, rng: np.random.Generator) -> Floats:
    """Draw how good each month is, given its conversions so far: shape (n_draws, n_months), around 1."""
    n_reached, n_leads = data.reached.sum(axis=1), data.ages.sum(axis=1)
    expected = reached @ data.ages.T
    chance_variance = (reached * (1 - reached)) @ data.ages.T
    excess = (weights * ((n_reached - expected) ** 2 - chance_variance)).sum(axis=1)
    scale = (weights * expected**2).sum(axis=1)
    spread = np.divide(excess, scale, out=np.zeros_like(excess), where=scale > 0)
    spread = np.clip(spread, 1e-6, None)[:, None]
    # Conversions say more about a month than Poisson counts would when they are frequent.
    information = 1 / np.clip(1 - expected / n_leads, 0.05, 1)
    shape = 1 / spread + n_reached * information
    rate = 1 / spread + expected * information
    factors: Floats = rng.gamma(shape, 1 / rate)
    return factors
