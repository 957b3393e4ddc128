"""Sharing losses out: from the promise of the points to the fitted chances, column by column.

The promised log-odds rise by the same step with every point. The step is the one
at which the rules' effects differ least from their points (a robust regression of
effects on points), so a few wrong rules do not bend it [1]_. What goes beyond is
shared out along the straight way from the promised log-odds to the fitted ones
(Aumann-Shapley) [2]_, which adds up without a remainder.

References
----------
.. [1] P. J. Huber. "Robust statistics". Wiley, 1981, section 7.
.. [2] M. Sundararajan, A. Taly and Q. Yan. "Axiomatic attribution for deep
   networks". ICML 2017, after R. Aumann and L. Shapley, "Values of non-atomic
   games", Princeton 1974.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import expit

from analysis.intervals import Floats
from analysis.losses.mixed import MixedFit
from analysis.losses.terms import Terms

HANDLED: Final = ("late", "no_contact", "department", "rep")
"""Causes whose end would win deals; better points or facts only keep promises."""

N_DRAWS: Final = 400

MAX_DRAWN: Final = 6_000
"""Rows of the account that each draw is worked out for: the spread of the draws needs no more."""

LEAST_ERROR: Final = 1e-6
BIWEIGHT: Final = 4.685
"""Standard errors beyond which a rule has no say: 95 % efficient where all rules keep the promise."""

N_REWEIGHTINGS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Losses by cause, once as estimated and once per draw of the effects.

    Attributes
    ----------
    expected : float
        Losses that the promise leaves.
    of_columns : array of shape (n_columns + 1,)
        Losses beyond the promise by column; the last is for limits.
    fitted : float
        Losses that the fitted chances leave: expected + the columns.
    back : array of shape (len(HANDLED),)
        Wins had, had this cause not been.
    promise_variance, fitted_variance : float
        Of the number of losses at these chances, given the chances.
    thinning_variance : float
        Of the fitted losses, because some high scores stand for all.
    scale : float
        Log-odds per point.
    weight : float
        High scores for which each row of `Terms.accounted` stands.
    drawn_expected, drawn_columns, drawn_back : arrays
        The same per draw, along the first axis.
    """

    expected: float
    of_columns: Floats
    fitted: float
    back: Floats
    promise_variance: float
    fitted_variance: float
    thinning_variance: float
    scale: float
    weight: float
    drawn_expected: Floats
    drawn_columns: Floats
    drawn_back: Floats


def losses_at(terms: Terms, effects: Floats, scale: float, score: Floats) -> tuple[float, Floats, Floats]:
    """Return the promised losses, the losses beyond them by column, and the wins had without each way of handling.

    Parameters
    ----------
    terms : Terms
        The columns.
    effects : array of shape (n_columns,)
        Log-odds.
    scale : float
        Promised log-odds per point.
    score : array of shape (n_high,)
        Scores above the base of the ruleset.

    Returns
    -------
    expected : float
        Losses that the promise leaves.
    of_columns : array of shape (n_columns + 1,)
        Losses beyond the promise; the last is for limits, the intercept has none.
    back : array of shape (len(HANDLED),)
        Wins had, had this cause not been.
    """
    fitted = terms.accounted @ effects
    promised = effects[0] + scale * score
    slopes = mean_slopes(promised, fitted)
    beyond = effects - scale * terms.points
    beyond[0] = 0.0
    of_columns = np.append(-beyond * (terms.accounted.T @ slopes), -scale * float(terms.gap @ slopes))
    p_won = expit(fitted)
    back = np.zeros(len(HANDLED))
    for number, cause in enumerate(HANDLED):
        columns = terms.of(cause)
        if columns.any():
            without = fitted - terms.accounted[:, columns] @ effects[columns]
            back[number] = float((expit(without) - p_won).sum())
    return float(expit(-promised).sum()), of_columns, back


def promised_scale(terms: Terms, effects: Floats, errors: Floats) -> float:
    """Return the log-odds per point at which the rules keep their promise.

    Starts at the weighted median of effect per point and goes on with Tukey's biweight,
    which gives no weight to rules that plainly break the promise.
    """
    is_rule = (terms.points != 0) & terms.of("score")
    if not is_rule.any():
        return 0.0
    points, spread = terms.points[is_rule], np.maximum(errors[is_rule], LEAST_ERROR)
    found = effects[is_rule]
    scale = _weighted_median(found / points, np.abs(points) / spread)
    for _ in range(N_REWEIGHTINGS):
        distance = (found - scale * points) / (BIWEIGHT * spread)
        weights = np.where(np.abs(distance) < 1, (1 - distance**2) ** 2, 0.0) / spread**2
        total = float(weights @ points**2)
        if total <= 0:
            break
        scale = float(weights @ (points * found)) / total
    return max(scale, 0.0)


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    place = int(np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2))
    return float(values[order][min(place, len(order) - 1)])


def centred(terms: Terms, effects: Floats) -> Floats:
    """Hold each group against its own average level, whose effect belongs to the intercept; one row per draw."""
    centred = effects.copy()
    for number in range(int(terms.design.group_no.max()) + 1):
        of_group = terms.design.group_no == number
        means = effects[:, of_group].mean(axis=1, keepdims=True)
        centred[:, of_group] -= means
        centred[:, :1] += means
    return centred


def mean_slopes(promised: Floats, fitted: Floats) -> Floats:
    """Return the mean slope of the chance of winning between two log-odds; between equal ones the slope itself."""
    distance = fitted - promised
    is_far = np.abs(distance) > 1e-6
    chance: Floats = expit(promised)
    slopes: Floats = chance * (1 - chance)
    slopes[is_far] = (expit(fitted[is_far]) - chance[is_far]) / distance[is_far]
    return slopes


def shares_of(terms: Terms, fit: MixedFit, score: Floats, *, weight: float, seed: int) -> Shares:
    """Share the losses out, with draws of the effects for the intervals.

    Parameters
    ----------
    terms : Terms
        The columns.
    fit : MixedFit
        Effects of the columns.
    score : array of shape (n_high,)
        Scores above the base of the ruleset.
    weight : float
        High scores for which each row of `Terms.accounted` stands.
    seed : int
        Of the draws.
    """
    errors = np.sqrt(np.diag(fit.covariance))
    effects = centred(terms, fit.effects[None, :])[0]
    scale = promised_scale(terms, effects, errors)
    expected, of_columns, back = losses_at(terms, effects, scale, score)
    draws = np.random.default_rng(seed).multivariate_normal(fit.effects, fit.covariance, N_DRAWS, method="cholesky")
    draws = centred(terms, draws)
    part, of_part = _thinned(terms, score)
    drawn = [losses_at(part, each, promised_scale(terms, each, errors), of_part) for each in draws]
    drawn_weight = weight * len(score) / len(of_part)
    promised = expit(effects[0] + scale * score)
    fitted = expit(terms.accounted @ effects)
    return Shares(
        expected=weight * expected,
        of_columns=weight * of_columns,
        fitted=weight * float((1 - fitted).sum()),
        back=weight * back,
        promise_variance=weight * float((promised * (1 - promised)).sum()),
        fitted_variance=weight * float((fitted * (1 - fitted)).sum()),
        thinning_variance=len(fitted) * weight * (weight - 1) * float(fitted.var()),
        scale=scale,
        weight=weight,
        drawn_expected=drawn_weight * np.array([each[0] for each in drawn]),
        drawn_columns=drawn_weight * np.array([each[1] for each in drawn]),
        drawn_back=drawn_weight * np.array([each[2] for each in drawn]),
    )


def _thinned(terms: Terms, score: Floats) -> tuple[Terms, Floats]:
    """Return at most `MAX_DRAWN` rows of the account, evenly spread."""
    step = -(-len(score) // MAX_DRAWN)
    return replace(terms, accounted=terms.accounted[::step], gap=terms.gap[::step]), score[::step]
