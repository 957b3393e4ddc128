"""How the funnel is counted: options for `leadcal funnel`, and the answer they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
import pandas as pd

from analysis.journey_funnel import JourneyFunnel, Question, journey_funnel
from analysis.journeys import MODES
from analysis.selection import Selection
from dashboard.commands.output import print_result
from data.errors import InputError
from data.store import Reader

Command = TypeVar("Command", bound=Callable[..., Any])

_ABOUT = {
    "strict": "Every stage, in order.",
    "ordered": "The first stage before the others; those between may be skipped.",
    "implied": "Whoever came to a later stage has passed the earlier ones.",
    "open": "Every stage with a record, wherever the lead came in.",
}
_FIRST = {
    "entered_start": "with a record of the first stage",
    "reached_start": "that reached the first stage or a later one",
    "entered_funnel": "that came in at the first stage or later",
    "in_period": "entering the first stage in the period; not the same leads",
}


def counting_options(command: Command) -> Command:
    """Add the options that say how leads are counted."""
    options = (
        click.option(
            "--mode",
            type=click.Choice(MODES),
            default="implied",
            show_default=True,
            help="What skipping a stage means.",
        ),
        click.option(
            "--view",
            type=click.Choice(("cohort", "period")),
            default="cohort",
            show_default=True,
            help="Follow the leads that came in, or count what happened.",
        ),
        click.option("--start-stage", help="First stage [default: the first of all]."),
        click.option("--end-stage", help="Last stage [default: the last of all]."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def question(*, mode: str, view: str, start_stage: str | None, end_stage: str | None) -> Question:
    """Build the question from the options."""
    return Question(mode=mode, view=view, start=start_stage, end=end_stage)  # type: ignore[arg-type]


def print_journeys(reader: Reader, selection: Selection, asked: Question, output_format: str) -> None:
    """Answer and print the question.

    Raises
    ------
    InputError
        If there is no such stage, or the end is not after the start.
    """
    try:
        result = journey_funnel(reader, selection, asked)
    except ValueError as error:
        raise InputError(str(error)) from error
    print_result(
        output_format,
        headline=_headline(result, reader.snapshot),
        facts={
            "snapshot": reader.snapshot,
            "as_of": selection.as_of,
            "start": selection.start,
            "end": selection.end,
            "sources": selection.sources,
            "mode": asked.mode,
            "view": asked.view,
            "n_leads": result.n_journeys,
            "first_meaning": result.first_meaning,
        },
        tables={
            "steps": _for_people(result.steps) if output_format == "table" else result.steps,
            "changes": result.changes,
        },
        main_table="steps",
    )


def _headline(result: JourneyFunnel, snapshot: int) -> list[str]:
    mode, rows = result.question.mode, result.changes
    others = rows[(rows["mode"] == mode) | (rows["other_mode"] == mode)]
    names = [row.other_mode if row.mode == mode else row.mode for row in others.itertuples()]
    changed = ", ".join(f"{name} {n:,}" for name, n in zip(names, others["n_changed"], strict=True))
    as_of = f"{result.selection.as_of:%Y-%m-%d}"
    return [
        f"Funnel of {result.n_journeys:,} leads as of {as_of} (snapshot {snapshot}), {result.question.view} view.",
        f"{mode}: {_ABOUT[mode]} Leads that would come to other stages: {changed}.",
        f"step_rate: of the stage before. total_rate: of the leads {_FIRST[result.first_meaning]}.",
    ]


def _for_people(steps: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a person reads; the first stage has no step."""
    columns = ["stage", "n_leads", "n_skipped", "step_rate", "step_low", "step_high", "total_rate", "total_low"]
    shown = steps[[*columns, "total_high"]].reset_index(drop=True)
    shown.loc[0, ["step_rate", "step_low", "step_high"]] = float("nan")
    return shown
