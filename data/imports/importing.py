"""The import from end to end: files in, a snapshot and a report out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from data.contract import STAGES
from data.imports.checking import Checked, LinesUnclearError, check, check_constants, feed_counts, n_rejected
from data.imports.failures import failure_frame
from data.imports.mapping import Mapping
from data.imports.mapping_file import load_mapping
from data.imports.merging import merge, record
from data.imports.oddities import file_doubts, oddities
from data.imports.plan import FeedPlan, columns_used
from data.imports.recognise import assign_files, contract_mapping, contract_spec, find_files, unused_columns
from data.imports.rejects import collect_rejects
from data.imports.report import FileReport, ImportReport, Oddity
from data.imports.scratch import Scratch
from data.imports.source import Source
from data.store import open_reader, writing
from data.workspace import Workspace

Progress = Callable[[str, float | None], None]
"""Called with what is being done and the share of it that is done, None when unknown.

An error it raises cancels the import, and nothing is changed.
"""


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
        Told what is being done.
    preview : bool
        Read and check only.

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
    tell = progress or _silent
    paths = list(paths)
    files = find_files(paths)
    with tempfile.TemporaryDirectory(prefix="leadcal-import-") as folder, Scratch(Path(folder), files) as scratch:
        job = _Job(workspace, files, mapping, scratch, is_folder=any(path.is_dir() for path in paths))
        checked = job.check(tell)
        feeds = feed_counts(checked, scratch)
        file_reports = job.file_reports(checked)
        merged = _Merged()
        if not preview and (not checked.n_failures or on_error == "skip"):
            tell("writing the history", None)
            merged = _merge(workspace, checked, file_reports, by)
        return ImportReport(
            is_imported=merged.snapshot is not None,
            snapshot=merged.snapshot,
            mapping=job.mapping.name,
            files=file_reports,
            feeds=feeds,
            tables=_unmerged(feeds) if merged.tables is None else merged.tables,
            is_merged=merged.tables is not None,
            failures=failure_frame(checked.failures),
            n_failures=checked.n_failures,
            rejects=collect_rejects(checked, job.all_sources, scratch),
            warnings=(*file_doubts(checked), *merged.warnings),
            duration_seconds=time.monotonic() - started,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    snapshot: int | None = None
    tables: pd.DataFrame | None = None
    warnings: tuple[Oddity, ...] = ()


class _Job:
    """The files of one import, opened, and the mapping that reads them."""

    def __init__(
        self,
        workspace: Workspace,
        files: list[Path],
        mapping: Mapping | Path | None,
        scratch: Scratch,
        *,
        is_folder: bool,
    ) -> None:
        self.scratch = scratch
        self.stages = _stages(workspace)
        if mapping is None:
            opened = {
                f"file{number}": Source(path, contract_spec(number), scratch) for number, path in enumerate(files)
            }
            self.mapping = contract_mapping(opened)
            self.sources = {alias: [source] for alias, source in opened.items()}
            return
        self.mapping = load_mapping(mapping) if isinstance(mapping, Path) else mapping
        assigned = assign_files(self.mapping, files, is_folder=is_folder)
        self.sources = {
            alias: [Source(path, self.mapping.files[alias], scratch) for path in group]
            for alias, group in assigned.items()
        }

    @property
    def all_sources(self) -> list[Source]:
        """All files, in the order of the mapping."""
        return [source for group in self.sources.values() for source in group]

    def check(self, tell: Progress) -> Checked:
        """Parse and check all rows; a file whose lines are unclear is read again line by line."""
        plans = self._plans()
        check_constants(plans, self.mapping.path, self.scratch)
        while True:
            try:
                return check(plans, self.scratch, tell)
            except LinesUnclearError as unclear:
                tell(f"{unclear.source.name}: reading line by line", None)
                unclear.source.restage_line_by_line()

    def file_reports(self, checked: Checked) -> tuple[FileReport, ...]:
        """Return what is known about each file."""
        return tuple(
            self._file_report(alias, source, checked) for alias, group in self.sources.items() for source in group
        )

    def _plans(self) -> list[FeedPlan]:
        pairs = [(feed, source) for feed in self.mapping.feeds for source in self.sources[feed.file]]
        order = {source: number for number, source in enumerate(self.all_sources)}
        pairs.sort(key=lambda pair: order[pair[1]])
        return [
            FeedPlan(number, feed, source, self.sources, self.stages, self.mapping.path)
            for number, (feed, source) in enumerate(pairs)
        ]

    def _file_report(self, alias: str, source: Source, checked: Checked) -> FileReport:
        used = [column for feed in self.mapping.feeds for file, column in columns_used(feed) if file == alias]
        return FileReport(
            file=source.name,
            encoding=source.encoding.name if source.encoding else None,
            delimiter=source.delimiter,
            sheet=source.sheet.name if source.sheet else None,
            n_rows=source.n_records() + len(source.broken),
            n_rejected=n_rejected(checked, source, self.scratch) + len(source.broken),
            unused_columns=unused_columns(source, used),
        )


def _merge(workspace: Workspace, checked: Checked, files: tuple[FileReport, ...], by: str) -> _Merged:
    with writing(workspace) as writer:
        connection = writer.connection
        tables = merge(connection, checked)
        warnings = tuple(oddities(connection, checked))
        n_imported = int(tables["n_new"].sum() + tables["n_updated"].sum())
        if not n_imported:
            return _Merged(tables=tables, warnings=warnings)
        record(
            connection,
            by=by,
            files=[file.file for file in files],
            n_rows=sum(file.n_rows for file in files),
            n_imported=n_imported,
            n_rejected=sum(file.n_rejected for file in files),
        )
        return _Merged(snapshot=writer.commit(), tables=tables, warnings=warnings)


def _stages(workspace: Workspace) -> tuple[str, ...]:
    if workspace.current_number() is None:
        return tuple(stage.stage for stage in STAGES)
    stages = open_reader(workspace).query("SELECT stage AS stage FROM stages ORDER BY position")
    return tuple(str(stage) for stage in stages["stage"])


def _unmerged(feeds: pd.DataFrame) -> pd.DataFrame:
    """Return the counts by table of an import that was not merged: what is new is not known."""
    counts = feeds.groupby("table", sort=False)[["n_accepted"]].sum().reset_index()
    return counts.assign(n_new=0, n_updated=0, n_unchanged=0)


def _silent(_what: str, _share: float | None) -> None:
    """Tell nobody."""
