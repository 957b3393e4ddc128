"""A tuning problem with what every step of the search needs, and a card under evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.tuning.counts import Ints, PatternCounts, weighted_counts
from analysis.tuning.limits import Constraints, share_excess
from analysis.tuning.loss import fit_histograms
from analysis.tuning.tables import LevelMatrix, level_matrix

BLOCK_ROWS: Final = 8192
"""Rows that are turned into floats at a time: they stay in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Counts and limits, with the sums that do not change during a search.

    Attributes
    ----------
    counts : PatternCounts
        Patterns; rows of periods in which nobody or everybody won are left out.
    limits : Constraints
        The limits.
    matrix : LevelMatrix
        0/1 columns of the rules that may move.
    multiplicity : array of shape (n_rules, n_patterns), uint8
        Multiplicities, by rule.
    won_times : array of shape (n_rules,)
        How often each rule counted for the wins.
    period_won : array of shape (n_periods,)
        Weighted wins of each period.
    """

    counts: PatternCounts
    limits: Constraints
    matrix: LevelMatrix
    multiplicity: NDArray[np.uint8]
    won_times: Floats
    period_won: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Points with their scores and the logistic curve that fits them best.

    Attributes
    ----------
    points : array of shape (n_rules,), int
        The points.
    scores : array of shape (n_patterns,), int
        Score of each pattern.
    scale, intercepts, loss
        As in `loss.CardFit`.
    excess : float
        By how much the volume misses its range; 0 when it does not.
    """

    points: Ints
    scores: Ints
    scale: float
    intercepts: Floats
    loss: float
    excess: float

    @property
    def rank(self) -> tuple[float, float]:
        """Sort key: a card that keeps the volume beats every card that does not."""
        return (self.excess, self.loss)


def make_problem(counts: PatternCounts, limits: Constraints) -> Problem:
    """Prepare a search.

    Raises
    ------
    ValueError
        If counts and limits do not have the same number of rules.
    """
    if len(limits.today) != len(counts.tuned_ids):
        raise ValueError(f"limits are for {len(limits.today)} rules, counts for {len(counts.tuned_ids)}.")
    n_leads = np.bincount(counts.period, counts.n_leads)
    n_won = np.bincount(counts.period, counts.n_won)
    # Such a period has no loss, whatever the points.
    is_telling = (n_won > 1e-12 * n_leads) & (n_won < (1 - 1e-12) * n_leads)
    if limits.volume is None:
        is_kept = is_telling[counts.period] & (counts.n_leads > 0)
        counts = counts if is_kept.all() else counts.rows(is_kept)
    elif not is_telling.all():
        is_mute = ~is_telling[counts.period]
        counts = counts.reweighted(np.where(is_mute, 0.0, counts.n_leads), np.where(is_mute, 0.0, counts.n_won))
    multiplicity = np.ascontiguousarray(counts.multiplicity.T)
    return Problem(
        counts=counts,
        limits=limits,
        matrix=level_matrix(counts, limits.is_free if counts.is_linear else np.zeros(counts.n_rules, dtype=bool)),
        multiplicity=multiplicity,
        won_times=_won_times(counts),
        period_won=weighted_counts(counts.period, counts.n_won, counts.n_periods),
    )


def _won_times(counts: PatternCounts) -> Floats:
    """Return how often each rule counted for the wins."""
    out = np.zeros(counts.n_rules)
    for start in range(0, len(counts.n_won), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        out += counts.n_won[rows] @ counts.multiplicity[rows].astype(np.float64)
    return out


def make_card(problem: Problem, points: Ints, *, start_scale: float = 0.0) -> Card:
    """Score, fit and judge a card."""
    return evaluate(problem, points[None], card_scores(problem, points[None]), np.array([start_scale]))[0]


def card_scores(problem: Problem, cards: Ints) -> Ints:
    """Score many cards at once.

    Parameters
    ----------
    problem : Problem
        The problem.
    cards : array of shape (n_cards, n_rules), int
        Their points.

    Returns
    -------
    array of shape (n_cards, n_patterns), int
    """
    if not problem.counts.is_linear:
        return np.array([problem.counts.scores(card) for card in cards])
    used = np.flatnonzero(cards.any(axis=0))
    # Scores are small whole numbers: single precision holds them exactly, and multiplies fast.
    scores = cards[:, used].astype(np.float32) @ problem.multiplicity[used].astype(np.float32)
    return scores.astype(np.int64)


def evaluate(problem: Problem, points: Ints, scores: Ints, start_scale: Floats, max_steps: int = 40) -> list[Card]:
    """Fit many cards; see `make_card`.

    Parameters
    ----------
    problem : Problem
        The problem.
    points : array of shape (n_cards, n_rules), int
        The cards.
    scores : array of shape (n_cards, n_patterns), int
        Their scores.
    start_scale : array of shape (n_cards,)
        First guess of their scales.
    max_steps : int
        Newton steps at most.
    """
    if not len(points):
        return []
    counts = problem.counts
    lows = scores.min(axis=1)
    n_scores = int((scores.max(axis=1) - lows).max()) + 1
    size = counts.n_periods * n_scores
    offset = counts.period * n_scores
    histograms = np.empty((len(points), counts.n_periods, n_scores))
    for index, score in enumerate(scores):
        cell = score + (offset - lows[index])
        histograms[index] = weighted_counts(cell, counts.n_leads, size).reshape(-1, n_scores)
    won = points @ problem.won_times if counts.is_linear else scores @ counts.n_won
    won_scores = won - lows * problem.period_won.sum()
    scale, intercepts, loss = fit_histograms(
        histograms,
        problem.period_won,
        won_scores,
        np.arange(n_scores, dtype=np.float64),
        start_scale=start_scale,
        max_steps=max_steps,
    )
    intercepts = intercepts - scale[:, None] * lows[:, None]
    return [
        Card(
            points=points[index],
            scores=scores[index],
            scale=float(scale[index]),
            intercepts=intercepts[index],
            loss=float(loss[index]),
            excess=_excess(problem, scores[index]),
        )
        for index in range(len(points))
    ]


def _excess(problem: Problem, scores: Ints) -> float:
    volume = problem.limits.volume
    if volume is None:
        return 0.0
    n_scored = problem.counts.n_scored
    return share_excess(volume, float(n_scored[scores >= volume.threshold].sum() / max(n_scored.sum(), 1e-300)))
