"""The ledger of promises: what other points should bring, and what they brought.

Both are asked in the same way, so that the comparison is fair: of the leads that
sales worked, how many more reach the outcome among those that the new points put at
or above the threshold than among those the old points do? Old and new are held
against each other on the same leads, before the decision for the promise and from the day
it is in force for the review. A better year lifts both, so it makes no promise come true.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from scipy.stats import norm

from analysis.decided import Decided, decided
from analysis.intervals import CONFIDENCE, MIN_N, critical_value
from analysis.matching import Mask
from analysis.meeting.model import Decision, Promise, Verdict
from analysis.patterns import GROUPS
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection
from data.engine import Engine

IMMATURE: Final = GROUPS.index("immature")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What other points bring on the leads that were worked.

    Attributes
    ----------
    n_before, won_before, n_after, won_after : int
        Mature decisions at or above the threshold with the points before and after, and
        how many reached the outcome; leads in both are counted in both.
    n_moved : int
        Mature decisions that are above with one of the two only: they make the difference.
    n_immature : int
        Decisions above with either that are too young to judge.
    rate_before, rate_after, gain, low, high : float
        Rates, their difference, and its 95 % interval; NaN when one has no decisions.
    """

    n_before: int
    won_before: int
    n_after: int
    won_after: int
    n_moved: int
    n_immature: int
    rate_before: float
    rate_after: float
    gain: float
    low: float
    high: float

    @property
    def is_enough(self) -> bool:
        """Whether both sides have decisions enough to say a rate."""
        return min(self.n_before, self.n_after) >= MIN_N


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A promise held against what came.

    Attributes
    ----------
    verdict : str
        "kept": as promised, and more than nothing. "better", "broken": more, or less, than
        promised by more than chance. "unclear": as promised, but nothing at all is as likely.
        "too_early": too few decisions have a result.
    found : Gain
        What came since the decision is in force.
    mature_on : date
        Day from which decisions of the first day in force have a result.
    """

    verdict: Verdict
    found: Gain
    mature_on: date


def gain_of(a: Decided, b: Decided, before: Ruleset, after: Ruleset) -> Gain:
    """Hold the points after against those before.

    Parameters
    ----------
    a, b : Decided
        Of one selection, replayed for `before` and for `after`.
    before, after : Ruleset
        The points, each with its threshold.

    Raises
    ------
    ValueError
        If the decisions are not the same, or were replayed for other rules.

    Notes
    -----
    The interval is that of the difference of two ratios of one sample (linearised):
    a decision that is above in both moves both rates.
    """
    if not np.array_equal(a.moment_no, b.moment_no):
        raise ValueError("The two rulesets were replayed for different decisions; use one selection for both.")
    was, will = a.scores(before) >= before.threshold, b.scores(after) >= after.threshold
    is_scored = a.is_scored & b.is_scored
    is_young = a.outcome_no == IMMATURE
    known = a.is_mature & is_scored
    return _gain(was[known], will[known], a.is_won[known], n_immature=int(((was | will) & is_young & is_scored).sum()))


def promised(engine: Engine, before: Ruleset, after: Ruleset, selection: Selection) -> Gain:
    """Return what other points would have brought over a selection: the promise.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    a, b = (decided(engine, ruleset, selection, dimensions=()) for ruleset in (before, after))
    return gain_of(a, b, before, after)


def promise_of(gain: Gain, selection: Selection) -> Promise | None:
    """Put a gain down as a promise; None when there is too little to promise anything."""
    if not gain.is_enough:
        return None
    return Promise(
        outcome=selection.outcome,
        horizon_days=selection.horizon_days,
        rate_before=gain.rate_before,
        rate_after=gain.rate_after,
        gain=gain.gain,
        low=gain.low,
        high=gain.high,
    )


def outlook(engine: Engine, decision: Decision, before: Ruleset, after: Ruleset, selection: Selection) -> Outlook:
    """Hold the promise of a decision against what came since it is in force.

    Parameters
    ----------
    engine : Engine
        The history, as it is now.
    decision : Decision
        With a promise.
    before, after : Ruleset
        Its rulesets.
    selection : Selection
        Gives `as_of` and the sources; outcome, horizon and period are those of the decision.

    Raises
    ------
    ValueError
        If the decision promises nothing.
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    promise = decision.promise
    if promise is None:
        raise ValueError(f"The decision {decision.id!r} promises nothing.")
    mature_on = decision.in_force_from + timedelta(days=promise.horizon_days)
    asked = replace(selection, outcome=promise.outcome, horizon_days=promise.horizon_days, end=None)
    if decision.in_force_from > selection.as_of.date():
        return Outlook(verdict="too_early", found=_no_gain(), mature_on=mature_on)
    found = promised(engine, before, after, replace(asked, start=decision.in_force_from))
    return Outlook(verdict=verdict_of(promise, found), found=found, mature_on=mature_on)


def verdict_of(promise: Promise, found: Gain, confidence: float = CONFIDENCE) -> Verdict:
    """Say whether a promise was kept.

    Both the promise and what was found are uncertain; their difference has the variance of
    both together.
    """
    if not found.is_enough or np.isnan(found.low):
        return "too_early"
    z = critical_value(confidence)
    spread = float(np.hypot((promise.high - promise.low) / (2 * z), (found.high - found.low) / (2 * z)))
    distance = found.gain - promise.gain
    if abs(distance) > z * spread:
        return "better" if distance > 0 else "broken"
    return "kept" if found.low > 0 else "unclear"


def chance_of(promise: Promise) -> float:
    """Return how likely it is, after the promise, that the gain is above 0."""
    spread = (promise.high - promise.low) / (2 * critical_value())
    return float(norm.cdf(promise.gain / spread)) if spread > 0 else float(promise.gain > 0)


def _gain(was: Mask, will: Mask, won: Mask, *, n_immature: int) -> Gain:
    n_before, n_after = int(was.sum()), int(will.sum())
    won_before, won_after = int((was & won).sum()), int((will & won).sum())
    rate_before, rate_after, gain, low, high = (float("nan"),) * 5
    if n_before and n_after:
        rate_before, rate_after = won_before / n_before, won_after / n_after
        gain = rate_after - rate_before
        pull = will * (won - rate_after) / n_after - was * (won - rate_before) / n_before
        half = critical_value() * float(np.sqrt((pull**2).sum()))
        low, high = gain - half, gain + half
    return Gain(
        n_before=n_before,
        won_before=won_before,
        n_after=n_after,
        won_after=won_after,
        n_moved=int((was != will).sum()),
        n_immature=n_immature,
        rate_before=rate_before,
        rate_after=rate_after,
        gain=gain,
        low=low,
        high=high,
    )


def _no_gain() -> Gain:
    nothing = np.zeros(0, dtype=bool)
    return _gain(nothing, nothing, nothing, n_immature=0)
