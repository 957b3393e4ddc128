"""`leadcal funnel`: where does it leak?"""

from __future__ import annotations

from typing import Any

import click
import pandas as pd

from analysis.funnel import funnel
from analysis.journey_funnel import Question
from dashboard.commands.counting import counting_options, print_journeys, question
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="funnel")
@counting_options
@selection_options
@format_option
@click.pass_obj
def funnel_command(workspace: Workspace, output_format: str, **options: Any) -> None:
    """Show how many leads reached each stage, by the day they became known.

    By default a lead that reached a later stage is counted in the earlier ones too;
    n_recorded is how many of them have a record of the stage itself. A stage that
    the history has no record of at all is left out.
    Rates come with their 95 % Wilson interval: step_* of the stage before,
    total_* of all leads.

    \b
    leadcal funnel
    leadcal funnel --start 2025-04-01 --end 2025-07-01 --source seminar
    leadcal funnel --mode strict --view period --start-stage mql
    leadcal funnel --format json
    """
    reader = open_reader(workspace)
    asked = question(**{name: options.pop(name) for name in ("mode", "view", "start_stage", "end_stage")})
    chosen = selection(reader, **options)
    if asked != Question():
        print_journeys(reader, chosen, asked, output_format)
        return
    result = funnel(reader, chosen)
    print_result(
        output_format,
        headline=[
            f"Funnel of {result.n_leads:,} leads as of {chosen.as_of:%Y-%m-%d} (snapshot {reader.snapshot}).",
            "step_rate: of the stage before. total_rate: of all leads. Each with its 95 % interval.",
        ],
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "start": chosen.start,
            "end": chosen.end,
            "sources": chosen.sources,
            "mode": result.mode,
            "n_leads": result.n_leads,
            "n_mature": result.n_mature,
        },
        tables={"steps": _for_people(result.steps) if output_format == "table" else result.steps},
        main_table="steps",
    )


def _for_people(steps: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a person reads; the first stage has no rates of its own."""
    shown = steps.drop(columns=["position", "n_previous", "n_first", "is_enough"]).reset_index(drop=True)
    shown.loc[0, ["step_rate", "step_low", "step_high", "total_low", "total_high"]] = float("nan")
    return shown
