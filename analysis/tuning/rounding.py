"""From real weights to whole points: a ray of scales, each rounded well, the best ones kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.intervals import Floats
from analysis.tuning.counts import Ints
from analysis.tuning.problem import Problem, evaluate
from analysis.tuning.weights import Weights, condensed, curvature

N_SCALES: Final = 20
"""Scales tried for one set of rules: steps of about 9 % between the coarsest and the finest."""

SWEEPS: Final = 4
MAX_CLIP: Final = 1.6
"""The finest scale would take the largest weight this far beyond its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounded:
    """Points that real weights were rounded to.

    Attributes
    ----------
    points : array of shape (n_rules,), int
        The points.
    scale : float
        Change of the logit per point.
    loss : float
        Their loss. The volume is not looked at.
    """

    points: Ints
    scale: float
    loss: float


def rounded_cards(problem: Problem, weights: Weights, n_cards: int) -> list[Rounded]:
    """Round weights to whole points in several ways, and return the best results.

    Parameters
    ----------
    problem : Problem
        What is tuned; ranges and locked rules are kept here, the other limits
        are up to the caller.
    weights : Weights
        Real-valued weights of the rules that may have points.
    n_cards : int
        Cards to return at most, the best first.

    Notes
    -----
    At each scale the weights are rounded, then every rule's points are set to
    the best whole number given the others, by the quadratic model of the loss;
    all scales at once. The best by that model are evaluated exactly.
    """
    rules = np.flatnonzero(weights.weights)
    if not len(rules):
        return []
    limits = problem.limits
    base = np.clip(np.where(limits.is_free, 0, limits.today), limits.low, limits.high)
    counts, columns = condensed(problem.counts, rules) if not base.any() else (problem.counts, rules)
    own = weights.weights[rules]
    fit = Weights(weights=own, intercepts=weights.intercepts, loss=weights.loss, lower_bound=0.0)
    design = replace(counts, multiplicity=counts.multiplicity[:, columns])
    model = curvature(design, fit, is_fast=True).matrix
    low, high = limits.low[rules], limits.high[rules]
    scales = _scales(np.abs(own), np.maximum(high, -low))
    points = np.clip(np.rint(own / scales[:, None]), low, high)
    error, scales = _improve(points, scales, model, model @ own, low, high)
    chosen = _distinct(points, error)[: 3 * n_cards]
    cards = np.repeat(base[None], len(chosen), axis=0)
    cards[:, rules] = points[chosen]
    scores = cards[:, rules].astype(np.float32) @ design.multiplicity.T.astype(np.float32)
    scores += counts.scores(base) if base.any() else 0
    small = replace(problem, counts=counts, limits=replace(limits, volume=None))
    found = evaluate(small, cards, scores.astype(np.int64), scales[chosen], 5)
    best = sorted(found, key=lambda card: card.loss)[:n_cards]
    return [Rounded(points=card.points, scale=card.scale, loss=card.loss) for card in best]


def _distinct(points: Floats, error: Floats) -> list[int]:
    """Return the rows that differ, the best first."""
    first: dict[bytes, int] = {}
    for row in np.argsort(error, kind="stable"):
        first.setdefault(points[row].tobytes(), int(row))
    return list(first.values())


def _scales(sizes: Floats, reach: Ints) -> Floats:
    """Return scales from one at which the largest weight is one point to one at which it overflows."""
    finest = float(np.max(sizes / np.maximum(reach, 1))) / MAX_CLIP
    coarsest = max(float(sizes.max()), finest * 1.01)
    return np.geomspace(finest, coarsest, N_SCALES)


def _improve(
    points: Floats, scales: Floats, model: Floats, target: Floats, low: Ints, high: Ints
) -> tuple[Floats, Floats]:
    """Set each rule in turn to its best points given the others, in place.

    The loss of weights x is about `x @ model @ x / 2 - target @ x`.

    Returns
    -------
    error, scales : arrays of shape (n_scales,)
        What the model says of each row, and its best scale.
    """
    for _ in range(SWEEPS):
        before = points.copy()
        pull = (points * scales[:, None]) @ model - target
        for rule in range(points.shape[1]):
            own = max(float(model[rule, rule]), 1e-12)
            old = points[:, rule].copy()
            # The best real value given the others, to the nearest allowed whole number.
            new = np.clip(np.rint(old - pull[:, rule] / (own * scales)), low[rule], high[rule])
            pull += ((new - old) * scales)[:, None] * model[rule]
            points[:, rule] = new
        if np.array_equal(before, points):
            break
    # The scale itself is free: judge each row at its own best scale.
    curve = np.sum((points @ model) * points, axis=1)
    pulled = np.maximum(points @ target, 0)
    best = np.where(curve > 0, pulled / np.maximum(curve, 1e-300), 0)
    return best**2 * curve / 2 - best * pulled, best
