"""The cached decisions, and what the sections about segments, time and two scores are made of."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from analysis import drift as _drift
from analysis import rolling as _rolling
from analysis import segments as _segments
from analysis import versus as _versus
from analysis import vintages as _vintages
from analysis import wins_so_far as _wins_so_far
from analysis.decided import Decided, ScoredMoments, at_age, with_segments
from analysis.lead_list import LeadList
from analysis.listed import in_segment, listed_leads
from analysis.selection import Selection
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, decided, reader, ruleset


@st.cache_resource(ttl=TTL, max_entries=3, show_spinner=False)
def segmented(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Decided:
    """Return the decisions of a selection with their segments: only one tab needs these."""
    decisions = decided(snapshot, selection, path, stamp)
    return with_segments(reader(snapshot), decisions, ruleset(path, stamp), selection)


@st.cache_resource(ttl=TTL, max_entries=3, show_spinner=False)
def at_one_age(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> ScoredMoments:
    """Ask for every lead of a selection at the same age."""
    return at_age(reader(snapshot), ruleset(path, stamp), selection, _drift.LANDMARK_DAYS)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def segments(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> _segments.Segments:
    """Hold every segment against the others; see `analysis.segments`."""
    decisions = segmented(snapshot, selection, path, stamp)
    points = ruleset(path, stamp)
    lives = _wins_so_far.segment_lives(decisions, points, selection)
    return _segments.segments(_segments.segment_cells(decisions, points), lives)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def segment_leads(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, dimension: str, label: str, n_rows: int
) -> LeadList:
    """Return the leads of a segment."""
    decisions = segmented(snapshot, selection, path, stamp)
    return listed_leads(reader(snapshot), selection, decisions, in_segment(decisions, dimension, label), n_rows)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def drift(snapshot: Snapshot, selection: Selection, path: str, stamp: int, basis: _drift.Basis) -> _drift.Drift:
    """Compare the leads of each month with the others; see `analysis.drift`."""
    scored: Callable[..., ScoredMoments] = decided if basis == "decided" else at_one_age
    decisions = scored(snapshot, selection, path, stamp)
    return _drift.drift(decisions, ruleset(path, stamp), basis)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def vintages(snapshot: Snapshot, selection: Selection) -> _vintages.Vintages:
    """Follow the handoffs of each month; see `analysis.vintages`."""
    cells = _vintages.vintage_cells(reader(snapshot), selection)
    return _vintages.vintages(cells, selection.as_of, selection.horizon_days)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def out_of_time(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Foretell each quarter from its past; see `analysis.rolling`."""
    counts, quarters = _rolling.quarterly(decided(snapshot, selection, path, stamp), ruleset(path, stamp))
    return _rolling.out_of_time(counts, quarters, selection.horizon_days)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def versus(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, rival: str, rival_stamp: int
) -> _versus.Versus:
    """Compare two scores on the same decisions; see `analysis.versus`."""
    both = [decided(snapshot, selection, *each) for each in ((path, stamp), (rival, rival_stamp))]
    points = [ruleset(path, stamp), ruleset(rival, rival_stamp)]
    return _versus.versus(*both, *points, selection.horizon_days)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def disagreement(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, rival: str, rival_stamp: int
) -> pd.DataFrame:
    """List the leads on which two scores disagree most, with their ids."""
    both = [decided(snapshot, selection, *each) for each in ((path, stamp), (rival, rival_stamp))]
    return _versus.disagreement(
        reader(snapshot), *both, ruleset(path, stamp), ruleset(rival, rival_stamp)
    )  # fmt: skip
