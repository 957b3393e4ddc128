"""Handing over: answers by month, scorecards, waits, and shares with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY

_BAR_MILLISECONDS = 21 * 24 * 3_600_000


def months_figure(months: pd.DataFrame, hovers: Sequence[str], say: Speaker) -> go.Figure:
    """Draw the handoffs of each month, stacked by their answer.

    Parameters
    ----------
    months : DataFrame
        From `analysis.handoffs.volumes.months`; at least one row.
    hovers : sequence of str
        What each month says.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=320)
    markers = (style.solid(), style.solid(CONTRAST), style.hatched())
    for name, marker in zip(("accepted", "rejected", "unanswered"), markers, strict=True):
        if not months[f"n_{name}"].any():
            continue
        figure.add_bar(
            x=months["month"], y=months[f"n_{name}"], width=_BAR_MILLISECONDS, marker=marker,
            name=say(f"handing.answers.{name}"), hovertext=list(hovers), hoverinfo="text",
            customdata=[f"{name}-{month:%Y-%m}" for month in months["month"]],
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    _months_axis(figure, months, say)
    return figure


def load_figure(months: pd.DataFrame, capacity: float, hovers: Sequence[str], say: Speaker) -> go.Figure:
    """Draw the handoffs of each month under the line of what sales can take on.

    Parameters
    ----------
    months : DataFrame
        As in `analysis.handoffs.capacity.Load`; at least one row.
    capacity : float
        Leads per month; NaN draws no line.
    hovers : sequence of str
        What each month says.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=320)
    for is_whole, marker in ((True, style.solid()), (False, style.hatched())):
        part = months["is_whole"] == is_whole
        figure.add_bar(
            x=months.loc[part, "month"], y=months.loc[part, "n_handoffs"], width=_BAR_MILLISECONDS, marker=marker,
            hovertext=[text for text, chosen in zip(hovers, part, strict=True) if chosen], hoverinfo="text",
        )  # fmt: skip
    top = float(months["n_handoffs"].max())
    if capacity == capacity:
        figure.add_hline(y=capacity, line={"color": CONTRAST, "width": 2, "dash": "dash"})
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=capacity, yanchor="bottom", showarrow=False,
            text=say("handing.load.capacity", n=say.count(capacity)),
        )  # fmt: skip
        top = max(top, capacity)
    figure.update_layout(showlegend=False)
    figure.update_yaxes(range=[0, top * 1.15])
    _months_axis(figure, months, say)
    return figure


def card_figure(lines: pd.DataFrame, labels: Sequence[str], codes: Sequence[str], say: Speaker) -> go.Figure:
    """Draw one scorecard: a bar for each share, a line for the period before, a diamond for the target.

    Parameters
    ----------
    lines : DataFrame
        Rows of `analysis.handoffs.scorecards.scorecards`.
    labels, codes : sequences of str
        What stands above each bar, and what a click on it chooses.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    heights = pd.Series(style.row_positions(len(lines)), index=lines.index)
    known = lines[lines["is_enough"]]
    chosen = [code for code, is_enough in zip(codes, lines["is_enough"], strict=True) if is_enough]
    figure.add_bar(
        x=known["rate"], y=heights[known.index], orientation="h", width=0.4, marker=style.solid(), hoverinfo="skip",
        customdata=chosen, name=say("handing.cards.trace_now"),
        error_x=style.whiskers(known["rate"], known["low"], known["high"]),
    )  # fmt: skip
    before = known[known["change"].notna()]
    targets = lines[lines["target"].notna()]
    for part, column, symbol, colour, name in (
        (before, "rate_before", "line-ns-open", MUTED, "before"),
        (targets, "target", "diamond", CONTRAST, "target"),
    ):
        if len(part):
            figure.add_scatter(
                x=part[column], y=heights[part.index], mode="markers", hoverinfo="skip",
                name=say(f"handing.cards.trace_{name}"),
                marker={"symbol": symbol, "size": 16 if name == "before" else 10, "color": colour, "line": {"width": 3, "color": colour}},
            )  # fmt: skip
    style.rows_layout(figure, labels, limit=1.02)
    figure.update_layout(height=len(lines) * style.ROW_PIXELS + 56, showlegend=bool(len(before) or len(targets)))
    return figure


def shares_figure(
    shares: pd.DataFrame, columns: tuple[str, str, str], labels: Sequence[str], codes: Sequence[str]
) -> go.Figure:
    """Draw one bar per row with its interval; rows without enough have only their label.

    Parameters
    ----------
    shares : DataFrame
        With `is_enough`.
    columns : three of str
        Names of the share, and of both ends of its interval.
    labels, codes : sequences of str
        What stands above each bar, and what a click on it chooses.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    heights = pd.Series(style.row_positions(len(shares)), index=shares.index)
    known = shares[shares["is_enough"]]
    rate, low, high = (known[name] for name in columns)
    figure.add_bar(
        x=rate, y=heights[known.index], orientation="h", width=0.4, marker=style.solid(), hoverinfo="skip",
        customdata=[code for code, is_enough in zip(codes, shares["is_enough"], strict=True) if is_enough],
        error_x=style.whiskers(rate, low, high),
    )  # fmt: skip
    style.rows_layout(figure, labels, limit=max([*high, 0.05]) * 1.05)
    return figure


def waits_figure(waits: pd.DataFrame, labels: Sequence[str], codes: Sequence[str], say: Speaker) -> go.Figure:
    """Draw the time until half, and until four of five, of each group.

    Parameters
    ----------
    waits : DataFrame
        From `analysis.handoffs.waits.wait_groups`; at least one row.
    labels, codes : sequences of str
        What stands above each line, and what a click on it chooses.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    heights = pd.Series(style.row_positions(len(waits)), index=waits.index)
    known = waits[waits["is_enough"] & waits["median"].notna()]
    for row in known.itertuples():
        figure.add_scatter(
            x=[row.median, row.p80], y=[heights[row.Index]] * 2, mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": MUTED, "width": 3},
        )  # fmt: skip
    for column, symbol in (("median", "circle"), ("p80", "diamond")):
        figure.add_scatter(
            x=known[column], y=heights[known.index], mode="markers", hoverinfo="skip",
            name=say(f"handing.waiting.{column}"), marker={"symbol": symbol, "size": 10, "color": PRIMARY},
            customdata=[codes[place] for place in known.index],
        )  # fmt: skip
    top = max([*known["p80"].dropna(), *known["median"], 1.0])
    style.rows_layout(figure, labels, limit=top * 1.04)
    figure.update_xaxes(range=[-top * 0.02, top * 1.04])
    figure.update_layout(height=len(waits) * style.ROW_PIXELS + 56, showlegend=bool(len(known)))
    return figure


def _months_axis(figure: go.Figure, months: pd.DataFrame, say: Speaker) -> None:
    margin = pd.Timedelta(days=20)
    figure.update_xaxes(range=[months["month"].min() - margin, months["month"].max() + margin])
    figure.update_xaxes(type="date", tickformat=say("format.plot_month"), showgrid=False, nticks=5, tickangle=0)
    figure.update_yaxes(nticks=6)
