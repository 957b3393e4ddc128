"""Cached answers about handoff rules; as `loading`, for the points page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from analysis.routing import (
    FILE_NAME,
    HandoffRules,
    RoutingCoverage,
    find_routing,
    routing_coverage,
    routing_leads,
)
from analysis.selection import Selection
from dashboard.loading import TTL, Snapshot, reader, workspace


def stamp() -> int:
    """Return when the workspace's own handoff rules were last written; 0 without any."""
    path = Path(workspace().root) / FILE_NAME
    return path.stat().st_mtime_ns if path.is_file() else 0


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def rules(snapshot: Snapshot, reference: str, stamp: int) -> HandoffRules:  # noqa: ARG001 - parts of the cache's key
    """Return the handoff rules that `reference` names; empty: those of the workspace, else those of practice."""
    return find_routing(workspace(), reference)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def coverage(snapshot: Snapshot, selection: Selection, reference: str, stamp: int) -> RoutingCoverage:
    """Return what the handoff rules make of the leads."""
    return routing_coverage(reader(snapshot), rules(snapshot, reference, stamp), selection)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def leads(snapshot: Snapshot, selection: Selection, reference: str, stamp: int, code: str) -> pd.DataFrame:
    """Return the leads of one way to match ("none", "several", "conflict"), or of one gap ("gap0")."""
    agreed = rules(snapshot, reference, stamp)
    if not code.startswith("gap"):
        return routing_leads(reader(snapshot), agreed, selection, code)  # type: ignore[arg-type]
    gap = coverage(snapshot, selection, reference, stamp).gaps[int(code.removeprefix("gap"))]
    return routing_leads(reader(snapshot), agreed, selection, "none", gap=gap)
