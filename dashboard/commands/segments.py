"""`leadcal segments`: does the score work here?"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import click

from analysis.decided import decided
from analysis.rulesets import find_ruleset
from analysis.segments import Segments, segment_cells, segments
from analysis.wins_so_far import segment_lives
from dashboard import people
from dashboard.commands.options import format_option, selection, selection_options, show_owners_option
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace

_SHOWN = [
    "dimension",
    "label",
    "n_mature",
    "n_won",
    "n_so_far",
    "n_expected",
    "ratio",
    "chance",
    "level",
    "auc",
    "order",
]


@click.command(name="segments")
@click.option("--ruleset", "reference", default="today", show_default=True, help="A ruleset, or a TOML file.")
@selection_options
@show_owners_option
@format_option
@click.pass_obj
def segments_command(
    workspace: Workspace, reference: str, *, show_owners: bool, output_format: str, **options: Any
) -> None:
    """Hold each source, industry, size, region, owner and way in against the others at equal scores.

    `level` says whether a segment wins less or more than its scores promise,
    `order` whether high scores win more often in it. All segments are judged
    together (false discovery rate 5 %).

    \b
    leadcal segments
    leadcal segments --start 2025-04-01 --format csv
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, reference)
    decisions = decided(reader, ruleset, chosen)
    found = segments(segment_cells(decisions, ruleset), segment_lives(decisions, ruleset, chosen))
    if not show_owners:
        labels, is_owner = found.segments["label"], found.segments["dimension"] == people.OWNER
        unnamed = people.for_files(found.segments, "label", reader)["label"]
        found = replace(found, segments=found.segments.assign(label=labels.mask(is_owner, unnamed)))
    print_result(
        output_format,
        headline=_headline(found, reference),
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "horizon_days": chosen.horizon_days,
            "ruleset": {"id": ruleset.id, "version": ruleset.version},
            "n_tested": found.n_tested,
            "overall": asdict(found.overall),
        },
        tables={"segments": found.segments if output_format != "table" else found.segments[_SHOWN]},
        main_table="segments",
    )


def _headline(found: Segments, reference: str) -> list[str]:
    lines = [f"Ruleset {reference}: {found.n_tested} segments judged together; a claim needs a difference of a fifth."]
    for level, words in (("less", "fewer"), ("more", "more")):
        own = found.claims[found.claims["level"] == level]
        parts = [f"{row.dimension}={row.label or '(unknown)'} (x{row.ratio:.2f})" for row in own.itertuples()]
        lines.append(f"Wins {words} than promised: {', '.join(parts) or 'none'}.")
    parts = [f"{row.dimension}={row.label or '(unknown)'}" for row in found.reversals.itertuples()]
    return [*lines, f"High scores win less: {', '.join(parts) or 'nowhere, by more than chance'}."]
