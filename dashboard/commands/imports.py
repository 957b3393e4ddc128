"""`leadcal import` and `leadcal undo`: files into the history, and back out of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click

from dashboard.commands.output import plain, text_table
from dashboard.importing.ways import Way, find_ways
from dashboard.whoami import user_name
from data.contract import TABLES
from data.errors import InputError
from data.imports import ImportReport, Mapping, import_files, write_rejects
from data.imports.recognise import find_files
from data.presets import Recognition, mapping_toml, read_headers, suggested_mapping_toml
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
    help="Mapping file that says which column is what [default: the files' own columns say it, when leadcal knows them].",
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
    """Bring files into the history: CSV, Excel or Parquet, or folders of them.

    Exports of known systems (HubSpot, Salesforce, Marketo, Zoho ...), files in
    leadcal's own columns and those of a saved profile are recognised by their
    header; for any other, `leadcal suggest FILE` writes a mapping to begin with.

    Importing the same file again changes nothing; an overlapping file updates.
    With bad rows nothing is imported, and each is explained; the exit code is 1.

    \b
    leadcal import leads.csv touches.parquet
    leadcal import hubspot-contacts.csv hubspot-deals.csv
    leadcal import --map docs/examples/olist/olist.toml exports/
    leadcal import --map my-crm.toml --skip-bad-rows --rejects to-correct/ export.csv
    """
    chosen = mapping
    if mapping is None:
        paths, chosen = _recognised(workspace, paths, is_quiet=output_format == "json")
    report = import_files(
        workspace,
        paths,
        chosen,
        by=user_name(),
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


@click.command(name="suggest")
@click.argument("path", type=click.Path(path_type=Path))
def suggest_command(path: Path) -> None:
    """Write a mapping for a file, to check, correct and import with.

    For an export of a known system that is its preset; for any other file what
    the names of its columns suggest, in Japanese or English.

    \b
    leadcal suggest list.csv > list.toml
    leadcal import --map list.toml list.csv
    """
    files = find_files([path])
    headers = read_headers(files)
    ways, _ = find_ways(Workspace(Path()), files, headers)
    way = _whole(ways, len(files))
    if way is not None and way.mapping is not None:
        click.echo(mapping_toml(way.mapping), nl=False)
    elif len(headers) == 1:
        click.echo(suggested_mapping_toml(headers[0]), nl=False)
    else:
        raise InputError(f"{path}: no known system exports these files together; ask for one file at a time")


@click.command(name="undo")
@click.pass_obj
def undo_command(workspace: Workspace) -> None:
    """Take the last import back: the history is again what it was before."""
    click.echo(f"The history is snapshot {undo(workspace)} again.")


def _recognised(
    workspace: Workspace, paths: tuple[Path, ...], *, is_quiet: bool
) -> tuple[tuple[Path, ...], Mapping | None]:
    """Return the files to read, and the mapping that their header rows ask for (None: the contract's own columns).

    A file that was named must be known. In a folder, what belongs to no known
    system is left, and said to be.
    """
    files = find_files(paths)
    ways, recognition = find_ways(workspace, files, read_headers(files))
    way = _whole(ways, len(files))
    if way is None and any(path.is_dir() for path in paths):
        way = _whole(ways, 1)
    if way is None:
        # A file that is named like a table gets the importer's own words on what it lacks.
        if any(file.stem in TABLES for file in files):
            return paths, None
        raise InputError(_unknown(recognition, files))
    if not is_quiet:
        _tell_way(way, [file.name for file in files if file not in way.paths])
    return way.paths, way.mapping


def _whole(ways: list[Way], n_files: int) -> Way | None:
    """Return the likeliest way that reads at least so many files without a person's help."""
    return next((way for way in ways if way.kind != "own" and len(way.paths) >= n_files), None)


def _tell_way(way: Way, unread: list[str]) -> None:
    if way.kind != "contract":
        click.echo(_why(way))
    if unread:
        click.echo(f"Not read, because no known system or mapping has these columns: {', '.join(unread)}")


def _why(way: Way) -> str:
    if way.recognised is None:
        return f"Read by the profile {way.name}."
    columns = ", ".join(way.recognised.candidates[0].matched[:5])
    left_out = "".join(f"\n  left out: {left.table}: {left.reason}" for left in way.recognised.fitted.left_out)
    return f"Recognised as {way.recognised.preset.label_en} by the columns {columns}.{left_out}"


def _unknown(recognition: Recognition, files: list[Path]) -> str:
    for one in recognition.unrecognised:
        lacks = [f"{near.preset.label_en} lacks {', '.join(near.missing[:3])}" for near in one.nearest if near.missing]
        nearest = f" (nearest: {lacks[0]})" if lacks else ""
        name = one.header.name
        return (
            f"{name}: these columns are of no system that leadcal knows{nearest}; "
            f"write a mapping with `leadcal suggest {name} > my.toml`, check it, and import with --map my.toml"
        )
    names = ", ".join(file.name for file in files)
    return f"{names}: these are of different systems; import the files of each system by themselves"


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
