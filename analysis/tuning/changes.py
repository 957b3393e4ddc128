"""A way out where changing one rule or two no longer helps: searching a model of the loss.

Around a card the loss is about quadratic in the points. In that model a search
with many restarts takes milliseconds; what it comes across is then evaluated
exactly, and improved from there.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints
from analysis.tuning.modelled import Model, descended
from analysis.tuning.problem import Card, Problem, card_scores, evaluate
from analysis.tuning.search import descend, home_points, keeps_counts
from analysis.tuning.weights import Weights, curvature

MAX_ROUNDS: Final = 12

BATCH: Final = 32
"""Restarts that are followed at once; the next ones begin at the best of them."""

FEW: Final = 10
"""Of so few rules the model finds by itself what a detour would lead to."""

MAX_DETOUR: Final = 0.002
"""A card that is worse by a larger part of the loss is not searched around."""


def restarted(
    problem: Problem,
    card: Card,
    n_restarts: int,
    budget: Budget,
    generator: np.random.Generator,
    *,
    is_settled: bool,
) -> Card:
    """Improve a card from restarts in a quadratic model of the loss.

    Parameters
    ----------
    problem : Problem
        What is tuned.
    card : Card
        The best card so far; it keeps the limits, and no change of one rule improves it.
    n_restarts : int
        Restarts in the model, in each round.
    budget : Budget
        When to stop.
    generator : Generator
        Chooses the rules that a restart takes back.
    is_settled : bool
        Whether no change of two rules improves the card either; else that is looked at
        when the model, which is cheaper, leads no further.
    """
    for _ in range(MAX_ROUNDS):
        if budget.is_over or card.scale <= 0 or not n_restarts:
            break
        starts = _starts(problem, card, n_restarts, generator)
        near = [start for start in starts[:3] if start.excess > 0 or start.loss <= card.loss * (1 + MAX_DETOUR)]
        trials = [descend(problem, start, budget, with_pairs=False) for start in near]
        best = min(trials, key=lambda each: each.rank, default=card)
        if _is_better(best, card):
            card, is_settled = best, False
            continue
        if not is_settled:
            before, card = card, descend(problem, card, budget, is_settled=True)
            is_settled = True
            if _is_better(card, before):
                continue
        if best.excess > card.excess or best.points.tobytes() == card.points.tobytes() or _is_small(problem, card):
            break
        # Even a card that is a little worse: pairs may lead further from there than from here.
        best = descend(problem, best, budget, is_settled=True)
        if not _is_better(best, card):
            break
        card = best
    return card if is_settled else descend(problem, card, budget, is_settled=True)


def _is_small(problem: Problem, card: Card) -> bool:
    """Whether a card is a rulebook of its own with few rules."""
    is_own = problem.limits.volume is None and not home_points(problem.limits).any()
    return is_own and int(np.count_nonzero(card.points)) <= FEW


def _is_better(card: Card, than: Card) -> bool:
    return card.rank < (than.excess, than.loss * (1 - 1e-9))


def _starts(problem: Problem, card: Card, n_restarts: int, generator: np.random.Generator) -> list[Card]:
    """Return cards that the model thinks well of, the best by the exact loss first."""
    weights = Weights(
        weights=card.scale * card.points.astype(np.float64), intercepts=card.intercepts, loss=card.loss, lower_bound=0.0
    )
    local = curvature(problem.counts, weights, is_fast=True)
    model = Model(
        matrix=local.matrix, target=local.matrix @ weights.weights - local.slope, home=home_points(problem.limits)
    )
    found: dict[bytes, tuple[Ints, float]] = {}
    best, starts = card.points, [card.points]
    while starts or n_restarts:
        n_more, n_restarts = min(n_restarts, BATCH), max(n_restarts - BATCH, 0)
        starts += [_disturbed(problem, model, best, generator) for _ in range(n_more)]
        points, values = descended(problem.limits, model, np.array(starts), card.scale)
        for row, value in zip(points, values, strict=True):
            found.setdefault(row.tobytes(), (row, float(value)))
        best, starts = min(found.values(), key=lambda each: each[1])[0], []
    found.pop(card.points.tobytes(), None)
    chosen = sorted(found.values(), key=lambda each: each[1])[:12]
    cards = np.array([points for points, _ in chosen], dtype=np.int64).reshape(len(chosen), len(card.points))
    trials = evaluate(problem, cards, card_scores(problem, cards), np.full(len(cards), card.scale), 6)
    return sorted((trial for trial in trials if keeps_counts(problem, trial)), key=lambda trial: trial.rank)


def _disturbed(problem: Problem, model: Model, points: Ints, generator: np.random.Generator) -> Ints:
    """Take two to four rules back home."""
    movable = np.flatnonzero((points != model.home) & problem.limits.is_free)
    if not len(movable):
        return points
    rules = generator.choice(movable, min(int(generator.integers(2, 5)), len(movable)), replace=False)
    points = points.copy()
    points[rules] = model.home[rules]
    return points
