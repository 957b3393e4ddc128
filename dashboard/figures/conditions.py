"""Conditions as rows: what is at stake in each, with its interval, under its name."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.theme import MUTED, PRIMARY

_ROW_PIXELS = 86
_LINE_WIDTH = 50


def conditions_figure(
    values: Sequence[float],
    bounds: tuple[Sequence[float], Sequence[float]],
    labels: Sequence[str],
    codes: Sequence[str],
    is_sure: Sequence[bool],
    unit: str,
) -> go.Figure:
    """Draw one bar per condition, its name above in at most two lines.

    Parameters
    ----------
    values : sequence of float
        Length of each bar.
    bounds : pair of sequences
        Low and high end of each bar's interval.
    labels, codes : sequences of str
        What stands above each bar, and what a click on it chooses.
    is_sure : sequence of bool
        Others are hatched.
    unit : str
        What the axis counts.
    """
    n_rows = len(values)
    figure = style.blank(height=n_rows * _ROW_PIXELS + 50)
    places = style.row_positions(n_rows)
    markers = [style.solid(PRIMARY) if sure else style.hatched(MUTED) for sure in is_sure]
    for place, value, low, high, label, code, marker in zip(
        places, values, *bounds, labels, codes, markers, strict=True
    ):
        figure.add_bar(
            x=[value], y=[place], orientation="h", width=0.3, marker=marker, hovertext=[label], hoverinfo="text",
            customdata=[code], error_x=style.whiskers([value], [low], [high]), showlegend=False,
        )  # fmt: skip
        figure.add_annotation(
            x=0, y=place + 0.2, xref="paper", xanchor="left", yanchor="bottom", text=_wrapped(label), showarrow=False,
            align="left",
        )  # fmt: skip
    low, high = min([0.0, *bounds[0]]), max([1.0, *bounds[1]])
    figure.update_xaxes(range=[low - 0.02 * (high - low), high * 1.02], title={"text": unit}, nticks=6, zeroline=True)
    figure.update_yaxes(visible=False, range=[-0.4, n_rows - 0.2])
    return figure


def _wrapped(label: str) -> str:
    """Break a label into at most two lines; Japanese characters are twice as wide and may break anywhere."""
    is_wide = sum(character > "⺀" for character in label) * 2 > len(label)
    lines = textwrap.wrap(label, _LINE_WIDTH // 2 if is_wide else _LINE_WIDTH, break_long_words=True)
    if len(lines) > 2:
        lines = [lines[0], f"{lines[1][:-1]}…"]
    return "<br>".join(lines)
