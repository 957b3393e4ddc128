"""`leadcal targets`: are we where we should be today, and how many leads would it take?"""

from __future__ import annotations

from datetime import date
from typing import Any

import click
import numpy as np
import pandas as pd

from analysis.funnel import funnel
from analysis.pace import pace, plan_basis, reverse_plan
from analysis.selection import Selection
from analysis.targets import Targets, load_targets
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.store import Reader, open_reader
from data.workspace import Workspace


@click.command(name="targets")
@click.option(
    "--wins", "n_wanted", type=click.IntRange(1), default=10, show_default=True, help="Wins to plan back from."
)
@click.option("--plan", "is_plan", is_flag=True, help="Show the way back from wins to leads instead of the targets.")
@selection_options
@format_option
@click.pass_obj
def targets_command(workspace: Workspace, n_wanted: int, is_plan: bool, output_format: str, **options: Any) -> None:
    """Show where each target stands today, and how many leads the wins wanted would take.

    n_needed is the target times the share of the month's working days that are
    over; n_expected what the month will come to, with its 95 % interval. The plan
    takes the rates of the latest year of leads that have had their time.

    \b
    leadcal targets
    leadcal targets --plan --wins 25
    leadcal targets --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    agreed = targets_of(workspace)
    standing = pace(reader, chosen, agreed.targets)
    plan, basis = _plan(reader, chosen, n_wanted)
    headline = [f"{len(standing):,} of {len(agreed.targets):,} targets have begun, as of {chosen.as_of:%Y-%m-%d}."]
    if is_plan:
        headline = [_plan_line(plan, basis, n_wanted)]
    elif not agreed.targets:
        headline = ["There are no targets yet; write them into targets.toml, or on the page Targets."]
    print_result(
        output_format,
        headline=headline,
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "n_wanted": n_wanted,
            "basis_start": basis.start if basis else None,
            "basis_end": basis.end if basis else None,
        },
        tables={
            "targets": _for_people(standing) if output_format == "table" else standing,
            "plan": _plan_for_people(plan) if output_format == "table" else plan,
        },
        main_table="plan" if is_plan else "targets",
    )


def targets_of(workspace: Workspace) -> Targets:
    """Return the targets of a workspace; none when nobody wrote any."""
    return load_targets(workspace.root / "targets.toml")


def first_day(reader: Reader) -> date:
    """Return the day on which the oldest lead was created."""
    first: pd.Timestamp = reader.query("SELECT MIN(created_at) AS first_at FROM prep.leads")["first_at"].iloc[0]
    return first.date()


def _plan(reader: Reader, chosen: Selection, n_wanted: int) -> tuple[pd.DataFrame, Selection | None]:
    """Return the way back from wins to leads, and the leads whose rates it takes; empty when nobody has won."""
    basis = plan_basis(chosen, first_day(reader))
    steps = funnel(reader, basis or chosen).steps
    plan = reverse_plan(steps, n_wanted)
    is_known = basis is not None and steps["n_leads"].iloc[-1] > 0
    return (plan, basis) if is_known else (plan.head(0), None)


def _plan_line(plan: pd.DataFrame, basis: Selection | None, n_wanted: int) -> str:
    if basis is None:
        return "There are no wins yet among leads that have had their time, so there is no rate to plan with."
    first = plan.iloc[0]
    rates = f"at the rates of leads created {basis.start} to before {basis.end}"
    least, most = (f"{n:,.0f}" for n in (first["n_low"], first["n_high"]))
    return f"For {n_wanted:,} wins, {first['n_needed']:,.0f} leads ({least} to {most}) {rates}."


def _for_people(standing: pd.DataFrame) -> pd.DataFrame:
    """Write months as months, counts as whole numbers, and no source as all."""
    shown = standing.assign(
        month=[f"{month:%Y-%m}" for month in standing["month"]], source=standing["source"].replace("", "(all)")
    )
    return _whole(
        shown,
        ["month", "stage", "source"],
        ["n_target", "n_actual", "n_needed", "n_gap", "n_expected", "n_low", "n_high"],
    )


def _plan_for_people(plan: pd.DataFrame) -> pd.DataFrame:
    shown = plan.rename(columns={"rate_to_end": "to_end_rate"})
    return _whole(shown, ["stage", "to_end_rate", "rate_low", "rate_high"], ["n_needed", "n_low", "n_high"])


def _whole(table: pd.DataFrame, names: list[str], counts: list[str]) -> pd.DataFrame:
    """Keep these columns, the counts as whole leads."""
    texts = {name: [f"{n:,.0f}" if np.isfinite(n) else "-" for n in table[name].astype("float64")] for name in counts}
    shown = table.assign(**texts)[[*names, *counts]]
    return shown.rename(columns={"n_low": "n_at_least", "n_high": "n_at_most"})
