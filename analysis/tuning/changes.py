"""A way out where changing one rule or two no longer helps: searching a model of the loss.

Around a card the loss is about quadratic in the points. In that model a search
with many restarts takes milliseconds; what it comes across is then evaluated
exactly, and improved from there.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

import numpy as np

from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints
from analysis.tuning.modelled import Model, descended
from analysis.tuning.problem import Card, Problem, card_scores, evaluate
from analysis.tuning.search import descend, home_points, keeps_counts
from analysis.tuning.weights import Weights, curvature

MAX_ROUNDS: Final = 12

N_STARTS: Final = 2
"""Cards of each round that are improved exactly."""

BATCH: Final = 48
"""Restarts that are followed at once; the next ones begin at the best of them."""

MORE_NEAR_TODAY: Final = 4
"""Where only some points may change, no fit to sets of rules gives a start: restarts make up for it."""

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
        n_tried = n_restarts if _is_own(problem) else MORE_NEAR_TODAY * n_restarts
        starts = _starts(problem, card, n_tried, generator)
        near = [start for start in starts if start.excess > 0 or start.loss <= card.loss * (1 + MAX_DETOUR)]
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
    return _is_own(problem) and int(np.count_nonzero(card.points)) <= FEW


def _is_own(problem: Problem) -> bool:
    """Whether cards owe nothing to today's points, nor to the volume."""
    return problem.limits.volume is None and not home_points(problem.limits).any()


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
        disturbed = _disturbed(problem, model, best, n_more, generator)
        points, values = descended(problem.limits, model, np.vstack([*starts, disturbed]), card.scale)
        for row, value in zip(points, values, strict=True):
            found.setdefault(row.tobytes(), (row, float(value)))
        best, starts = min(found.values(), key=lambda each: each[1])[0], []
    found.pop(card.points.tobytes(), None)
    chosen = sorted(found.values(), key=lambda each: each[1])[:12]
    cards = np.array([points for points, _ in chosen], dtype=np.int64).reshape(len(chosen), len(card.points))
    trials = evaluate(problem, cards, card_scores(problem, cards), np.full(len(cards), card.scale), 6)
    kept = (trial for trial in sorted(trials, key=lambda trial: trial.rank) if keeps_counts(problem, trial))
    return list(islice(kept, N_STARTS))


def _disturbed(problem: Problem, model: Model, points: Ints, n_cards: int, generator: np.random.Generator) -> Ints:
    """Return copies of a card in which two to four rules went back home."""
    movable = np.flatnonzero((points != model.home) & problem.limits.is_free)
    cards = np.repeat(points[None], n_cards, axis=0)
    n_back = generator.integers(2, 5, n_cards)
    # Rules in an order of their own for each card: the first ones go.
    place = np.argsort(np.argsort(generator.random((n_cards, len(movable))), axis=1), axis=1)
    cards[:, movable] = np.where(place < n_back[:, None], model.home[movable], cards[:, movable])
    return cards
