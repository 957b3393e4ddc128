"""What to propose to the two departments: how many changes, which ones, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from analysis.tuning.backtesting import Backtest, backtest, lead_losses
from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints, PatternCounts
from analysis.tuning.limits import Constraints, violations
from analysis.tuning.loss import fit_card
from analysis.tuning.tuner import EffortName, Proposal, tune

Outcome: TypeAlias = Literal["change", "no_change", "not_enough"]

MIN_WON: Final = 50
"""Wins, and losses, below which no change is proposed."""

WON_PER_RULE: Final = 5
"""Wins for each rule that may move, below which no change is proposed."""

MIN_WINDOWS: Final = 2

NEAR_TIE_ERRORS: Final = 1.0
"""A card nearer to today's is preferred when it loses less than so many standard errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A proposal of the size that later deals support.

    Attributes
    ----------
    outcome : str
        "change"; "no_change": today's points are as good; "not_enough": too few
        wins or periods to tell.
    points : array of shape (n_rules,), int
        Points to adopt: today's unless `outcome` is "change".
    n_changes : int
        Rules that change.
    proposal : Proposal or None
        The best card of the chosen size, before it was drawn towards today's.
    backtest : Backtest or None
        The proof; None when there is too little for one.
    n_won_needed : int
        Wins below which the outcome is "not_enough".
    """

    outcome: Outcome
    points: Ints
    n_changes: int
    proposal: Proposal | None
    backtest: Backtest | None
    n_won_needed: int


def recommend(
    counts: PatternCounts,
    limits: Constraints,
    *,
    max_changes: int = 6,
    n_train: int = 2,
    n_gap: int = 0,
    effort: EffortName = "normal",
    with_yardsticks: bool = True,
    budget: Budget | None = None,
    seed: int = 0,
) -> Recommendation:
    """Choose the size of the change on later deals, and the change on all of them.

    Parameters
    ----------
    counts, limits, max_changes, n_train, n_gap, with_yardsticks, budget, seed
        As for `backtest`.
    effort : str
        As for `tune`; the backtest itself searches fast.

    Raises
    ------
    TuningError
        If no points keep all the limits.

    Notes
    -----
    The number of changes is the smallest whose gain on later periods is within
    one standard error of the best one's [1]_, and that does better than today's
    points in most periods. Among the cards of that size the one nearest to
    today's is taken whose loss is within one standard error of the best.

    References
    ----------
    .. [1] L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone. "Classification
       and Regression Trees". Wadsworth, 1984, section 3.4.3.
    """
    budget = budget or Budget()
    n_needed = max(MIN_WON, WON_PER_RULE * int(limits.is_free.sum()))
    n_won = counts.n_won.sum()
    if min(n_won, counts.n_leads.sum() - n_won) < n_needed:
        return _nothing("not_enough", limits, None, n_needed)
    proof = backtest(
        counts,
        limits,
        max_changes=max_changes,
        n_train=n_train,
        n_gap=n_gap,
        with_yardsticks=with_yardsticks,
        budget=budget,
        seed=seed,
    )
    if proof.n_windows < MIN_WINDOWS:
        return _nothing("not_enough", limits, proof, n_needed)
    size = chosen_size(proof)
    if size == 0:
        return _nothing("no_change", limits, proof, n_needed)
    limits = replace(limits, max_changes=size)
    proposal = tune(counts, limits, effort=effort, budget=budget, seed=seed)
    points = nearest_to_today(counts, limits, proposal.points)
    n_changes = int(np.count_nonzero(points != limits.today))
    return Recommendation(
        outcome="change" if n_changes else "no_change",
        points=points,
        n_changes=n_changes,
        proposal=proposal,
        backtest=proof,
        n_won_needed=n_needed,
    )


def chosen_size(proof: Backtest) -> int:
    """Return the smallest number of changes that later deals cannot tell from the best."""
    sizes = proof.methods[proof.methods["n_changes"].notna()]
    gains = sizes["gain"].to_numpy()
    best = int(np.argmax(gains))
    against = proof.pairs[proof.pairs["n_changes"] == best].set_index("other")
    for size in range(best + 1):
        lost, error = float(against["gain"][size]), float(against["gain_se"][size])
        is_near = size == best or lost <= error
        is_steady = size == 0 or 2 * int(sizes["n_windows_better"].iloc[size]) > proof.n_windows
        if is_near and is_steady:
            return size
    return 0


def nearest_to_today(counts: PatternCounts, limits: Constraints, points: Ints) -> Ints:
    """Draw a card towards today's points as far as the data do not object.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    limits : Constraints
        What the card must respect.
    points : array of shape (n_rules,), int
        The best card.

    Returns
    -------
    array of shape (n_rules,), int
        A card whose loss is within one standard error of the best one's, each
        difference taken lead by lead.
    """
    best_losses = _losses_by_period(counts, points)
    card = points
    while True:
        trials = [trial for trial in _steps_home(card, limits.today) if not violations(limits, trial, counts)]
        judged = [(_errors_lost(counts, best_losses, trial), index) for index, trial in enumerate(trials)]
        if not judged or min(judged)[0] > NEAR_TIE_ERRORS:
            return card
        card = trials[min(judged)[1]]


def _steps_home(card: Ints, today: Ints) -> list[Ints]:
    """Return the cards with one rule taken home, or one point nearer to it.

    A rule that the data took to 0 stays there or goes home: a point for a
    useless rule helps nobody.
    """
    trials = []
    for rule in np.flatnonzero(card != today):
        nearer = card[rule] + (np.sign(today[rule] - card[rule]) if card[rule] else today[rule])
        for value in sorted({int(today[rule]), int(nearer)}):
            trial = card.copy()
            trial[rule] = value
            trials.append(trial)
    return trials


def _losses_by_period(counts: PatternCounts, points: Ints) -> np.ndarray:
    """Return the loss of a won and a lost lead of each pattern."""
    logits = fit_card(counts, points).scale * counts.scores(points).astype(np.float64)
    out = np.zeros((2, len(logits)))
    for period in np.unique(counts.period):
        rows = counts.period == period
        test = counts.rows(rows)
        if 0 < test.n_won.sum() < test.n_leads.sum():
            out[:, rows] = lead_losses(test, logits[rows])
    return out


def _errors_lost(counts: PatternCounts, best: np.ndarray, points: Ints) -> float:
    """Return by how many standard errors a card is worse than the best."""
    difference = _losses_by_period(counts, points) - best
    weight = np.array([counts.n_won, np.maximum(counts.n_leads - counts.n_won, 0)])
    lost = float(np.sum(weight * difference))
    mean = lost / max(float(weight.sum()), 1e-300)
    error = float(np.sqrt(np.sum(weight * (difference - mean) ** 2)))
    return lost / error if error > 0 else (0.0 if lost <= 0 else np.inf)


def _nothing(outcome: Outcome, limits: Constraints, proof: Backtest | None, n_needed: int) -> Recommendation:
    return Recommendation(
        outcome=outcome, points=limits.today, n_changes=0, proposal=None, backtest=proof, n_won_needed=n_needed
    )
