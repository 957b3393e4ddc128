"""Leads by month of creation, followed to one stage."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from analysis.intervals import MIN_N
from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import MUTED

_BAR_MILLISECONDS = 21 * 24 * 3_600_000


def cohort_figure(cohorts: pd.DataFrame, stage: str, say: Speaker) -> go.Figure:
    """Draw the share of each month's leads that reached `stage` within the horizon.

    Months too young to judge are hatched; months with too few leads get a cross
    instead of a bar.

    Parameters
    ----------
    cohorts : DataFrame
        As returned by `analysis.funnel.funnel_by_month`, for `stage` only; at
        least one row.
    stage : str
        Stage that was reached.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=340)
    states = cohort_states(cohorts)
    for state, marker in (("mature", style.solid()), ("immature", style.hatched())):
        _add_bars(figure, cohorts[states == state], state, stage, marker, say)
    _add_unknown(figure, cohorts[states == "too_few"], stage, say)
    # One lead more or less would stretch the scale until nothing else can be seen.
    top = cohorts["horizon_high"].where(states != "too_few").max()
    margin = pd.Timedelta(days=20)
    figure.update_xaxes(range=[cohorts["month"].min() - margin, cohorts["month"].max() + margin])
    figure.update_xaxes(type="date", tickformat=say("format.plot_month"), showgrid=False, nticks=5, tickangle=0)
    figure.update_yaxes(tickformat=".0%" if top > 0.05 else ".1%", nticks=6)
    if top == top:
        figure.update_yaxes(range=[0, top * 1.05])
    figure.update_layout(showlegend=states.nunique() > 1)
    return figure


def cohort_states(cohorts: pd.DataFrame) -> pd.Series:
    """Return what may be said of each month: mature, immature or too_few."""
    states = cohorts["is_mature"].map({True: "mature", False: "immature"})
    return states.where(cohorts["n_cohort"] >= MIN_N, "too_few")


def _add_bars(
    figure: go.Figure, part: pd.DataFrame, state: str, stage: str, marker: dict[str, object], say: Speaker
) -> None:
    if part.empty:
        return
    figure.add_bar(
        x=part["month"],
        y=part["horizon_rate"],
        width=_BAR_MILLISECONDS,  # left to itself, a single bar is a hair
        marker=marker,
        name=say(f"cohorts.{state}_trace"),
        error_y=style.whiskers(part["horizon_rate"], part["horizon_low"], part["horizon_high"]),
        hovertext=[_hover(row, state, stage, say) for row in part.itertuples()],
        hoverinfo="text",
        customdata=[f"{month:%Y-%m}" for month in part["month"]],
    )


def _add_unknown(figure: go.Figure, part: pd.DataFrame, stage: str, say: Speaker) -> None:
    """Mark months whose few leads say nothing, at the foot of the chart."""
    if part.empty:
        return
    figure.add_scatter(
        x=part["month"],
        y=[0] * len(part),
        mode="markers",
        marker={"symbol": "x-thin-open", "size": 9, "color": MUTED},
        cliponaxis=False,
        name=say("cohorts.too_few_trace"),
        hovertext=[_hover(row, "too_few", stage, say) for row in part.itertuples()],
        hoverinfo="text",
    )


def _hover(row: object, state: str, stage: str, say: Speaker) -> str:
    return say(
        "cohorts.hover",
        month=say.month(row.month),
        n=say.count(row.n_cohort),
        n_reached=say.count(row.n_in_horizon),
        stage=say.word("stages", stage),
        rate=say.percent(row.horizon_rate),
        low_high=say.interval(row.horizon_low, row.horizon_high),
        state=say(f"cohorts.{state}_trace"),
    )
