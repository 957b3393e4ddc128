"""Definitions: do we mean the same by MQL?"""

from __future__ import annotations

import streamlit as st

from dashboard import choices, controls, loading, sentences
from dashboard.defining import alignment, glossary, stress, together
from dashboard.workbench import routing

# Only the section of the chosen tab is worked out.
TABS = {"differ": stress, "words": glossary, "together": together, "alignment": alignment, "routing": None}

say = controls.say()
st.title(say("pages.definitions.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
path = controls.ruleset(say)
st.markdown(f":small[{sentences.selected('handoffs', selection, loading.facts(current), current, say)}]")
section = TABS[choices.tab(tuple(TABS), say)]
if section is None:
    routing.draw(say, current, selection)
else:
    with st.container(border=True):
        section.draw(say, current, selection, path)
