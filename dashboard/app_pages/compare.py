"""Compare: why did it change, and where is most to be gained?"""

from __future__ import annotations

import streamlit as st

from dashboard import choices, controls, loading, loading_funnel, notices, sentences
from dashboard.sections import bottlenecks, changes, shortfall

say = controls.say()
st.title(say("pages.compare.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current, usual_period="12m")
facts = loading.facts(current)
if not loading.funnel(current, selection).n_leads:
    notices.empty(say, "leads")
above = st.container()
against = choices.one("against", choices.AGAINST, say, "against")
what = "events" if against == "target" else "leads"
above.markdown(f":small[{sentences.selected(what, selection, facts, current, say)}]")
if against == "target":
    with st.container(border=True):
        shortfall.draw(say, current, selection)
else:
    both = changes.periods(selection, against, facts)
    if both is None:
        notices.empty(say, "no_earlier")
    with st.container(border=True):
        changes.draw(say, current, *both, facts.first_on)
    with st.container(border=True):
        changes.stages(say, current, loading_funnel.compare(current, *both, "source"))
with st.container(border=True):
    bottlenecks.draw(say, current, selection)
