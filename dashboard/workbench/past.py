"""Had we used these points since last April: only decisions from then on, scored with both."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from analysis.adoption import adopted_points, since
from analysis.selection import Selection
from dashboard import exhibits, loading, loading_points, periods, state
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import adoption_words, lead_rows, moves, words
from dashboard.workbench.desk import Desk

_USUAL_MONTHS = 12


def draw(say: Speaker, desk: Desk) -> None:
    """Draw what the points of the sheet would have changed since a month."""
    changes = desk.changes
    with st.container(border=True):
        st.subheader(say("adoption.heading"), anchor=False)
        if not changes:
            st.markdown(say("adoption.nothing"))
            return
        chosen = since(desk.selection, _month(say, desk))
        st.markdown(plain(words.change_list(desk.ruleset, changes, say)))
        patterns = loading_points.patterns(desk.current, chosen, desk.path, desk.stamp)
        found = adopted_points(patterns, desk.ruleset, desk.mine, chosen)
        first, *others = adoption_words.sentences(found, desk.ruleset.threshold, say)
        st.markdown(f"**{plain(first)}**")
        st.markdown("\n".join(f"- {plain(line)}" for line in others))
        exhibits.table(say, moves.swaps_table(found.moves, say), key="adoption")
        st.markdown(f":small[{say('adoption.note')}]")
    _leads(say, desk, chosen)


def _month(say: Speaker, desk: Desk) -> date:
    facts = loading.facts(desk.current)
    first = desk.selection.start or (facts.first_on if facts else desk.selection.as_of.date())
    last = (
        desk.selection.as_of if desk.selection.end is None else pd.Timestamp(desk.selection.end) - pd.Timedelta(days=1)
    )
    codes = [periods.month_code(month) for month in periods.months_between(first, min(last, desk.selection.as_of))]
    usual = codes[-min(_USUAL_MONTHS, len(codes))]
    code = state.held("since") if state.held("since") in codes else usual
    picked = st.selectbox(
        say("adoption.since"),
        codes[::-1],
        format_func=lambda option: say.month(periods.month_of(option)),
        width=260,
        **state.choose("since", code),
    )
    return periods.month_of(picked)


def _leads(say: Speaker, desk: Desk, chosen: Selection) -> None:
    """Draw the leads that would have changed sides, on demand: only this lists the history."""
    if not st.toggle(say("points.show_leads"), key="adoption-show-leads"):
        return
    changes = tuple(sorted(desk.changes.items()))
    table = loading_points.swapped(desk.current, chosen, desk.path, desk.stamp, changes)
    columns = {
        say("points.lead.lead_id"): list(table["lead_id"]),
        say("points.lead.move"): [say(f"points.move.{move}") for move in table["move"]],
        say("points.lead.date"): [say.short_date(moment) for moment in table["decided_at"]],
        say("points.lead.today"): list(table["score_today"]),
        say("points.lead.mine"): list(table["score_mine"]),
        say("points.lead.group"): [say(f"points.group.{group}") for group in table["group"]],
    }
    lead_rows.draw(say, table, columns, "adoption")
