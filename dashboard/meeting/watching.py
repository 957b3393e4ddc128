"""What was assumed and when to talk about it again: the tripwires, agreed and watched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from analysis.meeting.tripwires import CONTACT_HOURS, COUNTS, METRICS, USUAL, Reading, Tripwire
from analysis.selection import Selection
from dashboard import edited, loading_meeting, sending
from dashboard.loading import Snapshot
from dashboard.meeting import tripwire_words
from dashboard.texts import Speaker

ICONS: Final = {
    "fired": ":material/notifications_active:",
    "near": ":material/notification_important:",
    "quiet": ":material/notifications_none:",
    "unknown": ":material/hourglass_empty:",
}


def draw(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw where the tripwires stand, and the sheet in which they are agreed on."""
    st.subheader(say("tripwire.heading"), anchor=False)
    st.markdown(say("tripwire.caption"))
    agreed = loading_meeting.tripwires()
    for reading in loading_meeting.readings(current, selection, agreed):
        st.markdown(f"{ICONS[reading.state]} {tripwire_words.sentence(reading, say, selection.horizon_days)}")
    if not agreed:
        st.markdown(say("tripwire.nothing"))
    with st.expander(say("tripwire.edit"), icon=":material/edit:", expanded=not agreed):
        _sheet(say, agreed or USUAL, selection.horizon_days)


def fired(current: Snapshot, selection: Selection) -> list[Reading]:
    """Return the tripwires that fired."""
    found = loading_meeting.readings(current, selection, loading_meeting.tripwires())
    return [reading for reading in found if reading.state == "fired"]


def parsed(sheet: pd.DataFrame) -> tuple[Tripwire, ...]:
    """Return what the sheet says: shares are written in per cent; rows that are not filled in are left out."""
    filled = sheet.dropna(subset=["metric", "side", "limit", "months"])
    return tuple(
        Tripwire(
            metric=row.metric,
            limit=float(row.limit) if row.metric in COUNTS else min(float(row.limit), 100.0) / 100,
            is_below=row.side == "below",
            months=int(row.months),
        )
        for row in filled.itertuples()
    )


def _sheet(say: Speaker, agreed: tuple[Tripwire, ...], horizon_days: int) -> None:
    rows = [
        (
            wire.metric,
            "below" if wire.is_below else "above",
            round(wire.limit * (100 if wire.is_rate else 1), 6),
            wire.months,
        )
        for wire in agreed
    ]
    frame = pd.DataFrame(rows, columns=["metric", "side", "limit", "months"])
    key, box = edited.key(f"tripwire-sheet-{say.language}", frame), sending.outbox("tripwires")
    with st.form(f"tripwires-{say.language}", border=False):
        st.data_editor(
            frame,
            num_rows="dynamic",
            hide_index=True,
            key=key,
            on_change="ignore",  # hand a cell over when it is left, not a moment later: Save may be clicked by then
            column_config=_columns(say, horizon_days),
        )
        st.form_submit_button(
            say("tripwire.save"), icon=":material/save:", key="tripwire-send",
            **box.button(_save, {"edits": key}, frame),
        )  # fmt: skip
    box.refusal(say)


def _save(typed: Mapping[str, Any], frame: pd.DataFrame) -> None:
    loading_meeting.save_tripwires(parsed(edited.apply(frame, typed["edits"])))


def _columns(say: Speaker, horizon_days: int) -> dict[str, Any]:
    config = st.column_config
    names = {name: say(f"tripwire.metric.{name}", days=horizon_days, hours=CONTACT_HOURS) for name in METRICS}
    sides = {side: say(f"tripwire.side.{side}") for side in ("below", "above")}
    return {
        "metric": config.SelectboxColumn(
            say("tripwire.table.metric"), options=list(names), format_func=names.get, required=True, width="large"
        ),
        "side": config.SelectboxColumn(
            say("tripwire.table.side"), options=list(sides), format_func=sides.get, required=True
        ),
        "limit": config.NumberColumn(
            say("tripwire.table.limit"), min_value=0.0, required=True, help=say("tripwire.table.limit_help")
        ),
        "months": config.NumberColumn(say("tripwire.table.months"), min_value=1, max_value=12, step=1, required=True),
    }
