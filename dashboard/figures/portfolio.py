"""Acquisition tactics as bubbles: how surely, how fast and how many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import MUTED, PRIMARY, WHISKER_ON_LIGHT

_LARGEST_PIXELS = 42
_FILL = "rgba(47,125,196,0.35)"  # bubbles lie over each other
_PLACES = ("top center", "bottom center", "middle right", "middle left")
_PLOT_PIXELS = (255, 300)
"""About the size of the picture on a phone, to tell whether labels would meet or leave it."""
_MARGIN = 0.15
_HEADROOM = 1.3
_MOST_COVERED = 0.1
"""Share of a label that another one may cover; beyond that neither can be read, and it is left to the table."""


def portfolio_figure(table: pd.DataFrame, names: list[str], say: Speaker) -> go.Figure:
    """Draw each group at its days to win (across) and its win rate (up), as large as its leads are many.

    The rate is the shrunken one, so that one win of two leads does not lead the
    picture. Groups with too few leads are hollow; groups without a known time to
    win are left out (they are in the table).

    Parameters
    ----------
    table : DataFrame
        As `analysis.sources.sources` returns it.
    names : list of str
        Name of each group, in words.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=440)
    named = table.assign(name=names)
    known = named[named["win_days"].notna()]
    largest = max(float(table["n_leads"].max()) if len(table) else 1.0, 1.0)
    known = known.assign(size=np.sqrt(known["n_leads"] / largest) * _LARGEST_PIXELS + 4)
    columns = [known[name].tolist() for name in ("win_days", "shrunken_rate", "size", "name")]
    known = known.assign(place=label_places(*columns))
    for is_enough, trace in ((True, "enough"), (False, "few")):
        part = known[known["is_enough"].astype(bool) == is_enough]
        if part.empty:
            continue
        figure.add_scatter(
            x=part["win_days"], y=part["shrunken_rate"], mode="markers+text", text=part["name"].where(part["place"] != "", ""),
            textposition=part["place"].replace("", "top center"), cliponaxis=False, name=say(f"portfolio.{trace}_trace"),
            marker={
                "size": part["size"],
                "color": _FILL if is_enough else "rgba(0,0,0,0)", "opacity": 1,
                "line": {"color": PRIMARY if is_enough else MUTED, "width": 1.5},
            },
            customdata=[f"{group}.n_leads" for group in part["code"]],
            hovertext=[_hover(row, say) for row in part.itertuples()], hoverinfo="text",
        )  # fmt: skip
    _axes(figure, known, say)
    return figure


def label_places(across: list[float], up: list[float], sizes: list[float], names: list[str]) -> list[str]:
    """Choose a side for each label so that labels cover each other, and other bubbles, as little as possible.

    The largest bubbles choose first. '' is for a label that has room nowhere.
    """
    if not names:
        return []
    low, high = _across(across)
    x = [_PLOT_PIXELS[0] * (value - low) / (high - low) for value in across]
    y = [_PLOT_PIXELS[1] * value / _top(up) for value in up]
    radii = [size / 2 for size in sizes]
    bubbles = [(left - r, bottom - r, left + r, bottom + r) for left, bottom, r in zip(x, y, radii, strict=True)]
    labels: list[tuple[float, float, float, float]] = []
    places = [""] * len(names)
    for number in sorted(range(len(names)), key=lambda number: -sizes[number]):
        others = bubbles[:number] + bubbles[number + 1 :]
        boxes = [_box(x[number], y[number], radii[number], names[number], place) for place in _PLACES]
        unreadable = [_outside(box) + sum(_overlap(box, label) for label in labels) for box in boxes]
        crossed = [sum(_overlap(box, bubble) for bubble in others) for box in boxes]
        best = min(range(len(boxes)), key=lambda place: (10 * unreadable[place] + crossed[place], place))
        if unreadable[best] <= _MOST_COVERED * _area(boxes[best]):
            labels.append(boxes[best])
            places[number] = _PLACES[best]
    return places


def _across(values: list[float]) -> tuple[float, float]:
    """Return the ends of the axis of days."""
    low, high = min(values), max(values)
    margin = max((high - low) * _MARGIN, 10)
    return max(low - margin, 0), high + margin


def _top(values: list[float]) -> float:
    """Return the upper end of the axis of rates."""
    return max(values) * _HEADROOM or 0.1


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _outside(box: tuple[float, float, float, float]) -> float:
    """Return how much of a label would be cut off at the right; at the left there is an axis to lie over."""
    return max(box[2] - _PLOT_PIXELS[0] - 8, 0) * (box[3] - box[1])


def _box(x: float, y: float, radius: float, name: str, place: str) -> tuple[float, float, float, float]:
    width = sum(12 if ord(letter) > 0x2000 else 7 for letter in name)
    height, side = place.split()
    shift = {"top": radius + 10, "bottom": -radius - 10, "middle": 0}[height]
    left = {"center": x - width / 2, "right": x + radius + 4, "left": x - radius - 4 - width}[side]
    return left, y + shift - 8, left + width, y + shift + 8


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0) * max(up, 0)


def _axes(figure: go.Figure, known: pd.DataFrame, say: Speaker) -> None:
    if len(known):
        figure.update_xaxes(range=list(_across(known["win_days"].tolist())))
        top = float(known["shrunken_rate"].max())
        figure.update_yaxes(range=[0, _top([top])], tickformat=".0%" if top > 0.05 else ".1%")
    figure.update_xaxes(title={"text": say("portfolio.x")}, showgrid=True, nticks=6)
    figure.update_yaxes(title={"text": say("portfolio.y")}, nticks=6)
    figure.update_layout(showlegend=bool(len(known)) and not known["is_enough"].astype(bool).all())
    figure.update_layout(hoverlabel={"align": "left"}, colorway=[PRIMARY, WHISKER_ON_LIGHT])


def _hover(row: object, say: Speaker) -> str:
    return say(
        "portfolio.hover",
        name=row.name,
        n=say.count(row.n_leads),
        rate=say.percent(row.win_rate),
        low_high=say.interval(row.win_low, row.win_high),
        days=say.count(row.win_days),
        cost=say.money(row.cost_per_win),
    )
