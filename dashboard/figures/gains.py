"""Ranking: which part of the wins the best scores hold, and how models do on the same quarters."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analysis.gains import Capture
from analysis.yardstick import Yardstick
from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY


def gains_figure(curve: pd.DataFrame, capture: Capture, base_rate: float, say: Speaker) -> go.Figure:
    """Draw the share of the wins among the leads with the best scores.

    Parameters
    ----------
    curve : DataFrame
        From `analysis.gains.gains_curve`, with at least one win.
    capture : Capture
        What sales can take; marked by a dotted line.
    base_rate : float
        Win rate of all; where a perfect score would have found all wins.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=400)
    leads, wins = [0, *curve["lead_share"]], [0, *curve["win_share"]]
    _add_line(figure, [0, base_rate, 1], [0, 1, 1], say("score.ranking.perfect"), MUTED, "dot")
    _add_line(figure, [0, 1], [0, 1], say("score.ranking.coin"), CONTRAST, "dash")
    figure.add_scatter(
        x=leads,
        y=wins,
        mode="lines",
        name=say("score.ranking.curve"),
        line={"color": PRIMARY, "width": 2.6},
        hovertext=["", *(_hover(row, say) for row in curve.itertuples())],
        hoverinfo="text",
    )
    figure.add_vline(x=capture.coin, line={"color": MUTED, "width": 1.6, "dash": "dot"})
    figure.add_scatter(
        x=[capture.coin],
        y=[capture.share],
        mode="markers",
        showlegend=False,
        marker={"color": PRIMARY, "size": 10},
        error_y=style.whiskers([capture.share], [capture.share_low], [capture.share_high]),
        hoverinfo="skip",
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%", title=say("score.ranking.axis_leads"))
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", title=say("score.ranking.axis_wins"))
    return figure


def yardstick_figure(found: Yardstick, quarters: Sequence[str], say: Speaker) -> go.Figure:
    """Draw how the points and the best model did in each quarter."""
    figure = style.blank(height=300)
    for column, key, colour, symbol in (
        ("auc_best", "best", CONTRAST, "diamond"),
        ("auc_points", "today", PRIMARY, "circle"),
    ):
        figure.add_scatter(
            x=list(quarters),
            y=found.folds[column],
            mode="lines+markers",
            name=say(f"score.yardstick.{key}"),
            line={"color": colour, "width": 2.2},
            marker={"size": 10, "symbol": symbol},
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )
    lowest = min(float(found.folds[["auc_best", "auc_points"]].min().min()), 0.5)
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(range=[lowest - 0.03, 1], tickformat=".0%", title=say("score.yardstick.axis"))
    figure.add_hline(y=0.5, line={"color": MUTED, "width": 1.6, "dash": "dot"})
    return figure


def _add_line(figure: go.Figure, x: Sequence[float], y: Sequence[float], name: str, colour: str, dash: str) -> None:
    figure.add_scatter(
        x=list(x), y=list(y), mode="lines", name=name, line={"color": colour, "width": 1.8, "dash": dash},
        hoverinfo="skip",
    )  # fmt: skip


def _hover(row: object, say: Speaker) -> str:
    return say(
        "score.ranking.hover",
        score=row.score,
        leads=say.percent(row.lead_share),
        wins=say.percent(row.win_share),
        low_high=say.interval(row.win_share_low, row.win_share_high),
    )
