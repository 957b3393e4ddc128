"""The files of one import, opened, and the mapping that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.contract import STAGES, TABLES
from data.imports.checking import Checked, LinesUnclearError, check, check_constants, n_rejected
from data.imports.mapping import Mapping
from data.imports.mapping_file import load_mapping
from data.imports.plan import FeedPlan, columns_used
from data.imports.progress import Meter
from data.imports.recognise import assign_files, contract_mapping, contract_spec, unused_columns
from data.imports.report import FileReport
from data.imports.scratch import Scratch, identifier
from data.imports.source import Source
from data.store import open_reader
from data.workspace import Workspace


class Job:
    """One import.

    Attributes
    ----------
    workspace : Workspace
        Where to.
    scratch : Scratch
        Where files are read and checked.
    meter : Meter
        Who hears how far it is.
    mapping : Mapping
        Which column is what.
    sources : dict of str to list of Source
        The files by alias.
    plans : list of FeedPlan
        What is read from which file, in the order of the files.
    """

    def __init__(
        self,
        workspace: Workspace,
        files: list[Path],
        mapping: Mapping | Path | None,
        scratch: Scratch,
        meter: Meter,
        *,
        is_folder: bool,
    ) -> None:
        self.workspace = workspace
        self.scratch = scratch
        self.meter = meter
        self._stages = _stages(workspace)
        if mapping is None:
            opened = {f"file{number}": [self._open(path, number)] for number, path in enumerate(files)}
            self.mapping = contract_mapping({alias: group[0] for alias, group in opened.items()})
            self.sources = opened
        else:
            self.mapping = load_mapping(mapping) if isinstance(mapping, Path) else mapping
            assigned = assign_files(self.mapping, files, is_folder=is_folder)
            self.sources = {alias: [self._open(path, alias) for path in group] for alias, group in assigned.items()}
        self.plans = self._plans()
        meter.weigh(sum(plan.source.size for plan in self.plans))
        check_constants(self.plans, self.mapping.path, scratch)

    @property
    def all_sources(self) -> list[Source]:
        """All files, in the order of the mapping."""
        return [source for group in self.sources.values() for source in group]

    def empty_tables(self) -> set[str]:
        """Return the tables of the history without any row."""
        if self.workspace.current_number() is None:
            return set(TABLES)
        reader = open_reader(self.workspace)
        return {name for name in TABLES if reader.query(f"SELECT 1 AS one FROM {identifier(name)} LIMIT 1").empty}

    def check(self, plans: Sequence[FeedPlan]) -> Checked:
        """Parse and check all rows; a file whose lines are unclear is read again line by line."""
        while True:
            try:
                return check(plans, self.scratch, self.meter)
            except LinesUnclearError as unclear:
                self.meter.say(f"{unclear.source.name}: reading line by line")
                unclear.source.restage_line_by_line()

    def file_reports(self, checked: Checked) -> tuple[FileReport, ...]:
        """Return what is known about each file."""
        return tuple(
            self._file_report(alias, source, checked) for alias, group in self.sources.items() for source in group
        )

    def _open(self, path: Path, of: str | int) -> Source:
        self.meter.say(f"{path.name}: opening")
        self.scratch.tell = self.meter.tell
        spec = contract_spec(of) if isinstance(of, int) else self.mapping.files[of]
        return Source(path, spec, self.scratch)

    def _plans(self) -> list[FeedPlan]:
        pairs = [(feed, source) for feed in self.mapping.feeds for source in self.sources[feed.file]]
        order = {source: number for number, source in enumerate(self.all_sources)}
        pairs.sort(key=lambda pair: order[pair[1]])
        return [
            FeedPlan(number, feed, source, self.sources, self._stages, self.mapping.path)
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


def _stages(workspace: Workspace) -> tuple[str, ...]:
    if workspace.current_number() is None:
        return tuple(stage.stage for stage in STAGES)
    stages = open_reader(workspace).query("SELECT stage AS stage FROM stages ORDER BY position")
    return tuple(str(stage) for stage in stages["stage"])
