"""What the data say about each rule: its points with an interval, beside today's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import MIN_N, Floats, wilson_interval
from analysis.tuning.counts import Ints, PatternCounts, checked_points
from analysis.tuning.threads import one_thread
from analysis.tuning.weights import Weights, curvature, fit_weights, resampling_covariance

N_RESAMPLES: Final = 200
TAIL: Final = 0.025
RESAMPLE_STEPS: Final = 2
RIDGE: Final = 1e-5

MIN_WON: Final = 5
"""Wins with the rule and without it that an interval needs."""

CLEAR: Final = 2.0
"""Standard errors that the scale of a point must be above 0: else nothing can be said in points."""

MANY_PATTERNS: Final = 50_000
"""Patterns beyond which resamples are drawn from what they tend to, and no longer fitted one by one."""

HALF_POINT: Final = 0.5
"""Points are whole: an interval that comes within half a point includes the whole one."""


def rule_evidence(
    counts: PatternCounts,
    today: ArrayLike,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    mean_weight: float = 1.0,
    progress: Callable[[float], object] | None = None,
) -> pd.DataFrame:
    """Weigh each rule against the outcomes, all other rules held fixed.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    today : array-like of shape (n_rules,), int
        Points in force.
    n_resamples : int
        Bootstrap resamples.
    seed : int
        Of the resampling.
    mean_weight : float
        Sum of the squared weights of single leads over the sum of weights: 1
        for plain counts. Larger weights mean fewer leads, and wider intervals.
    progress : callable, optional
        Called with the part that is done, in [0, 1].

    Returns
    -------
    DataFrame
        One row per rule: `rule_id`, `today`; `n_leads`, `n_won` (leads for
        which the rule counted, and wins among them), `win_rate`, `win_low`,
        `win_high`, `other_win_rate` (of leads without the rule) and `lift`
        (ratio of the two): the raw comparison; `points`, `points_low`,
        `points_high`: the partial effect on the scale of today's points, with
        its 95 % interval; `p_moved`: share of resamples that leave today's
        whole points; `is_enough`: whether there are leads and wins enough, with
        the rule and without it, to speak of an effect at all, and today's points
        tell wins apart well enough to be a measure. What follows for a rule is said by `analysis.rule_verdicts`, and nowhere else.

    Raises
    ------
    ValueError
        If there is not one whole number for each rule.

    Notes
    -----
    Real-valued weights are fitted to Poisson resamples of the counts [1]_, each
    starting from the fit to all data; beyond `MANY_PATTERNS` they are drawn from
    the normal distribution that such resamples tend to. The scale that turns weights into points
    is the one on which most of today's points are right: a few wrong ones do
    not move it.

    References
    ----------
    .. [1] N. Chamandy, O. Muralidharan, A. Najmi, S. Naidu. "Estimating
       uncertainty for massive data streams". Google technical report, 2012.
    """
    points = checked_points(today, counts.n_rules)
    table = _raw(counts, points)
    with one_thread():
        fit = fit_weights(counts, ridge=RIDGE)
        spread = standard_errors(counts, fit)
        resampled = _resampled(counts, fit, n_resamples, seed, mean_weight, progress)
    scale = points_scale(fit.weights, spread, points)
    scales = np.array([points_scale(weights, spread, points) for weights in resampled])
    in_points = resampled / np.maximum(scales, 1e-12)[:, None]
    low, high = np.quantile(in_points, [TAIL, 1 - TAIL], axis=0)
    table = table.assign(
        points=fit.weights / max(scale, 1e-12),
        points_low=low,
        points_high=high,
        p_moved=np.mean(np.abs(in_points - points) > HALF_POINT, axis=0),
    )
    is_clear = scale > CLEAR * _scale_error(spread, points)
    return table.assign(is_enough=_is_enough(counts, table) & is_clear)


def points_scale(weights: Floats, spread: Floats, points: Ints) -> float:
    """Return the weight of one point on which most of today's points are right.

    Parameters
    ----------
    weights, spread : arrays of shape (n_rules,)
        Real-valued weights and their standard errors.
    points : array of shape (n_rules,), int
        Points in force.

    Returns
    -------
    float
        At least 0; 0 when no scale above 0 suits most points.

    Notes
    -----
    The weighted median of weight / points, then least squares over the rules
    that are within two standard errors, or three quarters of a point, of it.
    """
    is_used = (points != 0) & np.isfinite(spread) & (spread > 0)
    if not is_used.any():
        return 0.0
    w, s, t = weights[is_used], spread[is_used], points[is_used].astype(np.float64)
    ratio, importance = w / t, np.abs(t) / s
    order = np.argsort(ratio)
    scale = float(ratio[order][np.searchsorted(np.cumsum(importance[order]), importance.sum() / 2)])
    for _ in range(10):
        is_near = np.abs(w - scale * t) <= np.maximum(0.75 * abs(scale), 2 * s)
        if not is_near.any():
            break
        new = float(np.sum((w * t / s**2)[is_near]) / np.sum((t**2 / s**2)[is_near]))
        if abs(new - scale) <= 1e-9 * abs(scale):
            break
        scale = new
    return max(scale, 0.0)


def _scale_error(spread: Floats, points: Ints) -> float:
    """Return the standard error of the scale, were all of today's points right; inf without any."""
    is_used = (points != 0) & np.isfinite(spread) & (spread > 0)
    known = float(np.sum((points[is_used] / spread[is_used]) ** 2))
    return known**-0.5 if known > 0 else np.inf


def standard_errors(counts: PatternCounts, fit: Weights) -> Floats:
    """Return the standard errors of real-valued weights; inf where nothing is known."""
    matrix = curvature(counts, fit).matrix
    matrix[np.diag_indices(len(matrix))] += RIDGE * counts.n_leads.sum()
    variance = np.diag(np.linalg.inv(matrix))
    return np.where(variance > 0, np.sqrt(np.maximum(variance, 0)), np.inf)


def _raw(counts: PatternCounts, points: Ints) -> pd.DataFrame:
    is_on = counts.multiplicity > 0
    n_on, won_on = counts.n_leads @ is_on, np.minimum(counts.n_won @ is_on, counts.n_leads @ is_on)
    n_off, won_off = counts.n_leads.sum() - n_on, counts.n_won.sum() - won_on
    low, high = wilson_interval(won_on, n_on)
    win_rate = np.where(n_on > 0, won_on / np.maximum(n_on, 1e-300), np.nan)
    other = np.where(n_off > 0, won_off / np.maximum(n_off, 1e-300), np.nan)
    return pd.DataFrame(
        {
            "rule_id": list(counts.rule_ids),
            "today": points,
            "n_leads": n_on,
            "n_won": won_on,
            "win_rate": win_rate,
            "win_low": low,
            "win_high": high,
            "other_win_rate": other,
            "lift": np.where(other > 0, win_rate / np.where(other > 0, other, 1.0), np.nan),
        }
    )


def _resampled(
    counts: PatternCounts,
    fit: Weights,
    n_resamples: int,
    seed: int,
    mean_weight: float,
    progress: Callable[[float], object] | None,
) -> Floats:
    generator = np.random.default_rng(seed)
    counts = counts.rows(counts.n_leads > 0)  # patterns without a result have nothing to draw
    if len(counts.n_leads) > MANY_PATTERNS:
        covariance = resampling_covariance(counts, fit, ridge=RIDGE, mean_weight=mean_weight)
        if progress is not None:
            progress(1.0)
        return generator.multivariate_normal(fit.weights, covariance, n_resamples, method="eigh")
    won, lost = counts.n_won / mean_weight, np.maximum(counts.n_leads - counts.n_won, 0) / mean_weight
    out = np.empty((n_resamples, counts.n_rules))
    for index in range(n_resamples):
        n_won = generator.poisson(won).astype(np.float64) * mean_weight
        n_leads = n_won + generator.poisson(lost) * mean_weight
        is_there = n_leads > 0
        sample = counts.reweighted(n_leads, n_won).rows(is_there)
        # A resample may lack the last periods, which have few leads that are old enough.
        begun = replace(fit, intercepts=fit.intercepts[: sample.n_periods])
        out[index] = fit_weights(sample, start=begun, ridge=RIDGE, max_steps=RESAMPLE_STEPS).weights
        if progress is not None:
            progress((index + 1) / n_resamples)
    return out


def _is_enough(counts: PatternCounts, table: pd.DataFrame) -> NDArray[np.bool_]:
    n_on, n_off = table["n_leads"], counts.n_leads.sum() - table["n_leads"]
    won_off = counts.n_won.sum() - table["n_won"]
    expected = n_on * counts.n_won.sum() / max(counts.n_leads.sum(), 1e-300)
    # A rule may well have no wins; what counts is that it could have had some.
    enough = (n_on >= MIN_N) & (n_off >= MIN_N) & (expected >= MIN_WON) & (won_off >= MIN_WON)
    return np.asarray(enough, dtype=bool)
