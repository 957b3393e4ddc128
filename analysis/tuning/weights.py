"""Real-valued weights: the logistic regression that integer points approximate.

Used for starts of the search, for the bound that no card of points can beat,
and for what the data say about one rule when all others are held fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

from analysis.intervals import Floats
from analysis.tuning.counts import Ints, PatternCounts, thinned, weighted_counts
from analysis.tuning.loss import sigmoid, softplus

MAX_STEPS: Final = 30
RIDGE: Final = 1e-6
"""Shrinkage per lead: keeps weights finite where a rule separates wins from losses."""

TOLERANCE: Final = 1e-9

CONVERGING: Final = 0.05
"""A step that cuts what is left to gain to this part may be repeated with the same second derivatives."""

START_SIZE: Final = 1500
"""Patterns of the sample that the fit to all begins with, at least."""

START_TOLERANCE: Final = 1e-4
"""The sample itself is off by more: no need to fit it more exactly."""

COARSE_UNTIL: Final = 1e-3
"""Single precision serves until a step expects to gain less, as a part of the number of leads."""

ROUNDING: Final = 1e-5
"""What single precision may take from the second derivatives, as a part of the largest."""

BOUND_RIDGE: Final = 1e-9
BOUND_TOLERANCE: Final = 1e-6

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
    tolerance: float = TOLERANCE,
    is_fast: bool = False,
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
    tolerance : float
        Newton stops when it expects to gain less, as a part of the number of leads.
    is_fast : bool
        Begin with second derivatives in single precision, which cost half.

    Notes
    -----
    Newton's method with halved steps; second derivatives are kept where they still serve. The ridge makes the loss slightly larger
    than the smallest possible one; `lower_bound` takes back what it could have cost.
    """
    chosen = np.arange(counts.n_rules) if rules is None else rules
    n_rules, n_periods = counts.n_rules, counts.n_periods
    counts, chosen_columns = condensed(counts, chosen)
    design = counts.multiplicity[:, chosen_columns].astype(np.float64)
    coarse: NDArray[Any] | None = design.astype(np.float32) if is_fast else None
    weights = np.zeros(len(chosen)) if start is None else start.weights[chosen].copy()
    shrinkage = ridge * counts.n_leads.sum()
    intercepts = _base_logits(counts, n_periods)
    if start is not None:  # a sample may have missed the last periods
        intercepts[: len(start.intercepts)] = start.intercepts
    value = _value(counts, design, weights, intercepts, shrinkage)
    decrement, factored, is_old = np.inf, None, False
    for _ in range(max_steps):
        slope, base_slope, spread = _slopes(counts, design, weights, intercepts)
        if factored is None:
            if decrement <= COARSE_UNTIL * counts.n_leads.sum():
                coarse = None
            factored = _factored(counts, design if coarse is None else coarse, spread, n_periods, shrinkage)
            is_old = False
        step, base_step, gain = _step(factored, slope + shrinkage * weights, base_slope)
        before, decrement = decrement, gain
        if decrement <= tolerance * counts.n_leads.sum():
            break
        for _ in range(25):
            new = _value(counts, design, weights + step, intercepts + base_step, shrinkage)
            if new <= value:
                break
            step, base_step = step / 2, base_step / 2
        else:
            if not is_old:
                break
            factored = None
            continue
        weights, intercepts, value = weights + step, intercepts + base_step, new
        # Near the end the curvature hardly changes: the slope alone is several times cheaper.
        is_old = decrement < CONVERGING * before < np.inf
        factored = factored if is_old else None
    all_weights = np.zeros(n_rules)
    all_weights[chosen] = weights
    loss = value - shrinkage * weights @ weights / 2
    return Weights(
        weights=all_weights,
        intercepts=intercepts,
        loss=loss,
        lower_bound=max(0.0, loss - shrinkage * _slack(weights) - 2 * max(decrement, 0.0)),
    )


def dense_weights(counts: PatternCounts, start: Weights | None = None) -> Weights:
    """Fit weights to all rules as exactly as a lower bound asks for: from a sample to all.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    start : Weights, optional
        Where to begin, where a sample was fitted already.
    """
    n_patterns = len(counts.n_leads)
    if start is None and n_patterns > START_SIZE:
        sample = thinned(counts, max(START_SIZE, n_patterns // 8), 0)
        start = fit_weights(sample, ridge=BOUND_RIDGE, tolerance=START_TOLERANCE, is_fast=True)
    return fit_weights(counts, ridge=BOUND_RIDGE, start=start, tolerance=BOUND_TOLERANCE, is_fast=True)


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
        counts, columns = condensed(counts, rules)
        own, design = own[rules], counts.multiplicity[:, columns]
    design = design.astype(kind)
    slope, base_slope, spread = _slopes(counts, design, own, weights.intercepts)
    matrix, cross, base_curve = _curves(counts, design, spread, len(weights.intercepts))
    return Curvature(
        slope=slope - cross @ (base_slope / base_curve),
        matrix=matrix - (cross / base_curve) @ cross.T,
    )


def condensed(counts: PatternCounts, rules: Ints) -> tuple[PatternCounts, Ints]:
    """Merge patterns that are alike for some rules, where a small table can hold them.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    rules : array of int
        The rules that matter.

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


def _value(counts: PatternCounts, design: Floats, weights: Floats, intercepts: Floats, shrinkage: float) -> float:
    logit = design @ weights + intercepts[counts.period]
    return float(counts.n_leads @ softplus(logit) - counts.n_won @ logit + shrinkage * weights @ weights / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factored:
    """Second derivatives, ready to solve for a step."""

    factor: Floats
    cross: Floats
    base_curve: Floats


def _factored(
    counts: PatternCounts, design: NDArray[Any], spread: Floats, n_periods: int, shrinkage: float
) -> _Factored:
    matrix, cross, base_curve = _curves(counts, design, spread, n_periods)
    full = matrix - (cross / base_curve) @ cross.T
    diagonal = np.diag_indices(len(full))
    # Single precision may lose what a rule adds to the others.
    rounding = 0.0 if design.dtype == np.float64 else ROUNDING * full[diagonal].max(initial=0)
    full[diagonal] += shrinkage + rounding + 1e-10
    factor, error = dpotrf(full) if len(full) else (full, 0)
    if error:
        raise np.linalg.LinAlgError("the second derivatives are not positive")
    return _Factored(factor=factor, cross=cross, base_curve=base_curve)


def _step(factored: _Factored, slope: Floats, base_slope: Floats) -> tuple[Floats, Floats, float]:
    """Return the step of weights and intercepts, and the gain it promises."""
    own = slope - factored.cross @ (base_slope / factored.base_curve)
    step = -dpotrs(factored.factor, own)[0] if len(own) else np.zeros(0)
    base_step = -(base_slope + factored.cross.T @ step) / factored.base_curve
    return step, base_step, float(-own @ step + (base_slope**2 / factored.base_curve).sum()) / 2


def resampling_covariance(
    counts: PatternCounts, fit: Weights, *, ridge: float = RIDGE, mean_weight: float = 1.0
) -> Floats:
    """Return how weights vary over Poisson resamples, in the limit of many leads; shape (n_rules, n_rules).

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    fit : Weights
        All rules, fitted with the same `ridge`.
    ridge, mean_weight : float
        As for `fit_weights` and `analysis.tuning.evidence.rule_evidence`.

    Notes
    -----
    The sandwich of Huber and White: the curvature's inverse around the variance that
    drawing each lead a Poisson number of times gives the slope.
    """
    design = counts.multiplicity.astype(np.float64)
    n_rules, n_periods = design.shape[1], len(fit.intercepts)
    p = sigmoid(design @ fit.weights + fit.intercepts[counts.period])
    curves = _bordered(*_curves(counts, design, counts.n_leads * p * (1 - p), n_periods))
    curves[np.arange(n_rules), np.arange(n_rules)] += ridge * counts.n_leads.sum()
    drawn = counts.n_won * (1 - p) ** 2 + np.maximum(counts.n_leads - counts.n_won, 0) * p**2
    bread = np.linalg.pinv(curves, hermitian=True)
    spread: Floats = bread @ (_bordered(*_curves(counts, design, drawn, n_periods)) * mean_weight) @ bread
    return spread[:n_rules, :n_rules]


def _bordered(matrix: Floats, cross: Floats, base: Floats) -> Floats:
    """Put the parts of `_curves` together."""
    return np.block([[matrix, cross], [cross.T, np.diag(base)]])


def _slopes(
    counts: PatternCounts, design: NDArray[Any], weights: Floats, intercepts: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the first derivatives by weight and by intercept, and the curvature of each pattern."""
    p = sigmoid(design @ weights.astype(design.dtype) + intercepts[counts.period])
    expected = counts.n_leads * p
    residual = expected - counts.n_won
    slope = residual.astype(design.dtype) @ design
    return (
        slope.astype(np.float64),
        weighted_counts(counts.period, residual, len(intercepts)),
        expected * (1 - p),
    )


def _curves(
    counts: PatternCounts, design: NDArray[Any], spread: Floats, n_periods: int
) -> tuple[Floats, Floats, Floats]:
    """Return the second derivatives: between weights, between weights and intercepts, of intercepts."""
    matrix, cross = np.zeros((design.shape[1],) * 2), np.zeros((design.shape[1], n_periods))
    root = np.sqrt(spread).astype(design.dtype)
    for start in range(0, len(design), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        weighted = design[rows] * root[rows, None]
        # A matrix times itself takes BLAS half the work of any two.
        matrix += weighted.T @ weighted
        is_period = counts.period[rows, None] == np.arange(n_periods)
        cross += weighted.T @ (is_period * root[rows, None])
    return matrix, cross, np.maximum(weighted_counts(counts.period, spread, n_periods), 1e-12)
