"""From points to probability: the steps, the smooth curve, how sure both are, and the leads under them."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from analysis.reliability import Reliability
from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, HATCH, MUTED, PRIMARY

_LEADS_SHARE = 0.24
"""Part of the height that the leads take."""


def reliability_figure(found: Reliability, say: Speaker) -> go.Figure:
    """Draw the chance of winning by score over the number of leads with that score.

    Parameters
    ----------
    found : Reliability
        At least one score with mature leads.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=480)
    curve = found.curve
    _add_band(figure, curve, "consistent", say("score.reliability.band"), _soft(CONTRAST, 0.18))
    _add_band(figure, curve, "p", say("score.reliability.interval"), _soft(PRIMARY, 0.2), shape="hvh")
    figure.add_scatter(
        x=curve["score"], y=curve["p_smooth"], mode="lines", name=say("score.reliability.smooth"),
        line={"color": CONTRAST, "width": 2.2, "dash": "dash"}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=curve["score"],
        y=curve["p_steps"],
        mode="lines+markers" if len(curve) == 1 else "lines",
        name=say("score.reliability.steps"),
        line={"color": PRIMARY, "width": 2.6, "shape": "hvh"},
        hovertext=[_hover(row, say) for row in curve.itertuples()],
        hoverinfo="text",
    )
    _add_leads(figure, found.mass, say)
    top = min(max(float(curve["p_steps"].max()), float(curve["p_smooth"].max()), 0.02) * 1.15, 1.02)
    figure.update_xaxes(title=say("score.reliability.axis_score"), anchor="y2", showgrid=False)
    figure.update_layout(
        yaxis={
            "domain": [_LEADS_SHARE + 0.06, 1],
            "range": [0, top],
            "tickformat": ".0%" if top > 0.05 else ".1%",
            "title": say("score.reliability.axis_rate"),
        },
        yaxis2={
            "domain": [0, _LEADS_SHARE],
            "fixedrange": True,
            "automargin": True,
            "nticks": 4,
            "title": say("score.reliability.axis_leads"),
        },
        barmode="stack",
        bargap=0.12,
    )
    return figure


def _add_band(
    figure: go.Figure, curve: pd.DataFrame, prefix: str, name: str, colour: str, shape: str = "linear"
) -> None:
    line = {"width": 0, "shape": shape}
    for end in ("low", "high"):
        figure.add_scatter(
            x=curve["score"],
            y=curve[f"{prefix}_{end}"],
            mode="lines",
            line=line,
            fill="tonexty" if end == "high" else None,
            fillcolor=colour,
            name=name,
            showlegend=end == "high",
            hoverinfo="skip",
        )


def _add_leads(figure: go.Figure, mass: pd.DataFrame, say: Speaker) -> None:
    for column, marker in (
        ("n_worked", {"color": PRIMARY}),
        ("n_standing", {"color": MUTED, "pattern": HATCH, "line": {"width": 0}}),
    ):
        if mass[column].any():
            figure.add_bar(
                x=mass["score"],
                y=mass[column],
                yaxis="y2",
                marker=marker,
                name=say(f"score.reliability.{column.removeprefix('n_')}"),
                hovertemplate="%{x}: %{y:,}<extra></extra>",
            )


def _hover(row: object, say: Speaker) -> str:
    return say(
        "score.reliability.hover",
        score=row.score,
        rate=say.percent(row.p_steps),
        low_high=say.interval(row.p_low, row.p_high),
        n=say.count(row.n_mature),
        n_won=say.count(row.n_won),
    )


def _soft(colour: str, strength: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"
