"""How long it takes: a line from the median to the slowest tenth, one row per group."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import MUTED, PRIMARY

_SYMBOLS = (("lag_p50_days", "circle", 11), ("lag_p75_days", "line-ns-open", 12), ("lag_p90_days", "diamond", 8))


def times_figure(times: pd.DataFrame, names: list[str], codes: list[str], say: Speaker) -> go.Figure:
    """Draw median, P75 and P90 of each group.

    Parameters
    ----------
    times : DataFrame
        As `analysis.durations.time_to_convert` returns it; at least one row.
    names : list of str
        Name of each group, in words.
    codes : list of str
        What a click on each group chooses.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    positions = style.row_positions(len(times))
    for position, row in zip(positions, times.itertuples(), strict=True):
        if row.is_enough:
            figure.add_scatter(
                x=[row.lag_p50_days, row.lag_p90_days], y=[position, position], mode="lines", hoverinfo="skip",
                line={"color": MUTED, "width": 3}, showlegend=False,
            )  # fmt: skip
    enough = times["is_enough"].astype(bool).to_numpy()
    known = times[enough]
    heights = [position for position, is_enough in zip(positions, enough, strict=True) if is_enough]
    labels = [_label(name, row, say) for name, row in zip(names, times.itertuples(), strict=True)]
    for column, symbol, size in _SYMBOLS:
        figure.add_scatter(
            x=known[column], y=heights, mode="markers", name=say(f"times.{column}"),
            marker={"symbol": symbol, "size": size, "color": PRIMARY, "line": {"width": 2, "color": PRIMARY}},
            hovertext=[label for label, is_enough in zip(labels, enough, strict=True) if is_enough], hoverinfo="text",
            customdata=[code for code, is_enough in zip(codes, enough, strict=True) if is_enough],
        )  # fmt: skip
    top = known["lag_p90_days"].max() if len(known) else 1
    style.rows_layout(figure, labels, limit=max(float(top), 1) * 1.04)
    figure.update_xaxes(range=[-float(top) * 0.02, max(float(top), 1) * 1.04])
    figure.update_layout(showlegend=bool(len(known)))
    return figure


def _label(name: str, row: object, say: Speaker) -> str:
    if not row.is_enough:
        return say("times.row_few", name=name, n=say.count(row.n_reached))
    days = {f"p{q}": say.count(getattr(row, f"lag_p{q}_days")) for q in (50, 75, 90)}
    return say("times.row", name=name, n=say.count(row.n_reached), **days)
