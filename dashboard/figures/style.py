"""What all figures have in common: margins, quiet axes, labels that never clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.theme import HATCH, MUTED, PRIMARY

ROW_PIXELS = 58
"""Height of one row of a bar chart whose labels stand above the bars."""


def blank(height: int) -> go.Figure:
    """Return an empty figure with our layout.

    Text and grid colours are not set: Streamlit's theme gives them.
    """
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 0},
        bargap=0.35,
        barmode="overlay",
        dragmode=False,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0, "title": None},
        hoverlabel={"align": "left"},
        modebar={"remove": ["toImage"]},
    )
    figure.update_xaxes(fixedrange=True, automargin=True)
    figure.update_yaxes(fixedrange=True, automargin=True)
    return figure


def rows_layout(figure: go.Figure, labels: Sequence[str], limit: float) -> None:
    """Turn a figure into rows of horizontal bars, each with its label above it.

    A label above its bar has the whole width, so long Japanese names are
    readable on a phone, where an axis at the left would leave no room for bars.
    """
    n_rows = len(labels)
    figure.update_layout(height=n_rows * ROW_PIXELS + 24, showlegend=False)
    figure.update_xaxes(visible=False, range=[0, limit])
    figure.update_yaxes(visible=False, range=[-0.5, n_rows - 0.3])
    for position, label in zip(row_positions(n_rows), labels, strict=True):
        figure.add_annotation(
            x=0, y=position + 0.24, xref="paper", xanchor="left", yanchor="bottom", text=label, showarrow=False,
            align="left",
        )  # fmt: skip


def row_positions(n_rows: int) -> list[int]:
    """Return the height of each row, the first at the top."""
    return list(range(n_rows - 1, -1, -1))


def solid(colour: str = PRIMARY) -> dict[str, Any]:
    """Return the marker of a number that can be judged."""
    return {"color": colour}


def hatched(colour: str = MUTED) -> dict[str, Any]:
    """Return the marker of a number that must not be read as final."""
    return {"color": colour, "pattern": HATCH, "line": {"color": colour, "width": 1}}


def whiskers(rate: Sequence[float], low: Sequence[float], high: Sequence[float]) -> dict[str, Any]:
    """Return the error bars of rates with their intervals."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [top - middle for top, middle in zip(high, rate, strict=True)],
        "arrayminus": [middle - bottom for bottom, middle in zip(low, rate, strict=True)],
        "thickness": 1.4,
        "width": 3,
    }
