"""Rates of many small groups, each drawn towards what groups are usually like."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betaln
from scipy.stats import beta

from analysis.intervals import CONFIDENCE, Floats

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
