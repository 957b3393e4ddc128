"""The cached cases of the page Why lost, and the account of them; as `loading`."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.losses import Account, Cases, loss_account, loss_cases
from analysis.losses.fooled import Fooled
from analysis.losses.fooled import fooled as _fooled
from analysis.losses.handling import attempts as _attempts
from analysis.losses.reasons import reasons as _reasons
from analysis.selection import Selection
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, reader, ruleset


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def cases(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Cases:
    """Ask for the handoffs with a known result; kept as they are, for a copy per run would be dear. Not to be changed."""
    return loss_cases(reader(snapshot), ruleset(path, stamp), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def account(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Account:
    """Account for the high scores that lost; see `analysis.losses.account`."""
    return loss_account(cases(snapshot, selection, path, stamp))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def reasons(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Count the reasons given; see `analysis.losses.reasons`."""
    return _reasons(cases(snapshot, selection, path, stamp), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def attempts(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Count how often sales tried; see `analysis.losses.handling`."""
    return _attempts(reader(snapshot), selection, cases(snapshot, selection, path, stamp))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def fooled(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Fooled:
    """Hold the points of losers against those of winners; see `analysis.losses.fooled`."""
    return _fooled(cases(snapshot, selection, path, stamp))
