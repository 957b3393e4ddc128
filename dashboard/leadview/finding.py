"""Finds a lead by its id or its company; what was typed stays in the session."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from dashboard import loading_lead, revealing, state
from dashboard.loading import Snapshot
from dashboard.masking import mask_text
from dashboard.notices import plain
from dashboard.texts import Speaker


def choose(say: Speaker, current: Snapshot, as_of: datetime) -> str:
    """Draw the search, and return the lead that was chosen; stops the page while there is none."""
    wanted = st.text_input(
        say("lead.search"), placeholder=say("lead.search_example"), help=say("lead.search_help"), key="lead-search"
    ).strip()
    found = loading_lead.find(current, wanted) if wanted else loading_lead.recent(current, as_of)
    if wanted and found.empty:
        st.info(say("lead.none_found", wanted=plain(wanted)), icon=":material/search_off:")
    options = {row.lead_id: _label(row, say) for row in found.itertuples()}
    held = str(state.held("lead_id"))
    if held and held not in options:
        options = {held: held, **options}
    chosen = options and st.selectbox(
        _heading(found, wanted, say),
        ["", *options],
        format_func=lambda lead_id: options.get(lead_id, say("lead.placeholder")),
        **state.choose("lead_id", held),
    )
    if not chosen:
        st.markdown(say("lead.start"))
        st.stop()
    return chosen


def _heading(found: pd.DataFrame, wanted: str, say: Speaker) -> str:
    if not wanted or found.empty:
        return say("lead.recent")
    return say("lead.found", n=say.count(found["n_found"].iloc[0]), shown=say.count(len(found)))


def _label(row: object, say: Speaker) -> str:
    company, source = ("" if pd.isna(text) else str(text) for text in (row.company, row.source))
    shown = company if revealing.is_revealed() else mask_text(company)
    parts = [row.lead_id, shown, say.source(source), say.short_date(row.created_at)]
    return say("format.separator").join(part for part in parts if part)
