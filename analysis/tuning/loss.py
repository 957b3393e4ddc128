"""The logistic loss of a card of points, with its scale and base rates fitted.

A card sorts leads by an integer score. Win probabilities follow from the score
by a logistic curve `p = sigmoid(scale * score + intercept[period])` whose
scale and intercepts are always the best ones: what is judged is the points.
Scores are integers, so a histogram per period is all that the loss needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analysis.intervals import Floats
from analysis.tuning.counts import Ints, PatternCounts, weighted_counts

MAX_STEPS: Final = 40
MAX_SCALE: Final = 30.0
"""Where scores separate wins from losses the best scale is infinite; this is as good."""

TOLERANCE: Final = 1e-10
"""Newton stops when it expects to gain less, as a part of the number of leads."""

MAX_LOGIT: Final = 36.0
"""Beyond it a probability is 0 or 1 in double precision."""


MAX_EXPONENT: Final = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreHistogram:
    """Leads and wins by period and score: the whole information about a card.

    Attributes
    ----------
    score_low : int
        Score of the first column.
    n_leads, n_won : arrays of shape (n_periods, n_scores)
        Weighted leads and wins at each score.
    """

    score_low: int
    n_leads: Floats
    n_won: Floats

    @property
    def scores(self) -> Floats:
        """Score of each column."""
        return self.score_low + np.arange(self.n_leads.shape[1], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFit:
    """The best logistic curve for a card, and its loss.

    Attributes
    ----------
    scale : float
        Change of the logit per point; 0 when higher scores do not win more.
    intercepts : array of shape (n_periods,)
        Logit at score 0 in each period. -36 or 36 where nobody or everybody won.
    loss : float
        Sum of the weighted logistic losses, in nats.
    n_leads : float
        Weighted leads.
    """

    scale: float
    intercepts: Floats
    loss: float
    n_leads: float

    @property
    def mean_loss(self) -> float:
        """Log loss per lead, in nats."""
        return self.loss / self.n_leads if self.n_leads > 0 else 0.0


def score_histogram(counts: PatternCounts, scores: Ints) -> ScoreHistogram:
    """Count leads and wins by period and score.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    scores : array of shape (n_patterns,), int
        Score of each pattern.
    """
    low, n_scores = int(scores.min()), int(np.ptp(scores)) + 1
    cell = counts.period * n_scores + (scores - low)
    shape = (counts.n_periods, n_scores)
    size = shape[0] * shape[1]
    return ScoreHistogram(
        score_low=low,
        n_leads=weighted_counts(cell, counts.n_leads, size).reshape(shape),
        n_won=weighted_counts(cell, counts.n_won, size).reshape(shape),
    )


def fit_card(counts: PatternCounts, points: ArrayLike, *, start_scale: float = 0.0) -> CardFit:
    """Fit the logistic curve of a card and return its loss.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    points : array-like of shape (n_rules,), int
        Points of each rule.
    start_scale : float
        Where the search for the scale begins; the result does not depend on it.

    Returns
    -------
    CardFit
        Never worse than the card without points: a scale below 0 is not allowed.

    Raises
    ------
    ValueError
        If there is not one whole number for each rule.
    """
    return fit_histogram(score_histogram(counts, counts.scores(points)), start_scale=start_scale)


def fit_histogram(histogram: ScoreHistogram, *, start_scale: float = 0.0) -> CardFit:
    """Fit the logistic curve of a card to its histogram; see `fit_card`."""
    scale, intercepts, loss = fit_histograms(
        histogram.n_leads[None],
        histogram.n_won.sum(axis=1),
        np.array([float((histogram.n_won @ histogram.scores).sum())]),
        histogram.scores,
        start_scale=np.array([start_scale]),
    )
    return CardFit(
        scale=float(scale[0]), intercepts=intercepts[0], loss=float(loss[0]), n_leads=float(histogram.n_leads.sum())
    )


def fit_histograms(
    n_leads: Floats,
    n_won: Floats,
    won_scores: Floats,
    scores: Floats,
    *,
    start_scale: Floats,
    max_steps: int = MAX_STEPS,
) -> tuple[Floats, Floats, Floats]:
    """Fit many cards at once.

    Parameters
    ----------
    n_leads : array of shape (n_cards, n_periods, n_scores)
        Weighted leads by score.
    n_won : array of shape (n_periods,)
        Weighted wins: the same for every card.
    won_scores : array of shape (n_cards,)
        Sum of the scores of the wins. It enters the loss linearly, so wins need no histogram.
    scores : array of shape (n_scores,)
        Scores of the last axis.
    start_scale : array of shape (n_cards,)
        First guess of the scale, at least 0.
    max_steps : int
        Newton steps at most.

    Returns
    -------
    scale, intercepts, loss : arrays of shape (n_cards,), (n_cards, n_periods), (n_cards,)
        The loss is that of the curve returned, and never above the loss of the card without points.

    Notes
    -----
    Newton's method; the intercepts are eliminated first, since their part of the
    Hessian is diagonal. The problem is convex, steps are halved until they help,
    and the scale is kept in [0, 30].
    """
    total = n_leads.sum(axis=(0, 2)) / len(n_leads)
    # A period in which nobody (or everybody) won has the loss 0 at an infinite
    # intercept, whatever the card: it says nothing about points.
    is_telling = (n_won > 1e-12 * total) & (n_won < (1 - 1e-12) * total)
    fitted_leads, fitted_won = n_leads[:, is_telling], n_won[is_telling]
    intercepts = np.where(n_won > 0, MAX_LOGIT, -MAX_LOGIT) * np.ones((len(n_leads), 1))
    if not is_telling.any():
        return np.zeros(len(n_leads)), intercepts, np.zeros(len(n_leads))
    telling_won_scores = won_scores
    if not is_telling.all():
        # Wins of periods in which everybody won take their scores with them.
        all_won = np.flatnonzero(~is_telling & (n_won > 0))
        telling_won_scores = won_scores - (n_leads[:, all_won] @ scores).sum(axis=1)
    centre = float(np.average(scores, weights=fitted_leads.sum(axis=(0, 1))))
    scale, base, loss = _newton(
        fitted_leads,
        fitted_won,
        telling_won_scores - centre * fitted_won.sum(),
        scores - centre,
        np.clip(start_scale, 0, MAX_SCALE),
        max_steps,
    )
    intercepts[:, is_telling] = base - scale[:, None] * centre
    return scale, intercepts, loss


def softplus(logit: Floats) -> Floats:
    """Return log(1 + exp(logit)); several times faster than `np.logaddexp`."""
    out: Floats = np.log(1 + np.exp(np.minimum(logit, MAX_EXPONENT)))
    return np.where(logit > MAX_EXPONENT, logit, out)


def sigmoid(logit: Floats) -> Floats:
    """Return 1 / (1 + exp(-logit)); several times faster than `scipy.special.expit`."""
    out: Floats = 1 / (1 + np.exp(np.minimum(-logit, MAX_EXPONENT)))
    return out


def _newton(
    n_leads: Floats, n_won: Floats, won_scores: Floats, scores: Floats, scale: Floats, max_steps: int
) -> tuple[Floats, Floats, Floats]:
    total = n_leads.sum(axis=(0, 2)) / len(n_leads)
    base = np.log(n_won / (total - n_won)) * np.ones((len(n_leads), 1))
    null = float(-(n_won @ np.log(n_won / total) + (total - n_won) @ np.log1p(-n_won / total)))
    n_cards, goal = len(n_leads), TOLERANCE * float(total.sum())
    loss = _loss(n_leads, n_won, won_scores, scores, scale, base)
    is_worse = loss > null
    scale, loss = np.where(is_worse, 0.0, scale), np.where(is_worse, null, loss)
    active = np.arange(n_cards)
    for _ in range(max_steps):
        step, base_step, gain = _newton_step(
            n_leads[active], n_won, won_scores[active], scores, scale[active], base[active]
        )
        is_open = gain > goal
        active, step, base_step = active[is_open], step[is_open], base_step[is_open]
        if not len(active):
            break
        new_scale = np.clip(scale[active] + step, 0, MAX_SCALE)
        new_base = base[active] + base_step
        new_loss = _loss(n_leads[active], n_won, won_scores[active], scores, new_scale, new_base)
        for _ in range(20):
            is_bad = new_loss > loss[active]
            if not is_bad.any():
                break
            new_scale = np.where(is_bad, (scale[active] + new_scale) / 2, new_scale)
            new_base = np.where(is_bad[:, None], (base[active] + new_base) / 2, new_base)
            new_loss = _loss(n_leads[active], n_won, won_scores[active], scores, new_scale, new_base)
        is_better = new_loss < loss[active]
        active = active[is_better]
        scale[active], base[active] = new_scale[is_better], new_base[is_better]
        loss[active] = new_loss[is_better]
    return scale, base, loss


def _loss(n_leads: Floats, n_won: Floats, won_scores: Floats, scores: Floats, scale: Floats, base: Floats) -> Floats:
    logit = scale[:, None, None] * scores + base[:, :, None]
    lost = np.einsum("cts,cts->c", n_leads, softplus(logit))
    loss: Floats = lost - scale * won_scores - base @ n_won
    return loss


def _newton_step(
    n_leads: Floats, n_won: Floats, won_scores: Floats, scores: Floats, scale: Floats, base: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the steps of scale and intercepts, and the gain they promise."""
    p = sigmoid(scale[:, None, None] * scores + base[:, :, None])
    expected = n_leads * p
    spread = expected * (1 - p)
    slope = (expected @ scores).sum(axis=1) - won_scores
    base_slope = expected.sum(axis=2) - n_won
    curve = (spread @ scores**2).sum(axis=1)
    cross = spread @ scores
    base_curve = np.maximum(spread.sum(axis=2), 1e-12)
    own_curve = np.maximum(curve - (cross**2 / base_curve).sum(axis=1), 1e-12)
    own_slope = slope - (cross * base_slope / base_curve).sum(axis=1)
    step = -own_slope / own_curve
    # At scale 0 a step towards negative scales is not taken.
    step = np.maximum(step, -scale)
    base_step = -(base_slope + cross * step[:, None]) / base_curve
    gain = -(own_slope * step + own_curve * step**2 / 2) + (base_slope**2 / base_curve).sum(axis=1) / 2
    return step, base_step, gain
