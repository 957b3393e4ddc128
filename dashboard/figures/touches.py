"""Shares of the wins by touch, each counted in three ways."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import SERIES

_WAYS = ("first", "last", "all")
_HEIGHTS = {"first": 0.15, "last": 0.0, "all": -0.15}


def touches_figure(table: pd.DataFrame, names: list[str], codes: list[dict[str, str]], say: Speaker) -> go.Figure:
    """Draw for each touch its share of the wins as first, last and any of all touches.

    Parameters
    ----------
    table : DataFrame
        As `analysis.attribution.attribution` returns it; at least one row.
    names : list of str
        Name of each touch, in words.
    codes : list of dict
        What a click on each touch's bar chooses, by the way of counting.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    positions = style.row_positions(len(table))
    labels = [_label(name, row, say) for name, row in zip(names, table.itertuples(), strict=True)]
    for way, colour in zip(_WAYS, SERIES, strict=False):
        figure.add_bar(
            x=table[f"{way}_share"], y=[position + _HEIGHTS[way] for position in positions], orientation="h",
            width=0.13, marker=style.solid(colour), name=say(f"touching.{way}"), hovertext=labels, hoverinfo="text",
            customdata=[code[way] for code in codes],
        )  # fmt: skip
    top = float(table[[f"{way}_share" for way in _WAYS]].max().max())
    style.rows_layout(figure, labels, limit=top or 1)
    figure.update_layout(showlegend=True)
    return figure


def _label(name: str, row: object, say: Speaker) -> str:
    shares = {way: say.percent(getattr(row, f"{way}_share"), 0) for way in _WAYS}
    return say("touching.row", name=name, **shares)
