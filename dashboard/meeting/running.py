"""How the meeting is run: the round and its steps, what is watched, and the instructions."""

from __future__ import annotations

from datetime import date

import streamlit as st

from analysis.meeting.agenda import read_meetings
from analysis.meeting.cycle import Step, cycle
from analysis.meeting.decisions import read_records
from analysis.rulesets import list_rulesets
from analysis.selection import Selection
from dashboard import loading, loading_funnel, loading_meeting, loading_value
from dashboard.loading import Snapshot
from dashboard.meeting import cycle_words, runbook, watching
from dashboard.meeting.next_one import next_meeting
from dashboard.meeting.runbook import State
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, ruleset: str) -> None:
    """Draw the round, the tripwires and the runbook."""
    today = selection.as_of.date()
    with st.container(border=True):
        _cycle(say, steps(current, today))
    with st.container(border=True):
        watching.draw(say, current, selection)
    with st.container(border=True):
        _runbook(say, state_of(ruleset, selection.horizon_days, today))


def steps(current: Snapshot, today: date) -> tuple[Step, ...]:
    """Return the steps of the present round."""
    place = loading.workspace()
    return cycle(
        today,
        data_end=loading.facts(current).data_end.date(),
        n_errors=loading.evidence(current).n_errors,
        meetings=read_meetings(place)[0],
        targets=loading_funnel.targets(),
        files=list_rulesets(place),
        records=read_records(place)[0],
    )


def state_of(ruleset: str, horizon_days: int, today: date) -> State:
    """Return what the runbook is written from."""
    place = loading.workspace()
    return State(
        root=str(place.root),
        today=today,
        ruleset=ruleset,
        horizon_days=horizon_days,
        meeting=next_meeting(read_meetings(place)[0], today),
        records=read_records(place)[0],
        tripwires=loading_meeting.tripwires(),
        assumptions=loading_value.assumptions(),
    )


def _cycle(say: Speaker, found: tuple[Step, ...]) -> None:
    st.subheader(say("cycle.heading"), anchor=False)
    st.markdown(say("cycle.caption", n=sum(step.is_done for step in found), n_all=len(found)))
    lines = []
    for number, step in enumerate(found, 1):
        icon = ":material/check_circle:" if step.is_done else ":material/radio_button_unchecked:"
        lines.append(f"{icon} **{number}. {say(f'cycle.step.{step.code}')}**  \n{cycle_words.sentence(step, say)}")
    with st.grid(3, min_column_width=240):
        for line in lines:
            with st.container(border=True, height="stretch"):
                st.markdown(line)


def _runbook(say: Speaker, found: State) -> None:
    written = runbook.text(found, say)
    st.markdown(written)
    st.download_button(
        say("runbook.download"), written.encode("utf-8"), file_name="leadcal-runbook.md", mime="text/markdown",
        on_click="ignore", icon=":material/download:", key="runbook-download",
    )  # fmt: skip
