"""Lead: what happened with this one?"""

from __future__ import annotations

import streamlit as st

from dashboard import controls, loading, loading_lead, notices
from dashboard.leadview import finding, sections

say = controls.say()
st.title(say("pages.lead.question"), anchor=False)
current = controls.snapshot()
facts = loading.facts(current)
if facts is None:
    notices.no_workspace(say, str(loading.workspace().root))
path = controls.ruleset(say)
stamp = loading.stamp_of(path)
points = loading.ruleset(path, stamp)

lead_id = finding.choose(say, current, facts.data_end)
lead = loading_lead.story(current, lead_id, facts.data_end)
sections.head(say, current, lead)
sections.timeline(say, current, lead, points, path, stamp)
sections.receipt(say, current, lead, points, path, stamp)
