"""The smooth curve from points to probability: a logistic regression on counts by score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analysis.intervals import Floats
from analysis.tuning.loss import sigmoid, softplus

_STEPS: Final = 100
_HALVINGS: Final = 30
_TOLERANCE: Final = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticMap:
    """A curve `p = 1 / (1 + exp(-(intercept + slope x score)))`.

    Attributes
    ----------
    intercept : float
        Log odds of winning at score 0.
    slope : float
        Change of the log odds per point; below 0 where high scores win less.
    is_separated : bool
        A score parts all wins from all losses, or there are no wins or no losses: the steepest
        curve would be a step, and Firth's penalty keeps it finite.
    """

    intercept: float
    slope: float
    is_separated: bool

    def probabilities(self, scores: ArrayLike) -> Floats:
        """Return the probability of winning at each score, shape (n_scores,)."""
        return sigmoid(self.intercept + self.slope * np.asarray(scores, dtype=np.float64))


def fit_logistic_map(scores: ArrayLike, n_won: ArrayLike, n_leads: ArrayLike) -> LogisticMap:
    """Fit the curve by maximum likelihood, where there is a maximum.

    Parameters
    ----------
    scores : array-like of shape (n_scores,)
        Points.
    n_won, n_leads : array-like of shape (n_scores,)
        Wins and leads at each.

    Raises
    ------
    ValueError
        If there are no leads, or a count is impossible.

    Notes
    -----
    Newton's method, its steps halved until they help. Where wins and losses are
    separated the likelihood has no maximum; then it is multiplied by Jeffreys'
    prior [1]_. With one score there is no slope.

    References
    ----------
    .. [1] D. Firth. "Bias reduction of maximum likelihood estimates".
       Biometrika 80(1), 1993. doi:10.1093/biomet/80.1.27
    """
    points, won, leads = (np.asarray(values, dtype=np.float64) for values in (scores, n_won, n_leads))
    if not bool(np.all((won >= 0) & (won <= leads))) or leads.sum() <= 0:
        raise ValueError("Counts must satisfy 0 <= n_won <= n_leads, and there must be leads.")
    points, won, leads = points[leads > 0], won[leads > 0], leads[leads > 0]
    centre = float(np.average(points, weights=leads))
    spread = float(np.sqrt(np.average((points - centre) ** 2, weights=leads)))
    is_separated = _is_separated(points, won, leads)
    if spread == 0:
        odds = (won.sum() + 0.5 * is_separated) / (leads.sum() - won.sum() + 0.5 * is_separated)
        return LogisticMap(intercept=float(np.log(odds)), slope=0.0, is_separated=is_separated)
    design = np.column_stack([np.ones(len(points)), (points - centre) / spread])
    base, slope = _newton(design, won, leads, is_penalised=is_separated)
    return LogisticMap(
        intercept=float(base - slope * centre / spread), slope=float(slope / spread), is_separated=is_separated
    )


def _is_separated(points: Floats, won: Floats, leads: Floats) -> bool:
    with_won, with_lost = points[won > 0], points[leads > won]
    if not len(with_won) or not len(with_lost):
        return True
    if points.min() == points.max():
        return False
    return bool(with_won.min() >= with_lost.max() or with_won.max() <= with_lost.min())


def _newton(design: Floats, won: Floats, leads: Floats, *, is_penalised: bool) -> Floats:
    rate = (won.sum() + 0.5) / (leads.sum() + 1)
    weights = np.array([np.log(rate / (1 - rate)), 0.0])
    value = _value(design, won, leads, weights, is_penalised=is_penalised)
    for _ in range(_STEPS):
        p = sigmoid(design @ weights)
        spread = leads * p * (1 - p)
        information = design.T @ (design * spread[:, None])
        residual = won - leads * p
        if is_penalised:
            hat = np.einsum("ij,jk,ik->i", design, np.linalg.inv(information), design) * spread
            residual = residual + hat * (0.5 - p)
        step = np.linalg.solve(information, design.T @ residual)
        for _ in range(_HALVINGS):
            new = _value(design, won, leads, weights + step, is_penalised=is_penalised)
            if new >= value:
                break
            step = step / 2
        else:
            break
        weights, value = weights + step, new
        if float(np.abs(step).max()) < _TOLERANCE:
            break
    return weights


def _value(design: Floats, won: Floats, leads: Floats, weights: Floats, *, is_penalised: bool) -> float:
    logit = design @ weights
    value = float(won @ logit - leads @ softplus(logit))
    if not is_penalised:
        return value
    p = sigmoid(logit)
    sign, log_determinant = np.linalg.slogdet(design.T @ (design * (leads * p * (1 - p))[:, None]))
    return value + float(log_determinant) / 2 if sign > 0 else -np.inf
