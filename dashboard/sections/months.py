"""Months side by side: what came of them, which are too young, and what those will come to."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.conditions import Created
from analysis.durations import Span
from analysis.forecast import Backtest
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from dashboard import controls, drilling, exhibits, loading, loading_funnel, periods, sentences, tables_funnel
from dashboard.drilling import Offer
from dashboard.figures.cohorts import cohort_figure
from dashboard.figures.outlook import add_forecast
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

_MIN_FORECASTS = 5


def draw(say: Speaker, current: Snapshot, selection: Selection, stages: tuple[str, ...]) -> None:
    """Draw the months and their forecast."""
    st.subheader(say("cohorts.heading"), anchor=False)
    st.markdown(say("cohorts.caption", days=selection.horizon_days))
    stage = controls.stage(stages[1:])
    outlook = loading_funnel.outlook(current, selection, Span(start=stages[0], end=stage))
    months = joined(loading.cohorts(current, selection).query("stage == @stage"), outlook.months)
    exhibits.chart(
        say,
        add_forecast(cohort_figure(months, stage, say), months, say),
        tables_funnel.months_table(months, stage, say),
        key="cohorts",
        alt=sentences.cohorts_in_words(months, stage, say),
        computed=sql_text("funnel"),
        pick=drilling.pick("cohorts"),
    )
    ahead = say("format.sentences", first=forecast(months, stage, say), second=accuracy(outlook.backtest, say))
    st.markdown(f"**{maturity(months, say)}**  \n{ahead}")
    drilling.leads(say, current, "cohorts", offers(months, stage, selection, say))


def joined(cohorts: pd.DataFrame, outlook: pd.DataFrame) -> pd.DataFrame:
    """Put measured maturity and forecast beside each month; a month without leads keeps the horizon's verdict."""
    measured = outlook[["month", "mature_share", "is_mature", "wait_until", "forecast_rate", "low", "high"]].assign(
        n_open=outlook["n_open"], is_final=outlook["is_final"]
    )
    months = cohorts.merge(measured, how="left", on="month", suffixes=("_horizon", ""))
    known = months["wait_until"].notna()
    return months.assign(
        is_mature=months["is_mature"].where(known, months["is_mature_horizon"]).astype(bool),
        mature_on=months["wait_until"].where(known, months["mature_on"]),
        is_final=months["is_final"].where(months["is_final"].notna(), True).astype(bool),
    )


def maturity(months: pd.DataFrame, say: Speaker) -> str:
    """Say which months are too young, and until when to wait."""
    young = months[~months["is_mature"]]
    if young.empty:
        return say("outlook.all_mature")
    first = young.iloc[0]
    return say(
        "outlook.immature",
        first=say.month(first["month"]),
        share=say.percent(first["mature_share"], 0),
        date=say.date(first["mature_on"]),
    )


def forecast(months: pd.DataFrame, stage: str, say: Speaker) -> str:
    """Say what the oldest month that is not final will come to."""
    young = months[~months["is_final"]]
    if young.empty:
        return ""
    row = young.iloc[0]
    return say(
        "outlook.forecast",
        month=say.month(row["month"]),
        stage=say.word("stages", stage),
        rate=say.percent(row["forecast_rate"]),
        low_high=say.interval(row["low"], row["high"]),
        now=say.percent(row["horizon_rate"]),
    )


def accuracy(backtest: Backtest, say: Speaker) -> str:
    """Say how well such forecasts have done before."""
    if backtest.n_forecasts < _MIN_FORECASTS:
        return say("outlook.untested")
    return say(
        "outlook.tested",
        n=backtest.n_forecasts,
        n_covered=backtest.n_covered,
        error=say.points(backtest.mean_error).lstrip("+"),
    )


def offers(months: pd.DataFrame, stage: str, selection: Selection, say: Speaker) -> list[Offer]:
    """Return the leads of each month that came to the stage within the horizon."""
    return [
        Offer(
            code=f"{row.month:%Y-%m}",
            label=say("leads.month", month=say.month(row.month), stage=say.word("stages", stage)),
            n_leads=row.n_in_horizon,
            condition=Created(stage=stage, is_in_horizon=True),
            selection=periods.within(selection, row.month),
        )
        for row in months.iloc[::-1].itertuples()
    ]
