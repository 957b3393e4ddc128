"""What young months will come to: a forecast drawn over the bars of the months."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST


def add_forecast(figure: go.Figure, months: pd.DataFrame, say: Speaker) -> go.Figure:
    """Mark the final rate that is expected of each month that is not final, with its interval.

    Parameters
    ----------
    figure : Figure
        As `figures.cohorts.cohort_figure` returns it; changed and returned.
    months : DataFrame
        `month`, `n_open`, `forecast_rate`, `low`, `high`, `is_final`, as
        `analysis.forecast.forecast` returns them.
    say : Speaker
        Gives the words.
    """
    young = months[~months["is_final"].astype(bool)]
    if young.empty:
        return figure
    error = style.whiskers(young["forecast_rate"], young["low"], young["high"])
    figure.add_scatter(
        x=young["month"],
        y=young["forecast_rate"],
        mode="markers",
        marker={"symbol": "diamond", "size": 8, "color": CONTRAST},
        error_y={**error, "color": CONTRAST},
        name=say("outlook.trace"),
        hovertext=[_hover(row, say) for row in young.itertuples()],
        hoverinfo="text",
    )
    top = figure.layout.yaxis.range[1] if figure.layout.yaxis.range else 0
    top = max(top, float(young["high"].max()) * 1.05)
    figure.update_yaxes(range=[0, top], tickformat=".0%" if top > 0.05 else ".1%")
    figure.update_layout(showlegend=True)
    return figure


def _hover(row: object, say: Speaker) -> str:
    return say(
        "outlook.hover",
        month=say.month(row.month),
        rate=say.percent(row.forecast_rate),
        low_high=say.interval(row.low, row.high),
        n=say.count(row.n_open),
    )
