"""How long it takes, from life tables: Kaplan-Meier and competing risks on counts per day.

A life table has, for each whole number of days, how many leads reached the goal,
were lost, or are still open after that long. It is all that these estimators
look at, so the result is the same as from one row per lead.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.intervals import CONFIDENCE, MIN_N, Floats, critical_value, wilson_interval

OUTCOMES: Final = ("reached", "lost", "open")


def life_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Arrange counts per outcome and day as a life table.

    Parameters
    ----------
    cells : DataFrame
        `outcome` (reached, lost or open; others are left out), `days`
        (at least 0), `n`.

    Returns
    -------
    DataFrame
        One row per day that occurs, ascending: `days`, `n_reached`, `n_lost`, `n_open`.
    """
    known = cells[cells["outcome"].isin(OUTCOMES)]
    table = known.pivot_table(index="days", columns="outcome", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=list(OUTCOMES), fill_value=0).astype("int64")
    table.columns = pd.Index([f"n_{name}" for name in OUTCOMES])
    return table.rename_axis(index="days").reset_index()


def conversion_curve(table: pd.DataFrame, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Estimate the share that has reached the goal, or is lost, by each day.

    Parameters
    ----------
    table : DataFrame
        A life table, as `life_table` returns it.
    confidence : float
        Nominal coverage of the intervals at each day.

    Returns
    -------
    DataFrame
        One row per day of the table: `days`, `n_at_risk` (still open at the
        begin of the day), `n_reached`, `n_lost`, `n_open`; `waiting` (neither
        reached nor lost, Kaplan-Meier), `reached` and `lost` (cumulative
        incidence, Aalen-Johansen), each with `_low` and `_high`. The three add
        up to 1. A lead open after d days is at risk on day d.

    Notes
    -----
    Leads that are lost can no longer convert. Treating them as censored would
    estimate what happens in a world without losses; cumulative incidence
    estimates the share that really converts [1]_. Variances are Greenwood's and
    its counterpart for competing risks [2]_; intervals are made on the scale
    log(-log) and so stay inside [0, 1]. Where nothing, or all, has happened,
    the end of the interval is that of Wilson for the leads at risk.

    References
    ----------
    .. [1] O. O. Aalen, S. Johansen. "An empirical transition matrix for
       non-homogeneous Markov chains based on censored observations".
       Scandinavian Journal of Statistics 5(3), 1978.
    .. [2] J. J. Gaynor et al. "On the use of cause-specific failure and
       conditional failure probabilities". Journal of the American Statistical
       Association 88(422), 1993. doi:10.1080/01621459.1993.10476289
    """
    events = [table[f"n_{name}"].to_numpy(dtype=np.float64) for name in OUTCOMES]
    n_ended, n_at_risk, waiting = _waiting(*events)
    curve = pd.DataFrame({"days": table["days"], "n_at_risk": n_at_risk.astype(np.int64)})
    curve = curve.assign(**{f"n_{name}": table[f"n_{name}"] for name in OUTCOMES})
    growth: Floats = np.cumsum(_greenwood(n_ended, n_at_risk))
    low, high = _log_log_interval(1 - waiting, waiting * waiting * growth, n_at_risk, confidence)
    curve = curve.assign(waiting=waiting, waiting_low=1 - high, waiting_high=1 - low)
    for name, counts in zip(OUTCOMES[:2], events[:2], strict=True):
        share, variance = _incidence(counts, n_ended, n_at_risk, waiting)
        low, high = _log_log_interval(share, variance, n_at_risk, confidence)
        curve = curve.assign(**{name: share, f"{name}_low": low, f"{name}_high": high})
    return curve


def reached_by_day(
    n_reached: Floats, n_lost: Floats, n_open: Floats, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats, Floats, Floats]:
    """Estimate the share that has reached the goal by each day, as `conversion_curve` does, from arrays.

    Parameters
    ----------
    n_reached, n_lost, n_open : arrays of shape (n_days,)
        A life table: days that occur, ascending.
    confidence : float
        Nominal coverage of the intervals at each day.

    Returns
    -------
    n_at_risk, reached, reached_low, reached_high : arrays of shape (n_days,)
        As the columns of `conversion_curve`.
    """
    n_ended, n_at_risk, waiting = _waiting(n_reached, n_lost, n_open)
    share, variance = _incidence(n_reached, n_ended, n_at_risk, waiting)
    return n_at_risk, share, *_log_log_interval(share, variance, n_at_risk, confidence)


def cumulative_incidence(n_reached: Floats, n_lost: Floats, n_open: Floats) -> tuple[Floats, Floats]:
    """Return the shares reached and lost by each day, for many life tables at once.

    Parameters
    ----------
    n_reached, n_lost, n_open : arrays of shape (..., n_days)
        Counts, or weights, on days 0, 1, 2, ...; the last axis is time.

    Returns
    -------
    reached, lost : arrays of the same shape
        Aalen-Johansen estimates, without intervals.
    """
    total = n_reached + n_lost + n_open
    n_at_risk = np.flip(np.cumsum(np.flip(total, axis=-1), axis=-1), axis=-1)
    waiting = np.cumprod(1 - _ratio(n_reached + n_lost, n_at_risk), axis=-1)
    before = np.concatenate([np.ones_like(waiting[..., :1]), waiting[..., :-1]], axis=-1)
    reached = np.cumsum(before * _ratio(n_reached, n_at_risk), axis=-1)
    lost = np.cumsum(before * _ratio(n_lost, n_at_risk), axis=-1)
    return reached, lost


def days_until(curve: pd.DataFrame, share: float, name: str = "reached") -> float:
    """Return the first day by which `share` of all leads have reached the goal; NaN if never observed.

    `name` may also be "reached_high" or "reached_low": the earliest and the
    latest day that the interval allows.
    """
    enough = curve[name].to_numpy() >= share - 1e-12
    return float(curve["days"].to_numpy()[np.argmax(enough)]) if enough.any() else float("nan")


def lag_curve(curve: pd.DataFrame) -> pd.DataFrame:
    """Return how conversions are spread over time, among leads that convert.

    Parameters
    ----------
    curve : DataFrame
        As `conversion_curve` returns it.

    Returns
    -------
    DataFrame
        `days`, `share` of all conversions within the time observed that have
        happened by then: 1 on the last day. Empty when nothing converted.

    Notes
    -----
    The curve ends on the last day on which at least 20 leads are at risk (with
    fewer leads from the start: on the last day): beyond it one conversion would
    weigh as much as a month of them.
    """
    followed = curve[curve["days"] <= followed_days(curve)]
    final = followed["reached"].iloc[-1] if len(followed) else 0.0
    if final <= 0:
        return pd.DataFrame({"days": np.zeros(0, dtype=np.int64), "share": np.zeros(0)})
    return pd.DataFrame({"days": followed["days"], "share": followed["reached"] / final}).reset_index(drop=True)


def lag_quantile(lags: pd.DataFrame, share: float) -> float:
    """Return the days within which `share` of the conversions happen; NaN when there are none."""
    return days_until(lags, share, "share")


def followed_days(curve: pd.DataFrame) -> float:
    """Return the last day with at least 20 leads at risk; the last day if there never were; NaN if empty."""
    if curve.empty:
        return float("nan")
    enough = curve.loc[curve["n_at_risk"] >= MIN_N, "days"]
    return float(enough.max() if len(enough) else curve["days"].max())


def _waiting(n_reached: Floats, n_lost: Floats, n_open: Floats) -> tuple[Floats, Floats, Floats]:
    """Return those that ended on each day, those at risk, and the share still waiting after it."""
    n_ended: Floats = n_reached + n_lost
    n_at_risk: Floats = np.flip(np.cumsum(np.flip(n_ended + n_open)))
    return n_ended, n_at_risk, np.cumprod(1 - _ratio(n_ended, n_at_risk), dtype=np.float64)


def _incidence(counts: Floats, n_ended: Floats, n_at_risk: Floats, waiting: Floats) -> tuple[Floats, Floats]:
    """Return the cumulative incidence of one outcome and its variance."""
    before = np.concatenate([[1.0], waiting[:-1]]) if len(waiting) else waiting
    share = np.cumsum(before * _ratio(counts, n_at_risk))
    # The sums over earlier days of (F(t) - F(s))^2 a(s) and so on, opened up so that one pass is enough.
    first = _greenwood(n_ended, n_at_risk)
    second = before**2 * _ratio(counts * (n_at_risk - counts), n_at_risk**3)
    third = before * _ratio(counts, n_at_risk**2)
    variance = share**2 * np.cumsum(first) - 2 * share * np.cumsum(share * first) + np.cumsum(share**2 * first)
    variance += np.cumsum(second) - 2 * (share * np.cumsum(third) - np.cumsum(share * third))
    return share, np.maximum(variance, 0.0)


def _greenwood(n_ended: Floats, n_at_risk: Floats) -> Floats:
    # When all that are at risk end, nothing is left whose variance could grow.
    return np.where(n_ended < n_at_risk, _ratio(n_ended, n_at_risk * (n_at_risk - n_ended)), 0.0)


def _log_log_interval(share: Floats, variance: Floats, n_at_risk: Floats, confidence: float) -> tuple[Floats, Floats]:
    z = critical_value(confidence)
    is_inner = (share > 1e-15) & (share < 1 - 1e-15)
    rest = np.where(is_inner, 1 - share, 0.5)
    factor = np.exp(z * np.sqrt(variance) / (rest * -np.log(rest)))
    nobody_low, nobody_high = wilson_interval(np.where(share > 0.5, n_at_risk, 0), n_at_risk, confidence)
    low = np.where(is_inner, 1 - rest ** (1 / factor), nobody_low)
    high = np.where(is_inner, 1 - rest**factor, nobody_high)
    return low, high


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    ratio: Floats = np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)
    return ratio
