"""Shows names only when somebody asks for them: for this session, never in the address."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.texts import Speaker

_REVEALED = "companies-revealed"  # one decision for all pages: lists of leads go by it, too


def is_revealed() -> bool:
    """Whether names are shown in this session."""
    return bool(state.kept(_REVEALED, False))


def button(say: Speaker, key: str) -> bool:
    """Draw the button that shows or hides names, and say whether they are shown."""
    shown = is_revealed()
    st.button(
        say("leads.hide" if shown else "leads.reveal"),
        key=f"{key}-reveal",
        icon=":material/visibility_off:" if shown else ":material/visibility:",
        help=say("leads.reveal_help"),
        on_click=state.keep,
        args=(_REVEALED, not shown),
    )
    return shown
