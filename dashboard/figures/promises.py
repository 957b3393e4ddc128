"""Promises beside what came of them: two intervals per decision, around the line of no change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One decision: its label, and (gain, low, high) promised and found; None where nothing was found yet."""

    label: str
    promised: tuple[float, float, float]
    found: tuple[float, float, float] | None


def promises_figure(rows: Sequence[Row], say: Speaker) -> go.Figure:
    """Draw promises and results in percentage points."""
    figure = style.blank(height=style.ROW_PIXELS)
    places = style.row_positions(len(rows))
    kinds = (
        ("promised", 0.1, PRIMARY, "circle-open", [row.promised for row in rows]),
        ("found", -0.14, CONTRAST, "diamond", [row.found for row in rows]),
    )
    for kind, offset, colour, symbol, values in kinds:
        _points(figure, [(p + offset, v) for p, v in zip(places, values, strict=True) if v], kind, colour, symbol, say)
    ends = [end for row in rows for value in (row.promised, row.found) if value for end in value[1:]]
    width = max(0.01, *(abs(end) for end in ends)) * 1.05
    style.rows_layout(figure, [row.label for row in rows], limit=width)
    figure.update_layout(showlegend=True, height=len(rows) * style.ROW_PIXELS + 110)
    figure.update_xaxes(
        visible=True,
        range=[min(0, *ends) * 1.1 - 0.005, max(0, *ends) * 1.1],
        tickformat="+.0%",
        title=say("ledger.axis"),
    )
    figure.add_vline(x=0, line={"color": MUTED, "width": 1, "dash": "dot"})
    return figure


def _points(
    figure: go.Figure,
    values: list[tuple[float, tuple[float, float, float]]],
    kind: str,
    colour: str,
    symbol: str,
    say: Speaker,
) -> None:
    gains = [value[0] for _, value in values]
    bounds = [value[1] for _, value in values], [value[2] for _, value in values]
    hover = [
        say("ledger.hover", kind=say(f"ledger.{kind}"), gain=say.points(g), low=say.points(a), high=say.points(b))
        for _, (g, a, b) in values
    ]
    error = {**style.whiskers(gains, *bounds), "color": colour, "thickness": 2.2, "width": 5}
    figure.add_scatter(
        x=gains, y=[place for place, _ in values], mode="markers", name=say(f"ledger.{kind}"), error_x=error,
        marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 2, "color": colour}},
        hovertext=hover, hoverinfo="text",
    )  # fmt: skip
