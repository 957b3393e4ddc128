"""The cached searches of the page Why lost: conditions, low scores that won, and twins; as `loading`."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.losses import near_misses as _near_misses
from analysis.losses import returns as _returns
from analysis.losses import subgroups as _subgroups
from analysis.losses import twins as _twins
from analysis.losses.facts import Facts, case_facts
from analysis.selection import Selection
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, patterns, reader
from dashboard.loading_losses import cases


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def facts(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Facts:
    """Read what was believed of the cases; kept as it is. Not to be changed."""
    return case_facts(reader(snapshot), cases(snapshot, selection, path, stamp))


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def subgroups(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> _subgroups.Subgroups:
    """Search for conditions under which high scores fail; see `analysis.losses.subgroups`. Not to be changed."""
    asked = (snapshot, selection, path, stamp)
    return _subgroups.subgroups(cases(*asked), facts(*asked))


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def near_misses(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> _near_misses.NearMisses:
    """Search for what low scores that won share; see `analysis.losses.near_misses`. Not to be changed."""
    asked = (snapshot, selection, path, stamp)
    return _near_misses.near_misses(reader(snapshot), cases(*asked), facts(*asked), patterns(*asked))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def returned(snapshot: Snapshot, selection: Selection) -> pd.DataFrame:
    """List the leads that came back by themselves; see `analysis.losses.returns`."""
    return _returns.returned_leads(reader(snapshot), selection)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def winners(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> _twins.Winners:
    """Read what the winners had done; kept as it is. Not to be changed."""
    return _twins.winners(reader(snapshot), cases(snapshot, selection, path, stamp))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def twins(snapshot: Snapshot, selection: Selection, path: str, stamp: int, row: int) -> _twins.Twins:
    """Find the winners most like a case; see `analysis.losses.twins`."""
    asked = (snapshot, selection, path, stamp)
    return _twins.twins(reader(snapshot), cases(*asked), facts(*asked), winners(*asked), row)
