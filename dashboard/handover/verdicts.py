"""The verdict about a rule, and the coverage of the handoff rules, as sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.routing import Gap, HandoffRules, RoutingCoverage, RoutingRule
from analysis.rulesets import Ruleset
from dashboard.handover.phrases import action, asked, deadline, department, field_name, label
from dashboard.texts import Speaker


def reason(row: pd.Series, ruleset: Ruleset, say: Speaker) -> str:
    """Say why a rule got its verdict.

    Parameters
    ----------
    row : Series
        A row of `RuleHealth.rules`.
    """
    values: dict[str, Any] = dict(row["values"])
    for name in ("evidence", "low", "high"):
        if name in values:
            values[name] = f"{values[name]:+.1f}"
    for name in ("n_leads", "n_mature"):
        if name in values:
            values[name] = say.count(values[name])
    if "points" in values:
        values["points"] = say.signed(values["points"])
    if "n_expected" in values:
        values["n_expected"] = f"{values['n_expected']:.1f}"
    if "field" in values:
        values["field"] = field_name(values["field"], say)
    if "other" in values:
        values["other"] = next(label(rule, say) for rule in ruleset.rules if rule.id == values["other"])
        values["share"] = say.percent(values["share"], 0)
    return say(f"rule_reason.{row['reason']}", **values)


def routing_sentence(rule: RoutingRule, say: Speaker) -> str:
    """Say whom a handoff rule means, who acts, how, and by when."""
    return say(
        "routing.sentence",
        who=asked(rule.predicate, say),
        owner=department(rule.owner, say),
        action=action(rule, say),
        deadline=deadline(rule.deadline_hours, say),
    )


def gap_condition(gap: Gap, say: Speaker) -> str:
    """Say what the leads of a gap are like."""
    return say("phrase.and").join(asked(cell.predicate, say) for cell in gap.cells)


def gap_sentence(gap: Gap, rules: HandoffRules, say: Speaker) -> str:
    """Say what the leads of a gap are like, how many nobody takes, and what could still take them."""
    names = [label(rule, say) for rule in rules.rules if rule.id in gap.open_rules]
    won = say("routing.gap_won", won=say.count(gap.n_won), mature=say.count(gap.n_mature)) if gap.n_mature else ""
    listed = say("phrase.list_comma").join(say("phrase.quoted", text=name) for name in names)
    return say(
        "routing.gap",
        what=gap_condition(gap, say),
        unmatched=say.count(gap.n_unmatched),
        n=say.count(gap.n_leads),
        rate=say.percent(gap.unmatched_rate, 0),
        won=won,
        open=say("routing.gap_open", rules=listed) if names else say("routing.gap_closed"),
    )


def overlap_sentence(row: pd.Series, rules: HandoffRules, say: Speaker) -> str:
    """Say which two rules take the same leads.

    Parameters
    ----------
    row : Series
        A row of `RoutingCoverage.overlaps`.
    """
    names = {rule.id: label(rule, say) for rule in rules.rules}
    given = {"rule": names[row["rule_id"]], "other": names[row["other_id"]], "n": say.count(row["n_leads"])}
    owner, other_owner = department(row["owner"], say), department(row["other_owner"], say)
    if not row["is_conflict"]:
        return say("routing.overlap_same", **given, owner=owner)
    return say("routing.overlap", **given, owner=owner, other_owner=other_owner)


def coverage_sentences(coverage: RoutingCoverage, rules: HandoffRules, say: Speaker) -> list[str]:
    """Sum the coverage up: the counts, every gap, and the three largest conflicts."""
    n = max(coverage.n_leads, 1)
    lines = [
        say(
            "routing.counts",
            n=say.count(coverage.n_leads),
            none=say.count(coverage.n_none),
            none_rate=say.percent(coverage.n_none / n, 0),
            several=say.count(coverage.n_several),
            conflict=say.count(coverage.n_conflict),
        )
    ]
    lines += [gap_sentence(gap, rules, say) for gap in coverage.gaps]
    if coverage.n_none == 0:
        lines.append(say("routing.nobody_missing"))
    if coverage.n_elsewhere and coverage.gaps:
        lines.append(say("routing.gap_rest", n=say.count(coverage.n_elsewhere)))
    conflicts = coverage.overlaps[coverage.overlaps["is_conflict"]].head(3)
    return lines + [overlap_sentence(row, rules, say) for _, row in conflicts.iterrows()]
