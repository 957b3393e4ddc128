"""Lower bounds for every small set of rules at once: what real-valued changes could reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from analysis.intervals import Floats
from analysis.tuning.counts import Ints, weighted_counts
from analysis.tuning.loss import sigmoid, softplus
from analysis.tuning.problem import Problem
from analysis.tuning.tables import cell_counts
from analysis.tuning.weights import MAX_WEIGHT

BATCH_CELLS: Final = 1_500_000
MAX_STEPS: Final = 12
RIDGE: Final = 1e-9
SLACK: Final = 1e-6
"""Single precision of the counts, as a part of the loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBounds:
    """Lower bounds of the loss for sets of rules that may move.

    Attributes
    ----------
    rules : array of shape (n_sets, n_moving), int
        The sets.
    bound : array of shape (n_sets,)
        No points that differ from the base in these rules alone have a smaller loss.
    """

    rules: Ints
    bound: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Leads by cell, for the sets that share all but their last two rules."""

    n_leads: Floats  # (n_cells, n_rules, n_levels, n_rules, n_levels)
    base: Floats  # (n_cells,) score of the base card
    prefix: Floats  # (n_cells, n_prefix) multiplicities of the shared rules
    period: Ints  # (n_cells,)


def set_bounds(problem: Problem, base: Ints, rules: Ints, n_moving: int) -> Iterator[SetBounds]:
    """Yield lower bounds for all sets of `n_moving` of the given rules.

    Parameters
    ----------
    problem : Problem
        What is tuned.
    base : array of shape (n_rules,), int
        Points of the rules that do not move.
    rules : array of int
        Rules that may move.
    n_moving : int
        Size of the sets: 2 at least.

    Notes
    -----
    For each set the logistic loss is minimised over real changes of its rules,
    the scale of the base and the intercepts, without any other limit. It is
    convex; what a step of Newton's method still promises is taken off twice.
    """
    for prefix in combinations(range(len(rules)), n_moving - 2):
        last = rules[np.arange(prefix[-1] + 1 if prefix else 0, len(rules))]
        if len(last) < 2:
            continue
        shared = rules[list(prefix)]
        cells = _cells(problem, base, shared, last)
        first, second = np.triu_indices(len(last), k=1)
        size = max(1, BATCH_CELLS // (len(cells.base) * cells.n_leads.shape[2] ** 2))
        for start in range(0, len(first), size):
            i, j = first[start : start + size], second[start : start + size]
            sets = np.column_stack([np.broadcast_to(shared, (len(i), len(shared))), last[i], last[j]])
            yield SetBounds(rules=sets, bound=_minimum(problem, cells, base, i, j, sets))


def _cells(problem: Problem, base: Ints, shared: Ints, last: Ints) -> _Cells:
    counts, matrix = problem.counts, problem.matrix
    keys = np.column_stack([counts.period, counts.scores(base), counts.multiplicity[:, shared].astype(np.int64)])
    distinct, cell = np.unique(keys, axis=0, return_inverse=True)
    columns = np.flatnonzero(np.isin(matrix.rule, last))
    table = cell_counts(matrix, counts.n_leads, cell.ravel(), len(distinct), columns)
    place = np.searchsorted(last, matrix.rule[columns])
    level = matrix.level[columns]
    levels = int(level.max(initial=1)) + 1
    total = weighted_counts(cell.ravel(), counts.n_leads, len(distinct))
    out = np.zeros((len(distinct), len(last), levels, len(last), levels))
    pair = table.pair[:, :, columns].astype(np.float64)
    out[:, place[:, None], level[:, None], place[None, :], level[None, :]] = pair
    single = np.zeros((len(distinct), len(last), levels))
    single[:, place, level] = table.single[:, columns]
    # Level 0 is what is left of the margins.
    out[:, :, 1:, :, 0] = single[:, :, 1:, None] - out[:, :, 1:, :, 1:].sum(axis=4)
    out[:, :, 0, :, 1:] = single[:, None, :, 1:] - out[:, :, 1:, :, 1:].sum(axis=2)
    out[:, :, 0, :, 0] = (
        total[:, None, None] - single[:, :, 1:].sum(axis=2)[:, :, None] - out[:, :, 0, :, 1:].sum(axis=3)
    )
    return _Cells(
        n_leads=np.maximum(out, 0),
        base=distinct[:, 1].astype(np.float64),
        prefix=distinct[:, 2:].astype(np.float64),
        period=distinct[:, 0],
    )


def _minimum(problem: Problem, cells: _Cells, base: Ints, i: Ints, j: Ints, sets: Ints) -> Floats:
    """Minimise the loss of each set by Newton's method, and return the lower bounds."""
    n_periods, levels = problem.counts.n_periods, cells.n_leads.shape[2]
    n_leads = cells.n_leads[:, i, :, j, :].reshape(len(i), -1)
    design = _design(cells, levels, n_periods)
    won = _won_moments(problem, cells, base, sets, n_periods)
    size = design.shape[1]
    ridge = RIDGE * problem.counts.n_leads.sum()
    x = np.zeros((len(i), size))
    rate = problem.period_won / np.maximum(np.bincount(problem.counts.period, problem.counts.n_leads), 1e-300)
    rate = np.clip(rate, 1e-9, 1 - 1e-9)  # a period without leads has a column of zeros
    x[:, size - n_periods :] = np.log(rate / (1 - rate))
    outer = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    value = _value(n_leads, design, won, x, ridge)
    decrement = np.full(len(i), np.inf)
    for _ in range(MAX_STEPS):
        p = sigmoid(x @ design.T)
        expected = n_leads * p
        slope = expected @ design - won + ridge * x
        curve = ((expected * (1 - p)) @ outer).reshape(-1, size, size) + (ridge + 1e-12) * np.eye(size)
        step = -np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        decrement = -np.sum(slope * step, axis=1) / 2
        if decrement.max() <= 1e-9 * value.max():
            break
        for _ in range(20):
            new = _value(n_leads, design, won, x + step, ridge)
            is_worse = new > value
            if not is_worse.any():
                break
            step = np.where(is_worse[:, None], step / 2, step)
        is_better = new <= value
        x, value = np.where(is_better[:, None], x + step, x), np.where(is_better, new, value)
    own = ridge * (np.sum(np.abs(x), axis=1) * MAX_WEIGHT + np.sum(x**2, axis=1))
    bound: Floats = np.maximum((value - own - 2 * np.maximum(decrement, 0)) * (1 - SLACK), 0)
    return bound


def _value(n_leads: Floats, design: Floats, won: Floats, x: Floats, ridge: float) -> Floats:
    value: Floats = np.sum(n_leads * softplus(x @ design.T), axis=1) - np.sum(won * x, axis=1)
    value += ridge * np.sum(x**2, axis=1) / 2
    return value


def _design(cells: _Cells, levels: int, n_periods: int) -> Floats:
    """Return the rows (cell, level of the first, level of the second) by variables."""
    n_cells = len(cells.base)
    shape = (n_cells, levels, levels)
    times = np.arange(levels, dtype=np.float64)
    columns = [np.broadcast_to(cells.base[:, None, None], shape)] if np.ptp(cells.base) > 0 else []
    columns += [np.broadcast_to(column[:, None, None], shape) for column in cells.prefix.T]
    columns += [np.broadcast_to(times[None, :, None], shape), np.broadcast_to(times[None, None, :], shape)]
    columns += [np.broadcast_to((cells.period == period)[:, None, None], shape) for period in range(n_periods)]
    return np.column_stack([np.asarray(column, dtype=np.float64).ravel() for column in columns])


def _won_moments(problem: Problem, cells: _Cells, base: Ints, sets: Ints, n_periods: int) -> Floats:
    """Return the sums of the variables over the wins."""
    parts = [problem.won_times[sets], np.broadcast_to(problem.period_won, (len(sets), n_periods))]
    if np.ptp(cells.base) > 0:
        scores = float(base @ problem.won_times)
        parts.insert(0, np.full((len(sets), 1), scores))
    return np.concatenate(parts, axis=1)
