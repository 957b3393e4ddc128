"""`leadcal sources`: which acquisition tactics are worth it?"""

from __future__ import annotations

from typing import Any

import click
import pandas as pd

from analysis.journey_funnel import DIMENSIONS
from analysis.sources import simpson, sources
from dashboard import people
from dashboard.commands.options import format_option, selection, selection_options, show_owners_option
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace

_WITHIN = ("industry", "region", "seniority")


@click.command(name="sources")
@click.option(
    "--by",
    "dimension",
    type=click.Choice(DIMENSIONS),
    default="source",
    show_default=True,
    help="Attribute whose values are judged.",
)
@click.option(
    "--min-leads",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help='Groups with fewer leads are put together as "(other)".',
)
@selection_options
@show_owners_option
@format_option
@click.pass_obj
def sources_command(
    workspace: Workspace, dimension: str, min_leads: int, *, show_owners: bool, output_format: str, **options: Any
) -> None:
    """Show how surely, how fast and how dearly each group of leads wins.

    Win rates are of leads a horizon old, with their 95 % Wilson interval;
    shrunken_rate draws small groups towards what is usual, and orders the table.
    win_days is the median time to a win, open leads counted as "at least".

    \b
    leadcal sources
    leadcal sources --by campaign --source webinar
    leadcal sources --by is_inbound --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    table = sources(reader, chosen, dimension, min_n=min_leads)
    parts = [simpson(reader, chosen, dimension, part).assign(within=part) for part in _WITHIN if part != dimension]
    reversed_groups = pd.concat(parts, ignore_index=True).query("is_reversed")
    if dimension == people.OWNER and not show_owners:
        table, reversed_groups = (people.for_files(part, "group", reader) for part in (table, reversed_groups))
    about = f"{int(table['n_leads'].sum()):,} leads by {dimension} as of {chosen.as_of:%Y-%m-%d}"
    print_result(
        output_format,
        headline=[
            f"{about} (snapshot {reader.snapshot}), surest first.",
            *(_warning(row) for row in reversed_groups.itertuples()),
        ],
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "start": chosen.start,
            "end": chosen.end,
            "sources": chosen.sources,
            "horizon_days": chosen.horizon_days,
            "by": dimension,
        },
        tables={
            "groups": _for_people(table) if output_format == "table" else table,
            "reversed": reversed_groups,
        },
        main_table="groups",
    )


def _warning(row: Any) -> str:
    """Say that a total and its parts disagree."""
    side = "better" if row.difference > 0 else "worse"
    return (
        f"Careful: {row.group or 'unknown'} looks {side} than the rest in total ({row.difference:+.1%}), "
        f"but not among leads alike by {row.within} ({row.within_difference:+.1%})."
    )


def _for_people(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a person reads; a rate of too few leads is left out."""
    rated = ["win_rate", "win_low", "win_high"]
    shown = table.astype(dict.fromkeys(rated, "float64"))
    shown.loc[~table["is_enough"].astype(bool), rated] = float("nan")
    columns = [
        "group",
        "n_leads",
        "n_mature",
        "n_won_mature",
        *rated,
        "shrunken_rate",
        "win_days",
        "cost_per_win",
        "amount",
    ]
    return shown[columns].assign(group=shown["group"].replace("", "(unknown)"))
