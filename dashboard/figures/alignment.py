"""Three readings of each rule as dots on one line of points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY, SERIES

READINGS = {
    "marketing": (CONTRAST, "diamond", 0.16),
    "sales": (SERIES[3], "square", 0.0),
    "deals": (PRIMARY, "circle", -0.16),
}
"""Colour, shape and height within its row of each reading: none of them alone carries the meaning."""

_ROW = 62


def alignment_figure(rules: pd.DataFrame, names: Mapping[str, str], say: Speaker) -> go.Figure:
    """Draw each rule's points as marketing gives them, as sales' answers imply and as deals support.

    Parameters
    ----------
    rules : DataFrame
        As in `analysis.meeting.alignment.Alignment.rules`.
    names : mapping
        Name of each column of the ruleset.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=len(rules) * _ROW + 80)
    positions = np.array(style.row_positions(len(rules)), dtype=float)
    low, high = _range(rules)
    for reading in READINGS:
        _add(figure, rules, reading, positions, (low, high), names, say)
    for position, column_id in zip(positions, rules["column_id"], strict=True):
        figure.add_annotation(
            x=0, y=position + 0.3, xref="paper", xanchor="left", yanchor="bottom", text=names[column_id],
            showarrow=False, align="left",
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": MUTED, "width": 1.2}, layer="below")
    figure.update_xaxes(range=[low, high], zeroline=False, showgrid=True)
    figure.update_yaxes(visible=False, range=[-0.5, len(rules) - 0.2])
    return figure


def _add(
    figure: go.Figure,
    rules: pd.DataFrame,
    reading: str,
    positions: np.ndarray,
    ends: tuple[float, float],
    names: Mapping[str, str],
    say: Speaker,
) -> None:
    colour, symbol, height = READINGS[reading]
    column = "points" if reading == "marketing" else f"{reading}_points"
    known = rules[column].notna().to_numpy()
    rows = rules[known]
    if rows.empty:
        return
    error: dict[str, Any] = {}
    if reading != "marketing":
        low, high = (rows[f"{reading}_{end}"].clip(*ends) for end in ("low", "high"))
        error = {"error_x": style.whiskers(rows[column], low, high) | {"color": colour}}
    figure.add_scatter(
        x=rows[column],
        y=positions[known] + height,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 10},
        name=say(f"alignment.reading.{reading}"),
        hovertext=[_hover(row, reading, names, say) for _, row in rows.iterrows()],
        hoverinfo="text",
        **error,
    )


def _range(rules: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis: room for every dot, not for every line."""
    dots = rules[["points", "sales_points", "deals_points"]].to_numpy(dtype=float).ravel()
    dots = np.append(dots[np.isfinite(dots)], 0.0)
    room = max(1.5, 0.15 * float(dots.max() - dots.min()))
    return float(dots.min()) - room, float(dots.max()) + room


def _hover(row: Any, reading: str, names: Mapping[str, str], say: Speaker) -> str:
    values = {"rule": names[row["column_id"]], "reading": say(f"alignment.reading.{reading}")}
    if reading == "marketing":
        return say("alignment.hover", **values, points=f"{row['points']:g}")
    points = {name: f"{row[f'{reading}_{name}']:.1f}" for name in ("points", "low", "high")}
    return say("alignment.hover_interval", **values, **points)
