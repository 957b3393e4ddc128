"""The meeting itself: one item after the other, large enough for a projector, with a clock and notes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from analysis.meeting.agenda import Meeting, Note, read_notes, write_note
from analysis.selection import Selection
from dashboard import loading, loading_meeting, notices, sending, state
from dashboard.meeting import agenda_words, items
from dashboard.meeting.items import Scene
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.errors import LeadcalError

# A projector is wide and seen from afar; on a laptop or a phone the usual size is right.
# Everything is measured in the root's font size except charts, whose text is set apart;
# `zoom` would make charts measure themselves wrongly and run out of the page.
_LOOK: Final = """<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] { display: none; }
@media (min-width: 1600px) {
  html { font-size: 22px !important; }
  [data-testid="stPlotlyChart"] .main-svg text { font-size: 17px !important; }
}
#leadcal-clock { font-size: 1.6rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
</style>"""

# Counts in the browser, so that nothing is drawn again while people talk. The start is in
# the address: a reload, or another screen, goes on counting.
_CLOCK: Final = """<div id="leadcal-clock" role="timer"></div><script>
(() => {
  clearInterval(window.leadcalClock);
  const start = %d, planned = %d, over = %s;
  const two = (n) => String(n).padStart(2, "0");
  const text = (s) => Math.floor(s / 60) + ":" + two(s %% 60);
  const draw = () => {
    const box = document.getElementById("leadcal-clock");
    if (!box) { return; }
    const spent = Math.max(0, Math.floor(Date.now() / 1000) - start);
    box.textContent = text(spent) + " / " + text(planned) + (spent > planned ? " " + over : "");
    box.style.color = spent > planned ? "#C2504A" : "";
  };
  draw();
  window.leadcalClock = setInterval(draw, 1000);
})();
</script>"""


def draw(say: Speaker, meeting: Meeting) -> None:
    """Draw the item of the meeting that the address names."""
    st.html(_LOOK)
    number = position(meeting)
    item = meeting.items[number - 1]
    _head(say, meeting, number)
    st.title(agenda_words.title(item, say), anchor=False)
    current = loading_meeting.pinned(meeting)
    if current is None:
        st.warning(say("room.snapshot_gone", n=meeting.snapshot), icon=":material/history:")
        current = loading.current_snapshot()
    path = loading.ruleset_paths().get(meeting.ruleset)
    if current is None or path is None:
        notices.refused(say, LeadcalError(say("room.points_gone", name=plain(meeting.ruleset))))
        return
    selection = Selection(as_of=meeting.as_of, horizon_days=meeting.horizon_days)
    st.markdown(
        f":small[{say('room.pinned', date=say.date(meeting.as_of), n=meeting.snapshot, points=plain(meeting.ruleset))}]"
    )
    items.draw(say, item, Scene(meeting=meeting, current=current, selection=selection, path=path))
    _notes(say, meeting, item.kind)


def position(meeting: Meeting) -> int:
    """Return the number of the item in the address, from 1; one that does not exist becomes the nearest."""
    code = state.held("item")
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 4 else 1
    return min(max(number, 1), len(meeting.items))


def enter(meeting_id: str, number: int = 1) -> None:
    """Open a meeting, without starting its clock."""
    state.choose_now("meeting", meeting_id)
    state.choose_now("item", str(number))
    state.choose_now("clock", "")


def leave() -> None:
    """Go back to the list of meetings."""
    for name in ("meeting", "clock", "after", "list"):
        state.choose_now(name, "")
    state.choose_now("item", "1")


def _go(number: int, is_running: bool) -> None:
    state.choose_now("item", str(number))
    state.choose_now("clock", str(int(time.time())) if is_running else "")
    state.choose_now("list", "")


def _head(say: Speaker, meeting: Meeting, number: int) -> None:
    """Draw where we are, the clock, and the way to the other items."""
    n, is_running = len(meeting.items), state.held("clock") != ""
    # What changes its width comes last: a button must not move away under the pointer.
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("room.previous"), icon=":material/arrow_back:", disabled=number == 1, on_click=_go,
            args=(number - 1, is_running), key="room-previous",
        )  # fmt: skip
        st.button(
            say("room.next"), icon=":material/arrow_forward:", disabled=number == n, on_click=_go, type="primary",
            args=(number + 1, is_running), key="room-next",
        )  # fmt: skip
        st.button(say("room.leave"), icon=":material/close:", on_click=leave, key="room-leave")
        st.markdown(
            f"**{say('room.place', n=number, n_all=n, minutes=meeting.items[number - 1].minutes)}**", width="content"
        )
        _clock(say, meeting.items[number - 1].minutes, number)
    st.progress(number / n)


def _clock(say: Speaker, minutes: int, number: int) -> None:
    started = state.held("clock")
    if not (started.isascii() and started.isdigit() and len(started) < 12):
        st.button(say("room.start"), icon=":material/timer:", on_click=_go, args=(number, True), key="room-start")
        return
    over = '"' + say("room.over").replace('"', "") + '"'
    st.html(_CLOCK % (int(started), minutes * 60, over), unsafe_allow_javascript=True, width="content")


def _notes(say: Speaker, meeting: Meeting, kind: str) -> None:
    """Draw the notes of an item, and the field for another."""
    box = sending.outbox("note")
    key = f"note-text-{kind}-{box.turn}"
    with st.container(border=True):
        st.subheader(say("room.notes"), anchor=False)
        for note in read_notes(loading.workspace(), meeting.id):
            if note.item == kind:
                st.markdown(f"- {plain(note.text).replace(chr(10), '  ' + chr(10) + '  ')}")
        with st.form(f"note-{kind}-{box.turn}", border=False):
            st.text_area(say("room.note"), key=key, height=80)
            st.form_submit_button(
                say("room.keep"), icon=":material/edit_note:", key="note-send",
                **box.button(_keep, {"text": key}, meeting.id, kind),
            )  # fmt: skip
        box.refusal(say)


def _keep(typed: Mapping[str, Any], meeting_id: str, kind: str) -> None:
    write_note(loading.workspace(), meeting_id, Note(item=kind, text=typed["text"].strip(), written_at=_now()))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
