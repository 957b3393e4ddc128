"""Meetings to come and meetings held: prepared with an agenda, opened, and opened again."""

from __future__ import annotations

import streamlit as st

from analysis.meeting.agenda import OWN, USUAL, Item, Meeting, change_meeting, read_meetings, read_notes, write_meeting
from analysis.selection import Selection
from dashboard import exhibits, loading, notices
from dashboard.loading import Snapshot
from dashboard.meeting import agenda_words, room
from dashboard.reporting import button
from dashboard.tables import Builder
from dashboard.texts import Speaker
from data.errors import LeadcalError


def draw(say: Speaker, current: Snapshot, selection: Selection, ruleset: str) -> None:
    """Draw the meetings, the form for the next, and the report."""
    meetings, problems = read_meetings(loading.workspace())
    for problem in problems:
        notices.refused(say, LeadcalError(problem), "agenda.unreadable")
    with st.container(border=True):
        st.subheader(say("agenda.meetings"), anchor=False)
        if not meetings:
            st.markdown(say("agenda.nothing"))
        for meeting in meetings:
            _meeting(say, meeting)
    with st.container(border=True):
        st.subheader(say("agenda.prepare"), anchor=False)
        st.markdown(say("agenda.prepare_about", n=current.number, date=say.date(selection.as_of)))
        _new(say, current, selection, ruleset)
    with st.container(border=True):
        st.subheader(say("agenda.report"), anchor=False)
        st.markdown(say("agenda.report_about"))
        button.draw(say, current, selection, loading.ruleset_paths().get(ruleset))


def _meeting(say: Speaker, meeting: Meeting) -> None:
    n_notes = len(read_notes(loading.workspace(), meeting.id))
    label = say(
        "agenda.line",
        date=say.date(meeting.held_on),
        n=len(meeting.items),
        minutes=meeting.minutes,
        notes=say("agenda.notes", n=n_notes) if n_notes else "",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("agenda.open", name=meeting.id), icon=":material/co_present:", type="primary", on_click=room.enter,
            args=(meeting.id,), key=f"open-{meeting.id}",
        )  # fmt: skip
        st.markdown(label, width="content")
    with st.expander(say("agenda.details", date=say.date(meeting.held_on)), icon=":material/list:"):
        rows = Builder(say, "agenda.table")
        rows.column("item", [agenda_words.title(item, say) for item in meeting.items])
        rows.column("minutes", [item.minutes for item in meeting.items], say.count)
        exhibits.grid(rows.twin().shown, alt=label)
        with st.form(f"agenda-{meeting.id}-{say.language}", border=False):
            chosen = _agenda(say, meeting.items, meeting.id)
            if st.form_submit_button(say("agenda.save"), icon=":material/save:", key=f"save-{meeting.id}"):
                _change(say, meeting, chosen)


def _new(say: Speaker, current: Snapshot, selection: Selection, ruleset: str) -> None:
    with st.form(f"agenda-new-{say.language}", border=False):
        held_on = st.date_input(say("agenda.held_on"), selection.as_of.date(), key="agenda-date", width=220)
        chosen = _agenda(say, USUAL, "new")
        is_sent = st.form_submit_button(
            say("agenda.prepare_button"), type="primary", icon=":material/event:", key="agenda-send"
        )
    if is_sent:
        meeting = Meeting(
            held_on=held_on, ruleset=ruleset, snapshot=current.number, as_of=selection.as_of,
            horizon_days=selection.horizon_days, items=chosen,
        )  # fmt: skip
        _prepare(say, meeting)


def _agenda(say: Speaker, agenda: tuple[Item, ...], key: str) -> tuple[Item, ...]:
    """Draw the minutes of each item, and return those that get some, in the order of the agenda."""
    planned = {item.kind: item.minutes for item in agenda}
    found = []
    with st.grid(3, min_column_width=210):
        for item in USUAL:
            minutes = st.number_input(
                say(f"agenda.item.{item.kind}"), 0, 120, planned.get(item.kind, 0), key=f"minutes-{key}-{item.kind}"
            )
            found.append(Item(kind=item.kind, minutes=int(minutes)))
        own = next((item for item in agenda if item.kind == OWN), Item(kind=OWN, minutes=5))
        title = st.text_input(say("agenda.own"), own.title, key=f"own-{key}")
    st.markdown(f":small[{say('agenda.zero')}]")
    chosen = tuple(item for item in found if item.minutes)
    return (*chosen, Item(kind=OWN, minutes=own.minutes, title=title.strip())) if title.strip() else chosen


def _prepare(say: Speaker, meeting: Meeting) -> None:
    try:
        written = write_meeting(loading.workspace(), meeting)
    except LeadcalError as error:
        notices.refused(say, error)
        return
    st.toast(say("agenda.prepared", name=written.id), icon=":material/check:")
    st.rerun()


def _change(say: Speaker, meeting: Meeting, chosen: tuple[Item, ...]) -> None:
    own = [item for item in meeting.items if item.kind == OWN][1:]  # the form holds one; files may hold more
    try:
        change_meeting(loading.workspace(), meeting, _with_items(meeting, (*chosen, *own)))
    except LeadcalError as error:
        notices.refused(say, error)
        return
    st.rerun()


def _with_items(meeting: Meeting, chosen: tuple[Item, ...]) -> Meeting:
    return Meeting(
        id=meeting.id, held_on=meeting.held_on, ruleset=meeting.ruleset, snapshot=meeting.snapshot,
        as_of=meeting.as_of, horizon_days=meeting.horizon_days, items=chosen,
    )  # fmt: skip
