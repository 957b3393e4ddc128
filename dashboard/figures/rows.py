"""Plain rows: one bar per item with its label above, for shares and counts."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures import style


def rows_figure(
    lengths: Sequence[float],
    labels: Sequence[str],
    codes: Sequence[str],
    bounds: tuple[Sequence[float], Sequence[float]] | None = None,
) -> go.Figure:
    """Draw one bar per item.

    Parameters
    ----------
    lengths : sequence of float
        Length of each bar, at least 0.
    labels : sequence of str
        What stands above each bar.
    codes : sequence of str
        What a click on each bar chooses.
    bounds : pair of sequences, or None
        Low and high end of each bar's interval.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    error = {} if bounds is None else {"error_x": style.whiskers(lengths, *bounds)}
    figure.add_bar(
        x=list(lengths), y=style.row_positions(len(labels)), orientation="h", width=0.4, marker=style.solid(),
        hovertext=list(labels), hoverinfo="text", customdata=list(codes), **error,
    )  # fmt: skip
    top = max([0.0, *lengths, *(bounds[1] if bounds else ())])
    style.rows_layout(figure, labels, limit=top or 1)
    return figure
