"""The minimal rulebook: the best card with at most so many rules, from nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.tuning.bent import disturbed
from analysis.tuning.budget import Budget
from analysis.tuning.changes import restarted
from analysis.tuning.counts import thinned
from analysis.tuning.limits import violations
from analysis.tuning.problem import Card, Problem, card_scores, evaluate
from analysis.tuning.rounding import Rounded, rounded_cards
from analysis.tuning.search import descend, kick
from analysis.tuning.supports import find_supports, refined_support, rules_of
from analysis.tuning.weights import Weights, fit_weights

CARDS_PER_SUPPORT: Final = 4

HOPELESS: Final = 0.0
"""Rules whose real weights lose more than the best points so far, by this part, are not given any."""

BENT_KICK: Final = 2
"""One kick takes the place of so many restarts where there is no model of the loss."""

SUPPORT_SAMPLE: Final = 5000
"""Patterns that sets of rules are chosen on; what comes of them is improved on all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to search.

    Attributes
    ----------
    width : int
        Sets of rules kept at each size; see `find_supports`.
    n_rounded : int
        Sets of rules whose weights are rounded to points.
    n_starts : int
        Cards that local search starts from.
    n_restarts : int
        Restarts in a model of the loss; see `changes.restarted`.
    n_kicks : int
        Times the best card is disturbed and improved again.
    max_work : int
        Rows of the tables that a proof may look at.
    """

    width: int
    n_rounded: int
    n_starts: int
    n_restarts: int
    n_kicks: int
    max_work: int


EFFORTS: Final = {
    "fast": Effort(width=2, n_rounded=4, n_starts=1, n_restarts=4, n_kicks=0, max_work=0),
    "normal": Effort(width=3, n_rounded=6, n_starts=1, n_restarts=48, n_kicks=0, max_work=5_000_000),
    "thorough": Effort(width=8, n_rounded=60, n_starts=12, n_restarts=100, n_kicks=20, max_work=60_000_000),
}


def minimal_card(
    problem: Problem, dense: Weights, effort: Effort, budget: Budget, generator: np.random.Generator
) -> Card | None:
    """Find the best card within `max_rules`, without regard to today's points.

    Parameters
    ----------
    problem : Problem
        What is tuned. Cards that break a limit are not used as starts.
    dense : Weights
        Real weights of all rules.
    effort : Effort
        How hard to search.
    budget : Budget
        When to stop.
    generator : Generator
        For the kicks.

    Returns
    -------
    Card or None
        None when no start keeps the limits.
    """
    limits = problem.limits
    n_locked = int(np.count_nonzero(limits.today[~limits.is_free]))
    size = min(limits.max_rules - n_locked, int(limits.is_free.sum()))
    if size <= 0:
        return None
    counts = problem.counts
    sample = thinned(counts, SUPPORT_SAMPLE, 0) if len(counts.n_leads) > 2 * SUPPORT_SAMPLE else counts
    supports = find_supports(sample, dense, size, limits.is_free, effort.width)[: effort.n_rounded]
    if sample is not counts:
        supports = [fit_weights(counts, rules=rules_of(each), start=each, max_steps=2) for each in supports]
    starts = _starts(problem, supports, effort.n_starts)
    if not starts:
        return None
    singles = [descend(problem, card, budget, with_pairs=False) for card in starts]
    best = min(singles, key=lambda card: card.rank)
    best = widened(problem, best, effort, budget, generator, is_settled=False)
    if any(np.array_equal(rules_of(each), np.flatnonzero(best.points)) for each in supports):
        return best
    refined = _refined(problem, best, size, budget)
    return best if refined is best else widened(problem, refined, effort, budget, generator)


def widened(
    problem: Problem,
    card: Card,
    effort: Effort,
    budget: Budget,
    generator: np.random.Generator,
    *,
    is_settled: bool = True,
) -> Card:
    """Search on from a local optimum: in a model of the loss, then by kicks; return the best card seen."""
    n_kicks = effort.n_kicks
    if problem.counts.is_linear:
        card = restarted(problem, card, effort.n_restarts, budget, generator, is_settled=is_settled)
    else:  # no model of the loss to restart in
        n_kicks = max(n_kicks, effort.n_restarts // BENT_KICK)
    for _ in range(n_kicks):
        if budget.is_over:
            break
        start = (kick if problem.counts.is_linear else disturbed)(problem, card, generator)
        trial = descend(problem, start, budget)
        card = min(card, trial, key=lambda each: each.rank)
    return card


def _starts(problem: Problem, supports: list[Weights], n_starts: int) -> list[Card]:
    """Round the weights of sets of rules, and evaluate the best results."""
    found: dict[bytes, Rounded] = {}
    best_loss = np.inf
    for weights in supports:
        if weights.loss > best_loss * (1 + HOPELESS) and problem.limits.volume is None:
            continue  # not even real weights are as good as points of other rules
        for card in rounded_cards(problem, weights, CARDS_PER_SUPPORT):
            found.setdefault(card.points.tobytes(), card)
        best_loss = min([best_loss, *(card.loss for card in found.values())])
    best = sorted(found.values(), key=lambda card: card.loss)
    kept = [card for card in best if not violations(problem.limits, card.points)]
    if problem.limits.volume is None:  # else those that keep the volume are still to be found
        kept = kept[:n_starts]
    if not kept:
        return []
    points = np.array([card.points for card in kept])
    cards = evaluate(problem, points, card_scores(problem, points), np.array([card.scale for card in kept]))
    return sorted(cards, key=lambda card: card.rank)[:n_starts]


def _refined(problem: Problem, card: Card, size: int, budget: Budget) -> Card:
    """Look at the rules of the best card as a set again, and round from there."""
    weights = refined_support(problem.counts, card.points, size, problem.limits.is_free)
    starts = _starts(problem, weights, 1)
    if not starts or starts[0].rank >= card.rank:
        return card
    return descend(problem, starts[0], budget)
