"""`leadcal funnel`: where does it leak?"""

from __future__ import annotations

from typing import Any

import click

from analysis.funnel import funnel
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="funnel")
@selection_options
@format_option
@click.pass_obj
def funnel_command(workspace: Workspace, output_format: str, **options: Any) -> None:
    """Show how many leads reached each stage, by the day they became known.

    A lead that reached a later stage is counted in the earlier ones too;
    n_recorded is how many of them have a record of the stage itself.
    Rates come with their 95 % Wilson interval: step_* of the stage before,
    total_* of all leads.

    \b
    leadcal funnel
    leadcal funnel --start 2025-04-01 --end 2025-07-01 --source seminar
    leadcal funnel --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    result = funnel(reader, chosen)
    print_result(
        output_format,
        headline=[
            f"Funnel of {result.n_leads:,} leads as of {chosen.as_of:%Y-%m-%d} (snapshot {reader.snapshot}).",
            "step_rate: of the stage before. total_rate: of all leads. Each with its 95 % interval.",
        ],
        facts={"snapshot": reader.snapshot, "as_of": chosen.as_of, "n_leads": result.n_leads},
        tables={"steps": result.steps},
        main_table="steps",
    )
