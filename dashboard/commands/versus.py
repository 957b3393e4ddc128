"""`leadcal versus`: which of two scores ranks better?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
import pandas as pd

from analysis.decided import decided
from analysis.replay import HANDOFF
from analysis.rulesets import find_ruleset
from analysis.versus import Versus, disagreement, versus
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="versus")
@click.argument("first")
@click.argument("second")
@selection_options
@format_option
@click.pass_obj
def versus_command(workspace: Workspace, first: str, second: str, output_format: str, **options: Any) -> None:
    """Compare two rulesets, drafts or scores of other tools on the handoffs that both scored.

    Differences are the second minus the first, with paired 95 % intervals. The
    squared error (brier) is that of curves fitted on the past of each quarter.

    \b
    leadcal versus today my-draft.toml
    leadcal versus today vendor --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    rulesets = [find_ruleset(workspace, reference) for reference in (first, second)]
    both = [decided(reader, ruleset, chosen, HANDOFF, ()) for ruleset in rulesets]
    found = versus(both[0], both[1], rulesets[0], rulesets[1], chosen.horizon_days)
    counts = ("n_decisions", "n_both", "n_only_a", "n_only_b", "n_none", "n_won", "n_tested", "better")
    print_result(
        output_format,
        headline=_headline(found, first, second),
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "first": first,
            "second": second,
            **{name: getattr(found, name) for name in counts},
        },
        tables={
            "measures": _measures(found),
            "corners": found.corners,
            "disagreement": disagreement(reader, both[0], both[1], rulesets[0], rulesets[1]),
        },
        main_table="measures",
    )


def _measures(found: Versus) -> pd.DataFrame:
    measures = {"auc": found.auc, "capture": found.capture, "brier": found.brier}
    rows = [{"measure": name, **asdict(each)} for name, each in measures.items()]
    names = {"a": "first", "b": "second", "low": "difference_from", "high": "difference_to"}
    return pd.DataFrame(rows).rename(columns=names)


def _headline(found: Versus, first: str, second: str) -> list[str]:
    counted = f"{found.n_both:,} of {found.n_decisions:,} handoffs old enough to judge were scored by both, {found.n_won:,} won"
    alone = (
        f"{found.n_only_a:,} scored by {first} alone, {found.n_only_b:,} by {second} alone, {found.n_none:,} by none"
    )
    lines = [f"{counted}; left out: {alone}."]
    if found.better == "too_few":
        return [*lines, "Too few wins or losses to compare."]
    if found.better == "neither":
        return [*lines, "No difference in ranking that chance would not make."]
    winner = second if found.better == "b" else first
    ends = sorted((abs(found.auc.low), abs(found.auc.high)))
    x = abs(found.auc.difference)
    return [*lines, f"{winner} ranks better by {x:.3f} of AUC (95 % interval {ends[0]:.3f} to {ends[1]:.3f})."]
