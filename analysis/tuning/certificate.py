"""How good a proposal can be at best: proven, or within a known distance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import comb
from typing import Final, Literal

import numpy as np

from analysis.intervals import Floats
from analysis.tuning.bounds import set_bounds
from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints, weighted_counts
from analysis.tuning.limits import violations
from analysis.tuning.loss import fit_histograms
from analysis.tuning.problem import Card, Problem, evaluate
from analysis.tuning.weights import Weights

MAX_ENUMERATED: Final = 400_000
"""Cards that are evaluated one by one for a proof."""

PROVEN: Final = 1e-6
"""A card is the best when none can be better by more than this part of its loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is known about the best possible card.

    Attributes
    ----------
    kind : str
        "proven": no card within the limits is better, up to one part in a
        million. "bounded": none is better by more than `gap`. "unknown": too
        many rules share a limit for any bound, and the gaps are 1.
    gap : float
        Share of the loss that a better card within the limits could still
        save, at most; 0 when proven.
    any_points_gap : float
        Share of the loss that any points at all, even real-valued ones without
        limits, could save, at most.
    n_sets : int
        Sets of rules that were bounded for it; 0 when it follows from the real
        weights alone.
    """

    kind: Literal["proven", "bounded", "unknown"]
    gap: float
    any_points_gap: float
    n_sets: int


def certify(problem: Problem, card: Card, dense: Weights, budget: Budget, *, max_work: int) -> tuple[Certificate, Card]:
    """Prove a card the best, or bound how far from the best it is.

    Parameters
    ----------
    problem : Problem
        What is tuned.
    card : Card
        The best card found.
    dense : Weights
        Real weights for all rules: the bound that is always at hand.
    budget : Budget
        When to stop; the certificate is then what is known so far.
    max_work : int
        Rows of the tables that sets of rules are bounded on, at most; with fewer the real weights must do.

    Returns
    -------
    certificate : Certificate
        What is known.
    card : Card
        The card, or a better one that the enumeration came across.

    Notes
    -----
    With few changes, or few rules, every set of rules that may move gets a lower
    bound from real-valued changes; the few sets that could still win are
    enumerated point by point.
    """
    any_gap = _gap(card.loss, dense.lower_bound)
    if dense.lower_bound == 0 and not problem.counts.is_linear and any_gap > PROVEN:
        return Certificate(kind="unknown", gap=1.0, any_points_gap=1.0, n_sets=0), card
    moving = _moving(problem, max_work)
    if moving is None or any_gap <= PROVEN:
        kind: Literal["proven", "bounded"] = "proven" if any_gap <= PROVEN else "bounded"
        gap = 0.0 if kind == "proven" else any_gap
        return Certificate(kind=kind, gap=gap, any_points_gap=any_gap, n_sets=0), card
    base, rules, n_moving = moving
    n_sets, floor, card = _search_sets(problem, card, base, rules, n_moving, budget)
    floor = max(floor, dense.lower_bound)
    gap = _gap(card.loss, floor)
    any_gap = _gap(card.loss, dense.lower_bound)
    is_proven = gap <= PROVEN
    return (
        Certificate(
            kind="proven" if is_proven else "bounded",
            gap=0.0 if is_proven else gap,
            any_points_gap=any_gap,
            n_sets=n_sets,
        ),
        card,
    )


def _gap(loss: float, bound: float) -> float:
    return float(max(0.0, (loss - bound) / loss)) if loss > 0 else 0.0


def _moving(problem: Problem, max_work: int) -> tuple[Ints, Ints, int] | None:
    """Return the base card, the rules that may move, and how many at once; None when there are too many sets."""
    limits = problem.limits
    if not problem.counts.is_linear:
        return None
    # A rule that never counts changes no loss; it can only make room in a tier.
    rules = np.flatnonzero(limits.is_free) if limits.tiers else np.unique(problem.matrix.rule)
    fixed = np.where(limits.is_free, 0, limits.today)
    options = [
        (limits.today, limits.max_changes),
        (fixed, limits.max_rules - int(np.count_nonzero(fixed))),
    ]
    # Rules that must move, whatever the count, are not in the base.
    base, n_moving = min(options, key=lambda option: option[1])
    n_moving = min(max(n_moving, 2), len(rules))
    must_move = bool(np.any((base < limits.low) | (base > limits.high)))
    if len(rules) < 2 or must_move or n_moving < 2 or _work(problem, base, rules, n_moving) > max_work:
        return None
    return base, rules, n_moving


def _work(problem: Problem, base: Ints, rules: Ints, n_moving: int) -> float:
    """Return the rows that all sets of rules come to: sets, cells of the base, and levels of the rules."""
    scores = problem.counts.scores(base)
    cells = np.unique(problem.counts.period * (int(np.ptp(scores)) + 1) + scores - scores.min())
    levels = int(problem.matrix.level.max(initial=1)) + 1
    return float(comb(len(rules), n_moving)) * len(cells) * float(levels) ** n_moving


def _search_sets(
    problem: Problem, card: Card, base: Ints, rules: Ints, n_moving: int, budget: Budget
) -> tuple[int, float, Card]:
    """Bound all sets, enumerate those that could win; return their number, the least bound, and the best card."""
    sets, bounds = [], []
    for part in set_bounds(problem, base, rules, n_moving):
        sets.append(part.rules)
        bounds.append(part.bound)
        if not budget.step("certify", card.loss / max(problem.counts.n_leads.sum(), 1e-300)):
            return 0, 0.0, card
    all_sets, all_bounds = np.concatenate(sets), np.concatenate(bounds)
    order = np.argsort(all_bounds, kind="stable")
    n_left = MAX_ENUMERATED
    for index in order:
        if all_bounds[index] >= card.loss * (1 - PROVEN):
            break
        moving = all_sets[index]
        n_cards = int(np.prod((problem.limits.high - problem.limits.low + 1)[moving].astype(float)))
        if n_cards > n_left or not budget.step("certify", card.loss / max(problem.counts.n_leads.sum(), 1e-300)):
            return len(order), float(all_bounds[index]), card
        n_left -= n_cards
        card = min(card, best_of_set(problem, base, moving) or card, key=lambda each: each.rank)
    return len(order), card.loss, card


def best_of_set(problem: Problem, base: Ints, moving: Ints) -> Card | None:
    """Evaluate every card that differs from the base in the given rules alone, and return the best within the limits.

    Parameters
    ----------
    problem : Problem
        What is tuned.
    base : array of shape (n_rules,), int
        Points of the other rules.
    moving : array of int
        The rules; all combinations of their points are tried.
    """
    limits = problem.limits
    ranges = [range(limits.low[rule], limits.high[rule] + 1) for rule in moving]
    points = np.repeat(base[None], int(np.prod([len(each) for each in ranges])), axis=0)
    points[:, moving] = np.array(list(product(*ranges)))
    is_allowed = np.array([not violations(limits, each) for each in points])
    return _best_card(problem, points[is_allowed], moving, base)


def _best_card(problem: Problem, points: Ints, moving: Ints, base: Ints) -> Card | None:
    """Evaluate cards on the patterns merged to what the moving rules can tell apart."""
    counts = problem.counts
    keys = np.column_stack([counts.period, counts.scores(base), counts.multiplicity[:, moving].astype(np.int64)])
    distinct, row = np.unique(keys, axis=0, return_inverse=True)
    n_leads = weighted_counts(row.ravel(), counts.n_leads, len(distinct))
    best: tuple[float, Ints] | None = None
    for start in range(0, len(points), 512):
        part = points[start : start + 512]
        scores = distinct[:, 1] + (part - base)[:, moving] @ distinct[:, 2:].T
        losses = _losses(problem, part, scores, n_leads, distinct[:, 0])
        index = _first_kept(problem, part, losses)
        if index is not None and (best is None or losses[index] < best[0]):
            best = (float(losses[index]), part[index])
    if best is None:
        return None
    card = best[1]
    return evaluate(problem, card[None], counts.scores(card)[None], np.zeros(1))[0]


def _first_kept(problem: Problem, points: Ints, losses: Floats) -> int | None:
    """Return the best card that keeps the volume."""
    for index in np.argsort(losses, kind="stable"):
        if problem.limits.volume is None or not violations(problem.limits, points[index], problem.counts):
            return int(index)
    return None


def _losses(problem: Problem, points: Ints, scores: Ints, n_leads: Floats, period: Ints) -> Floats:
    lows = scores.min(axis=1)
    n_scores = int((scores.max(axis=1) - lows).max()) + 1
    n_periods = problem.counts.n_periods
    histograms = np.stack(
        [
            weighted_counts(period * n_scores + score - low, n_leads, n_periods * n_scores).reshape(-1, n_scores)
            for score, low in zip(scores, lows, strict=True)
        ]
    )
    won_scores = points @ problem.won_times - lows * problem.period_won.sum()
    grid = np.arange(n_scores, dtype=np.float64)
    return fit_histograms(
        histograms, problem.period_won, won_scores, grid, start_scale=np.full(len(points), 0.3), max_steps=25
    )[2]
