"""Rates of many small groups, each drawn towards what groups are usually like."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln
from scipy.stats import beta, gamma

from analysis.intervals import CONFIDENCE, Floats, critical_value

_STRENGTHS: Final = np.geomspace(2, 5000, 60)
"""How many leads the prior may be worth: from hardly any likeness of groups to nearly the same rate."""

_MEANS: Final = 1 / (1 + np.exp(-np.linspace(-9, 9, 361)))


def shrunken_rates(n_successes: ArrayLike, n_trials: ArrayLike, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Estimate the rate of each group from its own counts and those of all groups.

    Parameters
    ----------
    n_successes, n_trials : array-like of shape (n_groups,)
        Counts per group; groups without trials get the common rate.
    confidence : float
        Content of the interval.

    Returns
    -------
    DataFrame
        One row per group: `rate`, `low`, `high` (posterior mean and equal-tailed
        interval), and `weight` (share of the group's own counts in its rate).

    Notes
    -----
    Empirical Bayes: rates of groups follow a beta distribution whose mean and
    strength are the most plausible given all counts [1]_. One win in two leads
    says little, so such a group stays near the common rate. With no counts at
    all the rate is that of a uniform prior.

    References
    ----------
    .. [1] B. Efron. "Large-Scale Inference: Empirical Bayes Methods for
       Estimation, Testing, and Prediction". Cambridge University Press, 2010.
    """
    n = np.asarray(n_trials, dtype=np.float64)
    a, b = beta_posteriors(n_successes, n)
    tail, rate = (1 - confidence) / 2, a / (a + b)
    return pd.DataFrame(
        {
            "rate": rate,
            "low": np.minimum(beta.ppf(tail, a, b), rate),
            "high": np.maximum(beta.ppf(1 - tail, a, b), rate),
            "weight": n / (a + b),
        }
    )


def beta_posteriors(n_successes: ArrayLike, n_trials: ArrayLike) -> tuple[Floats, Floats]:
    """Return the two parameters of the beta distribution that describes each group's rate; see `shrunken_rates`."""
    x, n = (np.asarray(values, dtype=np.float64) for values in (n_successes, n_trials))
    mean, strength = _prior(x, n)
    return mean * strength + x, (1 - mean) * strength + n - x


def shrunken_ratios(ratio: ArrayLike, low: ArrayLike, high: ArrayLike, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Estimate how each group differs from what is expected of it, given how groups usually differ.

    Parameters
    ----------
    ratio, low, high : array-like of shape (n_groups,)
        Observed over expected, at least 0, with an interval of content
        `confidence`; NaN where nothing is known.
    confidence : float
        Content of the intervals, given and returned.

    Returns
    -------
    DataFrame
        One row per group: `ratio`, `low`, `high` (posterior mean and
        equal-tailed interval) and `weight` (share of the group's own data).

    Notes
    -----
    The empirical Bayes of disease mapping [1]_: observed counts are Poisson, and
    ratios follow a gamma distribution with mean 1 whose spread is the most
    plausible given all groups. Counts enter as they would be were they Poisson
    with the width of the intervals given.

    References
    ----------
    .. [1] D. Clayton, J. Kaldor. "Empirical Bayes estimates of age-standardized
       relative risks for use in disease mapping". Biometrics 43(3), 1987.
       doi:10.2307/2532003
    """
    middle, below, above = (np.asarray(values, dtype=np.float64) for values in (ratio, low, high))
    x, n = _poisson_counts(middle, below, above, confidence)
    strength = _ratio_strength(x, n)
    a, b, tail = strength + x, strength + n, (1 - confidence) / 2
    bounds = [gamma.ppf(share, a, scale=1 / b) for share in (tail, 1 - tail)]
    return pd.DataFrame({"ratio": a / b, "low": bounds[0], "high": bounds[1], "weight": n / b})


def _poisson_counts(ratio: Floats, low: Floats, high: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return observed and expected counts that tell as much as the intervals do."""
    is_known, is_zero = np.isfinite(ratio) & (high > 0), ratio <= 0
    z, nothing = critical_value(confidence), -np.log((1 - confidence) / 2)
    has_low = is_known & ~is_zero & (low > 0)
    width = np.log(np.where(has_low, high / np.where(has_low, low, 1.0), np.e))
    # Nothing observed: the expected count at which the upper end would just allow that.
    x = np.where(has_low, (2 * z / width) ** 2, np.where(is_known & ~is_zero, 1.0, 0.0))
    n = np.where(is_zero, nothing / np.where(is_known, high, 1.0), x / np.where(is_zero | ~is_known, 1.0, ratio))
    return np.where(is_known, x, 0.0), np.where(is_known, n, 0.0)


def _ratio_strength(x: Floats, n: Floats) -> float:
    """Return how many expected events the prior is worth."""
    a = _STRENGTHS
    x, n = x[n > 0, None], n[n > 0, None]
    likelihood = (gammaln(a + x) - gammaln(a) + a * np.log(a) - (a + x) * np.log(a + n)).sum(axis=0)
    return float(a[int(np.argmax(likelihood + np.log(a / (1 + a) ** 2)))])


def _prior(x: Floats, n: Floats) -> tuple[float, float]:
    known = n > 0
    if not known.any():
        return 0.5, 2.0
    if known.sum() == 1:
        # One group has nothing to be like: the prior is worth two leads.
        return float((x.sum() + 1) / (n.sum() + 2)), 2.0
    x, n = x[known], n[known]
    a, b = _MEANS[:, None] * _STRENGTHS, (1 - _MEANS)[:, None] * _STRENGTHS
    likelihood = sum(betaln(a + wins, b + trials - wins) - betaln(a, b) for wins, trials in zip(x, n, strict=True))
    # Weak beliefs keep the estimate off the edges: a rate is rarely exactly 0 or 1, nor all groups exactly alike.
    likelihood = likelihood + np.log(_MEANS * (1 - _MEANS))[:, None] + np.log(_STRENGTHS / (1 + _STRENGTHS) ** 2)
    row, column = np.unravel_index(int(np.argmax(likelihood)), a.shape)
    return float(_MEANS[row]), float(_STRENGTHS[column])
