"""Who stands where, and who has stood there for longer than those who moved on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.conditions import Standing
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from dashboard import drilling, exhibits, loading_funnel, tables_funnel
from dashboard.drilling import Offer
from dashboard.figures.stock import stock_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw the stock of each stage by age."""
    st.subheader(say("stock.heading"), anchor=False)
    st.markdown(say("stock.caption"))
    stages = loading_funnel.ageing(current, selection).stages
    stages = stages[stages["n_stock"] + stages["n_moved"] > 0].reset_index(drop=True)
    exhibits.chart(
        say,
        stock_figure(stages, say),
        tables_funnel.stock_table(stages, say),
        key="stock",
        alt=sentence(stages, say),
        computed=sql_text("stage_lags"),
        pick=drilling.pick("stock"),
    )
    st.markdown(f"**{sentence(stages, say)}**")
    drilling.leads(say, current, "stock", offers(stages, selection, say))


def sentence(stages: pd.DataFrame, say: Speaker) -> str:
    """Say where most leads are overdue, after the first two stages, where most of them rest for good."""
    judged = stages[stages["is_enough"].astype(bool) & (stages["n_overdue"] > 0)]
    if judged.empty:
        return say("stock.nobody")
    # Most leads never leave the first stages; what a department can act on comes later.
    active = judged[judged["position"] >= 2]
    row = (active if len(active) else judged).sort_values("n_overdue", ascending=False).iloc[0]
    return say(
        "stock.sentence",
        stage=say.word("stages", row["stage"]),
        n=say.count(row["n_overdue"]),
        n_stock=say.count(row["n_stock"]),
        days=say.count(row["p80_days"]),
    )


def offers(stages: pd.DataFrame, selection: Selection, say: Speaker) -> list[Offer]:
    """Return the stock of each stage, and the part of it that is overdue."""
    found = []
    for row in stages.itertuples():
        stage = say.word("stages", row.stage)
        condition = Standing(stage=row.stage)
        label = say("leads.standing", stage=stage)
        found.append(Offer(code=row.stage, label=label, n_leads=row.n_stock, condition=condition, selection=selection))
        if row.n_overdue:
            over = Standing(stage=row.stage, over_days=row.p80_days)
            label = say("leads.overdue", stage=stage, days=say.count(row.p80_days))
            code = f"{row.stage}.over"
            found.append(Offer(code=code, label=label, n_leads=row.n_overdue, condition=over, selection=selection))
    return found
