"""How often leads win by their score, also those nobody worked; and how sure that is, from counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.intervals import CONFIDENCE, Floats

STRENGTH: Final = 20.0
"""The logistic curve is worth so many leads at each score: counts win where they are many."""

N_DRAWS: Final = 800
_MOST_CELLS: Final = 4_000_000
_N_STEPS: Final = 12
_RIDGE: Final = 0.1
_SEED: Final = 20260401


@dataclass(frozen=True, slots=True, kw_only=True)
class Resamples:
    """Counts as they are, and as they might have come out.

    Attributes
    ----------
    n_mature, n_won, n_immature, n_standing : arrays of shape (1 + n_draws, n_rows)
        The first row of each is what was counted.
    """

    n_mature: Floats
    n_won: Floats
    n_immature: Floats
    n_standing: Floats

    @property
    def n_leads(self) -> Floats:
        """All leads whose fate counts, worked or not."""
        return self.n_mature + self.n_immature + self.n_standing


def resampled(counts: pd.DataFrame, rng: np.random.Generator, n_draws: int = N_DRAWS) -> Resamples:
    """Draw counts anew: each is a Poisson number around what was counted.

    Given their total, Poisson counts are multinomial: this is the bootstrap of
    the leads, with a number of leads that varies too, as it does from month to month.

    Parameters
    ----------
    counts : DataFrame
        `n_mature`, `n_won` (a part of it), `n_immature`, `n_standing`.
    rng : Generator
        Where chance comes from.
    n_draws : int
        How often; fewer for very long tables.
    """
    n_draws = max(min(n_draws, _MOST_CELLS // (4 * max(len(counts), 1))), 100)
    won = counts["n_won"].to_numpy(dtype=np.float64)
    parts = (
        counts["n_mature"].to_numpy(dtype=np.float64) - won,
        won,
        counts["n_immature"].to_numpy(dtype=np.float64),
        counts["n_standing"].to_numpy(dtype=np.float64),
    )
    lost, won, immature, standing = (np.vstack([part, rng.poisson(part, (n_draws, len(part)))]) for part in parts)
    return Resamples(n_mature=lost + won, n_won=won, n_immature=immature, n_standing=standing)


def generator() -> np.random.Generator:
    """Return a source of chance that is the same every time: a page must not flicker."""
    return np.random.default_rng(_SEED)


def win_chances(features: Floats, n_mature: Floats, n_won: Floats) -> Floats:
    """Estimate how often leads win.

    Parameters
    ----------
    features : array of shape (n_rows, n_features)
        What tells the rows apart: their score, say.
    n_mature, n_won : arrays of shape (n_draws, n_rows)
        Leads whose outcome is known, and those that won; one estimate per draw.

    Returns
    -------
    array of shape (n_draws, n_rows)
        Probabilities: a logistic curve in the features, drawn towards each row's
        own share of wins as it has more leads (`STRENGTH` leads weigh the same).

    Notes
    -----
    The curve has a weak ridge on its slopes and half a win and half a loss at
    its mean, so that it exists for any counts. Newton steps for all draws at once.
    """
    if not len(features):
        return n_won
    design = _design(features, n_mature)
    curve = _logistic(design, n_mature, n_won)
    return (n_won + STRENGTH * curve) / (n_mature + STRENGTH)


def interval(draws: Floats) -> tuple[Floats, Floats]:
    """Return the ends between which the draws (first axis, without what was counted) lie in 95 of 100 cases."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws[1:], [tail, 1 - tail], axis=0)
    return low, high


def _design(features: Floats, n_mature: Floats) -> Floats:
    """Centre and scale the features over the leads, and put the constant before them."""
    weight = n_mature[0] + 1e-9
    centre = np.average(features, axis=0, weights=weight)
    scale = np.sqrt(np.average((features - centre) ** 2, axis=0, weights=weight))
    return np.column_stack([np.ones(len(features)), (features - centre) / np.where(scale > 1e-9, scale, 1.0)])


# Not `analysis.logistic_map`, though both turn scores into chances: here there may be two scores at once, and hundreds
# of draws must be fitted with one rule, also those without a win. Were what was counted fitted by that curve (no ridge,
# Firth's penalty only where wins and losses are separated) and the draws by this one, the interval would lie beside
# its estimate. The curve that is shown to people is that of `logistic_map`; this one only fills in for missing outcomes.
def _logistic(design: Floats, n_mature: Floats, n_won: Floats) -> Floats:
    base = (n_won.sum(axis=1) + 0.5) / (n_mature.sum(axis=1) + 1)
    slopes = np.zeros((len(n_mature), design.shape[1]))
    slopes[:, 0] = logit(base)
    ridge = np.diag([0.0] + [_RIDGE] * (design.shape[1] - 1))
    squares = np.einsum("ri,rj->rij", design, design).reshape(len(design), -1)
    for _ in range(_N_STEPS):
        chance = expit(slopes @ design.T)
        level = expit(slopes[:, 0])
        slope = (n_won - n_mature * chance) @ design - slopes @ ridge
        slope[:, 0] += 0.5 - level
        bend = ((n_mature * chance * (1 - chance)) @ squares).reshape(len(slopes), *ridge.shape) + ridge
        bend[:, 0, 0] += level * (1 - level) + 1e-9
        step = np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
        slopes = slopes + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-7:
            break
    result: Floats = expit(slopes @ design.T)
    return result
