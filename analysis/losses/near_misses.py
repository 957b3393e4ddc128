"""Low scores that won: what do they share that no rule sees, and what would a rule for it cost?

The search of `analysis.losses.subgroups`, mirrored: handoffs below the threshold, more wins than
others had at the same score. Those that were handed over in spite of their score
are no fair sample of all low scores: sales asked for them, or chance did. So beside
the plain counts stands an estimate in which each counts for all the leads like it
(`analysis.propensity`); it is right as far as rules say what decided about handing over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.intervals import Floats, rates, wilson_interval
from analysis.logistic_map import LogisticMap, fit_logistic_map
from analysis.losses.cases import Cases
from analysis.losses.facts import (
    FACTS,
    Dimension,
    Facts,
    fact_dimensions,
    rule_dimensions,
    touch_counts,
    touch_dimensions,
    unseen_kinds,
)
from analysis.losses.snippets import Condition, rule_text
from analysis.losses.subgroups import Subgroups, compared
from analysis.matching import Mask
from analysis.patterns import PatternTable
from analysis.propensity import propensities, weighted_rate
from analysis.tuning.threads import one_thread
from data.engine import Engine

ASKED: Final = tuple(name for name in FACTS if name != "owner")
"""Attributes a rule may ask for: who gets a lead is no reason to hand it over."""

RULE_COLUMNS: Final = (
    "condition", "points", "n_caught", "n_won", "caught_rate", "caught_low", "caught_high", "n_extra_per_win",
    "extra_low", "extra_high", "all_rate", "all_low", "all_high", "is_all_enough", "n_untried", "text",
)  # fmt: skip

MAX_POINTS: Final = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMisses:
    """Low scores that won.

    Attributes
    ----------
    n_low, n_won : int
        Handoffs of the period below the threshold with a known result, and how many of them won.
    won_rate, won_low, won_high : float
        Their win rate, with its 95 % interval.
    found : Subgroups
        What those that won share.
    rules : DataFrame
        One row per row of `found.table`: `condition`; `points` (what a rule for it
        should give: the difference in log-odds over those of one point; 0 where there is none); of
        the low scores that it would have lifted to the threshold: `n_caught`, `n_won`,
        `caught_rate` with its interval, `n_extra_per_win` (handoffs for each win) with
        `extra_low`, `extra_high`; `all_rate` with its interval (estimated for all leads like these, handed
        over or not) and `is_all_enough`; `n_untried` (estimated number of those never handed over); `text`
        (the rule in the language of rulesets; empty where that cannot say it).
    """

    n_low: int
    n_won: int
    won_rate: float
    won_low: float
    won_high: float
    found: Subgroups
    rules: pd.DataFrame


def near_misses(engine: Engine, cases: Cases, facts: Facts, patterns: PatternTable) -> NearMisses:
    """Search the low scores of the period for what those that won share.

    Parameters
    ----------
    engine : Engine
        The history, for touches that no rule counts.
    cases : Cases
        The handoffs with a known result.
    facts : Facts
        What was believed of them.
    patterns : PatternTable
        Of the same ruleset and period, with the leads that were never handed over.
    """
    is_low = is_low_score(cases)
    dimensions = [*rule_dimensions(cases), *fact_dimensions(facts, ASKED)]
    dimensions += _unseen(engine, cases, np.flatnonzero(is_low))
    found = compared(cases, is_low, dimensions, is_wins=True)
    is_won = cases.table["is_won"].to_numpy(dtype=bool)
    n_low, n_won = int(is_low.sum()), int((is_low & is_won).sum())
    low, high = wilson_interval(n_won, n_low)
    return NearMisses(
        n_low=n_low,
        n_won=n_won,
        won_rate=float(rates(n_won, n_low)),
        won_low=float(low),
        won_high=float(high),
        found=found,
        rules=_rules(cases, found, _tried(cases, patterns, is_low & bool(len(found.table)))),
    )


def is_low_score(cases: Cases) -> Mask:
    """Return the handoffs of the period below the threshold; shape (n_cases,)."""
    is_low: Mask = (~cases.table["is_high"] & cases.table["is_in_period"]).to_numpy(dtype=bool)
    return is_low


def _unseen(engine: Engine, cases: Cases, rows: NDArray[np.intp]) -> list[Dimension]:
    """Return the kinds of touches no rule asks for, as dimensions of all cases; known of the chosen rows only."""
    kinds = unseen_kinds(engine, cases.ruleset)
    if not kinds or not len(rows):
        return []
    found = []
    for part in touch_dimensions(touch_counts(engine, cases, rows), kinds):
        codes = np.zeros(len(cases.table), dtype=np.int64)
        codes[rows] = part.codes
        found.append(Dimension(name=part.name, labels=part.labels, codes=codes))
    return found


def _tried(cases: Cases, patterns: PatternTable, is_low: Mask) -> Floats:
    """Return how likely each low score was to be handed over; NaN where the patterns do not know it."""
    found = np.full(len(is_low), np.nan)
    if not is_low.any():
        return found
    with one_thread():
        propensity = propensities(patterns, cases.ruleset)
    is_open = ~patterns.is_gated
    known = pd.DataFrame(patterns.multiplicity[is_open]).assign(propensity=propensity[is_open])
    columns = [name for name in known.columns if name != "propensity"]
    known = known.drop_duplicates(columns)
    found[is_low] = pd.DataFrame(cases.multiplicity[is_low]).merge(known, on=columns, how="left")["propensity"]
    return found


def _rules(cases: Cases, found: Subgroups, tried: Floats) -> pd.DataFrame:
    score = cases.table["score"].to_numpy(dtype=np.int64)
    is_won = cases.table["is_won"].to_numpy(dtype=bool)
    line = _line(score, is_won) if len(score) else None
    is_low = is_low_score(cases)
    threshold = int(score[is_low].max(initial=cases.ruleset.threshold - 1)) + 1
    threshold = max(threshold, cases.ruleset.threshold)
    rows = []
    expected_rates = (found.table["n_expected"] / found.table["n"]).to_numpy(dtype=np.float64)
    ratios = found.table["ratio"].to_numpy(dtype=np.float64)
    conditions: list[Condition] = found.table["condition"].tolist()
    for condition, rate, ratio, is_in in zip(conditions, expected_rates, ratios, found.members, strict=True):
        points = _points(float(rate), float(ratio), line)
        is_caught = is_in & (score + points >= threshold) if points else np.zeros(len(score), dtype=bool)
        text = rule_text(condition, points, cases.ruleset) if points else ""
        rows.append({"condition": condition, "points": points, **_cost(is_caught, is_won, tried), "text": text})
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def _line(score: NDArray[np.int64], is_won: Mask) -> LogisticMap:
    values, place = np.unique(score, return_inverse=True)
    return fit_logistic_map(values, np.bincount(place, weights=is_won.astype(np.float64)), np.bincount(place))


def _points(expected_rate: float, ratio: float, line: LogisticMap | None) -> int:
    """Return the points whose log-odds are those between the expected and the observed wins."""
    if line is None or line.slope <= 0 or not 0 < expected_rate < 1 or not ratio > 1:
        return 0
    observed = min(expected_rate * ratio, 0.99)
    gain = np.log(observed / (1 - observed)) - np.log(expected_rate / (1 - expected_rate))
    return int(min(round(gain / line.slope), MAX_POINTS))


def _cost(is_caught: Mask, is_won: Mask, tried: Floats) -> dict[str, float | bool]:
    """Return what a rule would have brought, and at what cost in handoffs that win nothing."""
    n, won = int(is_caught.sum()), int((is_caught & is_won).sum())
    low, high = (float(end) for end in wilson_interval(won, n))
    is_known = is_caught & ~np.isnan(tried)
    ones = np.ones(int(is_known.sum()))
    whole = weighted_rate(ones, is_won[is_known].astype(np.float64), tried[is_known])
    return {
        "n_caught": n,
        "n_won": won,
        "caught_rate": float(rates(won, n)),
        "caught_low": low,
        "caught_high": high,
        "n_extra_per_win": n / won if won else np.nan,
        "extra_low": 1 / high if high > 0 else np.nan,
        "extra_high": 1 / low if low > 0 else np.inf,
        "all_rate": whole["weighted_rate"],
        "all_low": whole["weighted_low"],
        "all_high": whole["weighted_high"],
        "is_all_enough": whole["is_enough"],
        "n_untried": float((1 / tried[is_known] - 1).sum()),
    }
