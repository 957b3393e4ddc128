"""Two groups held against each other among their like: within strata, then put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.intervals import CONFIDENCE, Floats, critical_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """Counts of two groups per stratum, each of shape (n_strata,).

    Attributes
    ----------
    hits, n : arrays
        Successes and trials of the group in question.
    other_hits, n_other : arrays
        The same of those it is held against.
    """

    hits: Floats
    n: Floats
    other_hits: Floats
    n_other: Floats

    @property
    def n_compared(self) -> int:
        """Trials of the group in question that have like ones to be held against."""
        return int(self.n[self.n_other > 0].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """A comparison over all strata: the value, its interval, and its chance.

    Attributes
    ----------
    value, low, high : float
        NaN where no stratum has both groups.
    chance : float
        Probability of so much difference if there were none.
    """

    value: float
    low: float
    high: float
    chance: float


def strata_of(keys: pd.DataFrame, is_group: np.ndarray, is_hit: np.ndarray) -> Strata:
    """Count both groups per stratum.

    Parameters
    ----------
    keys : DataFrame
        One row per case; equal rows are one stratum.
    is_group, is_hit : boolean arrays of shape (n_cases,)
        Whether a case is of the group in question, and a success.
    """
    place = np.zeros(len(keys), dtype=np.int64)
    for name in keys:
        codes, found = pd.factorize(keys[name], sort=True, use_na_sentinel=False)
        place = place * max(len(found), 1) + codes
    distinct, place = np.unique(place, return_inverse=True)
    n_strata = len(distinct)

    def count(chosen: np.ndarray) -> Floats:
        return np.bincount(place[chosen], minlength=n_strata).astype(np.float64)

    is_group, is_hit = np.asarray(is_group, dtype=bool), np.asarray(is_hit, dtype=bool)
    return Strata(
        hits=count(is_group & is_hit),
        n=count(is_group),
        other_hits=count(~is_group & is_hit),
        n_other=count(~is_group),
    )


def odds_ratio(strata: Strata, confidence: float = CONFIDENCE) -> Common:
    """Return the common odds ratio of Mantel and Haenszel.

    Notes
    -----
    The interval uses the variance of Robins, Breslow and Greenland [1]_, which holds for few
    large strata and for many small ones; the chance is that of the test of Cochran, Mantel and
    Haenszel, without correction for continuity [2]_.

    References
    ----------
    .. [1] J. Robins, N. Breslow, S. Greenland. "Estimators of the Mantel-Haenszel variance
       consistent in both sparse data and large-strata limiting models". Biometrics 42(2),
       1986. doi:10.2307/2531052
    .. [2] N. Mantel, W. Haenszel. "Statistical aspects of the analysis of data from
       retrospective studies of disease". Journal of the National Cancer Institute 22(4), 1959.
    """
    a, b, c, d, total = _cells(strata)
    up, down = a * d / total, b * c / total
    chance = _chance(strata)
    if not up.sum() or not down.sum():
        value = np.nan if not up.sum() and not down.sum() else (np.inf if up.sum() else 0.0)
        return Common(value=value, low=0.0, high=np.inf, chance=chance)
    agree, differ = (a + d) / total, (b + c) / total
    variance = (
        (agree * up).sum() / (2 * up.sum() ** 2)
        + (agree * down + differ * up).sum() / (2 * up.sum() * down.sum())
        + (differ * down).sum() / (2 * down.sum() ** 2)
    )
    log, half = np.log(up.sum() / down.sum()), critical_value(confidence) * np.sqrt(variance)
    low, value, high = np.exp([log - half, log, log + half])
    return Common(value=float(value), low=float(low), high=float(high), chance=chance)


def rate_difference(strata: Strata, confidence: float = CONFIDENCE) -> Common:
    """Return the common difference of rates, weighted as by Mantel and Haenszel.

    Notes
    -----
    The variance is that of Sato [1]_, which holds for few large strata and for many small ones.

    References
    ----------
    .. [1] T. Sato. "On the variance estimator for the Mantel-Haenszel risk difference".
       Biometrics 45(4), 1989.
    """
    a, _, c, _, total = _cells(strata)
    is_both = (strata.n > 0) & (strata.n_other > 0)
    n, other = strata.n[is_both], strata.n_other[is_both]
    weight = float((n * other / total).sum())
    if not weight:
        return Common(value=np.nan, low=np.nan, high=np.nan, chance=np.nan)
    value = float(((a * other - c * n) / total).sum()) / weight
    bend = float(((n**2 * c - other**2 * a + n * other * (other - n) / 2) / total**2).sum())
    spread = float(((a * (other - c) + c * (n - a)) / (2 * total)).sum())
    half = critical_value(confidence) * float(np.sqrt(max(value * bend + spread, 0.0))) / weight
    return Common(value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), chance=_chance(strata))


def _cells(strata: Strata) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the four cells and the total of the strata that have both groups."""
    is_both = (strata.n > 0) & (strata.n_other > 0)
    a, c = strata.hits[is_both], strata.other_hits[is_both]
    n, other = strata.n[is_both], strata.n_other[is_both]
    return a, n - a, c, other - c, n + other


def _chance(strata: Strata) -> float:
    a, b, c, d, total = _cells(strata)
    is_large = total > 1
    a, b, c, d, total = (cell[is_large] for cell in (a, b, c, d, total))
    variance = float(((a + b) * (c + d) * (a + c) * (b + d) / (total**2 * (total - 1))).sum())
    if not variance:
        return float("nan")
    surplus = float((a - (a + b) * (a + c) / total).sum())
    return float(chi2.sf(surplus**2 / variance, 1))
