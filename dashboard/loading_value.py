"""Cached answers about what points are worth; as `loading`, for the value part of the points page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import streamlit as st

from analysis import economics as _economics
from analysis import staircase as _staircase
from analysis import swap_effect as _swap_effect
from analysis import value as _value
from analysis.assumptions import Assumptions, load_assumptions, write_assumptions
from analysis.economics import Economics
from analysis.replay import lead_scores, won_decisions
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.staircase import Staircase
from analysis.swap_effect import SwapEffect
from analysis.swaps import amounts_by_change, swaps
from analysis.value import ThresholdValue
from dashboard.loading import TTL, Snapshot, reader, ruleset, workspace
from dashboard.loading_points import bench
from data.workspace import replace_text

Changes: TypeAlias = tuple[tuple[str, int], ...]
"""Points that differ from the ruleset's, by rule or tier: small and hashable."""

Bounds: TypeAlias = tuple[tuple[str, int | None, int | None], ...]
"""Columns of `analysis.replay.lead_scores`, each from a number up to below another."""


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def economics(snapshot: Snapshot, selection: Selection) -> Economics:
    """Return what the history says about money."""
    return _economics.economics(reader(snapshot), selection)


@st.cache_data(ttl=TTL, max_entries=32, show_spinner=False)
def threshold(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, changes: Changes, assumptions: Assumptions
) -> ThresholdValue:
    """Return what each threshold would bring with some points changed."""
    patterns = bench(snapshot, selection, path, stamp).patterns
    found = economics(snapshot, selection)
    return _value.threshold_value(patterns, points(path, stamp, changes), assumptions, found)


@st.cache_data(ttl=TTL, max_entries=32, show_spinner=False)
def staircase(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, changes: Changes, assumptions: Assumptions
) -> Staircase:
    """Return the best line through the grid with some points changed."""
    patterns = bench(snapshot, selection, path, stamp).patterns
    found = economics(snapshot, selection)
    return _staircase.staircase(patterns, points(path, stamp, changes), assumptions, found)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def _won(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Any:
    return won_decisions(reader(snapshot), ruleset(path, stamp), selection)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def effect(snapshot: Snapshot, selection: Selection, path: str, stamp: int, changes: Changes) -> SwapEffect:
    """Return what changed points would bring; only its first call asks the history, for the amounts."""
    before, after = ruleset(path, stamp), points(path, stamp, changes)
    moves = swaps(bench(snapshot, selection, path, stamp).patterns, before, after).moves
    amounts = amounts_by_change(_won(snapshot, selection, path, stamp), before, after)
    return _swap_effect.swap_effect(moves, economics(snapshot, selection).n_months, amounts)


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def amounts(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return what each won decision brought: `lead_id`, `pass_no`, `amount`."""
    return _won(snapshot, selection, path, stamp)[0][["lead_id", "pass_no", "amount"]]


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def leads_within(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, changes: Changes, bounds: Bounds
) -> pd.DataFrame:
    """List the leads whose points lie within bounds, latest first; those behind a gate or won before are left out."""
    leads = lead_scores(reader(snapshot), points(path, stamp, changes), selection)
    is_in = ~leads["is_gated"] & (leads["group"] != "already_decided")
    for column, low, high in bounds:
        is_in &= (leads[column] >= low if low is not None else True) & (
            leads[column] < high if high is not None else True
        )
    leads = leads[is_in].merge(amounts(snapshot, selection, path, stamp), on=["lead_id", "pass_no"], how="left")
    return leads.sort_values(["decided_at", "lead_id"], ascending=[False, True], ignore_index=True)


def points(path: str, stamp: int, changes: Changes) -> Ruleset:
    """Return a ruleset with some points changed."""
    return ruleset(path, stamp).with_points(dict(changes))


def assumptions_path() -> Path:
    """Return where the assumptions of the workspace are kept."""
    return workspace().root / "assumptions.toml"


def assumptions() -> Assumptions:
    """Return the assumptions of the workspace; the usual ones when nobody wrote any."""
    return load_assumptions(assumptions_path())


def save_assumptions(chosen: Assumptions) -> None:
    """Write the assumptions of the workspace; a reader sees the old file or the new one, never half of it."""
    replace_text(assumptions_path(), write_assumptions(chosen))
