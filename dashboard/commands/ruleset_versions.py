"""`leadcal ruleset test`, `diff` and `retire`: the versions of the points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

from analysis.economics import economics
from analysis.rulesets import diff_rulesets, find_ruleset, retire, run_score_tests
from analysis.swap_effect import swap_effect
from analysis.swaps import version_amounts, version_swaps
from dashboard.commands.effects import effect_facts, effect_lines
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="test")
@click.argument("reference", default="today")
@format_option
@click.pass_obj
def test_command(workspace: Workspace, reference: str, output_format: str) -> int:
    """Try the examples in a ruleset's file ([[test]]); the exit code is 1 when one fails.

    A release refuses a ruleset whose examples fail.
    """
    ruleset = find_ruleset(workspace, reference)
    results = run_score_tests(ruleset)
    table = pd.DataFrame(
        {
            "test": [result.test.id for result in results],
            "is_passed": [result.is_passed for result in results],
            "failures": ["; ".join(map(str, result.failures)) for result in results],
        }
    )
    n_failed = sum(not result.is_passed for result in results)
    print_result(
        output_format,
        headline=[f"{ruleset.id}@{ruleset.version}: {len(results) - n_failed} of {len(results)} examples hold."],
        facts={"id": ruleset.id, "version": ruleset.version, "n_failed": n_failed},
        tables={"tests": table},
        main_table="tests",
    )
    return 1 if n_failed else 0


@click.command(name="diff")
@click.argument("before")
@click.argument("after")
@selection_options
@format_option
@click.pass_obj
def diff_command(workspace: Workspace, before: str, after: str, output_format: str, **options: Any) -> None:
    """Show what two versions differ in, and which leads that moves.

    \b
    leadcal ruleset diff today@1 today@2
    leadcal ruleset diff today my-draft.toml --format json
    """
    old, new = find_ruleset(workspace, before), find_ruleset(workspace, after)
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    moved = version_swaps(reader, old, new, chosen)
    effect = swap_effect(moved.moves, economics(reader, chosen).n_months, version_amounts(reader, old, new, chosen))
    print_result(
        output_format,
        headline=[
            f"From {old.id}@{old.version} to {new.id}@{new.version}.",
            *(f"{_in_words(row)}" for row in diff_rulesets(old, new).itertuples()),
            *effect_lines(effect),
        ],
        facts={"effect": effect_facts(effect)},
        tables={
            "differences": diff_rulesets(old, new),
            "threshold": moved.threshold,
            "bands": moved.bands,
            "sets": effect.sets,
        },
        main_table="threshold",
    )


def _in_words(row: Any) -> str:
    if row.change != "changed":
        return f"{row.part} {row.id}: {row.change}"
    return f"{row.part} {row.id}: {row.aspect} {row.before or 'none'} -> {row.after or 'none'}"


@click.command(name="retire")
@click.argument("reference")
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), required=True, help="First day it is out of force.")
@click.option("--reason", default="", help="Why, for those who look it up.")
@click.pass_obj
def retire_command(workspace: Workspace, reference: str, on: datetime, reason: str) -> None:
    """Take a released version (name@version) out of force; what it scored stays explained."""
    ruleset = find_ruleset(workspace, reference)
    retire(workspace, ruleset.id, ruleset.version, on.date(), reason)
    click.echo(f"{ruleset.id}@{ruleset.version} is out of force from {on:%Y-%m-%d}.")
