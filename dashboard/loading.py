"""The way from a page to the analyses: the workspace, its snapshot, and bounded caches.

Cached functions take only small hashable values and return small tables. The
snapshot is one of them, so an import is seen at the next interaction and a
result is never mixed from two states of the history.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from analysis import completeness as _completeness
from analysis import holdings as _holdings
from analysis.calibration import Calibration, calibrate
from analysis.decided import Decided, decided_with_patterns
from analysis.evidence import Evidence
from analysis.evidence import evidence as _evidence
from analysis.evidence import evidence_records as _evidence_records
from analysis.funnel import Funnel, funnel_by_month
from analysis.funnel import funnel as _funnel
from analysis.keys import Integers
from analysis.moments import prepared_sums
from analysis.overview import Overview
from analysis.overview import overview as _overview
from analysis.patterns import PatternTable, score_table
from analysis.rulesets import Ruleset, list_rulesets, load_ruleset
from analysis.selection import Selection
from data.store import Reader, open_reader
from data.workspace import Workspace

TTL: Final = "6h"
MAX_ENTRIES: Final = 64

_FACTS_SQL: Final = """
SELECT COALESCE(source, '') AS source, COUNT(*) AS n_leads, MIN(created_at) AS first_at
FROM prep.leads
GROUP BY COALESCE(source, '')
ORDER BY n_leads DESC, source
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Which state of which workspace: small and hashable, the key of every cache.

    Attributes
    ----------
    root : str
        Folder of the workspace.
    number : int
        Number of the snapshot.
    stamp : int
        When its file was written: a workspace made anew starts at 1 again.
    """

    root: str
    number: int
    stamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the history offers to choose from.

    Attributes
    ----------
    first_on : date
        Day on which the oldest lead was created.
    data_end : datetime
        Latest recorded event (UTC): the `as_of` of every analysis.
    sources : tuple of str
        Most leads first; the empty string stands for unknown.
    """

    first_on: date
    data_end: datetime
    sources: tuple[str, ...]


def workspace() -> Workspace:
    """Return the workspace the server was started for."""
    return Workspace(Path(os.environ.get("LEADCAL_WORKSPACE", "workspace")))


def current_snapshot() -> Snapshot | None:
    """Return the snapshot in use; None when nothing was imported yet."""
    place = workspace()
    number = place.current_number()
    if number is None:
        return None
    path = place.snapshot_path(number)
    stamp = path.stat().st_mtime_ns if path.exists() else 0
    return Snapshot(root=str(place.root), number=number, stamp=stamp)


@st.cache_resource(max_entries=4, show_spinner=False)
def reader(snapshot: Snapshot) -> Reader:
    """Open a snapshot once per process; every question runs on a cursor of its own."""
    return open_reader(Workspace(Path(snapshot.root)), snapshot.number)


@st.cache_data(ttl=TTL, max_entries=4, show_spinner=False)
def facts(snapshot: Snapshot) -> Facts | None:
    """Return what can be chosen; None when the history has no leads."""
    engine = reader(snapshot)
    table = engine.query(_FACTS_SQL)
    if table.empty or engine.data_end is None:
        return None
    return Facts(
        first_on=table["first_at"].min().date(), data_end=engine.data_end, sources=tuple(table["source"].tolist())
    )


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def funnel(snapshot: Snapshot, selection: Selection) -> Funnel:
    """Return the funnel of a selection."""
    return _funnel(reader(snapshot), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def cohorts(snapshot: Snapshot, selection: Selection) -> pd.DataFrame:
    """Return the funnel of each month of creation, as `analysis.funnel.funnel_by_month`."""
    return funnel_by_month(reader(snapshot), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def overview(snapshot: Snapshot, selection: Selection, ruleset_path: str | None, stamp: int) -> Overview:
    """Return the key numbers and alerts of a selection; without a ruleset nothing about the score."""
    result = calibration(snapshot, selection, ruleset_path, stamp) if ruleset_path else None
    return _overview(reader(snapshot), selection, result)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def calibration(snapshot: Snapshot, selection: Selection, ruleset_path: str, stamp: int) -> Calibration:
    """Hold the scores of a ruleset against the outcomes of a selection.

    `stamp` is that of the ruleset's file (`stamp_of`): a draft may change.
    """
    points = ruleset(ruleset_path, stamp)
    return calibrate(score_table(patterns(snapshot, selection, ruleset_path, stamp), points), points)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def replayed(snapshot: Snapshot, selection: Selection, ruleset_path: str, stamp: int) -> tuple[PatternTable, Decided]:
    """Replay a ruleset once for all that is asked of the score. Not to be changed: a copy per run would be dear."""
    known = _sums(snapshot, ruleset_path, stamp)
    return decided_with_patterns(reader(snapshot), ruleset(ruleset_path, stamp), selection, known)


@st.cache_resource(ttl=TTL, max_entries=3, show_spinner=False)
def _sums(snapshot: Snapshot, ruleset_path: str, stamp: int) -> tuple[Integers, ...]:
    """Count once what the rules found at each decision: a change of the filters need not read the touches again."""
    return prepared_sums(reader(snapshot), ruleset(ruleset_path, stamp))


def patterns(snapshot: Snapshot, selection: Selection, ruleset_path: str, stamp: int) -> PatternTable:
    """Return the rule patterns of a selection: whatever is asked of the score next needs no query. Not to be changed."""
    return replayed(snapshot, selection, ruleset_path, stamp)[0]


def decided(snapshot: Snapshot, selection: Selection, ruleset_path: str, stamp: int) -> Decided:
    """Return the decisions of a selection one by one, without their segments. Not to be changed."""
    return replayed(snapshot, selection, ruleset_path, stamp)[1]


@st.cache_resource(ttl=TTL, max_entries=16, show_spinner=False)
def ruleset(path: str, stamp: int) -> Ruleset:  # noqa: ARG001 - part of the cache's key
    """Load a ruleset; once per state of its file."""
    return load_ruleset(Path(path))


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def holdings(snapshot: Snapshot) -> pd.DataFrame:
    """Return how much there is of each table, as `analysis.holdings.holdings`."""
    return _holdings.holdings(reader(snapshot))


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def import_history(snapshot: Snapshot) -> pd.DataFrame:
    """Return the latest imports, as `analysis.holdings.import_history`."""
    return _holdings.import_history(reader(snapshot))


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def completeness(snapshot: Snapshot) -> pd.DataFrame:
    """Return what is known of the leads of each source, as `analysis.completeness.completeness`."""
    return _completeness.completeness(reader(snapshot))


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def freshness(snapshot: Snapshot) -> pd.DataFrame:
    """Return when each source last brought a lead, as `analysis.completeness.freshness`."""
    return _completeness.freshness(reader(snapshot))


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def evidence(snapshot: Snapshot) -> Evidence:
    """Return what the evidence checks found."""
    return _evidence(reader(snapshot))


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def evidence_records(snapshot: Snapshot, code: str, limit: int) -> pd.DataFrame:
    """Return the first records that a check found."""
    return _evidence_records(reader(snapshot), code, limit)


def previous(snapshot: Snapshot) -> Snapshot | None:
    """Return the snapshot this one was made from; None when there is none to go back to."""
    number, place = reader(snapshot).parent, Workspace(Path(snapshot.root))
    if number is None or not place.snapshot_path(number).exists():
        return None
    return Snapshot(root=snapshot.root, number=number, stamp=place.snapshot_path(number).stat().st_mtime_ns)


def stamp_of(path: str) -> int:
    """Return when a file was last written, in nanoseconds."""
    return Path(path).stat().st_mtime_ns


def ruleset_paths() -> dict[str, str]:
    """Return the rulesets to choose from, code `name@version` -> path; the usual one first.

    That is `today`, as on the command line, in its newest release; then the
    workspace's own, then those shipped with the program.
    """
    files = sorted(
        list_rulesets(workspace()),
        key=lambda file: (file.name != "today", file.is_shipped, not file.is_released, file.name, -file.version),
    )
    paths: dict[str, str] = {}
    for file in files:  # a workspace's own ruleset hides a shipped one of the same name
        paths.setdefault(f"{file.name}@{file.version}", str(file.path))
    return paths
