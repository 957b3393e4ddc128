"""Cached answers for the meeting, and the way to its files; as `loading`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

import streamlit as st

from analysis.funnel import stage_table
from analysis.meeting import ledger as _ledger
from analysis.meeting import tripwires as _tripwires
from analysis.meeting.agenda import Meeting
from analysis.meeting.ledger import Gain, Outlook
from analysis.meeting.measures import MEASURES, Measure
from analysis.meeting.model import Decision
from analysis.meeting.tripwires import Reading, Tripwire
from analysis.selection import Selection
from dashboard import loading
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, reader, ruleset
from data.workspace import Workspace, replace_text

File: TypeAlias = tuple[str, int]
"""A ruleset's file and its state: the key of cached answers."""

_TRIPWIRES: Final = _tripwires.FILE_NAME


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def gain(snapshot: Snapshot, selection: Selection, before: File, after: File) -> Gain:
    """Return what other points would have brought over a selection."""
    return _ledger.promised(reader(snapshot), ruleset(*before), ruleset(*after), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def outlook(snapshot: Snapshot, decision: Decision, before: File, after: File, selection: Selection) -> Outlook:
    """Hold a promise against what came since the decision is in force."""
    return _ledger.outlook(reader(snapshot), decision, ruleset(*before), ruleset(*after), selection)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def readings(snapshot: Snapshot, selection: Selection, wires: tuple[Tripwire, ...]) -> tuple[Reading, ...]:
    """Hold the tripwires against the months of the history."""
    return _tripwires.read_tripwires(reader(snapshot), selection, wires)


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def measures(snapshot: Snapshot) -> tuple[Measure, ...]:
    """Return by what a promise can be judged with the stages of this history."""
    stages = set(stage_table(reader(snapshot))["stage"])
    return tuple(measure for measure in MEASURES if measure.outcome in stages)


def file_of(code: str) -> File | None:
    """Return the file of a ruleset `name@version`; None when it is gone."""
    path = loading.ruleset_paths().get(code)
    return None if path is None else (path, loading.stamp_of(path))


def pinned(meeting: Meeting) -> Snapshot | None:
    """Return the snapshot a meeting looks at; None when it is gone."""
    place: Workspace = loading.workspace()
    path = place.snapshot_path(meeting.snapshot)
    if not path.is_file():
        return None
    return Snapshot(root=str(place.root), number=meeting.snapshot, stamp=path.stat().st_mtime_ns)


def tripwires() -> tuple[Tripwire, ...]:
    """Return the tripwires that were agreed on."""
    return _tripwires.load_tripwires(loading.workspace().root / _TRIPWIRES)


def save_tripwires(chosen: tuple[Tripwire, ...]) -> None:
    """Write the tripwires; a reader sees the old file or the new one."""
    replace_text(loading.workspace().root / _TRIPWIRES, _tripwires.tripwires_text(chosen))


def asked(selection: Selection, measure: Measure) -> Selection:
    """Return the whole history, judged by a measure."""
    return replace(
        selection, outcome=measure.outcome, horizon_days=measure.horizon_days, start=None, end=None, sources=()
    )
