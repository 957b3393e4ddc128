"""Points that fooled us: what high scores that lost were given more of, and which leads one rule alone made high."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.intervals import MIN_N
from analysis.losses.cases import Cases
from analysis.losses.same_score import against_same_score, points_of_losers
from analysis.matching import Mask
from analysis.rulesets import Ruleset
from analysis.rulesets.columns import Column, Integers
from analysis.rulesets.predicates import TouchPredicate
from analysis.rulesets.scoring import scores_of

LIMITS: Final = "@limits"
"""Stands among the rules for points that limits of groups and axes took or gave."""

SMALL_SHARE: Final = 0.1
"""A touch is small when it is worth at most this share of the threshold, or one point."""

SHARES: Final = {"none": (0.0, 0.0), "some": (0.0, 0.25), "quarter": (0.25, 0.5), "half": (0.5, np.inf)}
"""Classes of the share of a score that small touches make: above the first, the last not included."""

MANY: Final = 10
"""So many small touches are called many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fooled:
    """What the points of the high scores of the period say about winners and losers.

    Attributes
    ----------
    n_high, n_lost, n_won : int
        High scores of the period with a known result.
    rules : DataFrame
        One row per rule, that with most beyond equal scores first: `rule_id` (`@limits` for
        limits), the columns of `same_score.points_of_losers`, `n_leads` (high scores it
        gave points to or took from), `n_leads_lost` (those of them that lost), `is_clear`. Empty where there are too few.
    alone : DataFrame
        One row per rule that alone carried leads over the threshold: `rule_id`, the columns
        of `same_score.SameScore`, `is_clear`.
    small : DataFrame
        One row per class of `SHARES`, and "many" (`MANY` and more small touches, whatever
        their share): `level`, the columns of `same_score.SameScore`, `is_clear`. Empty where no rule counts small touches.
    small_rules : tuple of str
        Rules whose touches are small.
    status : {"ok", "too_few", "no_rules"}
        No comparison with too few winners or losers, nor for the score of another tool, whose
        parts nobody knows.
    """

    n_high: int
    n_lost: int
    n_won: int
    rules: pd.DataFrame
    alone: pd.DataFrame
    small: pd.DataFrame
    small_rules: tuple[str, ...]
    status: str


def fooled(cases: Cases) -> Fooled:
    """Compare the points of high scores that lost with those that won.

    Differences on the whole mix two things: a good rule is rarer among losers. At equal scores that
    is out of the comparison, so `is_clear` goes by it; rules, and leads by rule, are
    each a family whose false discoveries are held at 5 %.
    """
    high = cases.is_account
    is_won = cases.table["is_won"].to_numpy(dtype=bool)[high]
    n_won = int(is_won.sum())
    counts = {"n_high": len(is_won), "n_won": n_won, "n_lost": len(is_won) - n_won}
    small_rules = tuple(dict.fromkeys(cases.ruleset.rules[column.rule_no].id for column in _small(cases.ruleset)))
    empty = pd.DataFrame()
    if cases.ruleset.outside is not None or min(counts["n_won"], counts["n_lost"]) < MIN_N:
        status = "too_few" if cases.ruleset.outside is None else "no_rules"
        return Fooled(**counts, rules=empty, alone=empty, small=empty, small_rules=small_rules, status=status)
    score = cases.table["score"].to_numpy(dtype=np.int64)[high]
    return Fooled(
        **counts,
        rules=_rules(cases, score, is_won),
        alone=_alone(cases, score, is_won),
        small=_small_table(cases, score, is_won) if small_rules else empty,
        small_rules=small_rules,
        status="ok",
    )


def rule_points(cases: Cases) -> tuple[tuple[str, ...], Integers]:
    """Return what each rule gave to each case.

    Returns
    -------
    names : tuple of str
        The rules, and `@limits` where limits took or gave points.
    points : array of shape (n_cases, n_names)
        They add up to the score.
    """
    ruleset = cases.ruleset
    of_columns = cases.multiplicity * ruleset.points
    points = np.zeros((len(of_columns), len(ruleset.rules)), dtype=np.int64)
    for number, column in enumerate(ruleset.columns):
        points[:, column.rule_no] += of_columns[:, number]
    names = [rule.id for rule in ruleset.rules]
    gap = cases.table["score"].to_numpy(dtype=np.int64) - ruleset.base - points.sum(axis=1)
    if gap.any():
        return (*names, LIMITS), np.column_stack([points, gap])
    return tuple(names), points


def carried_by(cases: Cases) -> Integers:
    """Return for each high score the number of the one rule without which it would not be high.

    Returns
    -------
    array of shape (n_cases,), int
        -1 where no rule, or more than one, is needed so; also for scores that are not high.
    """
    high, ruleset = cases.is_account, cases.ruleset
    carried = np.full(len(high), -1, dtype=np.int64)
    n_needed = np.zeros(len(high), dtype=np.int64)
    for number in range(len(ruleset.rules)):
        of_rule = np.array([column.rule_no == number for column in ruleset.columns])
        without = scores_of(ruleset, np.where(of_rule, 0, cases.multiplicity))
        is_needed = high & (without < ruleset.threshold)
        n_needed += is_needed
        carried[is_needed] = number
    return np.where(n_needed == 1, carried, -1)


def small_touches(cases: Cases) -> tuple[Integers, np.ndarray]:
    """Return how many small touches each case was given points for, and the share of its score they make."""
    n_touches = np.zeros(len(cases.table), dtype=np.int64)
    points = np.zeros(len(cases.table), dtype=np.int64)
    small = _small(cases.ruleset)
    for number, column in enumerate(cases.ruleset.columns):
        if column in small:
            n_touches += cases.multiplicity[:, number] * (column.tier or 1)
            points += cases.multiplicity[:, number] * column.points
    score = cases.table["score"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return n_touches, np.where(score > 0, points / score, 0.0)


def of_level(cases: Cases, level: str) -> Mask:
    """Return which high scores belong to a row of `Fooled.small`."""
    n_touches, share = small_touches(cases)
    chosen: Mask = cases.is_account & (n_touches >= MANY if level == "many" else _is_in(share, level))
    return chosen


def _is_in(share: np.ndarray, level: str) -> Mask:
    low, high = SHARES[level]
    is_in: Mask = share <= 0 if level == "none" else (share > 0 if level == "some" else share >= low) & (share < high)
    return is_in


def _small(ruleset: Ruleset) -> list[Column]:
    """Return the columns of touches that count often and are worth little each time."""
    most = max(1.0, SMALL_SHARE * ruleset.threshold)
    return [
        column
        for column in ruleset.columns
        if isinstance(ruleset.rules[column.rule_no].predicate, TouchPredicate)
        and (ruleset.rules[column.rule_no].cap > 1)
        and 0 < column.points / (column.tier or 1) <= most
    ]


def _rules(cases: Cases, score: Integers, is_won: Mask) -> pd.DataFrame:
    names, points = rule_points(cases)
    points = points[cases.is_account]
    table = points_of_losers(score, is_won, points)
    table.insert(0, "rule_id", list(names))
    table["n_leads"] = (points != 0).sum(axis=0)
    table["n_leads_lost"] = (points[~is_won] != 0).sum(axis=0)
    is_said = table["n_leads"].between(MIN_N, len(points))
    table["chance"] = adjusted(table["chance"].where(is_said).to_numpy(dtype=np.float64))
    table["is_clear"] = table["chance"].fillna(1.0) < FALSE_DISCOVERY_RATE
    return table.sort_values("same_difference", ascending=False, ignore_index=True)


def _alone(cases: Cases, score: Integers, is_won: Mask) -> pd.DataFrame:
    carried = carried_by(cases)[cases.is_account]
    chosen = {
        rule.id: carried == number for number, rule in enumerate(cases.ruleset.rules) if (carried == number).any()
    }
    table = _compared("rule_id", chosen, score, is_won)
    return table if table.empty else table.sort_values("n_leads", ascending=False, ignore_index=True)


def _small_table(cases: Cases, score: Integers, is_won: Mask) -> pd.DataFrame:
    chosen = {level: of_level(cases, level)[cases.is_account] for level in (*SHARES, "many")}
    if not chosen["many"].any():
        del chosen["many"]
    return _compared("level", chosen, score, is_won)


def _compared(name: str, chosen: dict[str, Mask], score: Integers, is_won: Mask) -> pd.DataFrame:
    rows = [{name: code} | asdict(against_same_score(score, is_won, mask)) for code, mask in chosen.items()]
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    table["chance"] = adjusted(table["chance"].to_numpy(dtype=np.float64))
    return table.assign(is_clear=table["chance"].fillna(1.0) < FALSE_DISCOVERY_RATE)
