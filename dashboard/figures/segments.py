"""One forest plot of all segments: does the score work here, and do its leads win what it promises?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY, SERIES
from dashboard.wording import group_name

MARKS = {
    "less": (SERIES[6], "triangle-down"),
    "more": (SERIES[2], "triangle-up"),
    "alike": (PRIMARY, "circle"),
    "works": (PRIMARY, "circle"),
    "unclear": (MUTED, "circle-open"),
    "reversed": (SERIES[6], "x"),
}
"""Colour and shape of each verdict: neither alone carries the meaning."""

_ROW = 22
_RATIO_TICKS = (0.25, 0.5, 1, 2, 4)
_COLUMNS = {
    "level": ("shrunken_ratio", "shrunken_low", "shrunken_high"),
    "order": ("auc", "auc_low", "auc_high"),
}


def segment_name(dimension: str, label: str, say: Speaker) -> str:
    """Return the name of a segment in words."""
    if dimension == "company_size" and label:
        return say(f"segments.size.{label.replace('+', 'plus')}")
    return group_name(dimension, label, say)


def forest_figure(segments: pd.DataFrame, measure: str, overall: float, say: Speaker) -> go.Figure:
    """Draw every segment that can be judged with its interval, by attribute.

    Parameters
    ----------
    segments : DataFrame
        As in `analysis.segments.Segments.segments`.
    measure : {"level", "order"}
        Wins against those expected, or the ranking within the segment.
    overall : float
        Ranking of all decisions, drawn as a line; only for "order".
    say : Speaker
        Gives the words.
    """
    rows = segments[segments[measure] != "too_few"]
    names, heads, places = _rows(rows, say)
    figure = style.blank(height=len(names) * _ROW + 70)
    columns = _COLUMNS[measure]
    for verdict in dict.fromkeys(rows[measure]):
        _add(figure, rows[rows[measure] == verdict], places, columns, (measure, verdict), say)
    usual = 1.0 if measure == "level" else 0.5
    figure.add_vline(x=usual, line={"color": CONTRAST, "width": 1.6, "dash": "dash"}, layer="below")
    if measure == "order" and overall == overall:
        figure.add_vline(x=overall, line={"color": MUTED, "width": 1.2, "dash": "dot"}, layer="below")
    for place, text in heads:
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=place, text=f"<b>{text}</b>", showarrow=False, yanchor="middle",
        )  # fmt: skip
    _axes(figure, rows, measure, columns)
    ticks = [(place, name) for place, name in names if name]
    figure.update_yaxes(
        tickvals=[place for place, _ in ticks], ticktext=[name for _, name in ticks], showgrid=False, zeroline=False,
        range=[-0.7, len(names) - 0.3],
    )  # fmt: skip
    return figure


def _rows(
    rows: pd.DataFrame, say: Speaker
) -> tuple[list[tuple[int, str]], list[tuple[int, str]], dict[tuple[str, str], int]]:
    """Give each segment a height, those of one attribute together under its name; the first at the top."""
    order: list[tuple[str, str | None]] = []
    for dimension in dict.fromkeys(rows["dimension"]):
        order.append((dimension, None))
        order += [(dimension, label) for label in rows.loc[rows["dimension"] == dimension, "label"]]
    height = {key: len(order) - 1 - number for number, key in enumerate(order)}
    names = [(height[key], "" if key[1] is None else _short(segment_name(key[0], key[1], say))) for key in order]
    heads = [(height[key], say(f"segments.dimension.{key[0]}")) for key in order if key[1] is None]
    return names, heads, {(key[0], key[1]): place for key, place in height.items() if key[1] is not None}


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:17]}…"


def _add(
    figure: go.Figure,
    part: pd.DataFrame,
    places: dict[tuple[str, str], int],
    columns: tuple[str, str, str],
    verdict: tuple[str, str],
    say: Speaker,
) -> None:
    colour, symbol = MARKS[verdict[1]]
    middle, low, high = (part[name] for name in columns)
    figure.add_scatter(
        x=middle,
        y=[places[key] for key in zip(part["dimension"], part["label"], strict=True)],
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 10, "line": {"color": colour, "width": 1.5}},
        error_x=style.whiskers(middle, low, high) | {"color": colour},
        name=say(f"segments.{verdict[0]}.{verdict[1]}"),
        hovertext=[_hover(row, say) for row in part.itertuples()],
        hoverinfo="text",
        customdata=[segment_code(row.dimension, row.label) for row in part.itertuples()],
    )


def segment_code(dimension: str, label: str) -> str:
    """Return the stable code of a segment."""
    return f"{dimension}:{label}"


def _axes(figure: go.Figure, rows: pd.DataFrame, measure: str, columns: tuple[str, str, str]) -> None:
    low, high = rows[columns[1]].min(), rows[columns[2]].max()
    if measure == "order":
        figure.update_xaxes(range=[max(min(low, 0.45) - 0.02, 0), min(max(high, 0.6) + 0.02, 1)], tickformat=".2f")
        return
    ends = np.log10([max(min(low, 0.7), 0.1) * 0.95, min(max(high, 1.4), 10) * 1.05])
    figure.update_xaxes(
        type="log",
        tickangle=0,
        range=list(ends),
        tickvals=list(_RATIO_TICKS),
        ticktext=[f"×{tick:g}" for tick in _RATIO_TICKS],
    )


def _hover(row: object, say: Speaker) -> str:
    return say(
        "segments.hover",
        name=segment_name(row.dimension, row.label, say),
        won=say.count(row.n_so_far),
        expected=f"{row.n_expected:,.1f}",
        ratio=f"{row.ratio:.2f}",
        low=f"{row.ratio_low:.2f}",
        high=f"{row.ratio_high:.2f}",
        auc=f"{row.auc:.2f}",
    )
