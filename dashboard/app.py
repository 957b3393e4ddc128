"""The dashboard: language, navigation, and a net under every page.

Started by `leadcal serve`, or by `streamlit run dashboard/app.py`. The workspace
comes from the environment variable LEADCAL_WORKSPACE.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import controls, notices, sending, state
from data.errors import LeadcalError

PAGES = {
    "overview": ":material/home:",
    "funnel": ":material/filter_alt:",
    "compare": ":material/compare_arrows:",
    "sources": ":material/campaign:",
    "targets": ":material/flag:",
    "handoff": ":material/handshake:",
    "calibration": ":material/target:",
    "points": ":material/balance:",
    "whylost": ":material/quiz:",
    "lead": ":material/person_search:",
    "meeting": ":material/groups:",
    "definitions": ":material/dictionary:",
    "data": ":material/database:",
}

st.set_page_config(page_title="leadcal", page_icon=str(Path(__file__).parent / "icon.png"), layout="wide")
state.restore()
state.publish()
say = controls.say()

page = st.navigation(
    [
        st.Page(
            f"app_pages/{name}.py",
            title=say(f"pages.{name}.title"),
            help=say(f"pages.{name}.help"),
            icon=icon,
            url_path=name,
            default=name == "overview",
        )
        for name, icon in PAGES.items()
    ],
    # Folded, the last pages would hide behind an English "View more".
    expanded=True,
)
with st.sidebar:
    controls.language()
    # Screen readers and hyphenation go by this; it cannot be configured.
    st.html(f"<script>document.documentElement.lang='{say.language}'</script>", unsafe_allow_javascript=True)

sending.toasts()
try:
    page.run()
except LeadcalError as error:
    notices.refused(say, error)
except Exception as error:  # noqa: BLE001 - whatever it is, a person sees a box and the log the rest
    notices.defect(say, error)
finally:
    sending.settle()
