"""Options that commands share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, TypeVar

import click

from analysis.selection import Selection
from data.errors import InputError
from data.store import Reader

Command = TypeVar("Command", bound=Callable[..., Any])

_DATE = click.DateTime(formats=["%Y-%m-%d"])


def selection_options(command: Command) -> Command:
    """Add the options that choose which leads are looked at, and from when."""
    options = (
        click.option(
            "--as-of",
            type=click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
            help="Only what was known then exists; a date means its end [default: the latest event in the history].",
        ),
        click.option("--start", type=_DATE, help="First day of the period."),
        click.option("--end", type=_DATE, help="Day after the last day of the period."),
        click.option("--source", "sources", multiple=True, help="Only leads from this source; may be repeated."),
        click.option(
            "--horizon-days",
            type=click.IntRange(1, 3650),
            default=180,
            show_default=True,
            help="A lead counts as won when it is won within this many days after the decision.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def show_owners_option(command: Command) -> Command:
    """Add the option `--show-owners`."""
    return click.option("--show-owners", is_flag=True, help="Name the people in charge instead of numbering them.")(
        command
    )


def format_option(command: Command) -> Command:
    """Add the option `--format`."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(["table", "csv", "json"]),
        default="table",
        show_default=True,
        help="table for people, csv and json for programs.",
    )(command)


def selection(
    reader: Reader,
    *,
    as_of: datetime | None,
    start: datetime | None,
    end: datetime | None,
    sources: tuple[str, ...],
    horizon_days: int,
) -> Selection:
    """Build the selection from the options.

    Raises
    ------
    InputError
        If the history is empty, the period is, or a source does not exist.
    """
    if reader.data_end is None:
        raise InputError(f"{reader.workspace.root}: the history holds no events; import leads first")
    _require_sources(reader, sources)
    try:
        return Selection(
            as_of=_end_of_day(as_of) if as_of else reader.data_end,
            start=_day(start),
            end=_day(end),
            sources=sources,
            horizon_days=horizon_days,
        )
    except ValueError as error:
        raise InputError(str(error)) from error


def _require_sources(reader: Reader, sources: tuple[str, ...]) -> None:
    if not sources:
        return
    known = reader.query(
        "SELECT DISTINCT source AS source FROM prep.leads WHERE source IS NOT NULL ORDER BY source NULLS LAST"
    )
    names = list(known["source"])
    for source in sources:
        if source and source not in names:
            raise InputError(f"--source {source}: no lead has this source; there are {', '.join(names) or 'none'}")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _end_of_day(moment: datetime) -> datetime:
    """A bare date means everything that happened on that day."""
    return datetime.combine(moment.date(), time.max) if moment.time() == time.min else moment
