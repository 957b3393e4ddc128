"""Search where points do not simply add up: limits on sums, and points that fade.

No table of counts says what a change would do there, so every change is scored as
it is: one rule, then two rules together, each from the sums of the parts.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints, PatternCounts
from analysis.tuning.limits import violations
from analysis.tuning.problem import Card, Problem, evaluate, make_card
from analysis.tuning.structure import Structure
from analysis.tuning.weights import Weights, dense_weights

N_PARTNERS: Final = 24
"""Changes of single rules that are tried in pairs, the most promising ones."""

BATCH: Final = 64

MAX_KINDS: Final = 200
MAX_CELLS: Final = 20_000_000
"""Combinations, and cells of their table, up to which a bound is sought."""

MAX_DRAWS: Final = 30
MIN_GAIN: Final = 1e-9
SCREEN_STEPS: Final = 4

MAX_TRIED: Final = 4000
"""Where the limits allow fewer cards than this, each is tried, and the best one is proven."""

Change: TypeAlias = tuple[int, int]
"""A rule, and its new points."""


def descend_bent(problem: Problem, card: Card, budget: Budget, *, with_pairs: bool = True) -> Card:
    """Improve a card until no change of one rule, or of two together, helps; see `search.descend`.

    Notes
    -----
    Pairs are made of the most promising changes of one rule, and of each rule
    that differs from today taken home together with any of those.
    """
    n_leads = max(float(problem.counts.n_leads.sum()), 1e-300)
    while budget.step("descend", card.loss / n_leads):
        tried = _evaluated(problem, card, _singles(problem, card))
        better = _best(problem, card, tried)
        if better is None and with_pairs:
            better = _best(problem, card, _evaluated(problem, card, _pairs(problem, card, tried)))
        if better is None:
            break
        card = better
    return card


def disturbed(problem: Problem, card: Card, generator: np.random.Generator) -> Card:
    """Give some rules other points at random, within the limits, to leave a local optimum."""
    limits = problem.limits
    free = np.flatnonzero(limits.is_free)
    for _ in range(MAX_DRAWS):
        points = card.points.copy()
        moved = np.flatnonzero((points != limits.today) & limits.is_free)
        if len(moved):
            home = generator.choice(moved, int(generator.integers(1, len(moved) + 1)), replace=False)
            points[home] = limits.today[home]
        rules = generator.choice(free, min(int(generator.integers(1, 4)), len(free)), replace=False)
        points[rules] = generator.integers(limits.low[rules], limits.high[rules] + 1)
        if not violations(limits, points) and not np.array_equal(points, card.points):
            return make_card(problem, points, start_scale=card.scale)
    return card


def exhausted(problem: Problem) -> Card | None:
    """Return the best of all cards within the limits; None when there are too many to try."""
    limits = problem.limits
    ranges = [range(low, high + 1) for low, high in zip(limits.low, limits.high, strict=True)]
    if np.prod([float(len(each)) for each in ranges]) > MAX_TRIED:
        return None
    cards = np.array([each for each in product(*ranges) if not violations(limits, each)], dtype=np.int64)
    best: Card | None = None
    for start in range(0, len(cards), BATCH):
        part = cards[start : start + BATCH]
        scores = np.array([problem.counts.scores(each) for each in part])
        found = evaluate(problem, part, scores, np.full(len(part), 0.3))
        best = min([*found, *([] if best is None else [best])], key=lambda each: each.rank)
    return best


def _singles(problem: Problem, card: Card) -> list[tuple[Change, ...]]:
    limits = problem.limits
    return [
        ((int(rule), value),)
        for rule in np.flatnonzero(limits.is_free)
        for value in range(limits.low[rule], limits.high[rule] + 1)
        if value != card.points[rule]
    ]


def _pairs(problem: Problem, card: Card, tried: list[Card]) -> list[tuple[Change, ...]]:
    """Return pairs of changes: of the best single ones, and of those with a rule taken home."""
    best = [_change(card, each) for each in sorted(tried, key=lambda each: each.loss)]
    chosen = best[:N_PARTNERS]
    # One change of each rule at least, so that near copies do not crowd the others out.
    of_rule: dict[int, Change] = {}
    for change in best:
        of_rule.setdefault(change[0], change)
    chosen = list(dict.fromkeys([*chosen, *of_rule.values()]))
    home = [
        (int(rule), int(problem.limits.today[rule])) for rule in np.flatnonzero(card.points != problem.limits.today)
    ]
    zero = (
        [(int(rule), 0) for rule in np.flatnonzero(card.points)] if problem.limits.max_rules < len(card.points) else []
    )
    pairs = [(first, second) for first in dict.fromkeys([*home, *zero]) for second in chosen]
    pairs += [(first, second) for index, first in enumerate(chosen[:N_PARTNERS]) for second in chosen[:index]]
    limits = problem.limits
    return [
        pair
        for pair in pairs
        if pair[0][0] != pair[1][0] and all(limits.low[rule] <= value <= limits.high[rule] for rule, value in pair)
    ]


def _change(card: Card, other: Card) -> Change:
    rule = int(np.flatnonzero(card.points != other.points)[0])
    return rule, int(other.points[rule])


def _evaluated(problem: Problem, card: Card, changes: list[tuple[Change, ...]]) -> list[Card]:
    """Score and fit a card with each of the changes, whether it keeps the limits or not."""
    structure, columns = structure_in(problem.counts), problem.multiplicity.T
    sums = _sums(structure, columns, card.points)
    given: dict[Change, Ints] = {}
    found: list[Card] = []
    for start in range(0, len(changes), BATCH):
        part = changes[start : start + BATCH]
        points = np.repeat(card.points[None], len(part), axis=0)
        scores = np.empty((len(part), len(card.scores)), dtype=np.int64)
        for row, change in enumerate(part):
            changed = sums.copy()
            for rule, value in change:
                points[row, rule] = value
                if (rule, value) not in given:
                    now = structure.gives(columns, rule, int(card.points[rule]))
                    given[rule, value] = structure.gives(columns, rule, value) - now
                changed[structure.part[rule]] += given[rule, value]
            scores[row] = structure.limited(changed)
        found += evaluate(problem, points, scores, np.full(len(part), card.scale), SCREEN_STEPS)
    return found


def structure_in(counts: PatternCounts) -> Structure:
    """Return the structure of counts that have one.

    Raises
    ------
    ValueError
        If they have none.
    """
    if counts.structure is None:
        raise ValueError("points simply add up for these counts.")
    return counts.structure


def _sums(structure: Structure, columns: NDArray[np.uint8], points: Ints) -> Ints:
    sums = np.zeros((len(structure.part_limits), len(columns)), dtype=np.int64)
    for rule in np.flatnonzero(points):
        sums[structure.part[rule]] += structure.gives(columns, int(rule), int(points[rule]))
    return sums


def bent_bound(counts: PatternCounts) -> Weights:
    """Return weights that no points can beat, however they are limited.

    Parameters
    ----------
    counts : PatternCounts
        Counts with a structure.

    Returns
    -------
    Weights
        Of a logistic regression in which every step of a fading rule has a weight
        of its own, and so has every combination of rules that share a limit. With
        too many combinations nothing is known: the lower bound is 0.
    """
    structure = structure_in(counts)
    shared = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *structure.capped]))
    parts = [np.delete(counts.multiplicity, shared, axis=1)]
    n_columns = parts[0].shape[1]
    for columns in structure.capped:
        kinds, kind = np.unique(counts.multiplicity[:, columns], axis=0, return_inverse=True)
        n_columns += len(kinds) - 1
        if len(kinds) > MAX_KINDS or n_columns * len(kind) > MAX_CELLS:
            return Weights(
                weights=np.zeros(counts.n_rules), intercepts=np.zeros(counts.n_periods), loss=0, lower_bound=0
            )
        parts.append((kind.reshape(-1, 1) == np.arange(1, len(kinds))).astype(np.uint8))
    multiplicity = np.hstack(parts)
    names = tuple(str(column) for column in range(multiplicity.shape[1]))
    return dense_weights(replace(counts, multiplicity=multiplicity, rule_ids=names, structure=None))


def _best(problem: Problem, card: Card, tried: list[Card]) -> Card | None:
    """Return the best of the cards within the limits, if it is better than the one at hand."""
    for best in sorted(tried, key=lambda each: each.rank):
        is_better = best.excess < card.excess or (
            best.excess <= card.excess and best.loss < card.loss - MIN_GAIN * max(card.loss, 1e-300)
        )
        if not is_better:
            return None
        if not violations(problem.limits, best.points):
            return best
    return None
