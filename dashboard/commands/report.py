"""`leadcal report`: everything the meeting needs, as one file to print or to edit."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import Any, cast

import click

from analysis.rulesets import Ruleset, find_ruleset, list_rulesets
from dashboard.commands import language as spoken
from dashboard.commands.options import selection, selection_options
from dashboard.texts import LANGUAGES, speaker
from dashboard.texts.speaker import Language
from data.errors import InputError
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="report")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the report [default: that of the terminal].")
@click.option(
    "--format", "kind", type=click.Choice(["html", "pptx"]), help="html to print, pptx to edit [default: html]."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write [default: named after the day].")
@click.option("--company", default="", help="Whose report it is [default: the name of the workspace's folder].")
@click.option("--ruleset", "reference", default="today", show_default=True, help="A ruleset, or a TOML file.")
@click.option("--draft", default="", help="Points to hold against them [default: the newest draft, if there is one].")
@selection_options
@click.pass_obj
def report_command(
    workspace: Workspace,
    language: str | None,
    kind: str | None,
    output: Path | None,
    company: str,
    reference: str,
    draft: str,
    **options: Any,
) -> None:
    """Write the report of the calibration meeting: findings, charts, tables, decisions.

    The same data and options give the same file, byte for byte. An HTML report
    needs no network and prints to A4; the charts of a PPTX report can be edited.

    \b
    leadcal report
    leadcal report --language ja --format pptx -o meeting.pptx
    leadcal report --start 2025-04-01 --company "Sample Inc."
    """
    _quiet()
    # Here, for both take a second that no other command should wait for.
    from dashboard.reporting import made

    chosen_kind = cast("made.Kind", kind or _kind_of(output))
    say = speaker(cast("Language", language)) if language else spoken.say()
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    path = output or Path(made.file_name(chosen, chosen_kind, say.language))
    points = _ruleset(workspace, reference)
    against = find_ruleset(workspace, draft) if draft else None
    result = made.make(reader, chosen, points, chosen_kind, say, company=company, draft=against)
    _write(path, result.content)
    date = say.date(chosen.as_of)
    click.echo(say("report.written", path=path, pages=result.n_pages, date=date, snapshot=reader.snapshot))


def _kind_of(output: Path | None) -> str:
    """Return the kind that the name of the file asks for."""
    ending = "" if output is None else output.suffix.lower().removeprefix(".")
    if ending in ("", "html", "htm"):
        return "html"
    if ending == "pptx":
        return "pptx"
    raise InputError(f"-o {output}: a report is no .{ending} file; write html or pptx, or give --format")


def _ruleset(workspace: Workspace, reference: str) -> Ruleset | None:
    """Return the points; none where nobody chose any and there are none."""
    if reference == "today" and not any(file.name == "today" for file in list_rulesets(workspace)):
        return None
    return find_ruleset(workspace, reference)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a report that is open elsewhere is not left half written."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        reason = error.strerror or "it cannot be written"
        raise InputError(f"-o {path}: cannot be written ({reason}); choose another file or folder") from error


def _quiet() -> None:
    """Keep Streamlit from saying on the terminal that no dashboard is running."""
    from streamlit.logger import set_log_level

    set_log_level(logging.ERROR)
