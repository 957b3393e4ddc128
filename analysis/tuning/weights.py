"""Real-valued weights: the logistic regression that integer points approximate.

Used for starts of the search, for the bound that no card of points can beat,
and for what the data say about one rule when all others are held fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from analysis.intervals import Floats
from analysis.tuning.counts import Ints, PatternCounts, weighted_counts
from analysis.tuning.loss import sigmoid, softplus

MAX_STEPS: Final = 30
RIDGE: Final = 1e-6
"""Shrinkage per lead: keeps weights finite where a rule separates wins from losses."""

BLOCK_ROWS: Final = 8192
MAX_CELLS: Final = 1 << 16

MAX_WEIGHT: Final = 30.0
"""Lower bounds hold for weights up to this size; beyond, a probability is 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A logistic regression on multiplicities, with an intercept per period.

    Attributes
    ----------
    weights : array of shape (n_rules,)
        Change of the logit each time a rule counts.
    intercepts : array of shape (n_periods,)
        Logit of a lead without any rule.
    loss : float
        Sum of the weighted logistic losses, in nats, without the ridge.
    lower_bound : float
        No weights up to 30 in size have a smaller loss than this.
    """

    weights: Floats
    intercepts: Floats
    loss: float
    lower_bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curvature:
    """The loss around some weights, the intercepts eliminated.

    Attributes
    ----------
    slope : array of shape (n_rules,)
        First derivatives.
    matrix : array of shape (n_rules, n_rules)
        Second derivatives.
    """

    slope: Floats
    matrix: Floats


def fit_weights(
    counts: PatternCounts,
    *,
    rules: Ints | None = None,
    start: Weights | None = None,
    ridge: float = RIDGE,
    max_steps: int = MAX_STEPS,
) -> Weights:
    """Fit real-valued weights.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    rules : array of int, optional
        Rules that may have a weight; all when left out.
    start : Weights, optional
        Where to begin.
    ridge : float
        Shrinkage per lead.
    max_steps : int
        Newton steps at most.

    Notes
    -----
    Newton's method with halved steps. The ridge makes the loss slightly larger
    than the smallest possible one; `lower_bound` takes back what it could have cost.
    """
    chosen = np.arange(counts.n_rules) if rules is None else rules
    n_rules, n_periods = counts.n_rules, counts.n_periods
    counts, chosen_columns = _condensed(counts, chosen)
    design = counts.multiplicity[:, chosen_columns].astype(np.float64)
    weights = np.zeros(len(chosen)) if start is None else start.weights[chosen].copy()
    shrinkage = ridge * counts.n_leads.sum()
    intercepts = _base_logits(counts, n_periods) if start is None else start.intercepts.copy()
    value = _value(counts, design, weights, intercepts) + shrinkage * weights @ weights / 2
    decrement = np.inf
    for _ in range(max_steps):
        slope, matrix, base_slope, cross, base_curve = _derivatives(counts, design, weights, intercepts)
        full_slope = slope + shrinkage * weights - cross @ (base_slope / base_curve)
        full = matrix - (cross / base_curve) @ cross.T
        full[np.diag_indices(len(chosen))] += shrinkage + 1e-10
        step = -cho_solve(cho_factor(full), full_slope) if len(chosen) else np.zeros(0)
        base_step = -(base_slope + cross.T @ step) / base_curve
        decrement = float(-full_slope @ step + (base_slope**2 / base_curve).sum()) / 2
        if decrement <= 1e-9 * counts.n_leads.sum():
            break
        for _ in range(25):
            trial, trial_base = weights + step, intercepts + base_step
            new = _value(counts, design, trial, trial_base) + shrinkage * trial @ trial / 2
            if new <= value:
                break
            step, base_step = step / 2, base_step / 2
        else:
            break
        weights, intercepts, value = trial, trial_base, new
    all_weights = np.zeros(n_rules)
    all_weights[chosen] = weights
    loss = value - shrinkage * weights @ weights / 2
    return Weights(
        weights=all_weights,
        intercepts=intercepts,
        loss=loss,
        lower_bound=max(0.0, loss - shrinkage * _slack(weights) - 2 * max(decrement, 0.0)),
    )


def curvature(
    counts: PatternCounts, weights: Weights, *, rules: Ints | None = None, is_fast: bool = False
) -> Curvature:
    """Return the derivatives of the loss at some weights, the intercepts eliminated.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    weights : Weights
        Where.
    rules : array of int, optional
        Rules to look at, when no others have a weight; all when left out.
    is_fast : bool
        Single precision: enough to choose rules by.
    """
    kind = np.float32 if is_fast else np.float64
    own, design = weights.weights, counts.multiplicity
    if rules is not None:
        counts, columns = _condensed(counts, rules)
        own, design = own[rules], counts.multiplicity[:, columns]
    slope, matrix, base_slope, cross, base_curve = _derivatives(counts, design, own, weights.intercepts, kind)
    return Curvature(
        slope=slope - cross @ (base_slope / base_curve),
        matrix=matrix - (cross / base_curve) @ cross.T,
    )


def _condensed(counts: PatternCounts, rules: Ints) -> tuple[PatternCounts, Ints]:
    """Merge patterns that are alike for some rules, where a small table can hold them.

    Returns
    -------
    counts : PatternCounts
        Counts with those rules alone, or the counts given.
    columns : array of int
        Where the rules are in them.
    """
    n_levels = counts.multiplicity[:, rules].max(axis=0, initial=0).astype(np.float64) + 1
    if np.prod(n_levels) * counts.n_periods > min(MAX_CELLS, len(counts.n_leads) / 2):
        return counts, rules
    code = counts.period.copy()
    for rule, n in zip(rules, n_levels.astype(np.int64), strict=True):
        code *= n
        code += counts.multiplicity[:, rule]
    n_leads = weighted_counts(code, counts.n_leads, 0)
    cells = np.flatnonzero(n_leads)
    rest, columns = cells, []
    for n in n_levels.astype(np.int64)[::-1]:
        rest, level = np.divmod(rest, n)
        columns.append(level.astype(np.uint8))
    multiplicity = np.column_stack([np.empty((len(cells), 0), dtype=np.uint8), *columns[::-1]])
    merged = replace(
        counts,
        multiplicity=multiplicity,
        period=rest,
        n_leads=n_leads[cells],
        n_won=weighted_counts(code, counts.n_won, 0)[cells],
        n_scored=n_leads[cells],
        rule_ids=tuple(counts.rule_ids[rule] for rule in rules),
    )
    return merged, np.arange(len(rules))


def _slack(weights: Floats) -> float:
    """Return what the ridge may hide from any weights up to `MAX_WEIGHT`: the loss is convex."""
    return float(np.sum(np.abs(weights)) * MAX_WEIGHT + weights @ weights)


def _base_logits(counts: PatternCounts, n_periods: int) -> Floats:
    n_leads = weighted_counts(counts.period, counts.n_leads, n_periods)
    n_won = weighted_counts(counts.period, counts.n_won, n_periods)
    return np.log((n_won + 1e-6 * n_leads + 1e-12) / (n_leads - n_won + 1e-6 * n_leads + 1e-12))


def _value(counts: PatternCounts, design: Floats, weights: Floats, intercepts: Floats) -> float:
    logit = design @ weights + intercepts[counts.period]
    return float(counts.n_leads @ softplus(logit) - counts.n_won @ logit)


def _derivatives(
    counts: PatternCounts, design: NDArray[Any], weights: Floats, intercepts: Floats, kind: type = np.float64
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    n_rules, n_periods = design.shape[1], len(intercepts)
    slope, matrix = np.zeros(n_rules), np.zeros((n_rules, n_rules))
    cross = np.zeros((n_rules, n_periods))
    base_slope, base_curve = np.zeros(n_periods), np.full(n_periods, 1e-12)
    for start in range(0, len(design), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        block: NDArray[Any] = design[rows].astype(kind)
        period = counts.period[rows]
        p = sigmoid(block @ weights.astype(kind) + intercepts[period])
        residual = counts.n_leads[rows] * p - counts.n_won[rows]
        spread = counts.n_leads[rows] * p * (1 - p)
        slope += block.T @ residual.astype(kind)
        spread_block = block * spread[:, None].astype(kind)
        matrix += block.T @ spread_block
        base_slope += weighted_counts(period, residual, n_periods)
        base_curve += weighted_counts(period, spread, n_periods)
        if n_periods == 1:
            cross[:, 0] += spread_block.sum(axis=0)
        else:
            for index in np.unique(period):
                cross[:, index] += spread_block[period == index].sum(axis=0)
    return slope, matrix, base_slope, cross, base_curve
