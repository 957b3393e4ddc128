"""The import from end to end: files in, a snapshot and a report out."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd

from data.errors import WorkspaceError
from data.imports.checking import Checked, feed_counts
from data.imports.failures import failure_frame
from data.imports.job import Job
from data.imports.mapping import Mapping
from data.imports.merging import merge, record
from data.imports.oddities import file_doubts, oddities
from data.imports.plan import FeedPlan
from data.imports.previewing import SAMPLE_COLUMNS, HistoryView, sample
from data.imports.progress import Meter, Progress, progress_settings
from data.imports.recognise import find_files
from data.imports.rejects import collect_rejects
from data.imports.report import ImportReport, Oddity
from data.imports.scratch import Scratch, confine, identifier
from data.imports.straight import NotStraightError, insert_straight, straight_plans
from data.imports.workplace import working_folder
from data.store import writing
from data.workspace import Workspace


def import_files(
    workspace: Workspace,
    paths: Iterable[Path],
    mapping: Mapping | Path | None = None,
    *,
    by: str = "",
    on_error: Literal["stop", "skip"] = "stop",
    progress: Progress | None = None,
    preview: bool = False,
) -> ImportReport:
    """Import files into the history of a workspace.

    Importing the same files again changes nothing; an overlapping file updates.

    Parameters
    ----------
    workspace : Workspace
        Made when it does not exist.
    paths : iterable of Path
        Files, or folders of files.
    mapping : Mapping, Path or None
        Which column is what; None when the files are in the contract's own columns.
    by : str
        Who imports, for the record.
    on_error : {"stop", "skip"}
        With failures, import nothing, or import the good rows.
    progress : callable or None
        Told what is being done, and how far it is; an error it raises cancels the
        import, and nothing is changed.
    preview : bool
        Read, check and compare with the history only.

    Returns
    -------
    ImportReport
        What was done, and every failure with its file, line, column and value.

    Raises
    ------
    InputError
        If a file cannot be read at all, lacks a needed column, or the mapping is wrong.
    WorkspaceError
        If the workspace cannot be written.
    """
    started = time.monotonic()
    paths = list(paths)
    files = find_files(paths)
    with _disk_errors(workspace), working_folder(workspace) as folder, Scratch(folder, files) as scratch:
        job = Job(workspace, files, mapping, scratch, Meter(progress), is_folder=any(path.is_dir() for path in paths))
        checked, merged = _run(job, by=by, on_error=on_error, preview=preview)
        return ImportReport(
            is_imported=merged.snapshot is not None,
            snapshot=merged.snapshot,
            mapping=job.mapping.name,
            files=job.file_reports(checked),
            feeds=feed_counts(checked, scratch),
            tables=merged.tables,
            is_merged=merged.is_merged,
            failures=failure_frame(checked.failures),
            n_failures=checked.n_failures,
            rejects=collect_rejects(checked, job.all_sources, scratch),
            warnings=(*file_doubts(checked), *merged.warnings),
            sample=pd.DataFrame(columns=list(SAMPLE_COLUMNS)) if merged.is_merged else sample(checked, scratch),
            duration_seconds=time.monotonic() - started,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    tables: pd.DataFrame
    warnings: tuple[Oddity, ...]
    is_merged: bool
    snapshot: int | None = None


def _run(job: Job, *, by: str, on_error: str, preview: bool) -> tuple[Checked, _Merged]:
    """Check all rows, and merge them unless something speaks against it."""
    straight = [] if preview else straight_plans(job.plans, job.empty_tables())
    if straight:
        checked = job.check([plan for plan in job.plans if plan not in straight])
        if not checked.n_failures or on_error == "skip":
            with contextlib.suppress(NotStraightError):
                return checked, _merge(job, checked, straight, by)
    checked = job.check(job.plans)
    if preview or (checked.n_failures and on_error == "stop"):
        job.meter.say("comparing with the history")
        view = HistoryView(job.workspace, checked, job.scratch)
        warnings = tuple(oddities(view.rows, checked, view.merged))
        return checked, _Merged(tables=view.tables(), warnings=warnings, is_merged=False)
    return checked, _merge(job, checked, [], by)


def _merge(job: Job, checked: Checked, straight: Sequence[FeedPlan], by: str) -> _Merged:
    job.meter.say("writing the history")
    with writing(job.workspace) as writer:
        connection = writer.connection
        _prepare(connection, job)
        checked.add(insert_straight(connection, plan, job.meter) for plan in straight)
        job.meter.say("writing the history")
        tables = merge(connection, checked, job.meter.tell)
        warnings = tuple(oddities(lambda sql: connection.execute(sql).fetchall(), checked, identifier))
        n_imported = int(tables["n_new"].sum() + tables["n_updated"].sum())
        if not n_imported:
            return _Merged(tables=tables, warnings=warnings, is_merged=True)
        files = job.file_reports(checked)
        record(
            connection,
            by=by,
            files=[file.file for file in files],
            n_rows=sum(file.n_rows for file in files),
            n_imported=n_imported,
            n_rejected=sum(file.n_rejected for file in files),
        )
        return _Merged(tables=tables, warnings=warnings, is_merged=True, snapshot=writer.commit())


def _prepare(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Let the writer's connection say how far it is, and reach nothing but what it needs."""
    for setting in progress_settings():
        connection.execute(f"SET {setting}")
    confine(connection, [job.workspace.history, job.scratch.folder], [source.path for source in job.all_sources])


@contextlib.contextmanager
def _disk_errors(workspace: Workspace) -> Iterator[None]:
    """Say in one line that staging did not fit on the disk or in memory."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise WorkspaceError(
            f"{workspace.root}: there was no room to check the files ({error}); nothing was changed; free some and try again"
        ) from error
