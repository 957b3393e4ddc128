"""What the pattern world counts of each rule, and what each count is worth.

A rule owns one column of the multiplicity matrix, or several: one for each tier,
of which at most one is 1, or one for each step of a half-life. Columns hold small
whole numbers and no points, so that new points need no new replay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.rulesets.predicates import (
    MAX_CAP,
    Condition,
    KOfPredicate,
    OutsideScore,
    RisingPredicate,
    SimplePredicate,
    TouchPredicate,
)
from analysis.rulesets.rules import Rule

Integers: TypeAlias = NDArray[np.int64]

UNSCORED: Final = "@unscored"
"""Column that is 1 for leads without a score by the other tool."""

N_DECAY_STEPS: Final = 6
"""Half-lives after which a touch is worth nothing: it counts 1/1, 1/2, ... 1/32, then 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the multiplicity matrix.

    Attributes
    ----------
    id : str
        The rule's id; for a tier `visits[3]` (from 3 times on), for a step of a
        half-life `seminar[1/4]`.
    rule_no : int
        Which rule it belongs to.
    points : int
        What one count is worth.
    high : int
        Largest value.
    tier, step : int or None
        `from` of the tier; number of half-lives passed.
    """

    id: str
    rule_no: int
    points: int
    high: int
    tier: int | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One count that the engine must deliver: how often a predicate fires, at most `cap` times."""

    predicate: SimplePredicate
    cap: int
    within_days: int | None


def decayed(points: int, step: int) -> int:
    """Return what is left of `points` after `step` half-lives: halves, cut to whole points towards zero."""
    return points >> step if points >= 0 else -(-points >> step)


def n_steps(rule: Rule) -> int:
    """Return how many steps of the half-life a rule can show: a window may cut them off."""
    if rule.half_life_days is None:
        return 0
    if rule.within_days is None:
        return N_DECAY_STEPS
    return min(N_DECAY_STEPS, -(-rule.within_days // rule.half_life_days))


def columns_of(rule: Rule, rule_no: int) -> tuple[Column, ...]:
    """Return the columns of one rule, in the order of the matrix."""
    if rule.tiers:
        return tuple(
            Column(id=f"{rule.id}[{tier.start}]", rule_no=rule_no, points=tier.points, high=1, tier=tier.start)
            for tier in rule.tiers
        )
    if rule.half_life_days is not None:
        return tuple(
            Column(
                id=f"{rule.id}[1/{2**step}]",
                rule_no=rule_no,
                points=decayed(rule.points, step),
                high=rule.cap,
                step=step,
            )
            for step in range(n_steps(rule))
        )
    if isinstance(rule.predicate, OutsideScore):
        return (
            Column(id=UNSCORED, rule_no=rule_no, points=-1, high=1),
            Column(id=rule.id, rule_no=rule_no, points=1, high=rule.cap),
        )
    return (Column(id=rule.id, rule_no=rule_no, points=rule.points, high=rule.cap),)


def needs_of(rule: Rule) -> tuple[Need, ...]:
    """Return the counts that the engine must deliver for one rule."""
    predicate = rule.predicate
    if isinstance(predicate, KOfPredicate):
        return tuple(need_of(condition) for condition in predicate.conditions)
    if isinstance(predicate, RisingPredicate):
        days = (predicate.days, predicate.days + predicate.baseline_days)
        return tuple(Need(predicate.touch, MAX_CAP, window) for window in days)
    if isinstance(predicate, OutsideScore):
        return ()
    if rule.half_life_days is not None:
        ever = rule.within_days or MAX_CAP * rule.half_life_days
        windows = tuple(min((step + 1) * rule.half_life_days, ever) for step in range(n_steps(rule)))
        return tuple(Need(predicate, rule.cap, window) for window in windows)
    return (Need(predicate, rule.cap, rule.within_days),)


def need_of(condition: Condition) -> Need:
    """Return the count that decides whether a condition holds."""
    is_touch = isinstance(condition.predicate, TouchPredicate)
    return Need(condition.predicate, condition.at_least if is_touch else 1, condition.within_days)


def fold(rule: Rule, counts: Integers) -> Integers:
    """Turn the counts of `needs_of` into the columns of `columns_of`.

    Parameters
    ----------
    rule : Rule
        Not the score of another tool, which has no counts.
    counts : array of shape (n_rows, n_needs)
        Each at most the cap of its need.

    Returns
    -------
    array of shape (n_rows, n_columns)
    """
    predicate = rule.predicate
    if isinstance(predicate, KOfPredicate):
        return _k_of(predicate, counts)
    if isinstance(predicate, RisingPredicate):
        return _rising(predicate, counts)
    if rule.tiers:
        return _tiers([tier.start for tier in rule.tiers], counts[:, 0])
    # Counts of growing windows: what a step adds is the difference to the step before.
    return np.diff(counts, axis=1, prepend=0) if rule.half_life_days is not None else counts


def _k_of(predicate: KOfPredicate, counts: Integers) -> Integers:
    wanted = np.array([need_of(condition).cap for condition in predicate.conditions], dtype=np.int64)
    holds: Integers = ((counts >= wanted).sum(axis=1, keepdims=True) >= predicate.need).astype(np.int64)
    return holds


def _rising(predicate: RisingPredicate, counts: Integers) -> Integers:
    n_late, n_early = counts[:, 0], counts[:, 1] - counts[:, 0]
    late = n_late * predicate.baseline_days * predicate.times.denominator
    early = n_early * predicate.days * predicate.times.numerator
    holds = (n_late >= predicate.at_least) & (n_early >= 1) & (late >= early)
    return holds[:, None].astype(np.int64)


def _tiers(starts: Sequence[int], count: Integers) -> Integers:
    tier = np.searchsorted(np.array(starts, dtype=np.int64), count, side="right") - 1
    is_tier: Integers = (tier[:, None] == np.arange(len(starts))).astype(np.int64)
    return is_tier
