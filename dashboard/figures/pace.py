"""A month against its target: where we are, and where we should be."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import MUTED, PRIMARY


def pace_figure(days: pd.DataFrame, say: Speaker) -> go.Figure:
    """Draw the count so far over the line that leads to the target.

    Parameters
    ----------
    days : DataFrame
        As `analysis.pace.pace_line` returns it.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=300)
    figure.add_scatter(
        x=days["day"], y=days["n_needed"], mode="lines", name=say("pace.needed"),
        line={"color": MUTED, "width": 2, "dash": "dash"}, hoverinfo="x+y",
    )  # fmt: skip
    figure.add_scatter(
        x=days["day"], y=days["n_actual"], mode="lines", name=say("pace.actual"),
        line={"color": PRIMARY, "width": 3, "shape": "hv"}, hoverinfo="x+y",
    )  # fmt: skip
    top = max(1.0, float(days["n_needed"].max()), float(days["n_actual"].max(skipna=True) or 0))
    figure.update_xaxes(type="date", tickformat=say("format.plot_day"), showgrid=False, nticks=6)
    figure.update_yaxes(range=[0, top * 1.08], nticks=6, rangemode="tozero")
    return figure
