"""Handoff: do both departments keep their word?"""

from __future__ import annotations

import streamlit as st

from dashboard import choices, controls, loading, loading_handing, notices, sentences
from dashboard.handing import again, answers, cards, load, overrides, promises, waiting

# Only the sections of the chosen tab are worked out.
TABS = {
    "cards": cards,
    "answers": answers,
    "waiting": waiting,
    "promises": promises,
    "again": again,
    "overrides": overrides,
    "load": load,
}

say = controls.say()
st.title(say("pages.handoff.question"), anchor=False)
current = controls.snapshot()
# With a year there is one before it to compare with.
selection = controls.selection(current, "12m")
path = controls.ruleset(say)
st.markdown(f":small[{sentences.selected('handoffs', selection, loading.facts(current), current, say)}]")
found = loading_handing.handed(current, selection, loading_handing.agreed(current))
if not found.is_current.any():
    notices.empty(say, "nothing_handed")
TABS[choices.tab(tuple(TABS), say)].draw(say, current, selection, path)
