"""A first card that keeps the limits, as near to today's as they allow."""

from __future__ import annotations

import numpy as np

from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints
from analysis.tuning.limits import Constraints, TuningError, violations
from analysis.tuning.problem import Card, Problem, evaluate, make_card
from analysis.tuning.search import descend


def first_card(problem: Problem, budget: Budget) -> Card:
    """Return a card that keeps all limits, near today's points.

    Parameters
    ----------
    problem : Problem
        What is tuned.
    budget : Budget
        When to stop the search for the volume.

    Raises
    ------
    TuningError
        If there is no such card, or none was found.
    """
    limits = problem.limits
    points = _in_order(limits, np.clip(limits.today, limits.low, limits.high))
    points = _with_fewer_rules(problem, points)
    n_forced = int(np.count_nonzero(points != limits.today))
    if n_forced > limits.max_changes:
        raise TuningError(
            f"Today's points break limits in {n_forced} rules, and only {limits.max_changes} may change: "
            "allow more changes, or loosen the sign, range, tiers or number of rules.",
            "changes",
            n=n_forced,
            n_allowed=limits.max_changes,
        )
    card = make_card(problem, points)
    if card.excess > 0:
        card = descend(problem, card, budget)
    if card.excess > 0 or violations(limits, card.points):
        raise TuningError(
            "No points were found that keep the volume at the threshold with all other limits: allow more.",
            "volume",
        )
    return card


def _in_order(limits: Constraints, points: Ints) -> Ints:
    """Put every tier group in order, moving as little as the ranges allow."""
    points = points.copy()
    for group in limits.tiers:
        members = list(group)
        low = np.maximum.accumulate(limits.low[members])
        high = np.minimum.accumulate(limits.high[members][::-1])[::-1]
        if bool(np.any(low > high)):
            raise TuningError(
                f"The tiers of rules {members} cannot rise within their ranges: widen a range or unlock one of them.",
                "tiers",
            )
        rising = np.maximum.accumulate(points[members])
        falling = np.minimum.accumulate(points[members][::-1])[::-1]
        # Both are in order; the one that moves fewer rules keeps more of what was agreed.
        is_rising = np.count_nonzero(rising != points[members]) <= np.count_nonzero(falling != points[members])
        points[members] = np.clip(rising if is_rising else falling, low, high)
    return points


def _with_fewer_rules(problem: Problem, points: Ints) -> Ints:
    """Take points away from the rules that matter least until few enough are left."""
    limits = problem.limits
    while np.count_nonzero(points) > limits.max_rules:
        trials = []
        for rule in np.flatnonzero((points != 0) & (limits.low <= 0) & (limits.high >= 0)):
            trial = points.copy()
            trial[rule] = 0
            if all(bool(np.all(np.diff(trial[list(group)]) >= 0)) for group in limits.tiers):
                trials.append(trial)
        if not trials:
            raise TuningError(
                f"More than {limits.max_rules} rules must keep points: allow more rules, or unlock some, or let them be 0.",
                "rules",
                n=limits.max_rules,
            )
        cards = np.array(trials)
        scores = np.array([problem.counts.scores(card) for card in cards])
        best = min(evaluate(problem, cards, scores, np.zeros(len(cards))), key=lambda card: card.loss)
        points = best.points
    return points
