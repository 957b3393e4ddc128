"""What the scores promise: chances at equal scores, and the probability that chance alone explains a difference."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from analysis.equal_scores import strata_of
from analysis.intervals import Floats
from analysis.matching import Mask
from analysis.rulesets.columns import Integers

_LEAST: Final = 1e-9


def strata(scores: Integers) -> NDArray[np.int64]:
    """Return the stratum of each case: neighbouring scores, joined as in `analysis.equal_scores`."""
    if not len(scores):
        return np.zeros(0, dtype=np.int64)
    low = int(scores.min())
    totals = np.bincount(scores - low)
    known = np.flatnonzero(totals)
    of_score = np.zeros(len(totals), dtype=np.int64)
    of_score[known] = strata_of(totals[known].astype(np.float64))
    return np.asarray(of_score[scores - low], dtype=np.int64)


def chances(stratum: NDArray[np.int64], is_won: Mask) -> Floats:
    """Return for each case the win rate of all cases of its stratum."""
    n = np.bincount(stratum)
    won = np.bincount(stratum, weights=is_won.astype(np.float64))
    return np.asarray((won / np.maximum(n, 1))[stratum], dtype=np.float64)


def chance_of_so_few(stratum: NDArray[np.int64], is_won: Mask, is_in: Mask) -> float:
    """Return how likely so few wins, or fewer, are among some cases, were they like all cases at equal scores.

    Parameters
    ----------
    stratum : array of shape (n_cases,)
        From `strata`.
    is_won, is_in : boolean arrays of shape (n_cases,)
        Results, and which cases are asked about.

    Returns
    -------
    float
        1 where nothing can be told.

    Notes
    -----
    Given the wins of each stratum their number among the cases is a sum of
    hypergeometric ones, which is taken for a binomial one with the same mean and variance.
    For "so many, or more", ask about losses.
    """
    size = int(stratum.max(initial=-1)) + 1
    n_all, n = (np.bincount(part, minlength=size).astype(np.float64) for part in (stratum, stratum[is_in]))
    won = np.bincount(stratum[is_won], minlength=size).astype(np.float64)
    rate = won / np.maximum(n_all, 1)
    mean = float(n @ rate)
    variance = float((n * (n_all - n) / np.maximum(n_all - 1, 1)) @ (rate * (1 - rate)))
    if mean < _LEAST or variance < _LEAST:
        return 1.0
    observed = int(np.count_nonzero(is_won & is_in))
    # A binomial distribution of n trials with chance p: n p = mean, n p (1 - p) = variance.
    p = min(max(1 - variance / mean, _LEAST), 1 - _LEAST)
    n_trials = mean / p
    if observed >= n_trials:
        return 1.0
    return float(betainc(n_trials - observed, observed + 1.0, 1 - p))
