"""Waiting times from life tables, with those still waiting counted as "at least so long"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.intervals import CONFIDENCE, Floats, critical_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long it takes half of them.

    Attributes
    ----------
    n : int
        Those who began to wait.
    n_events : int
        Those of them whose waiting is known to have ended.
    median : float
        Time by which half had ended, in the unit of the life table; NaN when
        half never end within the time observed.
    low, high : float
        95 % interval of `median`; `high` is infinite where the data set no limit.
    """

    n: int
    n_events: int
    median: float
    low: float
    high: float


def median_waiting(life_table: pd.DataFrame) -> Waiting:
    """Estimate the median waiting time from a life table.

    Parameters
    ----------
    life_table : DataFrame
        Columns `time` (at least 0), `n_events` (waits that ended then) and
        `n_censored` (last seen waiting then). Any order; times may repeat.

    Notes
    -----
    The Kaplan-Meier estimate [1]_; an event comes before a censoring at the same
    time. The interval holds the times at which the log-log band of the curve
    does not exclude one half [2]_.

    References
    ----------
    .. [1] E. L. Kaplan, P. Meier. "Nonparametric estimation from incomplete
       observations". Journal of the American Statistical Association 53(282),
       1958. doi:10.1080/01621459.1958.10501452
    .. [2] R. Brookmeyer, J. Crowley. "A confidence interval for the median
       survival time". Biometrics 38(1), 1982. doi:10.2307/2530286
    """
    table = _by_time(life_table)
    times = table.index.to_numpy(dtype=np.float64)
    events = table["n_events"].to_numpy(dtype=np.float64)
    waiting, low, high = _survival(events, table["n_censored"].to_numpy(dtype=np.float64))
    return Waiting(
        n=int(table.to_numpy().sum()),
        n_events=int(events.sum()),
        median=_first_time(times, waiting, np.nan),
        # The lower band reaches one half first; if it never does, half wait longer than anyone was seen to.
        low=_first_time(times, low, float(times[-1]) if len(times) else 0.0),
        high=_first_time(times, high, np.inf),
    )


def time_until(life_table: pd.DataFrame, share: float) -> float:
    """Return the time by which `share` of all have ended, as `median_waiting` estimates it; NaN when never observed."""
    table = _by_time(life_table)
    waiting, _, _ = _survival(*(table[name].to_numpy(dtype=np.float64) for name in ("n_events", "n_censored")))
    return _first_time(table.index.to_numpy(dtype=np.float64), waiting, np.nan, 1 - share)


def log_rank(life_table: pd.DataFrame, other: pd.DataFrame) -> float:
    """Return how often chance alone makes two groups wait as differently as these.

    Parameters
    ----------
    life_table, other : DataFrame
        As for `median_waiting`, one for each group.

    Returns
    -------
    float
        Two-sided probability, in [0, 1], when both groups wait alike; 1 when
        there is nothing to compare.

    Notes
    -----
    The log-rank test with the hypergeometric variance that ties leave [1]_.

    References
    ----------
    .. [1] N. Mantel. "Evaluation of survival data and two new rank order
       statistics arising in its consideration". Cancer Chemotherapy Reports
       50(3), 1966.
    """
    tables = [_by_time(life_table), _by_time(other)]
    times = tables[0].index.union(tables[1].index)
    columns = (
        table.reindex(times, fill_value=0)[name].to_numpy(dtype=np.float64)
        for table in tables
        for name in ("n_events", "n_censored")
    )
    return log_rank_chance(*columns)


def log_rank_chance(events: Floats, censored: Floats, other_events: Floats, other_censored: Floats) -> float:
    """Return the same as `log_rank` of two groups whose counts are given for the same times, ascending.

    Parameters
    ----------
    events, censored, other_events, other_censored : arrays of shape (n_times,)
        Waits that ended, and that were last seen open; something happened at each time.
    """
    (events, at_risk), (other_events, other_at_risk) = (
        _at_risk(events, censored),
        _at_risk(other_events, other_censored),
    )
    n, ended = at_risk + other_at_risk, events + other_events
    expected = ended * at_risk / n
    variance = np.where(n > 1, expected * other_at_risk / n * (n - ended) / np.maximum(n - 1, 1), 0.0).sum()
    if variance == 0:
        return 1.0
    return float(chi2.sf((events - expected).sum() ** 2 / variance, df=1))


def _by_time(life_table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per time at which something happened, ascending."""
    table = life_table.groupby("time", sort=True)[["n_events", "n_censored"]].sum()
    return table[table.sum(axis=1) > 0]


def _at_risk(events: Floats, censored: Floats) -> tuple[Floats, Floats]:
    gone = np.cumsum(events + censored) - (events + censored)
    return events, (events + censored).sum() - gone


def _survival(events: Floats, censored: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the share still waiting after each time, with its log-log band."""
    events, at_risk = _at_risk(events, censored)
    waiting = np.cumprod(1 - events / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        half = critical_value(CONFIDENCE) * np.sqrt(greenwood) / np.log(waiting)
        low, high = waiting ** np.exp(-half), waiting ** np.exp(half)
    # Before the first event and after the last there is no spread to speak of.
    is_between = (waiting > 0) & (waiting < 1)
    return waiting, np.where(is_between, low, waiting), np.where(is_between, high, waiting)


def _first_time(times: Floats, waiting: Floats, otherwise: float, share: float = 0.5) -> float:
    """Return the first time at which no more than `share` are waiting."""
    # Rounding must not carry a curve that is exactly one half past it.
    index = np.flatnonzero(waiting <= share + 1e-12)
    return float(times[index[0]]) if len(index) else otherwise
