"""Meeting: what do we decide today, and was the last promise kept?"""

from __future__ import annotations

import streamlit as st

from dashboard import controls

say = controls.say()
st.title(say("pages.meeting.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
