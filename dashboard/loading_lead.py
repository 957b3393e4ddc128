"""Cached answers about one lead; as `loading`, for the lead page."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from analysis import lead as _lead
from analysis import leads as _leads
from analysis import receipts as _receipts
from analysis import score_line as _score_line
from analysis.lead import Story
from analysis.leads import Dossier
from analysis.receipts import Receipt
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, reader, ruleset


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def story(snapshot: Snapshot, lead_id: str, as_of: datetime) -> Story:
    """Return everything that happened with a lead."""
    return _lead.story(reader(snapshot), lead_id, as_of)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def find(snapshot: Snapshot, wanted: str) -> pd.DataFrame:
    """Find leads by id or company."""
    return _lead.find_leads(reader(snapshot), wanted)


@st.cache_data(ttl=TTL, max_entries=8, show_spinner=False)
def recent(snapshot: Snapshot, as_of: datetime) -> pd.DataFrame:
    """Return the leads that were handed over last."""
    return _lead.recent_handoffs(reader(snapshot), as_of)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def receipt(snapshot: Snapshot, lead_id: str, at: datetime, path: str, stamp: int) -> Receipt:
    """Return how a lead came by its score at a moment."""
    return _receipts.receipt(reader(snapshot), ruleset(path, stamp), lead_id, at)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def score_line(snapshot: Snapshot, lead_id: str, until: datetime, path: str, stamp: int) -> pd.DataFrame:
    """Return the score of a lead along time."""
    return _score_line.score_line(reader(snapshot), ruleset(path, stamp), lead_id, until)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def dossier(snapshot: Snapshot, lead_id: str, at: datetime) -> Dossier:
    """Return what sales can be told of a lead."""
    return _leads.dossier(reader(snapshot), lead_id, at)
