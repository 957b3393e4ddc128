"""Score bands with other points, and today's as a ghost behind them."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.calibration import add_ghost, band_figure
from dashboard.texts import Speaker


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
    add_ghost(figure, today, "points.ghost", say)
    return figure
