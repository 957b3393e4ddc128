"""What each rule is worth by the outcomes, beside the points it has."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.style import blank, row_positions
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY

_ROW_PIXELS = 46
_MAX_POINTS = 15
"""Intervals are cut here: who knows no more than this about a rule knows nothing."""


def worth_figure(rules: pd.DataFrame, labels: Sequence[str], say: Speaker) -> go.Figure:
    """Draw for each rule the interval of what it is worth, and today's points as a diamond.

    Parameters
    ----------
    rules : DataFrame
        As from `rule_verdicts.rule_verdicts`.
    labels : sequence of str
        Name of each rule, in the same order.
    say : Speaker
        Gives the words.
    """
    rows = row_positions(len(rules))
    figure = blank(len(rules) * _ROW_PIXELS + 60)
    is_known = (rules["verdict"] != "not_enough") & rules["evidence"].notna()
    is_moved = ~rules["verdict"].isin(["keep", "not_enough"])
    for name, chosen, colour in (("agrees", is_known & ~is_moved, PRIMARY), ("differs", is_known & is_moved, CONTRAST)):
        part = rules[chosen]
        places = [row for row, is_in in zip(rows, chosen, strict=True) if is_in]
        estimate = part["evidence"].clip(-_MAX_POINTS, _MAX_POINTS)
        low, high = (part[end].clip(-_MAX_POINTS, _MAX_POINTS) for end in ("evidence_low", "evidence_high"))
        figure.add_scatter(
            x=estimate,
            y=places,
            mode="markers",
            name=say(f"health.figure.{name}"),
            marker={"color": colour, "size": 9, "symbol": "circle" if name == "agrees" else "square"},
            error_x={
                "type": "data", "symmetric": False, "array": high - estimate, "arrayminus": estimate - low,
                "color": colour, "thickness": 3, "width": 0,
            },
            hovertext=[say("health.figure.hover", low=f"{a:+.1f}", high=f"{b:+.1f}") for a, b in zip(low, high, strict=True)],
            hoverinfo="text",
        )  # fmt: skip
    figure.add_scatter(
        x=rules["points"],
        y=rows,
        mode="markers",
        name=say("health.figure.today"),
        marker={"color": MUTED, "size": 13, "symbol": "diamond-open", "line": {"width": 2}},
        hovertext=[say("health.figure.today_hover", points=say.signed(points)) for points in rules["points"]],
        hoverinfo="text",
    )
    for row, label in zip(rows, labels, strict=True):
        figure.add_annotation(
            x=0, y=row + 0.2, xref="paper", xanchor="left", yanchor="bottom", text=label, showarrow=False, align="left"
        )
    figure.update_yaxes(visible=False, range=[-0.6, len(rules) - 0.2])
    figure.update_xaxes(zeroline=True, title=say("health.figure.axis"), dtick=_step(rules))
    return figure


def _step(rules: pd.DataFrame) -> int:
    known = rules[["evidence_low", "evidence_high", "points"]].to_numpy(dtype=float)
    return 1 if pd.Series(abs(known).ravel()).max() <= 8 else 2
