"""Two scores side by side: how often leads win that both, one or neither puts at the top."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker


def corners_figure(corners: pd.DataFrame, name_a: str, name_b: str, say: Speaker) -> go.Figure:
    """Draw the win rate of each corner with its interval; corners with too few leads say so."""
    figure = style.blank(height=style.ROW_PIXELS)
    positions = pd.Series(style.row_positions(len(corners)), index=corners.index)
    enough = corners[corners["is_enough"]]
    figure.add_bar(
        x=enough["win_rate"],
        y=positions[enough.index],
        orientation="h",
        width=0.4,
        marker=style.solid(),
        error_x=style.whiskers(enough["win_rate"], enough["win_low"], enough["win_high"]),
        hoverinfo="skip",
    )
    labels = [_label(row, name_a, name_b, say) for row in corners.itertuples()]
    style.rows_layout(figure, labels, limit=max([*enough["win_high"], 0.05]) * 1.05)
    return figure


def _label(row: object, name_a: str, name_b: str, say: Speaker) -> str:
    name = say(f"versus.corner.{row.corner}", a=name_a, b=name_b)
    n = say.count(row.n_mature)
    if not row.is_enough:
        return say("versus.corner_few", name=name, n=n)
    return say("versus.corner_text", name=name, rate=say.percent(row.win_rate), won=say.count(row.n_won), n=n)
