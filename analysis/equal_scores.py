"""Groups beside the others at equal scores: does a group win more, or less, than its scores promise?

A group may win less because its leads score lower: that is what a score is for.
Here every group is held against the others score by score, so that what remains
is what the score does not see.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from analysis.intervals import CONFIDENCE, MIN_N, Floats, critical_value

MIN_EXPECTED: Final = 5.0
"""Wins, and losses, to be expected of a group before it is tested: below, the normal law is a poor guide."""

N_STRATA: Final = 20
"""Scores are joined into at most so many neighbours: finer ones say no more, coarser ones leave the score in."""

_RANGE: Final = 8.0
_STEPS: Final = 32


def at_equal_scores(
    n_leads: Floats, n_won: Floats, confidence: float = CONFIDENCE, is_reference: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """Hold each group against all others at equal scores.

    Parameters
    ----------
    n_leads, n_won : arrays of shape (n_groups, n_scores)
        Mature decisions and wins by group and ascending score; every decision
        lies in exactly one group.
    confidence : float
        Content of the intervals.
    is_reference : boolean array of shape (n_groups,), optional
        Groups that the others are made of; all when left out.

    Returns
    -------
    DataFrame
        One row per group: `n_mature`, `n_won`; `n_expected` (wins, had it won
        like the others at the same scores); `ratio` of both with `ratio_low`,
        `ratio_high`; `chance` (probability of so large a difference by chance
        alone, not adjusted; NaN when not tested); `is_enough` (20 decisions, and
        5 wins and 5 losses to be expected).

    Notes
    -----
    The test is that of Cochran, Mantel and Haenszel [1]_. The common odds ratio
    solves observed = expected for hypergeometric counts given all margins, and
    its interval inverts the same test, as Gart [2]_ does; so it holds at 0 wins
    too. The ratio of wins is that of the others' rates multiplied by these odds.
    Scores at which a group has nobody to be compared with do not count.

    References
    ----------
    .. [1] N. Mantel, W. Haenszel. "Statistical aspects of the analysis of data
       from retrospective studies of disease". Journal of the National Cancer
       Institute 22(4), 1959.
    .. [2] J. J. Gart. "Point and interval estimation of the common odds ratio in
       the combination of 2 x 2 tables with fixed marginals". Biometrika 57(3),
       1970. doi:10.1093/biomet/57.3.471
    """
    totals = n_leads.sum(axis=0)
    return in_strata(joined(n_leads, totals), joined(n_won, totals), confidence, is_reference)


def in_strata(
    n_leads: Floats,
    n_won: Floats,
    confidence: float = CONFIDENCE,
    is_reference: NDArray[np.bool_] | None = None,
    n_of_groups: Floats | None = None,
) -> pd.DataFrame:
    """Hold each group against all others within strata; all as for `at_equal_scores`.

    Parameters
    ----------
    n_leads, n_won : arrays of shape (n_groups, n_strata)
        Those who could win, and who did. A stratum may also be a time that not
        all were observed in: then a lead counts in every one that it was, and the
        test is that of the log-rank [3]_.
    confidence, is_reference
        As there.
    n_of_groups : array of shape (n_groups,), optional
        Decisions of each group, where leads count in several strata.

    References
    ----------
    .. [3] N. Mantel. "Evaluation of survival data and two new rank order statistics
       arising in its consideration". Cancer Chemotherapy Reports 50(3), 1966.
    """
    n, won = n_leads, n_won
    size = n.sum(axis=1) if n_of_groups is None else n_of_groups
    usual = np.ones(len(n), dtype=bool) if is_reference is None else is_reference
    # A group that is no part of the reference is held against it whole.
    all_n, all_won = (part[usual].sum(axis=0) + np.where(usual[:, None], 0, part) for part in (n, won))
    is_alone = (n >= all_n) | (n == 0)
    tables = [np.where(is_alone, 0.0, part) for part in (n, all_n, all_won)]
    observed = np.where(is_alone, 0.0, won).sum(axis=1)
    expected, variance = _moments(np.ones(len(n)), *tables)
    z = critical_value(confidence)
    logs = np.array([_solved(observed, target, *tables) for target in (0.0, z, -z)])
    low, high, ratio, n_expected = _ratios(np.exp(logs), *tables)
    n_all = tables[0].sum(axis=1) if n_of_groups is None else n_of_groups
    room = np.minimum(expected, n_all - expected)
    is_enough = (n_all >= MIN_N) & (room >= MIN_EXPECTED) & (variance > 0)
    distance = np.divide(observed - expected, np.sqrt(variance), out=np.zeros(len(n)), where=variance > 0)
    return pd.DataFrame(
        {
            "n_mature": size.astype(np.int64),
            "n_won": won.sum(axis=1).astype(np.int64),
            "n_expected": n_expected,
            "ratio": ratio,
            "ratio_low": low,
            "ratio_high": high,
            "chance": np.where(is_enough, 2 * norm.sf(np.abs(distance)), np.nan),
            "is_enough": is_enough,
        }
    )


def joined(counts: Floats, totals: Floats, n_strata: int = N_STRATA) -> Floats:
    """Join neighbouring scores until each stratum has about 1 / `n_strata` of all decisions.

    Parameters
    ----------
    counts : array of shape (n_groups, n_scores)
        Counts by ascending score.
    totals : array of shape (n_scores,)
        Decisions of all groups at each score.
    """
    if counts.shape[1] == 0:
        return np.zeros((len(counts), 1), dtype=np.float64)
    strata = strata_of(totals, n_strata)
    sums: Floats = np.zeros((int(strata.max()) + 1, len(counts)), dtype=np.float64)
    np.add.at(sums, strata, counts.T.astype(np.float64))
    by_group: Floats = np.ascontiguousarray(sums.T, dtype=np.float64)
    return by_group


def strata_of(totals: Floats, n_strata: int = N_STRATA) -> NDArray[np.int64]:
    """Return the stratum of each score, counted from 0; `totals` are the decisions by ascending score."""
    # The middle of a score in the order of all decisions decides where it belongs.
    middle = (np.cumsum(totals) - totals / 2) / max(float(totals.sum()), 1.0)
    stratum = np.minimum((middle * n_strata).astype(np.int64), n_strata - 1)
    strata: NDArray[np.int64] = np.unique(stratum, return_inverse=True)[1]
    return strata


def _moments(odds: Floats, n: Floats, all_n: Floats, all_won: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of the wins of each group when its odds are `odds` times those of the others.

    `odds` has shape (n_groups,), the tables (n_groups, n_strata).
    """
    psi = odds[:, None]
    linear = all_n - n - all_won + psi * (n + all_won)
    root = np.sqrt(np.maximum(linear**2 + 4 * (1 - psi) * psi * n * all_won, 0))
    won = np.divide(2 * psi * n * all_won, linear + root, out=np.zeros_like(n), where=linear + root > 0)
    cells = np.stack([won, n - won, all_won - won, all_n - n - all_won + won])
    is_free = (cells > 1e-9).all(axis=0)
    inverse = np.where(is_free, (1 / np.where(is_free, cells, 1.0)).sum(axis=0), np.inf)
    spread = np.where(is_free, all_n / np.maximum(all_n - 1, 1), 0.0)
    return won.sum(axis=1), (spread / inverse).sum(axis=1)


def _solved(observed: Floats, target: float, *tables: Floats) -> Floats:
    """Return the log odds at which the wins observed lie `target` standard errors above the expected ones."""
    low: Floats = np.full(len(observed), -_RANGE)
    high: Floats = -low
    for _ in range(_STEPS):
        middle = (low + high) / 2
        expected, variance = _moments(np.exp(middle), *tables)
        is_above = observed - expected > target * np.sqrt(variance)
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    solved: Floats = (low + high) / 2
    return solved


def _ratios(odds: Floats, n: Floats, all_n: Floats, all_won: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the ratios of wins at the odds (estimate, low, high), and the wins expected at the others' rates."""
    rest = all_n - n
    psi = odds[0][:, None]
    linear = rest - all_won + psi * (n + all_won)
    root = np.sqrt(np.maximum(linear**2 + 4 * (1 - psi) * psi * n * all_won, 0))
    won = np.divide(2 * psi * n * all_won, linear + root, out=np.zeros_like(n), where=linear + root > 0)
    rate = np.clip(np.divide(all_won - won, rest, out=np.zeros_like(n), where=rest > 0), 0, 1)
    n_expected = (n * rate).sum(axis=1)
    wins = [(n * rate * each[:, None] / (1 - rate + rate * each[:, None])).sum(axis=1) for each in odds]
    known = n_expected > 0
    ratio, low, high = (np.divide(each, n_expected, out=np.full(len(n), np.nan), where=known) for each in wins)
    low = np.where(odds[1] < np.exp(-_RANGE + 0.01), 0.0, low)
    return low, high, np.where(odds[0] < np.exp(-_RANGE + 0.01), 0.0, ratio), n_expected
