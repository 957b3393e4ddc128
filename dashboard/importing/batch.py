"""One import from the upload to the result: what was given, what was chosen, what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dashboard.importing.drafts import NOTHING, Draft, target_code
from dashboard.importing.jobs import CancelledError, Job
from dashboard.importing.peek import Peek, peek
from dashboard.importing.uploads import Staged
from dashboard.importing.ways import Way, find_ways
from data.errors import LeadcalError
from data.imports import ImportReport, Mapping, import_files
from data.presets import Recognition
from data.presets.suggest import Suggestion, suggest
from data.workspace import Workspace

Step = Literal["map", "check", "done"]


@dataclass(slots=True)
class Batch:
    """An import under way; it lives in the session of one browser tab.

    Attributes
    ----------
    workspace : Workspace
        Where it goes.
    staged : Staged
        The uploaded files.
    peeks : dict of Path to Peek
        What the files that are still to be imported look like.
    ways : list of Way
        How they can be read.
    recognition : Recognition
        What their header rows say.
    way : Way
        How they are read.
    step : str
        "map" (say what is what), "check" (look at the preview), "done".
    mapping : Mapping or None
        As confirmed; None for the contract's own columns.
    job : Job or None
        The reading or importing under way.
    report : ImportReport or None
        Of the preview, then of the import.
    error : Exception or None
        Why the last step did not work.
    chosen, constants : dict
        What a person chose for the columns of a file of their own.
    """

    workspace: Workspace
    staged: Staged
    peeks: dict[Path, Peek]
    ways: list[Way]
    recognition: Recognition
    way: Way
    step: Step = "map"
    mapping: Mapping | None = None
    job: Job[ImportReport] | None = None
    report: ImportReport | None = None
    error: Exception | None = None
    chosen: dict[Path, dict[str, str]] = field(default_factory=dict)
    saved_as: str = ""

    @property
    def rest(self) -> tuple[Path, ...]:
        """Files that the way in use does not read."""
        return tuple(path for path in self.peeks if path not in self.way.paths)

    @property
    def own_file(self) -> Peek:
        """The file that a person maps themselves."""
        return self.peeks[self.way.paths[0]]

    def choose(self, code: str) -> None:
        """Read the files in another way."""
        self.way = next(way for way in self.ways if way.code == code)
        self.step, self.report, self.error, self.saved_as = "map", None, None, ""

    def suggestion(self) -> Suggestion:
        """Return what the columns of the person's own file may be."""
        return suggest(self.own_file.header)

    def choices(self) -> dict[str, str]:
        """Return the targets chosen for the columns of the person's own file, at first as suggested."""
        path = self.way.paths[0]
        if path not in self.chosen:
            self.chosen[path] = {
                one.column: target_code(one.taken.target) if one.taken else NOTHING for one in self.suggestion().columns
            }
        return self.chosen[path]

    def check(self, draft: Draft | None = None) -> None:
        """Start reading the files as chosen, without changing anything; a draft that is no mapping is refused."""
        self.mapping = self.way.mapping if draft is None else draft.mapping()
        self._start("check", is_preview=True)

    def import_good_rows(self, by: str) -> None:
        """Start importing what can be imported."""
        self._start("done", is_preview=False, by=by)

    def collect(self) -> None:
        """Take the result of the work that has ended."""
        job, self.job = self.job, None
        if job is None:
            return
        try:
            self.report = job.result()
        except CancelledError as error:
            self.error, self.step = error, "map" if self.step == "check" else "check"
        except Exception as error:
            self.error, self.step = error, "map" if self.step == "check" else "check"
            if not isinstance(error, LeadcalError):
                raise

    def back(self) -> None:
        """Return to saying what is what."""
        self.step, self.report, self.error = "map", None, None

    def _start(self, step: Step, *, is_preview: bool, by: str = "") -> None:
        workspace, paths, mapping = self.workspace, self.way.paths, self.mapping
        self.step, self.error = step, None
        self.job = Job(
            lambda tell: import_files(
                workspace, paths, mapping, by=by, on_error="skip", progress=tell, preview=is_preview
            )
        )


def open_batch(workspace: Workspace, files: Iterable[tuple[str, bytes]]) -> Batch:
    """Take uploaded files in, and find out how they can be read.

    Raises
    ------
    RefusalError
        If they are of a wrong kind or too large.
    InputError
        If one cannot be read at all.
    """
    staged = Staged(files)
    return _batch(workspace, staged, staged.paths)


def next_batch(batch: Batch) -> Batch | None:
    """Return the import of the files that are left; None when none are."""
    return _batch(batch.workspace, batch.staged, batch.rest) if batch.rest else None


def _batch(workspace: Workspace, staged: Staged, paths: tuple[Path, ...]) -> Batch:
    peeks = dict(zip(paths, peek(paths), strict=True))
    ways, recognition = find_ways(workspace, paths, [one.header for one in peeks.values()])
    return Batch(workspace, staged, peeks, ways, recognition, ways[0])
