"""Calibration: does the score tell the truth, for whom, and how sure are we?"""

from __future__ import annotations

import streamlit as st

from dashboard import cards, choices, controls, exhibits, loading, notices, sentences
from dashboard.calibrating import (
    bands,
    coverage,
    exploration,
    over_time,
    people,
    ranking,
    reliability,
    segments,
    verdict,
    versus,
    yardstick,
)

# Only the sections of the chosen tab are worked out.
TABS = {
    "score": (bands, reliability, ranking, yardstick),
    "people": (people, coverage, exploration),
    "segments": (segments,),
    "vintages": (over_time,),
    "versus": (versus,),
}

say = controls.say()
st.title(say("pages.calibration.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
path = controls.ruleset(say)
result = loading.calibration(current, selection, path, loading.stamp_of(path))
if not result.n_decisions:
    notices.empty(say, "no_handoffs")
if not result.n_mature:
    notices.empty(say, "none_mature", n=say.count(result.n_immature), days=selection.horizon_days)

with st.container(border=True):
    st.markdown(f"### {sentences.headline(result, say)}\n\n{sentences.verdict(result, say)}")
    st.markdown(f":small[{sentences.selected('handoffs', selection, loading.facts(current), current, say)}]")
    verdict.draw(say, current, selection, path)
cards.calibration(result, selection, say)
for section in TABS[choices.tab(tuple(TABS), say)]:
    with st.container(border=True):
        section.draw(say, current, selection, path)

points = loading.ruleset(path, loading.stamp_of(path))
exhibits.facts(say("calibration.basis_heading"), sentences.basis(result, selection, points, current, say))
