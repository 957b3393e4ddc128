"""The cached handoffs of a selection, and what they are measured by; as `loading`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from analysis.handoffs import judged as _judged
from analysis.handoffs import rows as _rows
from analysis.handoffs.agreement import FILE_NAME, Agreement, load_agreement
from analysis.handoffs.judged import Judged
from analysis.handoffs.rows import Handed
from analysis.overview import key_table as _key_table
from analysis.routing.library import FILE_NAME as RULES_NAME
from analysis.routing.library import find_routing
from analysis.selection import Selection
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, reader, ruleset
from data.workspace import Workspace


def agreed(snapshot: Snapshot) -> int:
    """Return when the agreements about handing over were last changed; a part of the caches' keys."""
    paths = [Path(snapshot.root) / name for name in (FILE_NAME, RULES_NAME)]
    return sum(path.stat().st_mtime_ns for path in paths if path.is_file())


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def agreement(snapshot: Snapshot, changed: int) -> Agreement:  # noqa: ARG001 - part of the cache's key
    """Read the agreement of the workspace."""
    return load_agreement(Path(snapshot.root))


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def handed(snapshot: Snapshot, selection: Selection, changed: int) -> Handed:
    """Ask for the handoffs of a selection; kept as they are, for a copy per run would be dear. Not to be changed."""
    return _rows.handed_over(reader(snapshot), selection, agreement(snapshot, changed))


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def judged(snapshot: Snapshot, selection: Selection, changed: int, path: str, stamp: int) -> Judged:
    """Measure the handoffs by the points, the facts and the deadlines."""
    routing = find_routing(Workspace(Path(snapshot.root)))
    return _judged.judge(reader(snapshot), handed(snapshot, selection, changed), ruleset(path, stamp), routing)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def outcomes(snapshot: Snapshot, selection: Selection, changed: int, stage: str | None = None) -> NDArray[np.int8]:
    """Return what became of the handoffs; see `analysis.handoffs.rows.outcomes`."""
    return _rows.outcomes(reader(snapshot), handed(snapshot, selection, changed), stage)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def attempts(snapshot: Snapshot, selection: Selection, changed: int) -> NDArray[np.int32]:
    """Return how often sales tried again; see `analysis.handoffs.rows.attempts`."""
    return _rows.attempts(reader(snapshot), handed(snapshot, selection, changed))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def key_table(snapshot: Snapshot, selection: Selection) -> pd.DataFrame:
    """Return the key numbers of the overview."""
    return _key_table(reader(snapshot), selection)
