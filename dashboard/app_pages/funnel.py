"""Funnel: where does it leak, and are young months really worse?"""

from __future__ import annotations

import streamlit as st

from analysis.sqlfiles import sql_text
from dashboard import controls, exhibits, loading, notices, sentences, tables
from dashboard.figures.cohorts import cohort_figure
from dashboard.figures.funnel import funnel_figure

say = controls.say()
st.title(say("pages.funnel.question"), anchor=False)
current = controls.snapshot()
selection = controls.selection(current)
result = loading.funnel(current, selection)
if not result.n_leads:
    notices.empty(say, "leads")
st.markdown(f":small[{sentences.selected('leads', selection, loading.facts(current), current, say)}]")

with st.container(border=True):
    st.subheader(say("funnel.heading"), anchor=False)
    st.markdown(sentences.funnel_caption(result, say))
    exhibits.chart(
        say,
        funnel_figure(result.steps, say),
        tables.funnel_table(result.steps, say),
        key="funnel",
        alt=sentences.funnel_in_words(result, say),
        computed=sql_text("funnel"),
    )
    st.markdown(f"**{sentences.leak(result, say)}**  \n{say('funnel.caveat')}")

with st.container(border=True):
    st.subheader(say("cohorts.heading"), anchor=False)
    st.markdown(say("cohorts.caption", days=selection.horizon_days))
    stage = controls.stage(tuple(result.steps["stage"].iloc[1:]))
    cohorts = loading.cohorts(current, selection).query("stage == @stage")
    exhibits.chart(
        say,
        cohort_figure(cohorts, stage, say),
        tables.cohort_table(cohorts, stage, say),
        key="cohorts",
        alt=sentences.cohorts_in_words(cohorts, stage, say),
        computed=sql_text("funnel"),
    )
    st.markdown(f"**{sentences.maturity(cohorts, selection, say)}**")
