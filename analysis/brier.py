"""The Brier score of given probabilities, split into what is wrong, what is told apart and what is open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.intervals import Floats
from analysis.isotonic import isotonic_rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Brier:
    """How far probabilities were from what happened: `score` = miscalibration - discrimination + uncertainty.

    Attributes
    ----------
    score : float
        Mean squared difference of probability and outcome, in [0, 1]; less is better.
    miscalibration : float
        What is lost because probabilities are too high or too low; 0 at best.
    discrimination : float
        What is gained because good and bad leads are told apart; 0 at worst.
    uncertainty : float
        The score of giving everybody the rate of all: rate x (1 - rate).
    n_leads, n_won : int
        What it rests on.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    n_leads: int
    n_won: int

    @property
    def skill(self) -> float:
        """Part of the uncertainty that the probabilities take away; below 0 they are worse than the rate of all."""
        return 1 - self.score / self.uncertainty if self.uncertainty > 0 else float("nan")


def decompose_brier(probabilities: ArrayLike, n_won: ArrayLike, n_leads: ArrayLike) -> Brier:
    """Split the Brier score of probabilities, given as counts.

    Parameters
    ----------
    probabilities : array-like of shape (n_rows,)
        What was said of the leads of each row, in [0, 1]; values may repeat.
    n_won, n_leads : array-like of shape (n_rows,)
        Wins and leads of each row.

    Raises
    ------
    ValueError
        If a probability or a count is impossible, or there are no leads.

    Notes
    -----
    The CORP decomposition [1]_: the probabilities are held against their own
    isotonic recalibration. It needs no bins, all three parts are never below 0,
    and they add up exactly.

    References
    ----------
    .. [1] T. Dimitriadis, T. Gneiting, A. I. Jordan. "Stable reliability diagrams
       for probabilistic classifiers". PNAS 118(8), 2021. doi:10.1073/pnas.2016191118
    """
    values, won, leads = by_value(probabilities, n_won, n_leads)
    if not len(values) or not bool(np.all((values >= 0) & (values <= 1))):
        raise ValueError("There must be leads, and probabilities must be in [0, 1].")
    recalibrated = isotonic_rates(won, leads)
    rate = won.sum() / leads.sum()
    score, best, base = (_score(p, won, leads) for p in (values, recalibrated, np.full(len(values), rate)))
    return Brier(
        score=score,
        miscalibration=max(score - best, 0.0),
        discrimination=max(base - best, 0.0),
        uncertainty=base,
        n_leads=round(leads.sum()),
        n_won=round(won.sum()),
    )


def by_value(values: ArrayLike, n_won: ArrayLike, n_leads: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Add up the counts of equal values: values ascending, wins and leads, each of shape (n_values,)."""
    given, won, leads = (np.asarray(each, dtype=np.float64) for each in (values, n_won, n_leads))
    if not bool(np.all((won >= 0) & (won <= leads))):
        raise ValueError("Counts must satisfy 0 <= n_won <= n_leads.")
    distinct, place = np.unique(given[leads > 0], return_inverse=True)
    sums = [np.bincount(place, each[leads > 0], len(distinct)).astype(np.float64) for each in (won, leads)]
    return distinct, sums[0], sums[1]


def _score(probabilities: Floats, won: Floats, leads: Floats) -> float:
    return float((won @ (1 - probabilities) ** 2 + (leads - won) @ probabilities**2) / leads.sum())
