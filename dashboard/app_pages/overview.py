"""Overview: is the funnel healthy, what stands out, what next?"""

from __future__ import annotations

import streamlit as st

from analysis.journey_funnel import Question
from dashboard import alerts, cards, controls, drilling, exhibits, loading, notices, sentences, tables
from dashboard.figures.funnel import funnel_figure
from dashboard.sections import keys, planning, steps, tripped

say = controls.say()
st.title(say("pages.overview.question"), anchor=False)
current = controls.snapshot()
# A year is what a Monday is about, and it has a year before it to compare with.
selection = controls.selection(current, usual_period="12m")
path = controls.ruleset_in_use()
result = loading.overview(current, selection, path, loading.stamp_of(path) if path else 0)
funnel = loading.funnel(current, selection)
if not result.kpis["value"].any():
    notices.empty(say, "leads")
st.markdown(f":small[{sentences.selected('events', selection, loading.facts(current), current, say)}]")

numbers = keys.offers(result.kpis, selection, say)
cards.overview(result, say, drilling.buttons("keys", numbers))
drilling.leads(say, current, "keys", numbers)
first_on = loading.facts(current).first_on
if result.previous_starts_at is not None and result.previous_starts_at.date() < first_on:
    st.markdown(f":material/event_busy: :small[{say('overview.partial', date=say.date(first_on))}]")
for line in planning.today(current, selection, say):
    st.markdown(f":material/flag: **{line}**")

with st.container(border=True):
    st.subheader(say("overview.alerts"), anchor=False)
    watched = tripped.lines(current, selection, say)
    tripped.draw(watched, say)
    if result.alerts or not watched:
        alerts.draw(result.alerts, say)
    st.markdown(f"**{say('overview.next')}**  \n{say(f'action.{result.next_action}')}")
    with st.container(horizontal=True):
        st.page_link("app_pages/funnel.py", label=say("overview.open_funnel"), icon=":material/arrow_forward:")
        st.page_link(
            "app_pages/calibration.py", label=say("overview.open_calibration"), icon=":material/arrow_forward:"
        )

with st.container(border=True):
    st.subheader(say("overview.funnel"), anchor=False)
    st.markdown(sentences.funnel_caption(funnel, say))
    exhibits.chart(
        say,
        funnel_figure(funnel.steps, say),
        tables.funnel_table(funnel.steps, say),
        key="funnel",
        alt=sentences.funnel_in_words(funnel, say),
        pick=drilling.pick("funnel"),
    )
    drilling.leads(say, current, "funnel", steps.offers(funnel.steps, Question(), selection, say))
