"""Leads that come back: how they do, why they had been given back, and by whom."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.handoffs.recycling import before_kinds, came_back, given_back, passes
from analysis.selection import Selection
from dashboard import choices, drilling, exhibits, loading_people, revealing
from dashboard.figures.handing import shares_figure
from dashboard.handing.found import Found, found
from dashboard.handing.leads import offer
from dashboard.handing.waiting import DIMENSIONS
from dashboard.handing.words import group_names, kind_name
from dashboard.loading import Snapshot
from dashboard.tables_handing import back_table, given_table, passes_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw second passes beside first ones, the reasons before, and who gives leads back."""
    parts = found(current, selection, path)
    with st.container(border=True):
        _passes(say, parts)
    with st.container(border=True):
        _given(say, parts)


def _passes(say: Speaker, parts: Found) -> None:
    table = passes(parts.handed, parts.outcomes)
    st.subheader(say("handing.again.heading"), anchor=False)
    st.markdown(f":small[{say('handing.again.caption')}]")
    if not table["n_handoffs"].iloc[1]:
        st.markdown(say("handing.again.none"))
        return
    st.markdown(f"**{sentence(table, say)}**")
    labels = [wins_label(row, say(f"handing.again.{row['turn']}"), "handing.again", say) for _, row in table.iterrows()]
    exhibits.chart(
        say,
        shares_figure(table, ("win_rate", "win_low", "win_high"), labels, table["turn"].tolist()),
        passes_table(table, say),
        key="again",
        alt=say("handing.again.alt", parts=say("format.comma").join(labels)),
        pick=drilling.pick("again"),
    )
    back = came_back(parts.handed, parts.outcomes)
    st.markdown(f"**{say('handing.again.why_heading')}**")
    exhibits.table(say, back_table(back, say), key="came-back")
    is_again = parts.handed.is_current & (parts.handed.column("turn_no") > 1)
    kinds = before_kinds(parts.handed)
    offered = [offer("again", say("handing.again.again"), is_again, parts.current, parts.selection)]
    offered += [
        offer(f"from-{kind}", kind_name(kind, say), is_again & (kinds == kind), parts.current, parts.selection)
        for kind in back["kind"]
    ]
    drilling.leads(say, parts.current, "again", offered)


def sentence(table: pd.DataFrame, say: Speaker) -> str:
    """Say whether a second try wins more or less often."""
    row = table.iloc[1]
    if row["change"] != row["change"]:
        return say("handing.again.change_few")
    values = {name: say.points(row[f"change_{name}"]) for name in ("low", "high")}
    return say("handing.again.change", change=say.points(row["change"]), **values)


def wins_label(row: pd.Series, name: str, prefix: str, say: Speaker) -> str:
    """Return what stands above the bar of a share won."""
    counts = {"won": say.count(row["n_won"]), "n": say.count(row["n_mature"])}
    if not row["is_enough"]:
        return say(f"{prefix}.row_few", name=name, **counts)
    return say(f"{prefix}.row", name=name, rate=say.percent(row["win_rate"]), **counts)


def _given(say: Speaker, parts: Found) -> None:
    st.subheader(say("handing.again.who_heading"), anchor=False)
    st.markdown(f":small[{say('handing.again.who_caption')}]")
    dimension = choices.one("by", DIMENSIONS, say, "handing.by")
    if dimension == "owner":
        revealing.button(say, "people")
    table = given_back(parts.handed, dimension)
    names = group_names(dimension, loading_people.unnamed(parts.current, dimension, table["group"]), say)
    exhibits.table(say, given_table(table, names, say), key="given-back")
