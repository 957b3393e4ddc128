"""Cached answers of the workbench; as `loading`, for the points page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis import workbench as _workbench
from analysis.calibration import Calibration, calibrate
from analysis.patterns import score_table
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.workbench import Bench
from dashboard.loading import TTL, Snapshot, reader, ruleset


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def bench(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Bench:
    """Return the rule patterns by quarter: from here on an edited cell needs no query."""
    return _workbench.bench(reader(snapshot), ruleset(path, stamp), selection)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def today(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Calibration:
    """Return the calibration of the points in force."""
    points = ruleset(path, stamp)
    return calibrate(score_table(bench(snapshot, selection, path, stamp).patterns, points), points)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def evidence(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return what the data say about each rule, as `analysis.workbench.evidence_by_rule`."""
    return _workbench.evidence_by_rule(bench(snapshot, selection, path, stamp).counts, ruleset(path, stamp))


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def swapped(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, changes: tuple[tuple[str, int], ...]
) -> pd.DataFrame:
    """Return the leads that change sides of the threshold when some points are changed."""
    points: Ruleset = ruleset(path, stamp)
    return _workbench.swapped_leads(reader(snapshot), points, points.with_points(dict(changes)), selection)
