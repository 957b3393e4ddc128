"""`leadcal meeting` and `leadcal tripwires`: what is done before, during and after a meeting, without a browser."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
import pandas as pd

from analysis.assumptions import load_assumptions
from analysis.evidence import evidence
from analysis.meeting.agenda import (
    USUAL,
    USUAL_MINUTES,
    Item,
    Meeting,
    Note,
    read_meetings,
    read_notes,
    write_meeting,
    write_note,
)
from analysis.meeting.cycle import cycle
from analysis.meeting.decisions import read_records
from analysis.meeting.tripwires import FILE_NAME, load_tripwires, read_tripwires
from analysis.rulesets import find_ruleset, list_rulesets
from analysis.selection import DEFAULT_HORIZON_DAYS, Selection
from dashboard.commands import language
from dashboard.commands.options import format_option
from dashboard.commands.output import print_result
from dashboard.commands.targets import targets_of
from dashboard.meeting import cycle_words, runbook, tripwire_words
from dashboard.meeting.next_one import next_meeting
from data.errors import InputError
from data.store import Reader, open_reader
from data.workspace import Workspace

_DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.group(name="meeting", invoke_without_command=True)
@format_option
@click.pass_context
def meeting_command(ctx: click.Context, output_format: str) -> None:
    """List the meetings; prepare one, write a note, see the round, or print how to run it.

    \b
    leadcal meeting prepare --on 2026-04-17
    leadcal meeting note 2026-04-17 changes "Sales want to see the leads first."
    leadcal meeting cycle
    leadcal meeting runbook > runbook.md
    """
    if ctx.invoked_subcommand is not None:
        return
    workspace: Workspace = ctx.obj
    meetings, problems = read_meetings(workspace)
    for problem in problems:
        click.echo(f"leadcal: {problem}", err=True)
    rows = [
        (meeting.id, meeting.held_on, meeting.minutes, len(meeting.items), len(read_notes(workspace, meeting.id)),
         meeting.ruleset, meeting.snapshot)
        for meeting in meetings
    ]  # fmt: skip
    names = ["id", "held_on", "minutes", "n_items", "n_notes", "ruleset", "snapshot"]
    print_result(
        output_format,
        headline=[f"{len(meetings):,} meetings."],
        facts={},
        tables={"meetings": pd.DataFrame(rows, columns=names)},
        main_table="meetings",
    )


@meeting_command.command(name="prepare")
@click.option("--on", "held_on", type=_DATE, required=True, help="Day of the meeting.")
@click.option("--ruleset", default="today", show_default=True, help="Points in force that it looks at.")
@click.option("--horizon-days", type=click.IntRange(1, 3650), default=DEFAULT_HORIZON_DAYS, show_default=True)
@click.option(
    "--item",
    "given",
    multiple=True,
    metavar="ITEM=MINUTES",
    help=f"Agenda in this order; {', '.join(USUAL_MINUTES)} [default: all, 45 minutes].",
)
@click.pass_obj
def prepare_command(
    workspace: Workspace, held_on: datetime, ruleset: str, horizon_days: int, given: tuple[str, ...]
) -> None:
    """Prepare a meeting on the numbers as they are now; they will not change for it."""
    reader = open_reader(workspace)
    points = find_ruleset(workspace, ruleset)
    meeting = Meeting(
        held_on=held_on.date(),
        ruleset=f"{points.id}@{points.version}",
        snapshot=reader.snapshot,
        as_of=_end(reader),
        horizon_days=horizon_days,
        items=tuple(map(_item, given)) or USUAL,
    )
    written = write_meeting(workspace, meeting)
    click.echo(
        f"Prepared {workspace.meetings / written.id}.toml: {len(written.items)} items, {written.minutes} minutes."
    )
    click.echo(f"Open it under /meeting?meeting={written.id}")


@meeting_command.command(name="note")
@click.argument("meeting_id")
@click.argument("item", type=click.Choice([*USUAL_MINUTES, "own"]))
@click.argument("text")
@click.pass_obj
def note_command(workspace: Workspace, meeting_id: str, item: str, text: str) -> None:
    """Write a note about an item; each note is a file of its own."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    path = write_note(workspace, meeting_id, Note(item=item, text=text, written_at=now))
    click.echo(f"Wrote {path}.")


@meeting_command.command(name="cycle")
@click.option("--on", "today", type=_DATE, help="Day for which it is asked [default: the end of the data].")
@format_option
@click.pass_obj
def cycle_command(workspace: Workspace, today: datetime | None, output_format: str) -> int:
    """Show which of the six steps are done; the exit code is 1 while one is missing."""
    reader = open_reader(workspace)
    steps = cycle(
        today.date() if today else _end(reader).date(),
        data_end=_end(reader).date(),
        n_errors=evidence(reader).n_errors,
        meetings=read_meetings(workspace)[0],
        targets=targets_of(workspace),
        files=list_rulesets(workspace),
        records=read_records(workspace)[0],
    )
    say = language.say()
    table = pd.DataFrame(
        {
            "step": [step.code for step in steps],
            "is_done": [step.is_done for step in steps],
            "evidence": [cycle_words.sentence(step, say).replace("\\", "") for step in steps],
        }
    )
    n_done = sum(step.is_done for step in steps)
    print_result(
        output_format,
        headline=[say("cycle.caption", n=n_done, n_all=len(steps))],
        facts={"n_done": n_done},
        tables={"steps": table},
        main_table="steps",
    )
    return 0 if n_done == len(steps) else 1


@meeting_command.command(name="runbook")
@click.option("--ruleset", default="today", show_default=True, help="Points in force.")
@click.pass_obj
def runbook_command(workspace: Workspace, ruleset: str) -> None:
    """Print how to run the meeting, as Markdown, from what the workspace holds."""
    points = find_ruleset(workspace, ruleset)
    today: date = _end(open_reader(workspace)).date()
    found = runbook.State(
        root=str(workspace.root),
        today=today,
        ruleset=f"{points.id}@{points.version}",
        horizon_days=DEFAULT_HORIZON_DAYS,
        meeting=next_meeting(read_meetings(workspace)[0], today),
        records=read_records(workspace)[0],
        tripwires=load_tripwires(workspace.root / FILE_NAME),
        assumptions=load_assumptions(workspace.root / "assumptions.toml"),
    )
    click.echo(runbook.text(found, language.say()), nl=False)


@click.command(name="tripwires")
@click.option("--horizon-days", type=click.IntRange(1, 3650), default=DEFAULT_HORIZON_DAYS, show_default=True)
@format_option
@click.pass_obj
def tripwires_command(workspace: Workspace, horizon_days: int, output_format: str) -> int:
    """Hold the limits that were agreed on against the latest months; the exit code is 1 when one fires.

    They stand in tripwires.toml. Only months are judged that are over and whose handoffs
    have had their time.
    """
    reader, say = open_reader(workspace), language.say()
    wires = load_tripwires(workspace.root / FILE_NAME)
    readings = read_tripwires(reader, Selection(as_of=_end(reader), horizon_days=horizon_days), wires)
    n_fired = sum(reading.state == "fired" for reading in readings)
    table = pd.DataFrame(
        {
            "metric": [reading.tripwire.metric for reading in readings],
            "side": ["below" if reading.tripwire.is_below else "above" for reading in readings],
            "limit": [reading.tripwire.limit for reading in readings],
            "months": [reading.tripwire.months for reading in readings],
            "state": [reading.state for reading in readings],
            "is_certain": [reading.is_certain for reading in readings],
        }
    )
    sentences = [tripwire_words.sentence(reading, say, horizon_days).replace("**", "") for reading in readings]
    print_result(
        output_format,
        headline=[f"{n_fired} of {len(readings)} fired, as of {_end(reader):%Y-%m-%d}.", *sentences],
        facts={"as_of": _end(reader), "n_fired": n_fired},
        tables={"tripwires": table},
        main_table="tripwires",
    )
    return 1 if n_fired else 0


def _item(text: str) -> Item:
    kind, _, minutes = text.partition("=")
    if kind not in USUAL_MINUTES or not minutes.isdigit():
        known = ", ".join(USUAL_MINUTES)
        raise InputError(f"--item {text}: write an item and its minutes, such as changes=12; there are {known}")
    return Item(kind=kind, minutes=int(minutes))


def _end(reader: Reader) -> datetime:
    if reader.data_end is None:
        raise InputError(f"{reader.workspace.root}: the history holds no events; import leads first")
    return reader.data_end
