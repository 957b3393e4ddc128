"""The verdict about each rule: keep, raise, lower, drop, or not enough data. There is no other.

Grid, health report, command line and tuning all show this one, so that they
cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import pandas as pd

from analysis.groups import FALSE_DISCOVERY_RATE
from analysis.intervals import MIN_N
from analysis.rule_effects import closest, hits, overlaps, partial_effects, raw_effects
from analysis.rulesets.model import Ruleset
from analysis.rulesets.rules import Rule
from analysis.tuning.evidence import HALF_POINT, MIN_WON, N_RESAMPLES
from analysis.workbench import Bench

Verdict: TypeAlias = Literal["keep", "raise", "lower", "drop", "not_enough"]
Reason: TypeAlias = Literal[
    "confirmed",
    "possible",
    "within_chance",
    "worth_more",
    "worth_less",
    "no_effect",
    "opposite",
    "never_fires",
    "field_unknown",
    "few_hits",
    "few_wins",
    "goes_with",
    "no_scale",
    "wide",
]
_Judged: TypeAlias = tuple[Verdict, Reason, dict[str, Any]]

MIN_SILENCE: Final = 300
"""Leads after which a rule that never applied is called dead: it applies to fewer than 1 in 100 (rule of three)."""

TOGETHER: Final = 0.7
"""Correlation from which two rules can hardly be told apart; as in `tuning.rule_stability`."""

VAGUE_POINTS: Final = 4
"""An interval wider than this, and than twice the points, says nothing about a rule worth a few points."""


def rule_verdicts(
    decisions: Bench,
    ruleset: Ruleset,
    unknown_fields: Mapping[str, str] | None = None,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Judge every rule of a ruleset: no query.

    Parameters
    ----------
    decisions : Bench
        Replayed for the rules of the ruleset.
    ruleset : Ruleset
        Points of ours, not the score of another tool.
    unknown_fields : mapping, optional
        Rules that ask for a field nobody ever filled in, with the field; as from
        `rule_fields.unknown_everywhere`.
    n_resamples, seed : int
        As for `tuning.rule_evidence`.

    Returns
    -------
    DataFrame
        One row per rule, in the order of the file: `rule_id`, `label_ja`,
        `label_en`, `axis`, `is_locked`; the columns of `rule_effects.hits`,
        `partial_effects`, `raw_effects` and `closest`; `verdict` (one of
        `Verdict`), `reason` (one of `Reason`), `values` (dict: the numbers of the
        reason), `suggested` (whole points: today's to keep, 0 to drop, else what
        the outcomes say; missing without enough evidence). "raise" and "lower"
        are about the number: from -2 to 0 is raised.

    Notes
    -----
    A verdict rests on the partial effect: a rule that only keeps company with
    good rules is worth nothing. It asks for a change only where chance is
    excluded at a false discovery rate of 5 % over all rules, and where the
    outcomes are more than half a point away: points are whole. Only leads that
    sales worked have outcomes, so the evidence speaks about them.
    """
    patterns = decisions.patterns
    table = pd.concat(
        [
            hits(patterns, ruleset),
            ruleset.table()[["label_ja", "label_en", "axis", "is_locked"]],
            partial_effects(decisions.quarters, ruleset, n_resamples, seed),
            raw_effects(patterns, ruleset),
            closest(overlaps(patterns, ruleset), ruleset),
        ],
        axis=1,
    )
    totals = patterns.counts.sum()
    n_leads = int(totals[["n_mature", "n_immature", "n_already_decided", "n_standing"]].sum())
    base_rate = totals["n_won"] / totals["n_mature"] if totals["n_mature"] else 0.0
    return _judged(table, n_leads, base_rate, unknown_fields or {})


def verdicts_by_points(verdicts: pd.DataFrame, ruleset: Ruleset) -> pd.DataFrame:
    """Return the verdicts by what can be changed: a row for each rule, or for each tier of one.

    Parameters
    ----------
    verdicts : DataFrame
        As from `rule_verdicts`.

    Returns
    -------
    DataFrame
        As `verdicts`, indexed by the names of `Ruleset.adjustable`, in its order.
        A rule with tiers is judged as a whole, so each tier has the verdict of
        its rule, and of `evidence` the part that its points are of the rule's.
    """
    names = list(ruleset.adjustable)
    rules = {rule.id: rule for rule in ruleset.rules}
    owners = [name.partition("[")[0] for name in names]
    table = verdicts.set_index("rule_id").loc[owners]
    shares = [_share(rules[owner], ruleset.adjustable[name]) for name, owner in zip(names, owners, strict=True)]
    table = table.assign(points=list(ruleset.adjustable.values()))
    for column in ("evidence", "evidence_low", "evidence_high"):
        table[column] = table[column].to_numpy() * shares
    is_turned = pd.Series(shares, index=table.index) < 0
    low, high = table["evidence_low"].copy(), table["evidence_high"].copy()
    table["evidence_low"], table["evidence_high"] = low.mask(is_turned, high), high.mask(is_turned, low)
    return table.set_axis(names, axis=0).rename_axis("name")


def _share(rule: Rule, points: int) -> float:
    return points / rule.points if rule.tiers and rule.points else 1.0


def _judged(table: pd.DataFrame, n_leads: int, base_rate: float, unknown: Mapping[str, str]) -> pd.DataFrame:
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    judged = [_verdict(row, n_leads, base_rate, unknown.get(row["rule_id"], "")) for row in rows]
    verdicts = pd.Series([verdict for verdict, _, _ in judged], index=table.index, dtype="object")
    suggested = table["evidence"].round().mask(verdicts == "keep", table["points"]).mask(verdicts == "drop", 0)
    return table.assign(
        verdict=verdicts,
        reason=[reason for _, reason, _ in judged],
        values=pd.Series([values for _, _, values in judged], index=table.index, dtype="object"),
        suggested=suggested.mask(verdicts == "not_enough").astype("Int64"),
    )


def _verdict(row: dict[str, Any], n_leads: int, base_rate: float, unknown: str) -> _Judged:
    found = _without_hits(row, n_leads, unknown) or _too_few(row, base_rate) or _too_vague(row)
    if found:
        return found
    points, low, high = int(row["points"]), float(row["evidence_low"]), float(row["evidence_high"])
    values = {
        "points": points,
        "evidence": float(row["evidence"]),
        "low": low,
        "high": high,
        "chance": float(row["evidence_chance"]),
        "n_mature": int(row["n_mature"]),
    }
    if _is_possible(points, low, high):
        is_sure = points != 0 and (low > 0 or high < 0)
        return "keep", "confirmed" if is_sure else "possible", values
    # `not <` so that an unknown chance never moves a point.
    if not row["evidence_chance"] < FALSE_DISCOVERY_RATE:
        return "keep", "within_chance", values
    if points * high < 0 and points * low < 0 and min(abs(low), abs(high)) > HALF_POINT:
        return "drop", "opposite", values
    # Whole points are what can be agreed on: a rule worth about one point is not worth none.
    is_about_nothing = points != 0 and low <= HALF_POINT and high >= -HALF_POINT
    if is_about_nothing and round(row["evidence"]) * points <= 0:
        return "drop", "no_effect", values
    return ("raise", "worth_more", values) if row["evidence"] > points else ("lower", "worth_less", values)


def _is_possible(points: int, low: float, high: float) -> bool:
    """Whether today's points may well be right: an interval within half a point of a whole one includes it."""
    return low - HALF_POINT <= points <= high + HALF_POINT


def _without_hits(row: dict[str, Any], n_leads: int, unknown: str) -> _Judged | None:
    if row["n_worked"] + row["n_standing"] > 0:
        return None
    if unknown:
        return "not_enough", "field_unknown", {"field": unknown, "n_leads": n_leads}
    if n_leads >= MIN_SILENCE:
        return "drop", "never_fires", {"n_leads": n_leads}
    return "not_enough", "few_hits", {"n_mature": 0, "n_needed": MIN_N}


def _too_few(row: dict[str, Any], base_rate: float) -> _Judged | None:
    n_least = int(min(row["n_mature"], row["n_other"]))
    if n_least < MIN_N:
        return "not_enough", "few_hits", {"n_mature": n_least, "n_needed": MIN_N}
    n_expected = min(row["n_mature"] * base_rate, row["n_other_won"])
    if n_expected < MIN_WON:
        return "not_enough", "few_wins", {"n_expected": float(n_expected), "n_needed": MIN_WON}
    return None


def _too_vague(row: dict[str, Any]) -> _Judged | None:
    """Say so where the outcomes allow today's points, and almost any others, or cannot be put into points."""
    if not row["is_enough"]:
        return "not_enough", "no_scale", {}
    points, low, high = int(row["points"]), float(row["evidence_low"]), float(row["evidence_high"])
    if not _is_possible(points, low, high) or high - low <= max(2 * abs(points), VAGUE_POINTS):
        return None
    if row["most_with_phi"] >= TOGETHER:
        return "not_enough", "goes_with", {"other": row["most_with"], "share": float(row["most_with_share"])}
    return "not_enough", "wide", {"low": low, "high": high, "points": points}
