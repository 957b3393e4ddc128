"""Rates that never fall as the score rises: the steps that counts show, and how sure they are."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression
from scipy.special import xlog1py, xlogy
from scipy.stats import chi2

from analysis.intervals import CONFIDENCE, Floats, wilson_interval

_BISECTIONS: Final = 17
"""Halvings of the way to 0 or 1: ends are exact to a hundred-thousandth."""

_SAME: Final = 1e-9


def isotonic_rates(n_won: ArrayLike, n_leads: ArrayLike) -> Floats:
    """Return the win rate of each score under the only assumption that it never falls.

    Parameters
    ----------
    n_won, n_leads : array-like of shape (n_scores,)
        Wins and leads by ascending score; every score has leads.

    Returns
    -------
    array of shape (n_scores,)
        Neighbouring scores that are out of order share one rate: the
        pool-adjacent-violators algorithm, as the reliability diagrams of [1]_ use it.

    Raises
    ------
    ValueError
        If a score has no leads, or more wins than leads.

    References
    ----------
    .. [1] T. Dimitriadis, T. Gneiting, A. I. Jordan. "Stable reliability diagrams
       for probabilistic classifiers". PNAS 118(8), 2021. doi:10.1073/pnas.2016191118
    """
    won, leads = _checked(n_won, n_leads)
    return _pooled(won, leads) if len(won) else won


def isotonic_interval(n_won: ArrayLike, n_leads: ArrayLike, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Return the interval of each rate of `isotonic_rates`.

    Parameters
    ----------
    n_won, n_leads : array-like of shape (n_scores,)
        As for `isotonic_rates`.
    confidence : float
        Nominal coverage of each single interval.

    Returns
    -------
    low, high : arrays of shape (n_scores,)
        Never falling, and around the rates.

    Raises
    ------
    ValueError
        As for `isotonic_rates`.

    Notes
    -----
    The bootstrap fails where rates are tied [1]_, as they are on every step. So
    the likelihood-ratio test is turned round [2]_: a rate belongs to the interval
    when the best rising curve through it is not much worse than the best one of
    all. Its limit with few scores of many leads, chi-squared, is the widest of
    its limits, so intervals are too wide rather than too narrow. Only at the ends
    of a step, where the rising curve follows single scores, and without any win
    or loss, is it too sure: it is widened to Wilson's interval of the step.

    References
    ----------
    .. [1] B. Sen, M. Banerjee, M. Woodroofe. "Inconsistency of bootstrap: the
       Grenander estimator". Annals of Statistics 38(4), 2010. doi:10.1214/09-AOS777
    .. [2] M. Banerjee, J. A. Wellner. "Likelihood ratio tests for monotone
       functions". Annals of Statistics 29(6), 2001. doi:10.1214/aos/1015345959
    """
    won, leads = _checked(n_won, n_leads)
    if not len(won):
        return won, won
    rates = _pooled(won, leads)
    lowest, highest = _neighbours(won, leads)
    limit = float(np.sum(_likelihood(won, leads, rates))) - float(chi2.ppf(confidence, 1)) / 2
    ends = []
    for outside in (0.0, 1.0):
        inner, outer = rates.copy(), np.full(len(rates), outside)
        for _ in range(_BISECTIONS):
            middle = (inner + outer) / 2
            curves = np.clip(middle[:, None], lowest, highest)
            is_inside = _likelihood(won, leads, curves).sum(axis=1) >= limit
            inner, outer = np.where(is_inside, middle, inner), np.where(is_inside, outer, middle)
        ends.append(inner)
    step_low, step_high = _step_intervals(rates, won, leads, confidence)
    low = np.where(rates <= 0, 0, np.minimum(ends[0], step_low))
    high = np.where(rates >= 1, 1, np.maximum(ends[1], step_high))
    return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]


def steps_of(rates: Floats) -> NDArray[np.int64]:
    """Return the number of the step that each of some rising rates is on, from 0."""
    is_new = np.diff(rates, prepend=rates[:1]) > _SAME
    return np.cumsum(is_new).astype(np.int64)


def _checked(n_won: ArrayLike, n_leads: ArrayLike) -> tuple[Floats, Floats]:
    won, leads = np.asarray(n_won, dtype=np.float64), np.asarray(n_leads, dtype=np.float64)
    if won.shape != leads.shape or not bool(np.all((leads > 0) & (won >= 0) & (won <= leads))):
        raise ValueError("Counts must satisfy 0 <= n_won <= n_leads and n_leads > 0 for every score.")
    return won, leads


def _pooled(won: Floats, leads: Floats) -> Floats:
    pooled: Floats = np.clip(isotonic_regression(won / leads, weights=leads).x, 0, 1)
    return pooled


def _neighbours(won: Floats, leads: Floats) -> tuple[Floats, Floats]:
    """Return between what a curve through each score may move at the others, shape (n_scores, n_scores).

    The best rising curve with the value t at score i is `clip(t, low[i], high[i])`:
    the scores below are fitted without i and cut off at t, and so are those above.
    """
    n = len(won)
    low, high = np.zeros((n, n)), np.ones((n, n))
    for place in range(n):
        if place:
            high[place, :place] = _pooled(won[:place], leads[:place])
        if place + 1 < n:
            low[place, place + 1 :] = _pooled(won[place + 1 :], leads[place + 1 :])
    return low, high


def _likelihood(won: Floats, leads: Floats, rates: Floats) -> Floats:
    total: Floats = xlogy(won, rates) + xlog1py(leads - won, -rates)
    return total


def _step_intervals(rates: Floats, won: Floats, leads: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return Wilson's interval of the step each score is on."""
    step = steps_of(rates)
    low, high = wilson_interval(np.bincount(step, won), np.bincount(step, leads), confidence)
    return low[step], high[step]
