"""Rates in rows, each with its interval and its label above: as they are, and evened out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.theme import CONTRAST, MUTED, PRIMARY

_STYLES = {
    "main": (PRIMARY, "circle", -0.12),
    "beside": (MUTED, "circle-open", 0.1),
    "alarm": (CONTRAST, "diamond", -0.12),
}
_PAD = 1.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One rate in a row.

    Attributes
    ----------
    row : int
        From the top.
    look : {"main", "beside", "alarm"}
        Colour and shape, the same for all marks of a name.
    name : str
        What the legend calls it.
    rate, low, high : float
        Fractions.
    text : str
        What hovering says.
    code : str
        What a click chooses.
    """

    row: int
    look: str
    name: str
    rate: float
    low: float
    high: float
    text: str
    code: str


def marks_figure(labels: Sequence[str], marks: Sequence[Mark]) -> go.Figure:
    """Draw rows of marks with their intervals.

    Parameters
    ----------
    labels : sequence of str
        What stands above each row, the first at the top.
    marks : sequence of Mark
        In any order; those of a look share a name.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    known = [mark for mark in marks if mark.rate == mark.rate]
    top = max((mark.high for mark in known), default=1.0) * _PAD
    style.rows_layout(figure, labels, limit=top)
    places = style.row_positions(len(labels))
    for look in dict.fromkeys(mark.look for mark in known):
        colour, symbol, shift = _STYLES[look]
        chosen = [mark for mark in known if mark.look == look]
        middle, low, high = ([getattr(mark, name) for mark in chosen] for name in ("rate", "low", "high"))
        figure.add_scatter(
            x=middle,
            y=[places[mark.row] + shift for mark in chosen],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 10, "line": {"color": colour, "width": 1.6}},
            error_x=style.whiskers(middle, low, high) | {"color": colour},
            name=chosen[0].name,
            hovertext=[mark.text for mark in chosen],
            hoverinfo="text",
            customdata=[mark.code for mark in chosen],
        )
    figure.update_layout(showlegend=True, height=len(labels) * style.ROW_PIXELS + 70, margin_t=34)
    figure.update_xaxes(visible=True, tickformat=".0%", rangemode="tozero", nticks=6)
    return figure
