"""Time: what moved in which month, how wins come in, and how the past foretold each quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.drift import Drift
from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY, SERIES

_ROW = 26
_SCALE = ((0.0, SERIES[1]), (0.5, "rgba(125,133,144,0.10)"), (1.0, SERIES[0]))
_CURVES = (SERIES[1], SERIES[2], SERIES[3])


def drift_figure(drift: Drift, names: dict[str, str], say: Speaker) -> go.Figure:
    """Draw for each month and rule how far the share of leads it fired for lies from usual.

    Cells that moved by more than chance gives carry a mark; the others are pale
    whatever their colour. `names` gives the rules in words.
    """
    rates = drift.rules.pivot(index="rule_id", columns="month", values="hit_rate")
    rest = drift.rules.pivot(index="rule_id", columns="month", values="rest_rate")
    order = [name for name in names if name in rates.index][::-1]
    shift, moved = (rates - rest).loc[order], drift.rules.pivot(index="rule_id", columns="month", values="is_moved")
    moved = moved.loc[order].astype(bool)
    limit = max(float(np.nanmax(np.abs(shift.to_numpy()), initial=0.0)), 0.05)
    figure = style.blank(height=len(order) * _ROW + 80)
    figure.add_heatmap(
        x=list(shift.columns),
        y=[_short(names[name]) for name in order],
        z=shift.where(moved, shift * 0.25).to_numpy(),
        zmin=-limit,
        zmax=limit,
        colorscale=[list(stop) for stop in _SCALE],
        showscale=False,
        xgap=1,
        ygap=1,
        text=[
            [_cell(names[name], month, rates, rest, name, say) for month in shift.columns] for name in order
        ],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    marks = [
        (month, _short(names[name]), "▲" if shift.loc[name, month] > 0 else "▼")
        for name in order
        for month in shift.columns
        if moved.loc[name, month]
    ]
    for month, name, mark in marks:
        figure.add_annotation(x=month, y=name, text=mark, showarrow=False)
    figure.update_xaxes(type="date", tickformat=say("format.plot_month"), nticks=3, tickangle=0, showgrid=False)
    figure.update_yaxes(showgrid=False)
    return figure


def vintage_figure(
    curves: pd.DataFrame, overall: pd.DataFrame, highlighted: list[pd.Timestamp], say: Speaker
) -> go.Figure:
    """Draw the share won by days since the handoff: each month thin, all together thick, some in colour.

    Only as far as every handoff of the month has been observed.
    """
    figure = style.blank(height=380)
    complete = curves[curves["is_complete"]]
    _band(figure, overall)
    for month, part in complete.groupby("month", sort=True):
        if month in highlighted:
            continue
        figure.add_scatter(
            x=part["days"], y=part["reached"], mode="lines", line={"color": MUTED, "width": 0.8, "shape": "hv"},
            opacity=0.5, showlegend=False, hoverinfo="text", hovertext=_curve_texts(part, month, say),
        )  # fmt: skip
    figure.add_scatter(
        x=overall["days"], y=overall["reached"], mode="lines", line={"color": PRIMARY, "width": 3, "shape": "hv"},
        name=say("over_time.all_months"), hoverinfo="skip",
    )  # fmt: skip
    for colour, month in zip(_CURVES, highlighted, strict=False):
        part = complete[complete["month"] == month]
        figure.add_scatter(
            x=part["days"], y=part["reached"], mode="lines", line={"color": colour, "width": 2.2, "shape": "hv"},
            name=say.month(month), hoverinfo="text", hovertext=_curve_texts(part, month, say),
        )  # fmt: skip
    figure.update_xaxes(title=say("over_time.days_axis"), rangemode="tozero")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    figure.update_layout(showlegend=True)
    return figure


def quarters_figure(quarters: pd.DataFrame, labels: list[str], say: Speaker) -> go.Figure:
    """Draw the wins of each quarter over those its past foretold, with the interval chance gives."""
    figure = style.blank(height=300)
    figure.add_scatter(
        x=quarters["quarter"],
        y=quarters["ratio"],
        mode="markers",
        marker={"color": PRIMARY, "size": 11},
        error_y=style.whiskers(quarters["ratio"], quarters["ratio_low"], quarters["ratio_high"]) | {"color": PRIMARY},
        hoverinfo="text",
        hovertext=[
            say("over_time.quarter_hover", quarter=label, won=say.count(row.n_won), predicted=f"{row.n_predicted:,.0f}")
            for label, row in zip(labels, quarters.itertuples(), strict=True)
        ],
        showlegend=False,
    )
    figure.add_hline(y=1, line={"color": CONTRAST, "width": 1.6, "dash": "dash"}, layer="below")
    low, high = min(quarters["ratio_low"].min(), 0.8), max(quarters["ratio_high"].max(), 1.2)
    figure.update_yaxes(range=[max(low - 0.05, 0), min(high + 0.05, 3)], tickformat=".0%", nticks=6)
    margin = pd.Timedelta(days=50)
    first, last = quarters["quarter"].min(), quarters["quarter"].max()
    figure.update_xaxes(
        type="date", tickformat=say("format.plot_month"), range=[first - margin, last + margin],
        tickvals=list(quarters["quarter"][:: max(len(quarters) // 3, 1)]), showgrid=False, tickangle=0,
    )  # fmt: skip
    return figure


def _band(figure: go.Figure, overall: pd.DataFrame) -> None:
    days = list(overall["days"])
    figure.add_scatter(
        x=[*days, *days[::-1]], y=[*overall["reached_high"], *overall["reached_low"][::-1]], mode="lines",
        fill="toself", fillcolor="rgba(47,125,196,0.18)", line={"width": 0}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _curve_texts(part: pd.DataFrame, month: object, say: Speaker) -> list[str]:
    name = say.month(pd.Timestamp(str(month)))
    return [
        say("over_time.curve_hover", month=name, days=say.count(row.days), rate=say.percent(row.reached))
        for row in part.itertuples()
    ]


def _cell(rule: str, month: pd.Timestamp, rates: pd.DataFrame, rest: pd.DataFrame, name: str, say: Speaker) -> str:
    values = {"now": say.percent(rates.loc[name, month]), "before": say.percent(rest.loc[name, month])}
    return say("over_time.cell_hover", rule=rule, month=say.month(month), **values)


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"
