"""`leadcal routing`: who takes care of which lead, and who is nobody's."""

from __future__ import annotations

from typing import Any

import click
import pandas as pd

from analysis.routing import (
    FILE_NAME,
    HandoffRules,
    RoutingCoverage,
    find_routing,
    routing_coverage,
    routing_leads,
)
from dashboard.commands import language
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.handover.verdicts import coverage_sentences, gap_condition, routing_sentence
from dashboard.texts import Speaker
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="routing")
@click.option("--rules", "reference", default="", help="A preset, or a TOML file [default: handoff_rules.toml].")
@click.option(
    "--open",
    "match",
    type=click.Choice(["none", "one", "several", "conflict"]),
    help="List the leads that match no rule, one, several of one owner, or several of different owners.",
)
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="Leads to list at most.")
@selection_options
@format_option
@click.pass_obj
def routing_command(
    workspace: Workspace, reference: str, match: Any, limit: int, output_format: str, **options: Any
) -> None:
    """Hold the handoff rules against the leads: who is nobody's, and who is claimed twice.

    Presets: practice-all, practice-any, practice-two-of-three.

    \b
    leadcal routing
    leadcal routing --rules practice-any
    leadcal routing --open none --format csv
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    rules = find_routing(workspace, reference)
    if match:
        leads = routing_leads(reader, rules, chosen, match, limit=limit)
        print_result(output_format, headline=[], facts={"match": match}, tables={"leads": leads}, main_table="leads")
        return
    coverage = routing_coverage(reader, rules, chosen)
    say = language.say()
    names = ("n_leads", "n_none", "n_several", "n_conflict", "n_elsewhere")
    print_result(
        output_format,
        headline=_headline(coverage, rules, reference, say),
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            **{name: getattr(coverage, name) for name in names},
        },
        tables={
            "rules": _shown(coverage, say) if output_format == "table" else coverage.rules,
            "matches": coverage.matches,
            "overlaps": coverage.overlaps,
            "gaps": _gaps(coverage, say),
        },
        main_table="rules",
    )


def _headline(coverage: RoutingCoverage, rules: HandoffRules, reference: str, say: Speaker) -> list[str]:
    lines = coverage_sentences(coverage, rules, say)
    if rules.is_shipped and not reference:
        lines.insert(0, say("routing.shipped", file=FILE_NAME, name="practice-all"))
    return [*lines, "", *(routing_sentence(rule, say) for rule in rules.rules)]


def _shown(coverage: RoutingCoverage, say: Speaker) -> pd.DataFrame:
    table = coverage.rules[["rule_id", "owner", "deadline_hours", "n_leads", "n_only", "win_rate"]]
    matches = coverage.matches.rename(columns={"match": "rule_id"})[["rule_id", "n_leads", "win_rate"]]
    matches = matches[matches["rule_id"] != "one"].assign(
        rule_id=[f"({say.word('routing.match', code)})" for code in matches["rule_id"] if code != "one"],
        owner="-",
        n_only=0,
        deadline_hours=pd.NA,
    )
    return pd.concat([table, matches.astype({"deadline_hours": "Int64"})[list(table.columns)]], ignore_index=True)


def _gaps(coverage: RoutingCoverage, say: Speaker) -> pd.DataFrame:
    names = ("n_leads", "n_unmatched", "n_further", "n_mature", "n_won")
    rows = [
        {
            "condition": gap_condition(gap, say),
            **{name: getattr(gap, name) for name in names},
            "open_rules": list(gap.open_rules),
        }
        for gap in coverage.gaps
    ]
    return pd.DataFrame(rows, columns=["condition", *names, "open_rules"])
