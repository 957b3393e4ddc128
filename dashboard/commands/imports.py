"""`leadcal import` and `leadcal undo`: files into the history, and back out of it."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Any, Final

import click

from dashboard.commands.output import plain, text_table
from data.imports import ImportReport, import_files, write_rejects
from data.store import undo
from data.workspace import Workspace

_N_SHOWN: Final = 10
"""Failures printed one by one; the rest is counted, and in the rejects file."""


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Mapping file that says which column is what; without it the files must be in the contract's own columns.",
)
@click.option(
    "--skip-bad-rows", is_flag=True, help="Import the good rows even when some are bad [default: import nothing then]."
)
@click.option("--preview", is_flag=True, help="Read and check only; change nothing.")
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the rejected rows, in their own columns plus the reason, to correct and bring back.",
)
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_obj
def import_command(
    workspace: Workspace,
    paths: tuple[Path, ...],
    mapping: Path | None,
    skip_bad_rows: bool,
    preview: bool,
    rejects: Path | None,
    output_format: str,
) -> int:
    """Bring files into the history: CSV or Parquet, or folders of them.

    Importing the same file again changes nothing; an overlapping file updates.
    With bad rows nothing is imported, and each is explained; the exit code is 1.

    \b
    leadcal import leads.csv touches.parquet
    leadcal import --map docs/examples/olist/olist.toml exports/
    leadcal import --map my-crm.toml --skip-bad-rows --rejects to-correct/ export.csv
    """
    report = import_files(
        workspace,
        paths,
        mapping,
        by=_user(),
        on_error="skip" if skip_bad_rows else "stop",
        progress=_tell if sys.stderr.isatty() else None,
        preview=preview,
    )
    if output_format == "json":
        _print_json(report)
    else:
        _print_report(report)
    if rejects and report.rejects:
        for path in write_rejects(report, rejects):
            click.echo(f"Rejected rows: {path}")
    return 1 if report.n_failures else 0


@click.command(name="undo")
@click.pass_obj
def undo_command(workspace: Workspace) -> None:
    """Take the last import back: the history is again what it was before."""
    click.echo(f"The history is snapshot {undo(workspace)} again.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user on this machine
        return ""


def _tell(step: str, share: float | None) -> None:
    done = "" if share is None else f" {share:.0%}"
    click.echo(f"\r\x1b[K{step}{done}", err=True, nl=False)


def _print_report(report: ImportReport) -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    for file in report.files:
        details = [f"{file.n_rows:,} rows", *([f"read as {file.encoding}"] if file.encoding else [])]
        click.echo(f"{file.file}: {', '.join(details)}")
        if file.unused_columns:
            click.echo(f"  not used: {', '.join(file.unused_columns)}")
    click.echo()
    click.echo(text_table(report.tables if report.is_merged else report.feeds))
    click.echo()
    for text in report.failures["text"].head(_N_SHOWN):
        click.echo(text)
    if report.n_failures > _N_SHOWN:
        click.echo(f"... and {report.n_failures - _N_SHOWN:,} more; --rejects FOLDER writes them all")
    for oddity in report.warnings:
        click.echo(f"Note: {oddity.text}")
    click.echo(report.summary)
    if report.snapshot is not None:
        click.echo(f"The history is now snapshot {report.snapshot}.")


def _print_json(report: ImportReport) -> None:
    import json

    document: dict[str, Any] = {
        "is_imported": report.is_imported,
        "snapshot": report.snapshot,
        "n_rows": report.n_rows,
        "n_rejected": report.n_rejected,
        "files": [
            {name: getattr(file, name) for name in ("file", "encoding", "n_rows", "n_rejected", "unused_columns")}
            for file in report.files
        ],
        "tables": report.tables.to_dict(orient="records"),
        "failures": report.failures.drop(columns="text").to_dict(orient="records"),
        "notes": [{"code": oddity.code, "n_rows": oddity.n_rows, "text": oddity.text} for oddity in report.warnings],
    }
    click.echo(json.dumps(plain(document), ensure_ascii=False, indent=2))
