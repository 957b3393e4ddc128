"""Intervals for rates: how sure we are, from counts alone."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

Floats: TypeAlias = NDArray[np.float64]

CONFIDENCE: Final = 0.95
"""How often an interval holds the true rate."""

MIN_N: Final = 20
"""Below this number of observations a rate is "too few to say".

At n = 20 a 95 % interval is still up to 0.40 wide; with fewer it spans so much
that two neighbouring bands can hardly ever be told apart.
"""


def wilson_interval(
    n_successes: ArrayLike, n_trials: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Return the Wilson score interval of each rate.

    Unlike the textbook interval it stays inside [0, 1], is not empty at 0 of n,
    and covers at about its nominal level for small n [1]_.

    Parameters
    ----------
    n_successes : array-like of shape (n,)
        Successes, between 0 and `n_trials`; fractions are allowed.
    n_trials : array-like of shape (n,)
        Trials, at least 0.
    confidence : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    low, high : arrays of shape (n,)
        Ends of the interval, in [0, 1]. Nothing is known from 0 trials: (0, 1).

    Raises
    ------
    ValueError
        If a count is negative, or there are more successes than trials, or
        `confidence` is not between 0 and 1.

    References
    ----------
    .. [1] E. B. Wilson. "Probable inference, the law of succession, and
       statistical inference". Journal of the American Statistical Association
       22(158), 1927. doi:10.1080/01621459.1927.10502953
    """
    successes, trials = _checked(n_successes, n_trials)
    z = critical_value(confidence)
    n = np.where(trials > 0, trials, 1.0)
    rate = successes / n
    scale = 1 + z**2 / n
    centre = (rate + z**2 / (2 * n)) / scale
    half = z / scale * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    # At 0 and n successes the ends are exactly 0 and 1; rounding must not move them.
    low = np.where(successes > 0, np.clip(centre - half, 0, 1), 0.0)
    high = np.where(successes < trials, np.clip(centre + half, 0, 1), 1.0)
    return low, high


def newcombe_interval(
    n_successes: ArrayLike,
    n_trials: ArrayLike,
    n_other_successes: ArrayLike,
    n_other_trials: ArrayLike,
    confidence: float = CONFIDENCE,
) -> tuple[Floats, Floats]:
    """Return the interval of each difference of two independent rates.

    The difference is the first rate minus the other. Method 10 of Newcombe [1]_
    joins two Wilson intervals, so it too behaves at 0 of n and for small n.

    Parameters
    ----------
    n_successes, n_trials, n_other_successes, n_other_trials : array-like of shape (n,)
        Counts of the two groups.
    confidence : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    low, high : arrays of shape (n,)
        Ends of the interval, in [-1, 1]; (-1, 1) when a group has no trials.

    Raises
    ------
    ValueError
        As for `wilson_interval`.

    References
    ----------
    .. [1] R. G. Newcombe. "Interval estimation for the difference between
       independent proportions: comparison of eleven methods". Statistics in
       Medicine 17(8), 1998.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    """
    low, high = wilson_interval(n_successes, n_trials, confidence)
    other_low, other_high = wilson_interval(n_other_successes, n_other_trials, confidence)
    rate, other_rate = rates(n_successes, n_trials), rates(n_other_successes, n_other_trials)
    difference = rate - other_rate
    is_known = ~np.isnan(difference)
    below = difference - np.hypot(rate - low, other_high - other_rate)
    above = difference + np.hypot(high - rate, other_rate - other_low)
    return np.where(is_known, np.clip(below, -1, 1), -1.0), np.where(is_known, np.clip(above, -1, 1), 1.0)


def rates(n_successes: ArrayLike, n_trials: ArrayLike) -> Floats:
    """Return successes / trials; NaN where there were no trials."""
    successes, trials = _checked(n_successes, n_trials)
    rate: Floats = np.divide(successes, trials, out=np.full(successes.shape, np.nan), where=trials > 0)
    return rate


def critical_value(confidence: float = CONFIDENCE) -> float:
    """Return how many standard errors hold `confidence` of a normal distribution.

    Raises
    ------
    ValueError
        If `confidence` is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence!r}.")
    return float(norm.ppf((1 + confidence) / 2))


def _checked(n_successes: ArrayLike, n_trials: ArrayLike) -> tuple[Floats, Floats]:
    successes, trials = np.broadcast_arrays(
        np.asarray(n_successes, dtype=np.float64), np.asarray(n_trials, dtype=np.float64)
    )
    if not bool(np.all((successes >= 0) & (trials >= 0) & (successes <= trials))):
        raise ValueError("Counts must satisfy 0 <= n_successes <= n_trials.")
    return successes, trials
