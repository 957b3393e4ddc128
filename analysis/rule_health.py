"""Does each rule earn its place: whom it hits, what it gives, whether its points are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import pandas as pd

from analysis.groups import FALSE_DISCOVERY_RATE
from analysis.intervals import MIN_N
from analysis.replay import HANDOFF, Decision, ReplayError, pattern_table
from analysis.rule_effects import closest, hidden, hits, overlaps, partial_effects, raw_effects, uncapped
from analysis.rule_fields import fields_by_source, last_fired
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection
from analysis.tuning.evidence import MIN_WON, N_RESAMPLES
from data.engine import Engine

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
    "wide",
]

MIN_SILENCE: Final = 300
"""Leads after which a rule that never applied is called dead: it applies to fewer than 1 in 100 (rule of three)."""

TOGETHER: Final = 0.7
"""Correlation from which two rules can hardly be told apart; as in `tuning.rule_stability`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHealth:
    """How each rule of a ruleset does.

    Attributes
    ----------
    rules : DataFrame
        One row per rule, in the order of the file: `rule_id`, `label_ja`,
        `label_en`, `axis`, `is_locked`; the columns of `rule_effects.hits`,
        `raw_effects`, `partial_effects`, `closest` and `hidden`;
        `last_fired_at`; `n_blind_sources` (sources of which a field it needs is
        never known); `verdict` (one of `Verdict`), `reason` (one of `Reason`),
        `values` (dict: the numbers of the reason), `suggested` (whole points: today's
        to keep, 0 to drop, else what the outcomes say; missing without enough
        evidence). "raise" and "lower" are about the number: from -2 to 0 is raised.
    overlaps : DataFrame
        As `rule_effects.overlaps`: one row per ordered pair of rules.
    fields : DataFrame
        As `rule_fields.fields_by_source`: one row per rule, field and source.
    n_worked, n_standing, n_mature, n_won : int
        Leads behind it: handed over, never handed over, old enough to judge, won.
    """

    rules: pd.DataFrame
    overlaps: pd.DataFrame
    fields: pd.DataFrame
    n_worked: int
    n_standing: int
    n_mature: int
    n_won: int


def rule_health(
    engine: Engine,
    ruleset: Ruleset,
    selection: Selection,
    decision: Decision = HANDOFF,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> RuleHealth:
    """Examine every rule of a ruleset against the history.

    Parameters
    ----------
    engine : Engine
        Where the history is.
    ruleset : Ruleset
        Points of ours, not the score of another tool.
    selection : Selection
        Which decisions; `last_fired_at` and `fields` look at the whole history up
        to `as_of`.
    n_resamples : int
        Bootstrap resamples behind the intervals of the evidence.
    seed : int
        Of the resampling.

    Raises
    ------
    ReplayError
        If the ruleset is the score of another tool, or as for `pattern_table`.

    Notes
    -----
    A verdict rests on the partial effect: a rule that only keeps company with
    good rules is worth nothing. It asks for a change only where chance is
    excluded at a false discovery rate of 5 % over all rules, and where the
    outcomes are more than half a point away: points are whole. Only leads that
    sales worked have outcomes, so the evidence speaks about them.
    """
    if ruleset.kind != "points":
        raise ReplayError(f"the ruleset {ruleset.id} is the score of another tool; it has no rules to examine")
    patterns = pattern_table(engine, ruleset, selection, decision)
    more = pattern_table(engine, uncapped(ruleset), selection, decision)
    pairs, fields = overlaps(patterns, ruleset), fields_by_source(engine, ruleset, selection)
    parts = [
        hits(patterns, ruleset),
        ruleset.table()[["label_ja", "label_en", "axis", "is_locked"]],
        partial_effects(patterns, ruleset, n_resamples, seed),
        raw_effects(patterns, ruleset),
        closest(pairs, ruleset),
        hidden(patterns, more, ruleset),
        last_fired(engine, ruleset, selection)[["last_fired_at"]],
    ]
    return _health(pd.concat(parts, axis=1), patterns.counts.sum(), pairs, fields)


def _health(table: pd.DataFrame, totals: pd.Series, pairs: pd.DataFrame, fields: pd.DataFrame) -> RuleHealth:
    blind = fields[fields["is_blind"]].groupby("rule_id")["source"].nunique()
    table["n_blind_sources"] = table["rule_id"].map(blind).fillna(0).astype("int64")
    n_worked = int(totals["n_mature"] + totals["n_immature"] + totals["n_already_decided"])
    n_standing, n_mature, n_won = (int(totals[name]) for name in ("n_standing", "n_mature", "n_won"))
    base_rate = n_won / n_mature if n_mature else 0.0
    return RuleHealth(
        rules=_judged(table, n_worked + n_standing, base_rate, _unknown_everywhere(fields)),
        overlaps=pairs,
        fields=fields,
        n_worked=n_worked,
        n_standing=n_standing,
        n_mature=n_mature,
        n_won=n_won,
    )


def _unknown_everywhere(fields: pd.DataFrame) -> dict[str, str]:
    """Return rules that ask for a field nobody ever filled, with the field."""
    known = fields.groupby(["rule_id", "field"], as_index=False)["n_known"].sum()
    empty = known[known["n_known"] == 0]
    return dict(zip(empty["rule_id"], empty["field"], strict=True))


def _judged(table: pd.DataFrame, n_leads: int, base_rate: float, unknown: dict[str, str]) -> pd.DataFrame:
    judged = [_verdict(row, n_leads, base_rate, unknown.get(row["rule_id"], "")) for row in _rows(table)]
    verdicts = pd.Series([verdict for verdict, _, _ in judged], index=table.index, dtype="object")
    suggested = table["evidence"].round().mask(verdicts == "keep", table["points"]).mask(verdicts == "drop", 0)
    return table.assign(
        verdict=verdicts,
        reason=[reason for _, reason, _ in judged],
        values=pd.Series([values for _, _, values in judged], index=table.index, dtype="object"),
        suggested=suggested.mask(verdicts == "not_enough").astype("Int64"),
    )


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _verdict(
    row: dict[str, Any], n_leads: int, base_rate: float, unknown: str
) -> tuple[Verdict, Reason, dict[str, Any]]:
    found = _without_hits(row, n_leads, unknown) or _too_few(row, base_rate)
    if found:
        return found
    values = {
        "points": int(row["points"]),
        "evidence": float(row["evidence"]),
        "low": float(row["evidence_low"]),
        "high": float(row["evidence_high"]),
        "chance": float(row["evidence_chance"]),
        "n_mature": int(row["n_mature"]),
    }
    said = row["evidence_verdict"]
    if said == "keep":
        is_sure = row["points"] != 0 and (row["evidence_low"] > 0 or row["evidence_high"] < 0)
        return "keep", "confirmed" if is_sure else "possible", values
    # `not <` so that an unknown chance never moves a point.
    if not row["evidence_chance"] < FALSE_DISCOVERY_RATE:
        return "keep", "within_chance", values
    if said == "flips":
        return "drop", "opposite", values
    # Whole points are what can be agreed on: a rule worth about one point is not worth none.
    if said == "drop" and round(row["evidence"]) * row["points"] <= 0:
        return "drop", "no_effect", values
    return ("raise", "worth_more", values) if row["evidence"] > row["points"] else ("lower", "worth_less", values)


def _without_hits(row: dict[str, Any], n_leads: int, unknown: str) -> tuple[Verdict, Reason, dict[str, Any]] | None:
    if row["n_worked"] + row["n_standing"] > 0:
        return None
    if unknown:
        return "not_enough", "field_unknown", {"field": unknown, "n_leads": n_leads}
    if n_leads >= MIN_SILENCE:
        return "drop", "never_fires", {"n_leads": n_leads}
    return "not_enough", "few_hits", {"n_mature": 0, "n_needed": MIN_N}


def _too_few(row: dict[str, Any], base_rate: float) -> tuple[Verdict, Reason, dict[str, Any]] | None:
    if row["n_mature"] < MIN_N:
        return "not_enough", "few_hits", {"n_mature": int(row["n_mature"]), "n_needed": MIN_N}
    if row["n_other"] < MIN_N:
        return "not_enough", "few_hits", {"n_mature": int(row["n_other"]), "n_needed": MIN_N}
    if row["evidence_verdict"] != "not_enough":
        return None
    n_expected = min(row["n_mature"] * base_rate, row["n_other_won"])
    if n_expected < MIN_WON:
        return "not_enough", "few_wins", {"n_expected": float(n_expected), "n_needed": MIN_WON}
    if row["most_with_phi"] >= TOGETHER:
        return "not_enough", "goes_with", {"other": row["most_with"], "share": float(row["most_with_share"])}
    width = {"low": float(row["evidence_low"]), "high": float(row["evidence_high"]), "points": int(row["points"])}
    return "not_enough", "wide", width
