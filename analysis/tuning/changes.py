"""A way out where changing one rule or two no longer helps: searching a model of the loss.

Around a card the loss is about quadratic in the points. In that model a search
with many restarts takes milliseconds; what it comes across is then evaluated
exactly, and improved from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints
from analysis.tuning.problem import Card, Problem, card_scores, evaluate
from analysis.tuning.search import descend, home_points, keeps_counts
from analysis.tuning.weights import Weights, curvature

MAX_ROUNDS: Final = 6
MAX_STEPS: Final = 60

MAX_DETOUR: Final = 0.005
"""A card that is worse by a larger part of the loss is not searched around any further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """The loss of weights x is about `x @ matrix @ x / 2 - target @ x`."""

    matrix: Floats
    target: Floats
    home: Ints


def restarted(problem: Problem, card: Card, n_restarts: int, budget: Budget, generator: np.random.Generator) -> Card:
    """Improve a card from restarts in a quadratic model of the loss.

    Parameters
    ----------
    problem : Problem
        What is tuned.
    card : Card
        The best card so far; it keeps the limits.
    n_restarts : int
        Restarts in the model, in each round.
    budget : Budget
        When to stop.
    generator : Generator
        Chooses the rules that a restart takes back.
    """
    for _ in range(MAX_ROUNDS):
        if budget.is_over or card.scale <= 0 or not n_restarts:
            break
        starts = _starts(problem, card, n_restarts, generator)
        trials = [descend(problem, start, budget, with_pairs=False) for start in starts[:3]]
        best = min(trials, key=lambda each: each.rank, default=card)
        if best.excess > card.excess:
            break
        if best.loss >= card.loss * (1 - 1e-9):
            # One more try: the pairs may lead further from there than from here.
            if best.loss > card.loss * (1 + MAX_DETOUR) or best.points.tobytes() == card.points.tobytes():
                break
            best = descend(problem, best, budget)
            if best.rank >= (card.excess, card.loss * (1 - 1e-9)):
                break
        card = descend(problem, best, budget)
    return card


def _starts(problem: Problem, card: Card, n_restarts: int, generator: np.random.Generator) -> list[Card]:
    """Return cards that the model thinks well of, the best by the exact loss first."""
    weights = Weights(
        weights=card.scale * card.points.astype(np.float64), intercepts=card.intercepts, loss=card.loss, lower_bound=0.0
    )
    local = curvature(problem.counts, weights, is_fast=True)
    model = _Model(
        matrix=local.matrix, target=local.matrix @ weights.weights - local.slope, home=home_points(problem.limits)
    )
    best, best_value = _descended(problem, model, card.points, card.scale)
    found = {card.points.tobytes(): (card.points, 0.0), best.tobytes(): (best, best_value)}
    for _ in range(n_restarts):
        points, value = _descended(problem, model, _disturbed(problem, model, best, generator), card.scale)
        found.setdefault(points.tobytes(), (points, value))
        if value < best_value:
            best, best_value = points, value
    del found[card.points.tobytes()]
    chosen = sorted(found.values(), key=lambda each: each[1])[:12]
    cards = np.array([points for points, _ in chosen], dtype=np.int64).reshape(len(chosen), len(card.points))
    trials = evaluate(problem, cards, card_scores(problem, cards), np.full(len(cards), card.scale), 6)
    return sorted((trial for trial in trials if keeps_counts(problem, trial)), key=lambda trial: trial.rank)


def _disturbed(problem: Problem, model: _Model, points: Ints, generator: np.random.Generator) -> Ints:
    """Take two to four rules back home."""
    movable = np.flatnonzero((points != model.home) & problem.limits.is_free)
    if not len(movable):
        return points
    rules = generator.choice(movable, min(int(generator.integers(2, 5)), len(movable)), replace=False)
    points = points.copy()
    points[rules] = model.home[rules]
    return points


def _descended(problem: Problem, model: _Model, points: Ints, scale: float) -> tuple[Ints, float]:
    """Take rules home and move others to their best points, while the model says that it helps."""
    points = points.copy()
    for _ in range(MAX_STEPS):
        move = _best_move(problem, model, points, scale)
        if move is None:
            break
        back, rule, value = move
        if back is not None:
            points[back] = model.home[back]
        points[rule] = value
        curve = float(points @ model.matrix @ points)
        best_scale = float(points @ model.target) / curve if curve > 0 else scale
        scale = best_scale if best_scale > 0.1 * scale else scale
    x = scale * points
    return points, float(x @ model.matrix @ x / 2 - model.target @ x)


def _best_move(problem: Problem, model: _Model, points: Ints, scale: float) -> tuple[int | None, int, int] | None:
    """Return the rule to take home (or None), the rule to move, and its new points."""
    limits = problem.limits
    own = np.maximum(np.diag(model.matrix), 1e-12)
    slope = scale * (model.matrix @ points) - model.target
    away = np.flatnonzero((points != model.home) & limits.is_free)
    back = np.concatenate([[0], (model.home - points)[away]]).astype(np.float64)
    rows = np.concatenate([[0], away])
    # Row 0 takes nobody home.
    change = scale * back * slope[rows] + (scale * back) ** 2 * own[rows] / 2
    slopes = slope + scale * back[:, None] * model.matrix[rows]
    values = np.clip(np.rint(points - slopes / (scale * own)), limits.low, limits.high)
    values[np.arange(1, len(rows)), away] = model.home[away]
    step = scale * (values - points)
    step[np.arange(1, len(rows)), away] = 0
    total = change[:, None] + step * slopes + step**2 * own / 2
    total[~_is_allowed(problem, model, points, rows, values)] = np.inf
    row, rule = np.unravel_index(int(np.argmin(total)), total.shape)
    if not total[row, rule] < -1e-9 * max(abs(float(model.target @ points)) * scale, 1e-300):
        return None
    return (None if row == 0 else int(rows[row])), int(rule), int(values[row, rule])


def _is_allowed(problem: Problem, model: _Model, points: Ints, rows: Ints, values: Floats) -> NDArray[np.bool_]:
    """Return which moves keep the numbers of changes and of rules."""
    limits = problem.limits
    is_allowed = np.broadcast_to(limits.is_free, values.shape).copy()
    for home, limit in ((limits.today, limits.max_changes), (np.zeros_like(points), limits.max_rules)):
        is_away = points != home
        is_home_away = model.home != home
        removed = is_away[rows].astype(np.int64) - is_home_away[rows]
        removed[0] = 0
        count = int(is_away.sum()) - removed[:, None] - is_away + (values != home)
        # The rule taken home was counted twice in its own column.
        index = np.arange(1, len(rows))
        count[index, rows[1:]] = int(is_away.sum()) - removed[1:]
        is_allowed &= count <= limit
    return is_allowed
