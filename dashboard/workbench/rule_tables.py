"""The health of the rules as tables, in words and in numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.intervals import MIN_N
from analysis.rule_health import RuleHealth
from analysis.rulesets import Ruleset
from dashboard.handover.phrases import field_name, label
from dashboard.handover.verdicts import reason
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker


def names(ruleset: Ruleset, say: Speaker) -> dict[str, str]:
    """Return the label of each rule by its id."""
    return {rule.id: label(rule, say) for rule in ruleset.rules}


def verdict_table(health: RuleHealth, ruleset: Ruleset, say: Speaker) -> Twin:
    """Return the verdict about each rule with its reason."""
    rules, labels = health.rules, names(ruleset, say)
    table = Builder(say, "health.table")
    table.column("rule", [labels[rule_id] for rule_id in rules["rule_id"]])
    table.column("points", list(rules["points"]), say.signed)
    is_known = rules["verdict"] != "not_enough"
    table.column("evidence", list(rules["evidence"].where(is_known)), _points)
    table.interval("interval", *(list(rules[f"evidence_{end}"].where(is_known)) for end in ("low", "high")), _from_to)
    table.column("verdict", [say(f"rule_verdict.{verdict}") for verdict in rules["verdict"]])
    table.column("why", [reason(row, ruleset, say) for _, row in rules.iterrows()])
    return table.twin()


def use_table(health: RuleHealth, ruleset: Ruleset, say: Speaker) -> Twin:
    """Return whom each rule hits, what it gives, and how those leads fare."""
    rules, labels = health.rules, names(ruleset, say)
    table = Builder(say, "health.table")
    table.column("rule", [labels[rule_id] for rule_id in rules["rule_id"]])
    table.column("n_hit", list(rules["n_worked"] + rules["n_standing"]), say.count)
    table.column("hit_rate", rules["hit_rate"], say.percent)
    table.column("points_share", rules["points_share"], say.percent)
    is_enough = (rules["n_mature"] >= MIN_N) & (rules["n_other"] >= MIN_N)
    table.column("win_rate", rules["win_rate"].where(is_enough), say.percent)
    table.column("other_rate", rules["other_win_rate"].where(is_enough), say.percent)
    low, high = (list(rules[f"difference_{end}"].where(is_enough)) for end in ("low", "high"))
    table.interval("difference", low, high, lambda a, b: "–" if pd.isna(a) else f"{say.points(a)} – {say.points(b)}")
    table.column("capped", rules["capped_rate"], say.percent)
    table.column("limited", rules["limited_rate"], say.percent)
    table.column("most_with", [_with(row, labels, say) for row in rules.itertuples()])
    table.column("fired", list(rules["last_fired_at"]), lambda at: "–" if pd.isna(at) else say.short_date(at))
    table.column("blind", list(rules["n_blind_sources"]), say.count)
    return table.twin()


def overlap_table(health: RuleHealth, rule_id: str, ruleset: Ruleset, say: Speaker, n: int = 8) -> Twin:
    """Return the rules that apply to the same leads as one rule, the most telling first."""
    labels = names(ruleset, say)
    pairs = health.overlaps[health.overlaps["rule_id"] == rule_id].sort_values("phi", ascending=False).head(n)
    table = Builder(say, "health.overlap")
    table.column("other", [labels[other] for other in pairs["other_id"]])
    table.column("n_both", pairs["n_both"], say.count)
    table.column("share", pairs["share"], say.percent)
    table.column("lift", list(pairs["lift"]), lambda lift: say("health.overlap.times", lift=f"{lift:.1f}"))
    table.column("phi", list(pairs["phi"]), lambda phi: "–" if pd.isna(phi) else f"{phi:+.2f}")
    return table.twin()


def field_table(health: RuleHealth, rule_id: str, say: Speaker) -> Twin:
    """Return of which sources the fields that a rule needs are known."""
    fields = health.fields[health.fields["rule_id"] == rule_id]
    table = Builder(say, "health.fields")
    table.column("field", [field_name(field, say) for field in fields["field"]])
    table.column("source", [say.source(source) for source in fields["source"]])
    table.column("n_leads", fields["n_leads"], say.count)
    table.column("known_rate", fields["known_rate"], say.percent)
    table.column("note", [say(f"health.fields.{'blind' if blind else 'fine'}") for blind in fields["is_blind"]])
    return table.twin()


def _with(row: Any, labels: dict[str, str], say: Speaker) -> str:
    if not row.most_with:
        return "–"
    return say("health.table.with", rule=labels[row.most_with], share=say.percent(row.most_with_share, 0))


def _points(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:+.1f}"


def _from_to(low: float, high: float) -> str:
    return "–" if pd.isna(low) else f"{low:+.1f} – {high:+.1f}"
