"""Comparisons at the same score, so that what the score itself says is out of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.intervals import CONFIDENCE, MIN_N, Floats, critical_value, rates, wilson_interval
from analysis.matching import Mask
from analysis.rulesets.columns import Integers
from analysis.stratified import Strata, rate_difference, strata_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SameScore:
    """Wins of some leads beside the wins of the others with the same scores.

    Attributes
    ----------
    n_leads, n_won : int
        The leads, and those of them that won.
    win_rate, win_low, win_high : float
        With its 95 % Wilson interval.
    n_expected : float
        Wins they would have at the rates of the others with their scores; NaN when there
        are no others.
    difference, low, high : float
        Difference of the win rates at equal scores (Mantel-Haenszel).
    chance : float
        Probability of so large a difference by chance alone; NaN with too few leads on
        either side.
    """

    n_leads: int
    n_won: int
    win_rate: float
    win_low: float
    win_high: float
    n_expected: float
    difference: float
    low: float
    high: float
    chance: float


def against_same_score(score: Integers, is_won: Mask, is_chosen: Mask, *, confidence: float = CONFIDENCE) -> SameScore:
    """Hold the wins of chosen leads against those of the others with the same scores.

    Parameters
    ----------
    score, is_won, is_chosen : arrays of shape (n,)
        One entry per lead.
    confidence : float
        Of the intervals.
    """
    n_leads, n_won = int(is_chosen.sum()), int((is_won & is_chosen).sum())
    low, high = wilson_interval([n_won], [n_leads], confidence)
    strata = strata_of(pd.DataFrame({"score": score}), is_chosen, is_won)
    found = rate_difference(strata, confidence)
    is_enough = min(n_leads, len(score) - n_leads) >= MIN_N
    return SameScore(
        n_leads=n_leads,
        n_won=n_won,
        win_rate=float(rates([n_won], [n_leads])[0]),
        win_low=float(low[0]),
        win_high=float(high[0]),
        n_expected=_expected(strata),
        difference=found.value,
        low=found.low,
        high=found.high,
        chance=found.chance if is_enough else np.nan,
    )


def points_of_losers(score: Integers, is_won: Mask, points: Integers) -> pd.DataFrame:
    """Compare what losers and winners have of each rule: on the whole, and at the same scores.

    Parameters
    ----------
    score, is_won : arrays of shape (n,)
        One entry per lead.
    points : array of shape (n, n_rules)
        What each rule gave.

    Returns
    -------
    DataFrame
        One row per rule: `lost_points`, `won_points` (means); `difference` (losers minus
        winners) with `low`, `high` (Welch); `same_difference` (at equal scores) with `same_low`,
        `same_high`; `chance` (probability of so large a difference at equal scores by chance
        alone). Where points add up to the score, `same_difference` adds up to 0.

    Notes
    -----
    At equal scores the difference is weighted as Mantel and Haenszel do, and its
    variance is that of all ways to deal out the wins among the leads of each score.
    """
    lost, won = points[~is_won], points[is_won]
    z = critical_value()
    difference = lost.mean(axis=0) - won.mean(axis=0)
    spread = np.sqrt(lost.var(axis=0, ddof=1) / len(lost) + won.var(axis=0, ddof=1) / len(won))
    same, same_spread = _same_difference(score, is_won, points)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.where(same_spread > 0, 2 * norm.sf(np.abs(same) / same_spread), np.nan)
    return pd.DataFrame(
        {
            "lost_points": lost.mean(axis=0),
            "won_points": won.mean(axis=0),
            "difference": difference,
            "low": difference - z * spread,
            "high": difference + z * spread,
            "same_difference": same,
            "same_low": same - z * same_spread,
            "same_high": same + z * same_spread,
            "chance": chance,
        }
    )


def _same_difference(score: Integers, is_won: Mask, points: Integers) -> tuple[Floats, Floats]:
    place = np.unique(score, return_inverse=True)[1]
    n = np.bincount(place).astype(np.float64)
    n_won = np.bincount(place, weights=is_won)
    weight = n_won * (n - n_won) / n
    total = float(weight.sum())
    if total <= 0:
        empty = np.full(points.shape[1], np.nan)
        return empty, empty
    differences, variances = [], []
    for values in points.T.astype(np.float64):
        sums, squares, of_won = (np.bincount(place, weights=each) for each in (values, values**2, values * is_won))
        # Weight times (mean of losers - mean of winners), written without empty means.
        differences.append((n_won / n * sums - of_won).sum() / total)
        variances.append((weight * (squares - sums**2 / n) / np.maximum(n - 1, 1)).sum() / total**2)
    return np.array(differences), np.sqrt(np.maximum(variances, 0.0))


def _expected(strata: Strata) -> float:
    """Return the wins at the others' rates; scores that no other lead has take the common rate of the others."""
    n_other = float(strata.n_other.sum())
    if not n_other or not strata.n.sum():
        return np.nan
    common = float(strata.other_hits.sum()) / n_other
    rate = np.where(strata.n_other > 0, strata.other_hits / np.maximum(strata.n_other, 1), common)
    return float((strata.n * rate).sum())
