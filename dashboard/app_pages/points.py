"""Points: what should each rule be worth?"""

from __future__ import annotations

import streamlit as st

from dashboard import controls, loading, sentences
from dashboard.workbench import page

say = controls.say()
st.title(say("pages.points.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
path = controls.ruleset(say)
st.markdown(f":small[{sentences.selected('handoffs', selection, loading.facts(current), current, say)}]")
page.draw(say, current, selection, path)
