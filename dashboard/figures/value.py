"""What thresholds are worth: the value curve, the leads that come, and the staircase on the grid."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from analysis.staircase import Staircase
from analysis.value import ThresholdValue
from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY, SERIES

_BAND: Final = "rgba(47,125,196,0.18)"
_SCALE: Final = [[0.0, "rgba(47,125,196,0.04)"], [1.0, "rgba(47,125,196,0.55)"]]
_N_TICKS: Final = 6
_STAIR: Final = {"color": CONTRAST, "width": 4}
_TODAY: Final = {"color": MUTED, "width": 3, "dash": "dot"}


def value_figure(found: ThresholdValue, today: ThresholdValue | None, say: Speaker) -> go.Figure:
    """Draw yen per month over the threshold, with its interval and the thresholds that matter.

    Parameters
    ----------
    found : ThresholdValue
        With the points of the sheet.
    today : ThresholdValue or None
        With today's points, drawn as a ghost; None where they are the same.
    say : Speaker
        Gives the words.
    """
    figure, curve = style.blank(height=420), found.curve
    _add_interval(figure, curve, say)
    if today is not None:
        figure.add_scatter(
            x=today.curve["threshold"], y=today.curve["value"], mode="lines", name=say("value.figure.ghost"),
            line={"color": MUTED, "width": 2, "dash": "dash"}, hoverinfo="skip",
        )  # fmt: skip
    figure.add_scatter(
        x=curve["threshold"], y=curve["value"], mode="lines+markers", name=say("value.figure.value"),
        line={"color": PRIMARY, "width": 3}, marker={"size": 5, "color": PRIMARY},
        hovertext=[hover(row, say) for row in curve.itertuples()], hoverinfo="text",
    )  # fmt: skip
    _add_marks(figure, found, say)
    low, high = found.flat
    if low < high:
        figure.add_vrect(x0=low, x1=high, fillcolor=SERIES[2], opacity=0.16, line_width=0, layer="below")
    figure.update_xaxes(title=say("value.figure.threshold"), showgrid=False, nticks=12, zeroline=False)
    _money_axis(figure, [*curve["value_from"], *curve["value_to"]], say)
    return figure


def inflow_figure(found: ThresholdValue, say: Speaker) -> go.Figure:
    """Draw the leads that come per month over the threshold, and how many sales can take on."""
    figure, curve = style.blank(height=260), found.curve
    for column, name, marker in (
        ("n_worked", "worked", style.solid()),
        ("n_left", "left", style.hatched()),
    ):
        figure.add_bar(
            x=curve["threshold"], y=curve[column], marker=marker, name=say(f"value.figure.{name}"),
            hovertext=[hover(row, say) for row in curve.itertuples()], hoverinfo="text",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.2)
    figure.add_hline(y=found.terms.capacity, line={"color": CONTRAST, "width": 2, "dash": "dash"})
    figure.add_annotation(
        x=1, xref="paper", xanchor="right", y=found.terms.capacity, yanchor="bottom", showarrow=False,
        text=say("value.figure.capacity", n=say.count(found.terms.capacity)), font={"color": CONTRAST},
    )  # fmt: skip
    figure.update_xaxes(title=say("value.figure.threshold"), showgrid=False, nticks=12, zeroline=False)
    figure.update_yaxes(nticks=5, rangemode="tozero")
    return figure


def staircase_figure(found: Staircase, say: Speaker) -> go.Figure:
    """Draw the win rate of each cell, the staircase, and today's threshold as the line it makes in the grid."""
    cells = found.cells
    n_fit, n_engagement = cells["fit_no"].max() + 1, cells["engagement_no"].max() + 1
    figure = style.blank(height=90 + 76 * n_fit)
    grid = cells["win_rate"].where(cells["is_enough"]).to_numpy().reshape(n_fit, n_engagement)
    rows = list(cells.itertuples())
    figure.add_heatmap(
        z=grid, x=list(range(n_engagement)), y=list(range(n_fit)), zmin=0, zmax=_top(cells), colorscale=_SCALE,
        showscale=False, xgap=2, ygap=2, hoverongaps=True, hoverinfo="text",
        text=_square([cell_text(row, say) for row in rows], n_engagement),
        hovertext=_square([cell_hover(row, say) for row in rows], n_engagement),
        texttemplate="%{text}", textfont={"size": 11},
    )  # fmt: skip
    shares = cells["today_share"].fillna(0).to_numpy().reshape(n_fit, n_engagement) >= 0.5
    today = [int(row.argmax()) if row.any() else n_engagement for row in shares]
    _add_steps(figure, today, _TODAY, say("value.stairs.today"))
    _add_steps(figure, list(found.cuts), _STAIR, say("value.stairs.best"))
    labels = axis_labels(cells, say)
    for axis, names, title in (
        (figure.update_xaxes, labels["engagement"], "engagement"),
        (figure.update_yaxes, labels["fit"], "fit"),
    ):
        axis(
            tickmode="array", tickvals=list(range(len(names))), ticktext=names, showgrid=False, zeroline=False,
            range=[-0.6, len(names) - 0.4], title=say(f"value.stairs.{title}"),
        )  # fmt: skip
    figure.update_xaxes(tickangle=0)
    return figure


def axis_labels(cells: pd.DataFrame, say: Speaker) -> dict[str, list[str]]:
    """Return the grades of both axes in words, lowest first: their name, and their points."""
    labels = {}
    for axis in ("fit", "engagement"):
        levels = cells.drop_duplicates(f"{axis}_no").sort_values(f"{axis}_no")
        names, starts = list(levels[axis]), list(levels[f"{axis}_from"])
        ends = [*starts[1:], pd.NA]
        ranges = [_range(*pair) for pair in zip(starts, ends, strict=True)]
        labels[axis] = [
            "<br>".join(filter(None, (name, text))) or say("range.all")
            for name, text in zip(names, ranges, strict=True)
        ]
    return labels


def cell_text(row: Any, say: Speaker) -> str:
    """Return what stands in a cell: its win rate and n."""
    n = say("value.stairs.n", n=say.count(row.n_mature))
    rate = f"<b>{say.percent(row.win_rate)}</b>" if row.is_enough else f"<i>{say('value.stairs.few')}</i>"
    return f"{rate}<br>{n}"


def cell_hover(row: Any, say: Speaker) -> str:
    """Return all that is known of a cell."""
    return say(
        "value.stairs.hover",
        rate=say.percent(row.win_rate),
        low_high=say.interval(row.win_low, row.win_high),
        n=say.count(row.n_mature),
        unknown=say.count(row.n_unknown),
        leads=say.count(row.n_leads),
        value=say.money(row.value),
    )


def hover(row: Any, say: Speaker) -> str:
    """Return all that is known of a threshold."""
    return say(
        "value.figure.hover",
        threshold=row.threshold,
        value=say.money(row.value),
        low=say.money(row.value_from),
        high=say.money(row.value_to),
        wins=f"{row.wins:.1f}",
        leads=say.count(row.n_leads),
        left=say.count(row.n_left),
    )


def _add_interval(figure: go.Figure, curve: pd.DataFrame, say: Speaker) -> None:
    figure.add_scatter(
        x=curve["threshold"], y=curve["value_to"], mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip"
    )
    figure.add_scatter(
        x=curve["threshold"], y=curve["value_from"], mode="lines", line={"width": 0}, fill="tonexty", fillcolor=_BAND,
        name=say("value.figure.interval"), hoverinfo="skip",
    )  # fmt: skip


def _add_marks(figure: go.Figure, found: ThresholdValue, say: Speaker) -> None:
    """Mark the thresholds that matter, each with a sign of its own."""
    for number, name, symbol, size, colour in (
        (found.filling, "filling", "square-open", 20, SERIES[2]),
        (found.today, "today", "circle-open", 15, MUTED),
        (found.best, "best", "star", 13, CONTRAST),
    ):
        row = found.row(number)
        is_nobody = number == len(found.curve) - 1
        label = say("value.nobody") if is_nobody else say("value.points", n=int(row["threshold"]))
        figure.add_scatter(
            x=[row["threshold"]], y=[row["value"]], mode="markers", hoverinfo="skip",
            name=say(f"value.figure.{name}", threshold=label),
            marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 3, "color": colour}},
        )  # fmt: skip


def _add_steps(figure: go.Figure, cuts: list[int], line: dict[str, Any], name: str) -> None:
    """Draw a line along the edges of the cells, from the lowest grade of fit to the highest."""
    xs, ys = [], []
    for fit, cut in enumerate(cuts):
        xs += [cut - 0.5, cut - 0.5]
        ys += [fit - 0.5, fit + 0.5]
    figure.add_scatter(x=xs, y=ys, mode="lines", line=line, name=name, hoverinfo="skip", showlegend=True)


def _square(texts: list[str], width: int) -> list[list[str]]:
    return [texts[start : start + width] for start in range(0, len(texts), width)]


def _top(cells: pd.DataFrame) -> float:
    rates = cells.loc[cells["is_enough"], "win_rate"]
    return max(float(rates.max()) if len(rates) else 0.0, 0.01)


def _range(low: Any, high: Any) -> str:
    """Write a range of points in as few signs as a phone has room for."""
    if pd.isna(low):
        return "" if pd.isna(high) else f"<{high}"
    if pd.isna(high):
        return f"{low}+"
    return str(low) if high == low + 1 else f"{low}–{high - 1}"


def _money_axis(figure: go.Figure, values: list[float], say: Speaker) -> None:
    """Write yen as people do, at round numbers."""
    low, high = min(0.0, *values), max(1.0, *values)
    step = 10.0 ** math.floor(math.log10((high - low) / _N_TICKS))
    step *= next(size for size in (1, 2, 5, 10) if (high - low) / (size * step) <= _N_TICKS)
    ticks = [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    figure.update_yaxes(
        tickmode="array", tickvals=ticks, ticktext=[say.money(tick) for tick in ticks],
        range=[low - 0.03 * (high - low), high + 0.06 * (high - low)],
    )  # fmt: skip
