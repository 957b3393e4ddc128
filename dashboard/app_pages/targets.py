"""Targets: are we where we should be today, and how many leads would it take?"""

from __future__ import annotations

import streamlit as st

from dashboard import controls, loading, loading_funnel, notices, sentences
from dashboard.sections import planning

say = controls.say()
st.title(say("pages.targets.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
facts = loading.facts(current)
funnel = loading.funnel(current, selection)
if not funnel.n_leads:
    notices.empty(say, "leads")
st.markdown(f":small[{sentences.selected('events', selection, facts, current, say)}]")

chosen = loading_funnel.targets()
with st.container(border=True):
    planning.standing(say, current, selection, chosen)
with st.container(border=True):
    planning.plan(say, current, selection, facts)
with st.container(border=True):
    planning.edit(say, chosen, tuple(funnel.steps["stage"]), facts)
