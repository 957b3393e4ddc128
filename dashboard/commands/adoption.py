"""`leadcal ruleset replay`: had other points been in force since last April?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from analysis.adoption import adopted, since
from analysis.rulesets import find_ruleset
from dashboard.commands import language
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.workbench.adoption_words import sentences
from data.errors import InputError
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="replay")
@click.argument("before")
@click.argument("after")
@click.option(
    "--from",
    "first",
    type=click.DateTime(formats=["%Y-%m", "%Y-%m-%d"]),
    required=True,
    help="Month or day from which AFTER would have been in force.",
)
@selection_options
@format_option
@click.pass_obj
def replay_command(
    workspace: Workspace, before: str, after: str, first: datetime, output_format: str, **options: Any
) -> None:
    """Say who would have been handed over, and who held back, had AFTER been in force instead of BEFORE.

    What became of leads that nobody worked stays unknown.

    \b
    leadcal ruleset replay today@1 today@2 --from 2025-04
    leadcal ruleset replay today draft.toml --from 2025-04-15 --format json
    """
    old, new = find_ruleset(workspace, before), find_ruleset(workspace, after)
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    try:
        since(chosen, first.date())
    except ValueError as error:
        raise InputError(f"--from {first:%Y-%m-%d}: nothing was decided since; choose an earlier day") from error
    found = adopted(reader, old, new, chosen, first.date())
    print_result(
        output_format,
        headline=sentences(found, new.threshold, language.say()),
        facts={"snapshot": reader.snapshot, "as_of": chosen.as_of, "since": found.since, "until": found.until},
        tables={"moves": found.moves},
        main_table="moves",
    )
