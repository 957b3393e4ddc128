"""Local search over integer cards: the best change of one rule, else of two, until none helps."""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.tuning.bent import descend_bent
from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints
from analysis.tuning.limits import Constraints, violations
from analysis.tuning.moves import Moves, pair_moves, single_moves
from analysis.tuning.problem import Card, Problem, evaluate, make_card

N_TRIED: Final = 6
"""Moves evaluated exactly, of each of the two lists."""

MIN_GAIN: Final = 1e-9
"""Least gain of a move, as a part of the loss: smaller ones are rounding."""

SCREEN_STEPS: Final = 4


def descend(problem: Problem, card: Card, budget: Budget, *, with_pairs: bool = True, is_settled: bool = False) -> Card:
    """Improve a card until no change of one rule, or of two together, helps.

    Parameters
    ----------
    problem : Problem
        What is tuned.
    card : Card
        Where to start; it keeps the limits, but for the volume perhaps.
    budget : Budget
        When to stop.
    with_pairs : bool
        Whether to change two rules at a time when one does not help.
    is_settled : bool
        Whether it is known already that no change of one rule helps.
    """
    if not problem.counts.is_linear:
        return descend_bent(problem, card, budget, with_pairs=with_pairs)
    while budget.step("descend", card.loss / max(problem.counts.n_leads.sum(), 1e-300)):
        singles = single_moves(problem, card)
        better = None if is_settled else best_move(problem, card, singles)
        is_settled = False
        if better is None and with_pairs:
            better = best_move(problem, card, pair_moves(problem, card, singles))
        if better is None:
            break
        card = better
    return card


def best_move(problem: Problem, card: Card, moves: Moves) -> Card | None:
    """Evaluate the most promising moves exactly, and return the best card if it is better.

    Two lists are looked at: by predicted loss, and by the loss that is certain
    without moving the curve. With the first alone a search stalls, since the
    prediction errs where the curve has far to go.
    """
    trials = move_cards(problem, card, moves, _promising(moves))
    if not trials:
        return None
    best = min(trials, key=lambda trial: trial.rank)
    is_better = best.excess < card.excess or (
        best.excess <= card.excess and best.loss < card.loss - MIN_GAIN * max(card.loss, 1e-300)
    )
    return best if is_better else None


def move_cards(problem: Problem, card: Card, moves: Moves, chosen: Ints) -> list[Card]:
    """Apply the chosen moves to a card, and evaluate the results exactly."""
    if not len(chosen):
        return []
    points = np.repeat(card.points[None], len(chosen), axis=0)
    scores = np.empty((len(chosen), len(card.scores)), dtype=np.int64)
    for row, move in enumerate(chosen):
        rules, values = moves.rules[move], moves.values[move]
        n_rules = 1 if rules[0] == rules[1] else 2
        scores[row] = card.scores
        for rule, value in zip(rules[:n_rules], values[:n_rules], strict=True):
            scores[row] += (value - card.points[rule]) * problem.multiplicity[rule]
            points[row, rule] = value
    return evaluate(problem, points, scores, np.full(len(chosen), card.scale), SCREEN_STEPS)


def keeps_counts(problem: Problem, card: Card) -> bool:
    """Whether a card keeps all limits but the volume, which the search itself restores."""
    return not violations(problem.limits, card.points)


def home_points(limits: Constraints) -> Ints:
    """Return where a rule goes when it is given up: today's points, or none when all may change."""
    today = np.clip(limits.today, limits.low, limits.high)
    if limits.max_changes < int(limits.is_free.sum()):
        return today
    return np.where((limits.low <= 0) & (limits.high >= 0), 0, today)


def kick(problem: Problem, card: Card, generator: np.random.Generator) -> Card:
    """Take two or three rules home, to leave a local optimum."""
    home = home_points(problem.limits)
    is_movable = np.flatnonzero((card.points != home) & problem.limits.is_free)
    if not len(is_movable):
        return card
    rules = generator.choice(is_movable, min(int(generator.integers(2, 4)), len(is_movable)), replace=False)
    points = card.points.copy()
    points[rules] = home[rules]
    return make_card(problem, points, start_scale=card.scale)


def _promising(moves: Moves) -> Ints:
    if len(moves.bound) <= 2 * N_TRIED:
        return np.arange(len(moves.bound))
    by_prediction = np.argpartition(moves.predicted, N_TRIED)[:N_TRIED]
    by_bound = np.argpartition(moves.bound, N_TRIED)[:N_TRIED]
    return np.union1d(by_prediction, by_bound)
