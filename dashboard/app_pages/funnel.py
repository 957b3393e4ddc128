"""Funnel: where does it leak, how long does it take, and are young months really worse?"""

from __future__ import annotations

import streamlit as st

from dashboard import choices, controls, loading, notices, sentences
from dashboard.sections import months, origins, steps, stock, times

say = controls.say()
st.title(say("pages.funnel.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
result = loading.funnel(current, selection)
if not result.n_leads:
    notices.empty(say, "leads")
st.markdown(f":small[{sentences.selected('leads', selection, loading.facts(current), current, say)}]")

stages = tuple(result.steps["stage"])
with st.container(border=True):
    steps.draw(say, current, selection, result, stages)

tab = choices.tab(("months", "times", "stock", "entries"), say)
with st.container(border=True):
    if tab == "months":
        months.draw(say, current, selection, stages)
    elif tab == "times":
        times.draw(say, current, selection, stages)
    elif tab == "stock":
        stock.draw(say, current, selection)
    else:
        origins.draw(say, current, selection)
