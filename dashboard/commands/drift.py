"""`leadcal drift`: which rule moved, when, and did the past foretell what came?"""

from __future__ import annotations

from typing import Any

import click

from analysis.decided import at_age, decided
from analysis.drift import LANDMARK_DAYS, Drift, drift
from analysis.replay import HANDOFF
from analysis.rolling import out_of_time, quarterly
from analysis.rulesets import find_ruleset
from analysis.vintages import vintage_cells, vintages
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace

_TABLES = ("moved", "scores", "rules", "vintages", "quarters")


@click.command(name="drift")
@click.option("--ruleset", "reference", default="today", show_default=True, help="A ruleset, or a TOML file.")
@click.option(
    "--by",
    "basis",
    type=click.Choice(["created", "decided"]),
    default="created",
    show_default=True,
    help=f"Month of creation (every lead at the age of {LANDMARK_DAYS} days), or month of the handoff.",
)
@click.option(
    "--show", type=click.Choice(_TABLES), default="moved", show_default=True, help="The table to print; json has all."
)
@selection_options
@format_option
@click.pass_obj
def drift_command(
    workspace: Workspace, reference: str, basis: str, show: str, output_format: str, **options: Any
) -> None:
    """Say which rules applied to more or fewer leads than usual, month by month, beyond chance.

    `quarters` holds each quarter against a curve fitted on its past; `vintages`
    are the wins of each month of handoffs at the same ages.

    \b
    leadcal drift
    leadcal drift --show quarters
    leadcal drift --by decided --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, reference)
    handed_off = decided(reader, ruleset, chosen, HANDOFF, ())
    if basis == "created":
        found = drift(at_age(reader, ruleset, chosen, LANDMARK_DAYS), ruleset, "created")
    else:
        found = drift(handed_off, ruleset, "decided")
    print_result(
        output_format,
        headline=_headline(found, basis),
        facts={"snapshot": reader.snapshot, "as_of": chosen.as_of, "by": basis, "months": found.months},
        tables={
            "moved": found.moved,
            "scores": found.scores,
            "rules": found.rules,
            "vintages": vintages(vintage_cells(reader, chosen), chosen.as_of, chosen.horizon_days).at_ages,
            "quarters": out_of_time(*quarterly(handed_off, ruleset), chosen.horizon_days),
        },
        main_table=show,
    )


def _headline(found: Drift, basis: str) -> list[str]:
    months = ", ".join(f"{month:%Y-%m}" for month in found.months) or "none"
    return [f"Months ({basis}) in which leads changed by more than chance: {months} (of {len(found.scores)})."]
