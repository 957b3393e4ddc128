"""Leaves out of tuning what both departments have put down to something other than the points."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from analysis.losses.court import excluded_handoffs
from dashboard import state
from dashboard.loading import Snapshot
from dashboard.texts import Speaker
from data.workspace import Workspace

OPTIONS: Final = ("with", "without")


def left_out(say: Speaker, current: Snapshot) -> tuple[str, ...]:
    """Draw the choice, where any such case is known, and return the handoffs to leave out; none as long as nobody chose."""
    excluded = tuple(sorted(excluded_handoffs(Workspace(Path(current.root)))))
    if not excluded:
        return ()
    held = state.held("judged") if state.held("judged") in OPTIONS else OPTIONS[0]
    chosen = st.segmented_control(
        say("judged.heading"),
        OPTIONS,
        format_func=lambda option: say(f"judged.{option}", n=say.count(len(excluded))),
        help=say("judged.help"),
        required=True,
        **state.choose("judged", held),
    )
    return excluded if (chosen or held) == "without" else ()
