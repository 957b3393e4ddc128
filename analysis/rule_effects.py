"""What each rule did: hits, points, wins with and without it, what goes together with it.

Everything follows from the patterns of a replay, so it costs the same for any
number of leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact, norm

from analysis.groups import adjusted
from analysis.intervals import Floats, newcombe_interval, rates, wilson_interval
from analysis.matching import Mask
from analysis.patterns import PatternTable
from analysis.rulesets.columns import Integers
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import MAX_CAP, TouchPredicate
from analysis.rulesets.rules import Limit, Rule
from analysis.tuning import counts_of_periods, rule_evidence
from analysis.tuning.counts import MAX_MULTIPLICITY
from analysis.tuning.evidence import HALF_POINT

WORKED: Final = ("n_mature", "n_immature", "n_already_decided")
ALL: Final = (*WORKED, "n_standing")


def given_points(patterns: PatternTable, ruleset: Ruleset) -> Integers:
    """Return the points each rule gave, before limits; shape (n_patterns, n_rules)."""
    return _summed(patterns.multiplicity * ruleset.points, ruleset)


def is_hit(patterns: PatternTable, ruleset: Ruleset) -> Mask:
    """Return where each rule applied, whatever its points; shape (n_patterns, n_rules)."""
    hit: Mask = _summed(patterns.multiplicity, ruleset) > 0
    return hit


def _summed(by_column: Integers, ruleset: Ruleset) -> Integers:
    """Add up the columns of each rule: one for each tier, or step of a half-life."""
    out = np.zeros((len(by_column), len(ruleset.rules)), dtype=np.int64)
    for place, column in enumerate(ruleset.columns):
        out[:, column.rule_no] += by_column[:, place]
    return out


def hits(patterns: PatternTable, ruleset: Ruleset) -> pd.DataFrame:
    """Count who got points from each rule.

    Returns
    -------
    DataFrame
        One row per rule: `rule_id`; `n_worked`, `n_standing` (leads it applied
        to); `hit_rate` (of all); `n_points` (given to all of them, before limits);
        `points_share` (of the absolute points of all rules).
    """
    hit, given = is_hit(patterns, ruleset), given_points(patterns, ruleset)
    worked, standing = _total(patterns, WORKED), _total(patterns, ("n_standing",))
    everybody = worked + standing
    size = everybody @ np.abs(given)
    return pd.DataFrame(
        {
            "rule_id": [rule.id for rule in ruleset.rules],
            "n_worked": worked @ hit,
            "n_standing": standing @ hit,
            "hit_rate": rates(everybody @ hit, np.full(hit.shape[1], everybody.sum())),
            "n_points": everybody @ given,
            "points_share": rates(size, np.full(hit.shape[1], size.sum())),
        }
    )


def raw_effects(patterns: PatternTable, ruleset: Ruleset) -> pd.DataFrame:
    """Compare wins with and without each rule, among decisions old enough to judge.

    Returns
    -------
    DataFrame
        One row per rule: `n_mature`, `n_won`, `win_rate`, `win_low`, `win_high`
        with it (95 % Wilson); `n_other`, `n_other_won`, `other_win_rate` without;
        `difference`, `difference_low`, `difference_high` (Newcombe); `chance` of
        so large a difference by chance alone (Fisher's exact test, adjusted for
        the number of rules by Benjamini and Hochberg; NaN when nobody, or
        everybody, was hit).
    """
    hit = is_hit(patterns, ruleset)
    n, won = _total(patterns, ("n_mature",)), _total(patterns, ("n_won",))
    n_hit, won_hit = n @ hit, won @ hit
    n_other, won_other = n.sum() - n_hit, won.sum() - won_hit
    low, high = wilson_interval(won_hit, n_hit)
    below, above = newcombe_interval(won_hit, n_hit, won_other, n_other)
    tables = np.column_stack([won_hit, n_hit - won_hit, won_other, n_other - won_other]).reshape(-1, 2, 2)
    is_testable = (n_hit > 0) & (n_other > 0)
    chance = [fisher_exact(each).pvalue if ok else np.nan for each, ok in zip(tables, is_testable, strict=True)]
    rate, other = rates(won_hit, n_hit), rates(won_other, n_other)
    return pd.DataFrame(
        {
            "n_mature": n_hit,
            "n_won": won_hit,
            "win_rate": rate,
            "win_low": low,
            "win_high": high,
            "n_other": n_other,
            "n_other_won": won_other,
            "other_win_rate": other,
            "difference": rate - other,
            "difference_low": below,
            "difference_high": above,
            "chance": adjusted(np.array(chance, dtype=np.float64)),
        }
    )


def partial_effects(tables: Sequence[PatternTable], ruleset: Ruleset, n_resamples: int, seed: int) -> pd.DataFrame:
    """Weigh each rule against the outcomes, all other rules held fixed.

    A rule with tiers or a half-life is weighed as a whole: what it gives is what
    is put to the test.

    Parameters
    ----------
    tables : sequence of PatternTable
        One for each quarter: each has a base rate of its own, so that a rule gets
        no credit for the season it was used in.
    n_resamples, seed : int
        As for `tuning.rule_evidence`.

    Returns
    -------
    DataFrame
        One row per rule: `points` (what the rule says), `evidence`,
        `evidence_low`, `evidence_high` (what the outcomes say, in the same
        points; 95 %), `evidence_chance` (probability of so large a distance from
        the points by chance alone, adjusted for the number of rules; whole
        points within half a point of the evidence are no distance), `is_enough`
        (as `tuning.rule_evidence`). NaN and False without any mature decision.
    """
    points = np.array([rule.points for rule in ruleset.rules], dtype=np.int64)
    frame = pd.DataFrame({"points": points})
    if not any(_total(table, ("n_mature",)).sum() for table in tables) or not len(points):
        nothing = dict.fromkeys(("evidence", "evidence_low", "evidence_high", "evidence_chance"), np.nan)
        return frame.assign(**nothing, is_enough=False)
    units = _units(tables, ruleset)
    today = np.array([units.get(number, 0) or rule.points for number, rule in enumerate(ruleset.rules)], dtype=np.int64)
    counts = counts_of_periods([_one_column_each(table, ruleset, units) for table in tables])
    found = rule_evidence(counts, today, n_resamples=n_resamples, seed=seed)
    # What a rule says may be several of the units that were weighed.
    unit = np.where(today != 0, points / np.where(today != 0, today, 1), 1.0)
    estimate, low, high = (found[name].to_numpy(dtype=np.float64) for name in ("points", "points_low", "points_high"))
    ends = np.sort([low * unit, high * unit], axis=0)
    return frame.assign(
        evidence=estimate * unit,
        evidence_low=ends[0],
        evidence_high=ends[1],
        evidence_chance=_chance(estimate, low, high, today),
        is_enough=found["is_enough"].to_numpy(),
    )


def _chance(estimate: Floats, low: Floats, high: Floats, today: Integers) -> Floats:
    # The interval is seldom symmetric: the side on which today's points lie is what counts.
    spread = np.maximum(np.where(today < estimate, estimate - low, high - estimate), 0) / norm.ppf(0.975)
    distance = np.maximum(np.abs(estimate - today) - HALF_POINT, 0)
    chance = 2 * norm.sf(distance / np.maximum(spread, 1e-12))
    return adjusted(np.where(np.isfinite(spread), np.minimum(chance, 1.0), np.nan))


def _units(tables: Sequence[PatternTable], ruleset: Ruleset) -> dict[int, int]:
    """Return for each rule with tiers or a half-life the points of one unit of it; 0: it applied, or it did not."""
    given = np.vstack([given_points(table, ruleset) for table in tables])
    places = [number for number, rule in enumerate(ruleset.rules) if rule.tiers or rule.half_life_days is not None]
    return {number: _unit(given[:, number]) for number in places}


def _unit(given: Integers) -> int:
    sizes = np.abs(given[given != 0])
    unit = int(np.gcd.reduce(sizes, initial=0))
    is_one_sign = not (np.any(given > 0) and np.any(given < 0))
    if not unit or not is_one_sign or sizes.max() // unit > MAX_MULTIPLICITY:
        return 0
    return unit if given.max() > 0 else -unit


def _one_column_each(table: PatternTable, ruleset: Ruleset, units: dict[int, int]) -> PatternTable:
    """Return the patterns with one column per rule: how often it counted, in units of its own."""
    counted, given = _summed(table.multiplicity, ruleset), given_points(table, ruleset)
    for number, unit in units.items():
        counted[:, number] = given[:, number] // unit if unit else counted[:, number] > 0
    # Engines return patterns in any order; resamples must not depend on it.
    order = np.lexsort(np.hstack([table.gated, counted]).T)
    return replace(
        table,
        rule_ids=tuple(rule.id for rule in ruleset.rules),
        multiplicity=counted[order],
        gated=table.gated[order],
        counts=table.counts.iloc[order].reset_index(drop=True),
    )


def overlaps(patterns: PatternTable, ruleset: Ruleset) -> pd.DataFrame:
    """Say which rules apply to the same leads.

    Returns
    -------
    DataFrame
        One row per ordered pair of rules that both applied to somebody: `rule_id`,
        `other_id`, `n_both` (leads), `share` (of the leads of `rule_id`), `lift`
        (n_both over what two unrelated rules would share), `phi` (correlation,
        -1 to 1; NaN when a rule applies to everybody).
    """
    hit = is_hit(patterns, ruleset).astype(np.float64)
    weight = _total(patterns, ALL).astype(np.float64)
    n, n_hit = weight.sum(), weight @ hit
    both = (hit * weight[:, None]).T @ hit
    rows = [
        _pair(ruleset, first, second, n, n_hit, both[first, second])
        for first in np.flatnonzero(n_hit).tolist()
        for second in np.flatnonzero(n_hit).tolist()
        if first != second
    ]
    return pd.DataFrame(rows, columns=["rule_id", "other_id", "n_both", "share", "lift", "phi"])


def _pair(ruleset: Ruleset, first: int, second: int, n: float, n_hit: Floats, both: float) -> list[object]:
    a, b = n_hit[first], n_hit[second]
    spread = np.sqrt(a * (n - a) * b * (n - b))
    phi = (n * both - a * b) / spread if spread > 0 else np.nan
    return [ruleset.rules[first].id, ruleset.rules[second].id, int(both), both / a, both * n / (a * b), phi]


def closest(table: pd.DataFrame, ruleset: Ruleset) -> pd.DataFrame:
    """Return for each rule the other that goes together with it most, as from `overlaps`.

    Returns
    -------
    DataFrame
        One row per rule: `most_with` (its id; empty without any), `most_with_share`,
        `most_with_lift`, `most_with_phi`.
    """
    ranked = table[table["phi"] > 0].sort_values(["phi", "other_id"], ascending=[False, True], kind="stable")
    first = ranked.drop_duplicates("rule_id").set_index("rule_id").reindex([rule.id for rule in ruleset.rules])
    names = {"other_id": "most_with", "share": "most_with_share", "lift": "most_with_lift", "phi": "most_with_phi"}
    found = first[list(names)].rename(columns=names).reset_index(drop=True)
    return found.assign(most_with=found["most_with"].astype(object).where(found["most_with"].notna(), ""))


def uncapped(ruleset: Ruleset) -> Ruleset:
    """Return the same questions, counting one touch more than each rule does: who did more than counts?"""
    return replace(ruleset, rules=tuple(_one_more(rule) for rule in ruleset.rules), groups=(), axis_limits=())


def _one_more(rule: Rule) -> Rule:
    cap = min(rule.cap + 1, MAX_CAP) if isinstance(rule.predicate, TouchPredicate) else rule.cap
    return replace(rule, cap=cap, tiers=(), half_life_days=None, group="")


def hidden(patterns: PatternTable, more: PatternTable, ruleset: Ruleset) -> pd.DataFrame:
    """Say how often a limit hides what a lead did.

    Parameters
    ----------
    more : PatternTable
        Patterns of `uncapped(ruleset)`.

    Returns
    -------
    DataFrame
        One row per rule: `n_capped` (leads with more touches than the rule
        counts, worked and standing), `capped_rate` (of the leads it applied to),
        `n_limited` (leads it applied to whose group or axis was at its limit),
        `limited_rate`.
    """
    caps = np.array([rule.cap for rule in ruleset.rules], dtype=np.int64)
    n_capped = _total(more, ALL) @ (more.multiplicity > caps)
    weight, hit = _total(patterns, ALL), is_hit(patterns, ruleset)
    n_hit = weight @ hit
    n_limited = weight @ (hit & _limited(given_points(patterns, ruleset), ruleset))
    return pd.DataFrame(
        {
            "n_capped": n_capped,
            "capped_rate": rates(np.minimum(n_capped, n_hit), n_hit),
            "n_limited": n_limited,
            "limited_rate": rates(n_limited, n_hit),
        }
    )


def _limited(given: Integers, ruleset: Ruleset) -> Mask:
    """Return where a limit changed the points of which rule's group or axis."""
    limited = np.zeros(given.shape, dtype=bool)
    clipped = given.astype(np.float64)
    by_group = [(limit, [n for n, r in enumerate(ruleset.rules) if r.group == limit.id]) for limit in ruleset.groups]
    by_axis = [(limit, [n for n, r in enumerate(ruleset.rules) if r.axis == limit.id]) for limit in ruleset.axis_limits]
    for limit, members in (*by_group, *by_axis):
        total = clipped[:, members].sum(axis=1)
        kept = np.clip(total, *_ends(limit))
        is_over = np.abs(kept - total) > HALF_POINT
        limited[np.ix_(is_over, members)] = True
        # The axis sees what the group let through; how it is shared among the rules does not matter.
        clipped[:, members[0]] += kept - total
    return limited


def _ends(limit: Limit) -> tuple[float, float]:
    return -np.inf if limit.low is None else limit.low, np.inf if limit.high is None else limit.high


def _total(patterns: PatternTable, names: Iterable[str]) -> Integers:
    return np.asarray(patterns.counts[list(names)].sum(axis=1).to_numpy(dtype=np.int64))
