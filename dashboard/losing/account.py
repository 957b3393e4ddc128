"""Of the high scores that lost, how many did chance take, and what took the others?"""

from __future__ import annotations

import streamlit as st

from analysis.selection import Selection
from dashboard import loading, loading_losses
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the account of the losses."""
    account = loading_losses.account(current, selection, path, loading.stamp_of(path))
    st.subheader(say("losing.account.heading"), anchor=False)
    st.table(account.causes, hide_index=True)
