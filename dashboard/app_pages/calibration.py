"""Calibration: does the score tell the truth?"""

from __future__ import annotations

import streamlit as st

from analysis.calibration import MIN_COVERAGE, decision_in_people
from analysis.replay import replay_sql
from dashboard import cards, controls, exhibits, loading, notices, sentences, tables
from dashboard.figures.calibration import band_figure, coverage_figure

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
cards.calibration(result, selection, say)

with st.container(border=True):
    st.subheader(say("calibration.heading"), anchor=False)
    st.markdown(say("calibration.caption", days=selection.horizon_days))
    exhibits.chart(
        say,
        band_figure(result.bands, result.base_rate, say),
        tables.band_table(result.bands, say),
        key="bands",
        alt=sentences.bands_in_words(result, say),
        computed=replay_sql(),
    )
    st.markdown("  \n".join(f"**{line}**" for line in sentences.band_order(result, say)))

with st.container(border=True):
    st.subheader(say("calibration.coverage_heading"), anchor=False)
    st.markdown(say("calibration.coverage_caption", minimum=say.percent(MIN_COVERAGE, 0)))
    exhibits.chart(
        say,
        coverage_figure(result.bands, say),
        tables.coverage_table(result.bands, say),
        key="coverage",
        alt=sentences.coverage_in_words(result, say),
    )
    st.markdown("  \n".join(f"**{line}**" for line in sentences.coverage(result, say)))

with st.container(border=True):
    st.subheader(say("calibration.people_heading"), anchor=False)
    st.markdown(say("calibration.people_caption", threshold=result.threshold))
    people = decision_in_people(result.scores, result.threshold)
    exhibits.table(say, tables.people_table(people, result.threshold, say), key="people")

points = loading.ruleset(path, loading.stamp_of(path))
exhibits.facts(say("calibration.basis_heading"), sentences.basis(result, selection, points, current, say))
