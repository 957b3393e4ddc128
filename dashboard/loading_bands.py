"""Cached answers about score bands, people and what nobody tried; as `loading`, for the calibration page."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from analysis import propensity as _propensity
from analysis import score_bands as _bands
from analysis import scored_leads as _scored
from analysis.calibration import Calibration, calibrate
from analysis.comparison import earlier
from analysis.funnel import recorded_stages, stage_table
from analysis.lead_list import LeadList
from analysis.patterns import score_table
from analysis.score_bands import Banding
from analysis.selection import Selection
from dashboard import loading
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, patterns, reader, ruleset

STAGES: Final = ("sales_qualified", "opportunity")
"""Stages between the handoff and the win that can be asked for, where they are recorded."""


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def outcomes(snapshot: Snapshot, selection: Selection) -> tuple[str, ...]:
    """Return what can be asked of the bands: won first."""
    engine = reader(snapshot)
    known = set(stage_table(engine)["stage"]) & set(recorded_stages(engine, selection)["stage"])
    return ("won", "amount", *(stage for stage in reversed(STAGES) if stage in known), "accepted")


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def scores(snapshot: Snapshot, selection: Selection, path: str, stamp: int, outcome: str) -> pd.DataFrame:
    """Return the counts by score for an outcome: a stage, "accepted" or "amount" (which counts wins)."""
    points = ruleset(path, stamp)
    if outcome == "accepted":
        return _scored.accepted_by_score(reader(snapshot), points, selection)
    return score_table(patterns(snapshot, _scored.with_outcome(selection, outcome), path, stamp), points)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def banded(
    snapshot: Snapshot,
    selection: Selection,
    path: str,
    stamp: int,
    outcome: str,
    which: str,
    *,
    is_before: bool = False,
) -> Calibration | None:
    """Hold bands against an outcome: those of today, or proposed ones; with `is_before` the same in the period before.

    None when there is no period before, or nothing in it.
    """
    points = ruleset(path, stamp)
    table = scores(snapshot, selection, path, stamp, outcome)
    banding = Banding(
        bands=points.bands if which == "today" else _bands.proposed_bands(table), threshold=points.threshold
    )
    if not is_before:
        return calibrate(table, banding)
    if selection.start is None:
        return None
    result = calibrate(scores(snapshot, earlier(selection, "previous"), path, stamp, outcome), banding)
    return result if result.n_mature else None


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def amounts(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return by score what the wins brought, as `analysis.scored_leads.amounts_by_score`."""
    points, replayed = ruleset(path, stamp), loading.replayed(snapshot, selection, path, stamp)
    return _scored.amounts_by_score(reader(snapshot), points, selection, replayed)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def grid(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return the outcomes by level of fit and engagement, as `analysis.score_bands.score_grid`."""
    return _bands.score_grid(patterns(snapshot, selection, path, stamp), ruleset(path, stamp))


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def won_anyway(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return by score the leads that won though nobody handed them over."""
    return _scored.won_anyway(reader(snapshot), ruleset(path, stamp), selection)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def weighted(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return the win rates of whole bands, as `analysis.propensity.weighted_rates`."""
    table, points = patterns(snapshot, selection, path, stamp), ruleset(path, stamp)
    return _propensity.weighted_rates(table, points, points.bands, _propensity.propensities(table, points))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def scored_list(snapshot: Snapshot, selection: Selection, condition: _scored.Scored, n_rows: int) -> LeadList:
    """Return the leads behind a number by score."""
    return _scored.scored_list(reader(snapshot), selection, condition, n_rows)
