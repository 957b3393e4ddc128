"""Sources: which acquisition tactics are worth it?"""

from __future__ import annotations

import streamlit as st

from dashboard import choices, controls, loading, notices, sentences
from dashboard.sections import sourcing

say = controls.say()
st.title(say("pages.sources.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
if not loading.funnel(current, selection).n_leads:
    notices.empty(say, "leads")
st.markdown(f":small[{sentences.selected('leads', selection, loading.facts(current), current, say)}]")

with st.container(border=True):
    sourcing.portfolio(say, current, selection)

tab = choices.tab(("campaigns", "sides", "touches"), say)
with st.container(border=True):
    if tab == "campaigns":
        sourcing.campaigns(say, current, selection)
    elif tab == "sides":
        sourcing.sides(say, current, selection)
    else:
        sourcing.touches(say, current, selection)
