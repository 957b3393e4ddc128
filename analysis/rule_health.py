"""Does each rule earn its place: whom it hits, what it gives, whether its points are right."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.replay import HANDOFF, Decision, ReplayError, pattern_table
from analysis.rule_effects import hidden, overlaps, uncapped
from analysis.rule_fields import fields_by_source, last_fired, unknown_everywhere
from analysis.rule_verdicts import rule_verdicts
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection
from analysis.tuning.evidence import N_RESAMPLES
from analysis.workbench import Bench, bench
from data.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHealth:
    """How each rule of a ruleset does.

    Attributes
    ----------
    rules : DataFrame
        One row per rule, in the order of the file: the columns of
        `rule_verdicts.rule_verdicts` and of `rule_effects.hidden`;
        `last_fired_at`; `n_blind_sources` (sources of which a field it needs is
        never known).
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
    """
    if ruleset.kind != "points":
        raise ReplayError(f"the ruleset {ruleset.id} is the score of another tool; it has no rules to examine")
    decisions, fields = bench(engine, ruleset, selection, decision), fields_by_source(engine, ruleset, selection)
    verdicts = rule_verdicts(decisions, ruleset, unknown_everywhere(fields), n_resamples=n_resamples, seed=seed)
    return with_verdicts(engine, ruleset, selection, decisions, fields, verdicts, decision)


def with_verdicts(
    engine: Engine,
    ruleset: Ruleset,
    selection: Selection,
    decisions: Bench,
    fields: pd.DataFrame,
    verdicts: pd.DataFrame,
    decision: Decision = HANDOFF,
) -> RuleHealth:
    """Complete a report whose verdicts are at hand already; as `rule_health`.

    Parameters
    ----------
    decisions : Bench
        Replayed for the rules of the ruleset.
    fields, verdicts : DataFrame
        As from `rule_fields.fields_by_source` and `rule_verdicts.rule_verdicts`.
    """
    patterns = decisions.patterns
    more = pattern_table(engine, uncapped(ruleset), selection, decision)
    blind = fields[fields["is_blind"]].groupby("rule_id")["source"].nunique()
    rules = pd.concat(
        [verdicts, hidden(patterns, more, ruleset), last_fired(engine, ruleset, selection)[["last_fired_at"]]], axis=1
    )
    totals = patterns.counts.sum()
    return RuleHealth(
        rules=rules.assign(n_blind_sources=rules["rule_id"].map(blind).fillna(0).astype("int64")),
        overlaps=overlaps(patterns, ruleset),
        fields=fields,
        n_worked=int(totals["n_mature"] + totals["n_immature"] + totals["n_already_decided"]),
        n_standing=int(totals["n_standing"]),
        n_mature=int(totals["n_mature"]),
        n_won=int(totals["n_won"]),
    )
