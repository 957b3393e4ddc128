"""Why lost: why did high scores fail to close?"""

from __future__ import annotations

import streamlit as st

from dashboard import choices, controls, loading, loading_losses, notices, sentences
from dashboard.losing import account, court, fooled, near_misses, reasons, speed, subgroups, twins

# Only the sections of the chosen tab are worked out.
TABS = {
    "account": (account, reasons),
    "fooled": (fooled,),
    "groups": (subgroups,),
    "near_misses": (near_misses,),
    "twins": (twins,),
    "speed": (speed,),
    "court": (court,),
}

say = controls.say()
st.title(say("pages.whylost.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
path = controls.ruleset(say)
st.markdown(f":small[{sentences.selected('handoffs', selection, loading.facts(current), current, say)}]")
found = loading_losses.cases(current, selection, path, loading.stamp_of(path))
if not len(found.table):
    notices.empty(say, "no_losses", days=selection.horizon_days)
for section in TABS[choices.tab(tuple(TABS), say)]:
    with st.container(border=True):
        section.draw(say, current, selection, path)
