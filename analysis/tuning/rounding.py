"""From real weights to whole points: a ray of scales, each rounded well, the best ones kept."""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.intervals import Floats
from analysis.tuning.counts import Ints
from analysis.tuning.problem import Card, Problem, evaluate
from analysis.tuning.weights import Weights, curvature

N_SCALES: Final = 20
"""Scales tried for one set of rules: steps of about 9 % between the coarsest and the finest."""

SWEEPS: Final = 4
MAX_CLIP: Final = 1.6
"""The finest scale would take the largest weight this far beyond its range."""


def rounded_cards(problem: Problem, weights: Weights, n_cards: int) -> list[Card]:
    """Round weights to whole points in several ways, and return the best cards.

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
    low, high = limits.low[rules], limits.high[rules]
    model = curvature(problem.counts, weights, rules=rules, is_fast=True).matrix
    own = weights.weights[rules]
    scales = _scales(np.abs(own), np.maximum(high, -low))
    points = np.clip(np.rint(own / scales[:, None]), low, high)
    error, scales = _improve(points, scales, model, model @ own, low, high)
    base = np.clip(np.where(limits.is_free, 0, limits.today), limits.low, limits.high)
    cards = np.repeat(base[None], len(points), axis=0)
    cards[:, rules] = points
    _, first = np.unique(cards, axis=0, return_index=True)
    chosen = first[np.argsort(error[first], kind="stable")[: 3 * n_cards]]
    scores = np.array([problem.counts.scores(card) for card in cards[chosen]])
    found = evaluate(problem, cards[chosen], scores, scales[chosen], 5)
    return sorted(found, key=lambda card: card.rank)[:n_cards]


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
