"""What a threshold brings: leads, wins and yen per month for every score from which leads could be handed over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from analysis.assumptions import Assumptions
from analysis.economics import Economics, Terms, drawn_terms, terms
from analysis.intervals import MIN_N, Floats
from analysis.patterns import COUNTS, PatternTable, pattern_scores
from analysis.rulesets import Ruleset
from analysis.win_chances import Resamples, generator, interval, resampled, win_chances

MIN_WINS: Final = 5
"""With fewer wins, or fewer losses, no curve from score to chance can be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdValue:
    """What each threshold would bring.

    Attributes
    ----------
    curve : DataFrame
        One row per threshold that makes a difference, ascending; the last hands
        over nobody. `threshold`; of the leads at or above it `n_mature`, `n_won`,
        `n_immature`, `n_unknown` (never worked). Per month: `n_leads` (inflow),
        `n_worked` (what capacity allows), `n_left` (the rest, which waits), `wins`
        with `wins_from`, `wins_to`, and with the leads never worked all lost or
        all won `wins_worst`, `wins_best`; `estimated_share` (of the wins: leads
        without an outcome yet); `value` in yen with `value_from`, `value_to`,
        `value_worst`, `value_best`; `value_unlimited` (if sales could work all).
        `is_enough` (20 leads with an outcome, or none at all), `is_as_good` (as the
        best, within chance).
    terms : Terms
        Capacity, cost and margin it was reckoned with.
    is_enough : bool
        Whether wins and losses suffice to say anything.
    today : int
        Row of the curve for the threshold in force.
    best : int
        Row with the highest value.
    filling : int
        Row of the lowest threshold whose leads sales can all work.
    gain, gain_from, gain_to : float
        Yen per month that the best threshold brings more than today's.
    n_gated : int
        Leads behind a gate, in no row.
    """

    curve: pd.DataFrame
    terms: Terms
    is_enough: bool
    today: int
    best: int
    filling: int
    gain: float
    gain_from: float
    gain_to: float
    n_gated: int

    @property
    def flat(self) -> tuple[int, int]:
        """Lowest and highest threshold around the best that are as good within chance."""
        is_good = self.curve["is_as_good"].to_numpy()
        low = high = self.best
        while low > 0 and is_good[low - 1]:
            low -= 1
        while high + 1 < len(is_good) and is_good[high + 1]:
            high += 1
        thresholds = self.curve["threshold"]
        return int(thresholds.iloc[low]), int(thresholds.iloc[high])

    def row(self, number: int) -> pd.Series:
        """Return a row of the curve."""
        found: pd.Series = self.curve.iloc[number]
        return found


def threshold_value(
    patterns: PatternTable, ruleset: Ruleset, assumptions: Assumptions, found: Economics
) -> ThresholdValue:
    """Reckon what each threshold would bring: no query.

    Parameters
    ----------
    patterns : PatternTable
        Replayed for the rules.
    ruleset : Ruleset
        Points and today's threshold.
    assumptions : Assumptions
        What people said.
    found : Economics
        What the history of the same selection says.

    Raises
    ------
    NoMarginError
        If nobody knows what a win leaves.
    ValueError
        If the patterns were counted for other rules.

    Notes
    -----
    Leads with an outcome count as they came out. Handoffs that are too young,
    and leads that were never worked, count with the chance of their score
    (`win_chances`): sales would have to treat both alike for that to hold, so
    the bounds without it are given beside (Manski). Where more leads come than
    sales can take on, they are taken as they come: the value shrinks with the
    share that is worked, because waiting leads cost the good ones their turn.
    """
    counts = open_counts(patterns, pattern_scores(patterns, ruleset))
    used = terms(assumptions, found, n_handoffs(patterns))
    draws = resampled(counts, generator())
    money = Money.drawn(used, assumptions, found, len(draws.n_won) - 1)
    wins = expected_wins(draws, win_chances(counts[["score"]].to_numpy(dtype=np.float64), draws.n_mature, draws.n_won))
    values = money.value(_from_top(wins), _from_top(draws.n_leads))
    curve = _curve(counts, draws, wins, values, money)
    best = int(np.argmax(values[0]))
    curve["is_as_good"] = interval(values[:, [best]] - values)[0] <= 0
    today = int(np.searchsorted(counts["score"].to_numpy(), ruleset.threshold))
    gain = values[:, best] - values[:, today]
    gain_from, gain_to = interval(gain[:, None])
    return ThresholdValue(
        curve=curve,
        terms=used,
        is_enough=enough(counts),
        today=today,
        best=best,
        filling=int(np.argmax(curve["n_leads"].to_numpy() <= used.capacity)),
        gain=float(gain[0]),
        gain_from=float(gain_from[0]),
        gain_to=float(gain_to[0]),
        n_gated=int(patterns.counts.loc[patterns.is_gated, ["n_mature", "n_immature", "n_standing"]].to_numpy().sum()),
    )


def open_counts(patterns: PatternTable, scores: np.ndarray) -> pd.DataFrame:
    """Count the leads behind no gate by `score`; leads that had won before are left out of the columns used here."""
    is_open = ~patterns.is_gated
    distinct, place = np.unique(scores[is_open], return_inverse=True)
    # Counts are whole numbers far below 2**53: sums of doubles are exact, and many times faster than groups.
    sums = {
        name: np.bincount(place, patterns.counts[name].to_numpy()[is_open], len(distinct)).astype(np.int64)
        for name in COUNTS
    }
    counts = pd.DataFrame({"score": distinct, **sums})
    is_there = counts[["n_mature", "n_immature", "n_standing"]].sum(axis=1) > 0
    return counts[is_there].reset_index(drop=True)


def enough(counts: pd.DataFrame) -> bool:
    """Return whether wins and losses suffice for a curve from score to chance."""
    n_won, n_mature = int(counts["n_won"].sum()), int(counts["n_mature"].sum())
    return n_mature >= MIN_N and min(n_won, n_mature - n_won) >= MIN_WINS


def expected_wins(draws: Resamples, chances: Floats) -> Floats:
    """Return known wins, and those to be expected of leads without an outcome; shape as `draws.n_won`."""
    return draws.n_won + chances * (draws.n_immature + draws.n_standing)


def n_handoffs(patterns: PatternTable) -> int:
    """Return how many handoffs there were whose fate counts: their pace is what sales has managed so far."""
    return int(patterns.counts[["n_mature", "n_immature"]].to_numpy().sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Turns leads and wins of the whole period into yen per month.

    Attributes
    ----------
    margin, cost : arrays of shape (1 + n_draws, 1)
        Yen per win and per handoff: as reckoned, then as they might have been measured.
    capacity : float
        Leads per month.
    n_months : float
        Length of the period.
    """

    margin: Floats
    cost: Floats
    capacity: float
    n_months: float

    @classmethod
    def drawn(cls, used: Terms, assumptions: Assumptions, found: Economics, n_draws: int) -> Money:
        """Return the terms with `n_draws` versions of what was measured."""
        margin, cost = drawn_terms(assumptions, found, generator(), n_draws)
        return cls(
            margin=np.concatenate([[used.margin], margin])[:, None],
            cost=np.concatenate([[used.cost], cost])[:, None],
            capacity=used.capacity,
            n_months=found.n_months,
        )

    @property
    def central(self) -> Money:
        """The terms alone, without the draws."""
        return replace(self, margin=self.margin[:1], cost=self.cost[:1])

    def share(self, n_leads: Floats) -> Floats:
        """Return the share of the leads that sales can work."""
        n_most = self.capacity * self.n_months
        shares: Floats = np.minimum(1.0, n_most / np.maximum(n_leads, 1e-9))
        return shares

    def unlimited(self, wins: Floats, n_leads: Floats) -> Floats:
        """Return yen per month if sales could work all leads."""
        return (self.margin * wins - self.cost * n_leads) / self.n_months

    def value(self, wins: Floats, n_leads: Floats) -> Floats:
        """Return yen per month with the leads that sales can work, taken as they come."""
        return self.share(n_leads) * self.unlimited(wins, n_leads)


def _from_top(rows: Floats) -> Floats:
    """Sum from each score upwards; the last column, for nobody, is 0."""
    sums = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1]
    return np.hstack([sums, np.zeros((len(rows), 1))])


def _curve(counts: pd.DataFrame, draws: Resamples, wins: Floats, values: Floats, money: Money) -> pd.DataFrame:
    scores = counts["score"].to_numpy(dtype=np.int64)
    nobody = scores[-1:] + 1 if len(scores) else np.zeros(1, dtype=np.int64)
    curve = pd.DataFrame({"threshold": np.concatenate([scores, nobody])})
    above = {name: _from_top(getattr(draws, name)) for name in ("n_mature", "n_won", "n_immature", "n_standing")}
    for name, column in zip(above, ("n_mature", "n_won", "n_immature", "n_unknown"), strict=True):
        curve[column] = above[name][0].astype(np.int64)
    n_leads = _from_top(draws.n_leads)
    share, expected = money.share(n_leads), _from_top(wins)
    lost = expected[:1] - _from_top((wins - draws.n_won)[:1] * _standing_share(draws))
    curve["n_leads"] = n_leads[0] / money.n_months
    curve["n_worked"] = share[0] * curve["n_leads"]
    curve["n_left"] = curve["n_leads"] - curve["n_worked"]
    monthly = share * expected / money.n_months
    curve["wins"] = monthly[0]
    curve["wins_from"], curve["wins_to"] = interval(monthly)
    known = np.divide(above["n_won"][0], expected[0], out=np.ones(len(curve)), where=expected[0] > 0)
    curve["estimated_share"] = 1 - known
    curve["value"] = values[0]
    curve["value_from"], curve["value_to"] = interval(values)
    for name, bound in (("worst", lost), ("best", lost + above["n_standing"][:1])):
        curve[f"wins_{name}"] = (share[:1] * bound)[0] / money.n_months
        curve[f"value_{name}"] = money.central.value(bound, n_leads[:1])[0]
    curve["value_unlimited"] = money.unlimited(expected, n_leads)[0]
    curve["is_enough"] = (curve["n_mature"] >= MIN_N) | (n_leads[0] == 0)
    return curve


def _standing_share(draws: Resamples) -> Floats:
    """Return which part of the leads without an outcome was never worked."""
    waiting = (draws.n_immature + draws.n_standing)[:1]
    return np.divide(draws.n_standing[:1], waiting, out=np.zeros_like(waiting), where=waiting > 0)
