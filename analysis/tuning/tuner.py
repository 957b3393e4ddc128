"""The tuner: the best points within the limits, how good they are, and how good they could be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from analysis.intervals import Floats
from analysis.tuning.bent import bent_bound, exhausted
from analysis.tuning.budget import Budget
from analysis.tuning.certificate import Certificate, certify
from analysis.tuning.counts import Ints, PatternCounts, thinned
from analysis.tuning.limits import Constraints, volume_share
from analysis.tuning.loss import fit_card
from analysis.tuning.minimal import EFFORTS, minimal_card, widened
from analysis.tuning.problem import Card, Problem, make_card, make_problem
from analysis.tuning.search import descend
from analysis.tuning.starts import first_card
from analysis.tuning.threads import one_thread
from analysis.tuning.weights import Weights, dense_weights

EffortName: TypeAlias = Literal["fast", "normal", "thorough"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Points within the limits, and what is known about them.

    Attributes
    ----------
    rule_ids : tuple of str
        Rules, in the order of the points.
    today, points : arrays of shape (n_rules,), int
        Points in force, and points proposed.
    today_loss, loss : float
        Log loss per lead, in nats, each with its best scale and base rates.
    null_loss : float
        The same without any points: base rates alone.
    scale : float
        Change of the logit per proposed point; 0 when the points tell nothing.
    intercepts : array of shape (n_periods,)
        Logit at score 0 in each period.
    today_share, share : float or None
        Share of leads at or above the threshold, when a volume is kept.
    certificate : Certificate
        How far a better card could be.
    is_complete : bool
        False when the search was cut short by its budget.
    """

    rule_ids: tuple[str, ...]
    today: Ints
    points: Ints
    today_loss: float
    loss: float
    null_loss: float
    scale: float
    intercepts: Floats
    today_share: float | None
    share: float | None
    certificate: Certificate
    is_complete: bool

    @property
    def n_changed(self) -> int:
        """Rules whose points differ from today's."""
        return int(np.count_nonzero(self.points != self.today))

    @property
    def n_rules(self) -> int:
        """Rules with points other than 0."""
        return int(np.count_nonzero(self.points))


SAMPLE_ABOVE: Final = 120_000
"""From so many patterns on, the search runs on a sample, and its result is improved on all."""

SAMPLE_SIZE: Final = 50_000

BENT_SAMPLE: Final = 8_000
"""The same where points do not simply add up, and every change has to be scored."""

MAX_RESTART: Final = 6
"""Up to so many changes a path is begun anew from today's points too."""


def tune(
    counts: PatternCounts,
    limits: Constraints,
    *,
    effort: EffortName = "normal",
    budget: Budget | None = None,
    seed: int = 0,
    with_proof: bool = True,
) -> Proposal:
    """Find the best points within the limits.

    Parameters
    ----------
    counts : PatternCounts
        The leads. Periods get base rates of their own.
    limits : Constraints
        What the points must respect.
    effort : str
        "fast", "normal" or "thorough".
    budget : Budget, optional
        When to stop, and whom to tell; no limit when left out. A budget of
        steps keeps the result reproducible, one of seconds does not.
    seed : int
        For the random part of a thorough search. The same input and seed give
        the same points.
    with_proof : bool
        Whether to try to prove the card the best where the sets of rules are
        few enough: two changes of sixty rules, three in a thorough search. The distance to what any points could reach is always given.

    Raises
    ------
    TuningError
        If no points keep all the limits.
    ValueError
        If counts and limits do not fit each other.

    Notes
    -----
    Points are compared by their logistic loss with the scale and the base rates
    fitted anew (`analysis.tuning.loss`). The search starts from today's points,
    and, when enough may change, from rounded real weights of the best sets of
    rules; it changes one rule or two at a time, every such change evaluated
    from counts by score.
    """
    with one_thread():
        return _tune(counts, limits, effort, budget or Budget(), seed, with_proof)


def tune_path(
    counts: PatternCounts,
    limits: Constraints,
    *,
    effort: EffortName = "normal",
    budget: Budget | None = None,
    seed: int = 0,
) -> list[Proposal]:
    """Find the best points with at most 0, 1, 2, … changes, up to `limits.max_changes`.

    Each starts from the one before it as well, so that more changes are never
    worse. Ends early when another change no longer helps. See `tune`.
    """
    budget = budget or Budget()
    with one_thread():
        problem = make_problem(counts, limits)
        cards = card_path(problem, effort, budget, seed)
        dense = dense_weights(problem.counts) if counts.is_linear else bent_bound(problem.counts)
        return [_proposal(counts, problem, card, dense, budget, max_work=0) for card in cards]


def card_path(problem: Problem, effort: EffortName, budget: Budget, seed: int) -> list[Card]:
    """Return the best cards by the number of changes; see `tune_path`."""
    limits = problem.limits
    if not problem.counts.is_linear and len(problem.counts.n_leads) > BENT_SAMPLE:
        return _path_of_sample(problem, effort, budget, seed)
    nothing = first_card(problem, budget)
    cards = [nothing]
    n_forced = int(np.count_nonzero(nothing.points != limits.today))
    for n_changes in range(n_forced + 1, limits.max_changes + 1):
        step = replace(problem, limits=replace(limits, max_changes=n_changes))
        starts = _distinct([cards[-1], nothing] if n_changes <= MAX_RESTART else [cards[-1]])
        card = min((descend(step, start, budget) for start in starts), key=lambda each: each.rank)
        if problem.counts.is_linear:  # else a restart costs too much to have one at each size
            card = widened(step, card, EFFORTS[effort], budget, np.random.default_rng(seed))
        if card.loss >= cards[-1].loss * (1 - 1e-9):
            break
        cards.append(card)
        if budget.is_over:
            break
    return cards


def _path_of_sample(problem: Problem, effort: EffortName, budget: Budget, seed: int) -> list[Card]:
    """Search on a sample, and improve each card of the path on all patterns."""
    limits, cards = problem.limits, [first_card(problem, budget)]
    sample = make_problem(thinned(problem.counts, BENT_SAMPLE // 2, seed), limits)
    for found in card_path(sample, effort, budget, seed)[1:]:
        n_changes = int(np.count_nonzero(found.points != limits.today))
        step = replace(problem, limits=replace(limits, max_changes=n_changes))
        card = descend(step, make_card(step, found.points, start_scale=found.scale), budget, with_pairs=False)
        if card.rank < cards[-1].rank:
            cards.append(card)
    return cards


def _tune(
    counts: PatternCounts, limits: Constraints, effort: EffortName, budget: Budget, seed: int, with_proof: bool
) -> Proposal:
    problem = make_problem(counts, limits)
    if not counts.is_linear:
        return _tune_bent(counts, problem, effort, budget, seed, with_proof=with_proof)
    if len(problem.counts.n_leads) <= SAMPLE_ABOVE:
        dense = dense_weights(problem.counts)
        best = _search(problem, dense, effort, budget, seed)
    else:
        sample = thinned(problem.counts, SAMPLE_SIZE, seed)
        start = dense_weights(sample)
        found = _search(make_problem(sample, limits), start, effort, budget, seed)
        best = descend(problem, make_card(problem, found.points, start_scale=found.scale), budget)
        if best.excess > 0:
            best = descend(problem, first_card(problem, budget), budget)
        dense = dense_weights(problem.counts, start=start)
    return _proposal(counts, problem, best, dense, budget, max_work=EFFORTS[effort].max_work if with_proof else 0)


def _tune_bent(
    counts: PatternCounts, problem: Problem, effort: EffortName, budget: Budget, seed: int, *, with_proof: bool
) -> Proposal:
    """Tune where points do not simply add up: try all cards, or improve the best of each number of changes."""
    if with_proof and (best := exhausted(problem)) is not None and best.excess <= 0:
        proven = Certificate(kind="proven", gap=0.0, any_points_gap=_any_gap(problem, best), n_sets=1)
        return _finished(counts, problem, best, proven, is_complete=not budget.is_over)
    sample = problem
    if len(problem.counts.n_leads) > BENT_SAMPLE:
        sample = make_problem(thinned(problem.counts, BENT_SAMPLE // 2, seed), problem.limits)
    best = _search_bent(sample, effort, budget, seed)
    if sample is not problem:
        card = make_card(problem, best.points, start_scale=best.scale)
        best = descend(problem, card, budget, with_pairs=False)
        if best.excess > 0:
            best = descend(problem, first_card(problem, budget), budget, with_pairs=False)
    return _proposal(counts, problem, best, bent_bound(problem.counts), budget, max_work=0)


def _search_bent(problem: Problem, effort: EffortName, budget: Budget, seed: int) -> Card:
    if problem.limits.max_changes <= MAX_RESTART:
        best = min(card_path(problem, effort, budget, seed), key=lambda card: card.rank)
    else:
        best = descend(problem, first_card(problem, budget), budget)
    return widened(problem, best, EFFORTS[effort], budget, np.random.default_rng(seed))


def _any_gap(problem: Problem, card: Card) -> float:
    return max(0.0, 1 - bent_bound(problem.counts).lower_bound / card.loss) if card.loss > 0 else 0.0


def _search(problem: Problem, dense: Weights, effort: EffortName, budget: Budget, seed: int) -> Card:
    limits = problem.limits
    generator = np.random.default_rng(seed)
    best = first_card(problem, budget)
    n_free = int(limits.is_free.sum())
    is_new = 0 < n_free <= limits.max_changes
    if not is_new or best.points.any():  # no points have no scale to search with
        best = descend(problem, best, budget)
    if is_new:
        other = minimal_card(problem, dense, EFFORTS[effort], budget, generator)
        best = descend(problem, best, budget) if other is None else min(best, other, key=lambda card: card.rank)
    elif limits.max_changes > 1:
        best = widened(problem, best, EFFORTS[effort], budget, generator)
    return best


def _distinct(cards: list[Card]) -> list[Card]:
    return list({card.points.tobytes(): card for card in cards}.values())


def _proposal(
    counts: PatternCounts, problem: Problem, card: Card, dense: Weights, budget: Budget, *, max_work: int
) -> Proposal:
    is_complete = not budget.is_over
    certificate, card = certify(problem, card, dense, budget, max_work=max_work)
    return _finished(counts, problem, card, certificate, is_complete=is_complete)


def _finished(
    counts: PatternCounts, problem: Problem, card: Card, certificate: Certificate, *, is_complete: bool
) -> Proposal:
    today = make_card(problem, problem.limits.today)
    volume = problem.limits.volume
    n_leads = max(float(problem.counts.n_leads.sum()), 1e-300)
    nothing = np.zeros(len(counts.tuned_ids), dtype=np.int64)
    null_loss = fit_card(problem.counts, nothing).loss if today.points.any() else today.loss
    return Proposal(
        rule_ids=counts.tuned_ids,
        today=problem.limits.today,
        points=card.points,
        today_loss=today.loss / n_leads,
        loss=card.loss / n_leads,
        null_loss=null_loss / n_leads,
        scale=card.scale,
        intercepts=card.intercepts,
        today_share=None if volume is None else volume_share(counts, problem.limits.today, volume.threshold),
        share=None if volume is None else volume_share(counts, card.points, volume.threshold),
        certificate=certificate,
        is_complete=is_complete,
    )
