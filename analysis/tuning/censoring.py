"""Weights for leads whose outcome is not known, or that were not worked at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.intervals import Floats

MIN_OBSERVED: Final = 0.05
"""Inverse weights are cut at 1 / 0.05: one lead must not stand for more than twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CensoringWeights:
    """Weights by age at which a lead was closed.

    Attributes
    ----------
    ages : DataFrame
        One row per age: `age_days`, `n_won`, `n_lost`, `n_open` as given;
        `p_observed` (probability that a lead is followed beyond that age,
        [0, 1]) and `weight` (of a lead that was closed at that age).
    horizon_weight : float
        Weight of leads that reached the horizon undecided: they count as lost.
    n_cut : float
        Leads whose weight was cut at 20.
    """

    ages: pd.DataFrame
    horizon_weight: float
    n_cut: float


def censoring_weights(ages: pd.DataFrame, horizon_days: int) -> CensoringWeights:
    """Weigh closed leads so that they stand for the open ones too.

    Parameters
    ----------
    ages : DataFrame
        One row per age in whole days since the decision: `age_days`, `n_won`
        and `n_lost` (closed at that age), `n_open` (open, and that old today).
    horizon_days : int
        Age at which an undecided lead counts as not won.

    Returns
    -------
    CensoringWeights
        Leads still open below the horizon get the weight 0; the sum of all
        weights is the number of leads, but for weights that were cut.

    Raises
    ------
    ValueError
        If a column is missing, a count is negative, or an age repeats.

    Notes
    -----
    Inverse probability of censoring weighting [1]_. The time to censoring has
    the Kaplan-Meier estimate in which closing censors; closing comes before
    censoring at equal ages.

    References
    ----------
    .. [1] J. M. Robins, D. M. Finkelstein. "Correcting for noncompliance and
       dependent censoring in an AIDS clinical trial with inverse probability of
       censoring weighted (IPCW) log-rank tests". Biometrics 56(3), 2000.
       doi:10.1111/j.0006-341X.2000.00779.x
    """
    table = _checked_ages(ages)
    closed = (table["n_won"] + table["n_lost"]).to_numpy(dtype=np.float64)
    n_open = table["n_open"].to_numpy(dtype=np.float64)
    age = table["age_days"].to_numpy()
    at_risk = np.cumsum((closed + n_open)[::-1])[::-1]
    is_early = age < horizon_days
    leaving = np.where(is_early, n_open, 0.0)
    left = np.maximum(at_risk - closed, 0)
    followed = np.cumprod(np.where(left > 0, 1 - leaving / np.maximum(left, 1e-300), 1.0))
    before = np.concatenate([[1.0], followed[:-1]])
    at_horizon = float(before[is_early.argmin()]) if not is_early.all() and len(age) else float(followed[-1:].sum())
    weight = 1 / np.maximum(before, MIN_OBSERVED)
    cut = closed[is_early & (before < MIN_OBSERVED)].sum()
    return CensoringWeights(
        ages=table.assign(p_observed=before, weight=weight),
        horizon_weight=1 / max(at_horizon, MIN_OBSERVED),
        n_cut=float(cut),
    )


def propensity_weights(n_worked: ArrayLike, n_all: ArrayLike) -> Floats:
    """Return the weight of worked leads that stand for all leads of their group.

    Parameters
    ----------
    n_worked, n_all : array-like of shape (n_groups,)
        Worked leads and all leads, in groups in which chance decided who is worked.

    Returns
    -------
    array of shape (n_groups,)
        n_all / n_worked, cut at 20; 0 where nobody was worked.

    Raises
    ------
    ValueError
        If a count is negative, or more were worked than there are.
    """
    worked, total = np.asarray(n_worked, dtype=np.float64), np.asarray(n_all, dtype=np.float64)
    if not bool(np.all((worked >= 0) & (worked <= total))):
        raise ValueError("Counts must satisfy 0 <= n_worked <= n_all.")
    weight: Floats = np.where(worked > 0, total / np.maximum(worked, 1e-300), 0.0)
    return np.minimum(weight, 1 / MIN_OBSERVED)


def _checked_ages(ages: pd.DataFrame) -> pd.DataFrame:
    names = ["age_days", "n_won", "n_lost", "n_open"]
    missing = set(names) - set(ages.columns)
    if missing:
        raise ValueError(f"ages lacks the column(s) {', '.join(sorted(missing))}.")
    table = ages[names].sort_values("age_days", ignore_index=True)
    if bool(table["age_days"].duplicated().any()) or bool((table < 0).any(axis=None)):
        raise ValueError("Ages must be there once, and no number below 0.")
    return table
