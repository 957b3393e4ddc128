"""The meeting page, put together: the meeting itself, or what is done before and after it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.meeting.agenda import read_meeting
from analysis.meeting.decisions import read_records
from analysis.selection import Selection
from dashboard import choices, controls, loading, notices, state
from dashboard.loading import Snapshot
from dashboard.meeting import deciding, ledger, prepare, room, running, tripwire_words, watching
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.errors import LeadcalError

TABS: Final = ("meetings", "decide", "ledger", "running")


def draw(say: Speaker) -> None:
    """Draw the page."""
    if state.held("meeting"):
        _room(say)
        return
    st.title(say("pages.meeting.question"), anchor=False)
    current = controls.snapshot()
    selection = controls.selection(current)
    path = controls.ruleset(say)
    ruleset = next(code for code, other in loading.ruleset_paths().items() if other == path)
    _standing(say, current, selection)
    tab = choices.tab(TABS, say)
    if tab == "running":
        running.draw(say, current, selection, ruleset)
    elif tab == "meetings":
        prepare.draw(say, current, selection, ruleset)
    else:
        with st.container(border=True):
            if tab == "decide":
                deciding.draw(say, current, selection, ruleset, selection.as_of.date())
            else:
                ledger.draw(say, current, selection, selection.as_of.date())


def _room(say: Speaker) -> None:
    try:
        meeting = read_meeting(loading.workspace(), state.held("meeting"))
    except LeadcalError as error:
        st.title(say("pages.meeting.question"), anchor=False)
        notices.refused(say, error)
        st.button(say("room.leave"), icon=":material/close:", on_click=room.leave, key="room-leave")
        return
    room.draw(say, meeting)


def _standing(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Say what waits for the meeting: reviews that are due, and tripwires that fired."""
    today = selection.as_of.date()
    due = [record for record in read_records(loading.workspace())[0] if record.is_due(today)]
    lines = [f":material/event_available: {say('ledger.is_due', title=plain(r.decision.title))}" for r in due]
    for reading in watching.fired(current, selection):
        icon = watching.ICONS[reading.state]
        lines.append(f"{icon} {tripwire_words.sentence(reading, say, selection.horizon_days)}")
    if lines:
        st.markdown("  \n".join(lines))
