"""Meetings to come and meetings held: prepared with an agenda, opened, and opened again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from analysis.meeting.agenda import OWN, USUAL, Item, Meeting, change_meeting, read_meetings, read_notes, write_meeting
from analysis.selection import Selection
from dashboard import exhibits, loading, notices, sending
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
            keys, box = _agenda(say, meeting.items, meeting.id), sending.outbox(f"agenda-{meeting.id}")
            st.form_submit_button(
                say("agenda.save"), icon=":material/save:", key=f"save-{meeting.id}",
                **box.button(_change, keys, meeting),
            )  # fmt: skip
        box.refusal(say)


def _new(say: Speaker, current: Snapshot, selection: Selection, ruleset: str) -> None:
    box = sending.outbox("agenda-new")
    usual = Meeting(
        held_on=selection.as_of.date(), ruleset=ruleset, snapshot=current.number, as_of=selection.as_of,
        horizon_days=selection.horizon_days, items=USUAL,
    )  # fmt: skip
    with st.form(f"agenda-new-{say.language}", border=False):
        st.date_input(say("agenda.held_on"), usual.held_on, key="agenda-date", width=220)
        keys = {"held_on": "agenda-date", **_agenda(say, USUAL, "new")}
        st.form_submit_button(
            say("agenda.prepare_button"), type="primary", icon=":material/event:", key="agenda-send",
            **box.button(_prepare, keys, usual, say),
        )  # fmt: skip
    box.refusal(say)


def _agenda(say: Speaker, agenda: tuple[Item, ...], key: str) -> dict[str, str]:
    """Draw the minutes of each item and the title of an own one, and return the keys of the inputs."""
    planned = {item.kind: item.minutes for item in agenda}
    keys = {item.kind: f"minutes-{key}-{item.kind}" for item in USUAL} | {OWN: f"own-{key}"}
    with st.grid(3, min_column_width=210):
        for item in USUAL:
            label = say(f"agenda.item.{item.kind}")
            st.number_input(label, 0, 120, planned.get(item.kind, 0), key=keys[item.kind])
        st.text_input(say("agenda.own"), _own(agenda).title, key=keys[OWN])
    st.markdown(f":small[{say('agenda.zero')}]")
    return keys


def _own(agenda: tuple[Item, ...]) -> Item:
    return next((item for item in agenda if item.kind == OWN), Item(kind=OWN, minutes=5))


def _chosen(typed: Mapping[str, Any], agenda: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the items that get some minutes, in the order of the agenda, and the own one if it has a title."""
    minutes = {item.kind: int(typed[item.kind]) for item in USUAL}
    own = replace(_own(agenda), title=typed[OWN].strip())
    return (*(Item(kind=kind, minutes=n) for kind, n in minutes.items() if n), *([own] if own.title else []))


def _prepare(typed: Mapping[str, Any], usual: Meeting, say: Speaker) -> sending.Receipt:
    meeting = replace(usual, held_on=typed["held_on"], items=_chosen(typed, USUAL))
    written = write_meeting(loading.workspace(), meeting)
    return sending.Receipt(toast=say("agenda.prepared", name=written.id))


def _change(typed: Mapping[str, Any], meeting: Meeting) -> None:
    more = [item for item in meeting.items if item.kind == OWN][1:]  # the form holds one; files may hold more
    change_meeting(loading.workspace(), meeting, replace(meeting, items=(*_chosen(typed, meeting.items), *more)))
