"""Data: what do we have, and can it be trusted?"""

from __future__ import annotations

import streamlit as st

from dashboard import checks, controls, inventory, loading, notices
from dashboard.importing import wizard

say = controls.say()
st.title(say("pages.data.question"), anchor=False)
if wizard.advance():
    wizard.draw(say)
    st.stop()

current = loading.current_snapshot()
if current is None:
    notices.first_import(say, str(loading.workspace().root))
    wizard.draw(say)
    st.stop()

result = loading.evidence(current)
with st.container(border=True):
    st.markdown(f"### {checks.verdict(result, say)}\n\n:small[{say('data.snapshot', snapshot=current.number)}]")
inventory.key_numbers(current, say)
wizard.draw(say)

with st.container(border=True):
    st.subheader(say("data.checks_heading"), anchor=False)
    st.markdown(say("data.checks_caption"))
    checks.draw(result, current, say)

with st.container(border=True):
    st.subheader(say("data.holdings_heading"), anchor=False)
    inventory.holdings(current, say)

with st.container(border=True):
    st.subheader(say("data.completeness_heading"), anchor=False)
    st.markdown(say("data.completeness_caption"))
    inventory.by_source(current, say)

with st.container(border=True):
    st.subheader(say("data.imports_heading"), anchor=False)
    inventory.history(current, say)
