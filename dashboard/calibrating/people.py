"""What the threshold decided, in people."""

from __future__ import annotations

import streamlit as st

from analysis.calibration import decision_in_people
from analysis.selection import Selection
from dashboard import exhibits, loading, tables
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw what became of the leads on either side of the threshold."""
    result = loading.calibration(current, selection, path, loading.stamp_of(path))
    st.subheader(say("calibration.people_heading"), anchor=False)
    st.markdown(say("calibration.people_caption", threshold=result.threshold))
    people = decision_in_people(result.scores, result.threshold)
    exhibits.table(say, tables.people_table(people, result.threshold, say), key="people")
