"""How far the leads come, in the way of counting that was chosen."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import streamlit as st

from analysis.conditions import Reached
from analysis.funnel import Funnel
from analysis.journey_funnel import JourneyFunnel, Question
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from dashboard import choices, drilling, exhibits, loading_funnel, sentences, tables, tables_funnel, wording
from dashboard.drilling import Offer
from dashboard.figures.funnel import funnel_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, usual: Funnel, stages: tuple[str, ...]) -> None:
    """Draw the stages; `usual` is the funnel as the other pages count it."""
    st.subheader(say("funnel.heading"), anchor=False)
    above = st.container()
    question = choices.question(stages, say)
    result = loading_funnel.journeys(current, selection, question)
    steps = usual.steps if question == Question() else result.steps
    with above:
        st.markdown(_caption(result, usual, say))
        exhibits.chart(
            say,
            funnel_figure(steps, say),
            tables.funnel_table(steps, say) if question == Question() else tables_funnel.journey_table(steps, say),
            key="funnel",
            alt=sentences.funnel_in_words(usual, say) if question == Question() else wording.counting(question, say),
            computed=sql_text("funnel" if question == Question() else "journeys"),
            pick=drilling.pick("funnel"),
        )
        st.markdown(f"{_leak(usual, question, say)}:small[{wording.denominators(result, say)}]")
    st.markdown(f":small[{wording.changes(result, say)}]")
    filters = [wording.counting(question, say)]
    drilling.leads(say, current, "funnel", offers(steps, question, selection, say), filters)


def offers(steps: pd.DataFrame, question: Question, selection: Selection, say: Speaker) -> list[Offer]:
    """Return the numbers of a funnel whose leads can be seen: who reached a stage, and who stopped there."""
    found = [
        Offer(
            code=row.stage,
            label=say("leads.reached", stage=say.word("stages", row.stage)),
            n_leads=row.n_leads,
            condition=Reached(stage=row.stage, question=question),
            selection=selection,
        )
        for row in steps.itertuples()
    ]
    if question.view == "period":
        return found
    return found + [_stopped(before, after, question, selection, say) for before, after in pairwise(steps.itertuples())]


def _stopped(before: object, after: object, question: Question, selection: Selection, say: Speaker) -> Offer:
    n_followed = getattr(after, "n_followed", after.n_leads)
    names = {"stage": say.word("stages", before.stage), "next": say.word("stages", after.stage)}
    return Offer(
        code=f"{before.stage}.stop",
        label=say("leads.stopped", **names),
        n_leads=after.n_previous - n_followed,
        condition=Reached(stage=before.stage, not_on_to=after.stage, question=question),
        selection=selection,
    )


def _caption(result: JourneyFunnel, usual: Funnel, say: Speaker) -> str:
    if result.question == Question():
        return sentences.funnel_caption(usual, say)
    return say(
        f"counting.caption.{result.question.view}",
        n=say.count(result.n_journeys),
        what=say(f"counting.unit.{result.question.grain}"),
        how=say(f"counting.mode_about.{result.question.mode}"),
        date=say.date(result.selection.as_of),
    )


def _leak(usual: Funnel, question: Question, say: Speaker) -> str:
    if question != Question():
        return ""
    return f"**{sentences.leak(usual, say)}**  \n{say('funnel.caveat')}  \n"
