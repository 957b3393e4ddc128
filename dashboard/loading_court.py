"""Cached answers for the case by case view of the page Why lost; verdicts are always read anew."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from analysis.losses import suspects as _suspects
from analysis.losses.verdicts import Verdict
from analysis.losses.verdicts import read_verdicts as _read_verdicts
from analysis.selection import Selection
from dashboard import loading_losses
from dashboard.loading import TTL, Snapshot
from data.workspace import Workspace


@st.cache_data(ttl=TTL, max_entries=4, show_spinner=False)
def suspects(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return the lost high scores with what is suspected in each."""
    return _suspects.suspects(loading_losses.cases(snapshot, selection, path, stamp))


def read_verdicts(snapshot: Snapshot) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """Return all verdicts, and a line for each damaged file: the other department writes them while we look."""
    return _read_verdicts(Workspace(Path(snapshot.root)))
