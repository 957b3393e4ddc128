"""Agreed limits that the months left: on the overview as lines, with the way to what was agreed."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analysis.selection import Selection
from dashboard import state
from dashboard.loading import Snapshot
from dashboard.meeting import tripwire_words, watching
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.errors import LeadcalError


def lines(current: Snapshot, selection: Selection, say: Speaker) -> list[str]:
    """Say which tripwires fired, or that their file cannot be read; nothing when neither is so."""
    # They are about the latest months, whatever the period: one answer for all periods.
    whole = replace(selection, start=None, end=None)
    try:
        fired = watching.fired(current, whole)
    except LeadcalError as error:
        return [f":material/error: {say('tripped.unreadable', problem=plain(str(error)))}"]
    return [
        f"{watching.ICONS['fired']} {tripwire_words.sentence(reading, say, selection.horizon_days)}"
        for reading in fired
    ]


def draw(found: list[str], say: Speaker) -> None:
    """Draw these lines, and the link to where limits are agreed on."""
    for line in found:
        st.markdown(line)
    if found:
        st.page_link(
            "app_pages/meeting.py",
            label=say("tripped.open"),
            icon=":material/arrow_forward:",
            query_params=state.address(tab="running", meeting=""),
        )
