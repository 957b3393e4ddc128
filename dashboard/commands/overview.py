"""`leadcal overview`: is the funnel healthy?"""

from __future__ import annotations

from typing import Any

import click
import pandas as pd

from analysis.calibration import calibrate
from analysis.meeting.tripwires import FILE_NAME, Reading, load_tripwires, read_tripwires
from analysis.overview import overview
from analysis.replay import pattern_table, score_table
from analysis.rulesets import find_ruleset, list_rulesets
from analysis.selection import Selection
from dashboard.commands import language
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.meeting import tripwire_words
from data.errors import LeadcalError
from data.store import Reader, open_reader
from data.workspace import Workspace


@click.command(name="overview")
@click.option("--ruleset", "ruleset_name", default="today", show_default=True, help="Points to judge the score by.")
@selection_options
@format_option
@click.pass_obj
def overview_command(workspace: Workspace, ruleset_name: str, output_format: str, **options: Any) -> None:
    """Show the key numbers of a period, what stands out, and what to do first.

    win_rate is per lead, within the horizon after creation; handoff_win_rate is
    per handoff, within the horizon after it.

    \b
    leadcal overview --start 2026-01-01
    leadcal overview --start 2026-01-01 --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    calibration = None
    if ruleset_name != "today" or any(file.name == "today" for file in list_rulesets(workspace)):
        ruleset = find_ruleset(workspace, ruleset_name)
        calibration = calibrate(score_table(pattern_table(reader, ruleset, chosen), ruleset), ruleset)
    result = overview(reader, chosen, calibration)
    fired = _fired(reader, chosen)
    headline = [
        f"As of {chosen.as_of:%Y-%m-%d} (snapshot {reader.snapshot}).",
        *(_tripwire(reading, chosen) for reading in fired),
        *(f"{alert.severity}: {alert.code}" for alert in result.alerts),
        f"First: {result.next_action}",
    ]
    alerts = [{"code": alert.code, "severity": alert.severity, **alert.values} for alert in result.alerts]
    print_result(
        output_format,
        headline=headline,
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "tripwires": [
                {
                    "metric": wire.metric,
                    "side": "below" if wire.is_below else "above",
                    "limit": wire.limit,
                    "months": wire.months,
                }
                for wire in (reading.tripwire for reading in fired)
            ],
            "alerts": alerts,
            "next_action": result.next_action,
        },
        tables={
            "kpis": _for_people(result.kpis) if output_format == "table" else result.kpis,
            "sources": result.sources,
            "regions": result.regions,
        },
        main_table="kpis",
    )


def _fired(reader: Reader, chosen: Selection) -> tuple[Reading, ...]:
    """Return the agreed tripwires that fired; a file that cannot be read is said, and hides nothing else."""
    try:
        wires = load_tripwires(reader.workspace.root / FILE_NAME)
    except LeadcalError as error:
        click.echo(f"leadcal: {error}", err=True)
        return ()
    return tuple(reading for reading in read_tripwires(reader, chosen, wires) if reading.state == "fired")


def _tripwire(reading: Reading, chosen: Selection) -> str:
    sentence = tripwire_words.sentence(reading, language.say(), chosen.horizon_days)
    return f"tripwire: {sentence.replace('**', '')}"


def _for_people(kpis: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a person reads, each value in its unit."""
    rows = list(kpis.itertuples())
    return pd.DataFrame(
        {
            "kpi": kpis["kpi"],
            "value": [_value(row.unit, row.value) for row in rows],
            "n": kpis["n"].astype("int64"),
            "low": [_value(row.unit, row.low) for row in rows],
            "high": [_value(row.unit, row.high) for row in rows],
            "before": [_value(row.unit, row.previous_value) for row in rows],
            "n_before": kpis["previous_n"].astype("Int64"),
        }
    )


def _value(unit: str, value: float) -> str:
    if pd.isna(value):
        return "-"
    return {"count": f"{value:,.0f}", "rate": f"{value:.1%}", "days": f"{value:.1f} days"}[unit]
