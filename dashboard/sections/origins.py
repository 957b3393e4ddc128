"""Three funnels by who brought the lead in, and the two exits of a TQL."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.conditions import Group, Left, Reached
from analysis.journey_funnel import ORIGINS, Question
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from dashboard import drilling, exhibits, loading_funnel, tables_funnel, wording
from dashboard.drilling import Offer
from dashboard.figures.funnel import funnel_figure
from dashboard.figures.rows import rows_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw the three funnels side by side, and the exits of a TQL."""
    st.subheader(say("entries.heading"), anchor=False)
    st.markdown(say("entries.caption"))
    table = loading_funnel.origins(current, selection, Question())
    with st.grid(3, min_column_width=190):
        for origin in ORIGINS:
            _funnel(table[table["group"] == origin].reset_index(drop=True), origin, say)
    with st.expander(say("exhibit.table"), icon=":material/table:"):
        exhibits.table(say, tables_funnel.origins_table(table, say), key="origins")
    drilling.leads(say, current, "origins", offers(table, selection, say))
    if "tql" in set(table["stage"]):
        _exits(say, current, selection)


def _funnel(steps: pd.DataFrame, origin: str, say: Speaker) -> None:
    name = say.word("origins", origin)
    stage = say.word("stages", steps["stage"].iloc[-1])
    share = say("entries.share", share=say.percent(steps["end_share"].iloc[0], 0), stage=stage)
    with st.container(border=True, height="stretch"):
        if not steps["n_leads"].iloc[0]:
            st.markdown(f"**{name}**  \n:small[{say('entries.nobody')}]")
            return
        st.markdown(f"**{name}**  \n:small[{share}]")
        figure = funnel_figure(steps, say, is_narrow=True)
        figure.update_traces(customdata=[f"{origin}.{stage}" for stage in steps["stage"]])
        last = steps.iloc[-1]
        alt = say("entries.alt", name=name, n=say.count(steps["n_leads"].iloc[0]), last=say.count(last["n_leads"]))
        key = f"origins-{origin}"
        exhibits.picture(figure, key=key, alt=alt, pick=drilling.pick("origins", key))


def offers(table: pd.DataFrame, selection: Selection, say: Speaker) -> list[Offer]:
    """Return every bar of the three funnels."""
    return [
        Offer(
            code=f"{row.group}.{row.stage}",
            label=say(
                "leads.of_group",
                group=wording.group_name("origin", row.group, say),
                what=say("leads.reached", stage=say.word("stages", row.stage)),
            ),
            n_leads=row.n_leads,
            condition=Reached(stage=row.stage, group=Group(dimension="origin", labels=(row.group,))),
            selection=selection,
        )
        for row in table.itertuples()
    ]


def _exits(say: Speaker, current: Snapshot, selection: Selection) -> None:
    exits = loading_funnel.exits(current, selection)
    if not exits["n_stage"].iloc[0]:
        return
    st.subheader(say("exits.heading"), anchor=False)
    st.markdown(say("exits.caption"))
    labels = [
        say("exits.row", name=say(f"exits.{row.exit}"), n=say.count(row.n_leads), share=say.percent(row.share))
        for row in exits.itertuples()
    ]
    exhibits.chart(
        say,
        rows_figure(exits["n_leads"].tolist(), labels, exits["exit"].tolist()),
        tables_funnel.exits_table(exits, say),
        key="exits",
        alt=say("exits.heading"),
        computed=sql_text("tql_exits"),
        pick=drilling.pick("exits"),
    )
    inside = exits.set_index("exit")["n_leads"]
    st.markdown(f"**{say('exits.sentence', n=say.count(inside['won_inside']), passed=say.count(inside['passed']))}**")
    found = [
        Offer(
            code=row.exit,
            label=say("leads.exit", exit=say(f"exits.{row.exit}")),
            n_leads=row.n_leads,
            condition=Left(stage="tql", exit=row.exit),
            selection=selection,
        )
        for row in exits.itertuples()
    ]
    drilling.leads(say, current, "exits", found)
