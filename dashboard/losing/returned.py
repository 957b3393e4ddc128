"""Leads that came back by themselves, and that nobody has taken up since."""

from __future__ import annotations

import streamlit as st

from analysis.lead_list import LeadList
from analysis.losses.returns import SILENCE_DAYS, returned_list
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading
from dashboard import loading_conditions as searches
from dashboard.drilling import Offer
from dashboard.loading import Snapshot
from dashboard.tables import Twin
from dashboard.tables_conditions import returned_table
from dashboard.texts import Speaker

_N_SHOWN = 10


def draw(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw the list of the latest returns, and the way to all of them."""
    rows = searches.returned(current, selection)
    st.divider()
    st.subheader(say("returned.heading"), anchor=False)
    st.markdown(say("returned.caption", days=SILENCE_DAYS))
    if rows.empty:
        st.markdown(f"**{say('returned.none')}**")
        return
    never = rows["state"] == "never"
    counts = {"n": len(rows), "never": never.sum(), "before": (~never).sum(), "reached": rows["has_reached"].sum()}
    st.markdown(f"**{say('returned.opening', **{name: say.count(int(n)) for name, n in counts.items()})}**")
    everything = returned_table(rows, say)
    exhibits.grid(everything.shown.head(_N_SHOWN), alt=say("returned.alt", n=say.count(len(rows))))
    exhibits.download(say, Twin(shown=everything.shown, exported=everything.exported), "returned")
    offers = [_offer(state, is_in, say, current, selection) for state, is_in in (("never", never), ("before", ~never))]
    drilling.leads(say, current, "returned", offers, is_clickable=False)


def _offer(state: str, is_in: object, say: Speaker, current: Snapshot, selection: Selection) -> Offer:
    def find(n_rows: int) -> LeadList:
        rows = searches.returned(current, selection)
        return returned_list(loading.reader(current), selection, rows[rows["state"] == state], n_rows)

    label = say("returned.of_state", state=say(f"returned.state.{state}"))
    return Offer(code=state, label=label, n_leads=int(is_in.sum()), condition=find, selection=selection)  # type: ignore[attr-defined]
