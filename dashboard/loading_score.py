"""Cached answers about one score: probability, ranking, yardstick and verdict; as `loading`, for the calibration page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis import reliability as _reliability
from analysis import yardstick as _yardstick
from analysis.judgement import judgement
from analysis.reliability import Reliability
from analysis.selection import Selection
from analysis.tuning import PatternCounts
from analysis.verdict import Verdict
from analysis.workbench import n_undecided_quarters
from analysis.yardstick import Fold, Yardstick
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, calibration, decided, ruleset


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def reliability(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Reliability:
    """Return what the points have meant so far."""
    return _reliability.reliability(calibration(snapshot, selection, path, stamp))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def verdict(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Verdict:
    """Return what may be said of a score."""
    decisions = decided(snapshot, selection, path, stamp)
    return judgement(calibration(snapshot, selection, path, stamp), decisions, ruleset(path, stamp), selection)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def _models(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int
) -> tuple[PatternCounts | None, tuple[Fold, ...]]:
    """Return the decisions by quarter, and what the models say of them."""
    decisions = decided(snapshot, selection, path, stamp)
    if not decisions.is_mature.any():
        return None, ()
    counts = _yardstick.counts_by_quarter(decisions)
    return counts, _yardstick.rolling_folds(counts, n_undecided_quarters(selection))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def yardstick(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Yardstick:
    """Return the points beside the best model on the same facts."""
    points = ruleset(path, stamp)
    if points.outside is not None:
        return _yardstick.unmeasured("no_facts")
    counts, folds = _models(snapshot, selection, path, stamp)
    return _yardstick.yardstick(counts, folds, points) if counts else _yardstick.unmeasured("too_few")


def quarter_starts(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> list[pd.Timestamp]:
    """Return the first day of each quarter that the yardstick was tested on."""
    found = yardstick(snapshot, selection, path, stamp)
    return [
        _yardstick.quarter_start(decided(snapshot, selection, path, stamp), int(period))
        for period in found.folds["period"]
    ]
