"""Score bands with other points, and today's as a ghost behind them."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.calibration import band_figure
from dashboard.texts import Speaker
from dashboard.theme import MUTED


def moved_figure(mine: pd.DataFrame, today: pd.DataFrame, base_rate: float, say: Speaker) -> go.Figure:
    """Draw the win rates of the bands as they would be, over outlines of what they are today.

    Parameters
    ----------
    mine, today : DataFrame
        As in `analysis.calibration.Calibration.bands`, of the same bands.
    base_rate : float
        Win rate of all handoffs, in [0, 1].
    say : Speaker
        Gives the words.
    """
    figure = band_figure(mine, base_rate, say)
    enough = today[today["is_enough"]]
    figure.add_bar(
        x=enough["band_no"],
        y=enough["win_rate"],
        width=0.78,
        marker={"color": "rgba(0,0,0,0)", "line": {"color": MUTED, "width": 2.5}},
        name=say("points.ghost"),
        hovertext=[say("points.ghost_hover", rate=say.percent(rate)) for rate in enough["win_rate"]],
        hoverinfo="text",
    )
    figure.data = (figure.data[-1], *figure.data[:-1])  # the ghost stands behind
    top = max([figure.layout.yaxis.range[1], *(enough["win_rate"] * 1.18)])
    figure.update_yaxes(range=[0, top])
    figure.update_layout(showlegend=True)
    for bar in figure.data[1:]:
        bar.showlegend = True
    return figure
