"""One lead on one axis of time: its score above, and below it everything that happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY, SERIES

_SCORE_PIXELS: Final = 190
_ROW_PIXELS: Final = 40
_MARKS: Final = {
    "stage": ("diamond", SERIES[2]),
    "handoff": ("triangle-right", CONTRAST),
    "contact": ("circle-open", CONTRAST),
    "bant": ("square", SERIES[5]),
    "deal": ("star", SERIES[3]),
    "touch": ("circle", PRIMARY),
    "ours": ("circle-open", MUTED),
    "opt_out": ("x", SERIES[6]),
}
_ANSWERS: Final = {"rejected": "x", "": "triangle-right-open"}


def lead_figure(
    events: pd.DataFrame, line: pd.DataFrame, threshold: int, describe: Callable[[Any], str], say: Speaker
) -> go.Figure:
    """Draw a lead's score along time, and its events in rows.

    Parameters
    ----------
    events : DataFrame
        As `analysis.lead.Story.events`; not empty. A column `answer` says what
        became of each handoff: another mark for a rejected or an open one.
    line : DataFrame
        `at`, `score`, as `analysis.score_line.score_line` returns it.
    threshold : int
        Score from which a lead is handed over: a dashed line.
    describe : callable
        Says in words what happened, given a row of `events`.
    say : Speaker
        Gives the words.
    """
    rows = event_rows(events, say)
    height = _SCORE_PIXELS + _ROW_PIXELS * len(rows) + 60
    figure = style.blank(height=height)
    share = _SCORE_PIXELS / (height - 60)
    _score(figure, line, threshold, events["happened_at"].max(), say)
    for position, (label, mark, part) in zip(style.row_positions(len(rows)), rows, strict=True):
        _row(figure, position, label, mark, part, describe, say)
    _handoffs(figure, events, line)
    figure.update_layout(
        showlegend=False,
        margin_t=26,
        yaxis={"domain": [1 - share, 1], "title": {"text": say("lead.score")}, "rangemode": "tozero", "nticks": 5},
        yaxis2={
            "domain": [0, max(1 - share - 0.02, 0)], "range": [-0.6, len(rows) - 0.1], "visible": False, "fixedrange": True,
        },
    )  # fmt: skip
    figure.update_xaxes(anchor="y2", tickformat=say("format.plot_month"), nticks=8, showgrid=True)
    return figure


def event_rows(events: pd.DataFrame, say: Speaker) -> list[tuple[str, str, pd.DataFrame]]:
    """Return the rows of the picture: label, mark, events; what happened to a lead first, then its touches."""
    lanes = ("handoff", "contact", "stage", "deal", "bant", "opt_out")
    rows = [
        (say(f"lead.row.{lane}"), lane, events[events["lane"] == lane])
        for lane in lanes
        if (events["lane"] == lane).any()
    ]
    touches = events[events["lane"] == "touch"]
    for kind, part in touches.groupby("kind", sort=False):
        is_ours = (part["party"] == "outbound").all()
        label = say("lead.row.touch", kind=say.word("touches", str(kind)), n=say.count(len(part)))
        rows.append((label, "ours" if is_ours else "touch", part))
    return rows


def _score(figure: go.Figure, line: pd.DataFrame, threshold: int, until: pd.Timestamp, say: Speaker) -> None:
    if line.empty:
        return
    end = max(pd.Timestamp(until), line["at"].iloc[-1])
    figure.add_scatter(
        x=[*line["at"], end], y=[*line["score"], line["score"].iloc[-1]], mode="lines",
        line={"shape": "hv", "color": PRIMARY, "width": 2.2}, name=say("lead.score"), yaxis="y",
        hovertext=[
            say("lead.score_hover", date=say.date(row.at), score=row.score, why=say(f"lead.cause.{row.cause}"))
            for row in line.itertuples()
        ] + [""], hoverinfo="text",
    )  # fmt: skip
    figure.add_hline(y=threshold, line={"color": MUTED, "width": 1.4, "dash": "dash"}, yref="y")
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=threshold, yref="y", yanchor="bottom", showarrow=False,
        text=say("lead.threshold", threshold=threshold),
    )  # fmt: skip


def _row(
    figure: go.Figure,
    position: int,
    label: str,
    mark: str,
    part: pd.DataFrame,
    describe: Callable[[Any], str],
    say: Speaker,
) -> None:
    symbol, colour = _MARKS[mark]
    symbols = [_ANSWERS.get(answer, symbol) for answer in part["answer"]] if "answer" in part else symbol
    figure.add_scatter(
        x=part["happened_at"], y=[position] * len(part), yaxis="y2", mode="markers", name=label,
        marker={"symbol": symbols, "size": 11, "color": colour, "line": {"width": 1.5, "color": colour}, "opacity": 0.8},
        hovertext=[f"{say.date(row.happened_at)}<br>{describe(row)}" for row in part.itertuples()], hoverinfo="text",
    )  # fmt: skip
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=position + 0.22, yref="y2", yanchor="bottom", showarrow=False, text=label,
    )  # fmt: skip


def _handoffs(figure: go.Figure, events: pd.DataFrame, line: pd.DataFrame) -> None:
    """Draw a line through both parts at each handoff, with the score it stood at."""
    for row in events[events["lane"] == "handoff"].itertuples():
        figure.add_shape(
            type="line", x0=row.happened_at, x1=row.happened_at, y0=0, y1=1, yref="paper",
            line={"color": CONTRAST, "width": 1.4, "dash": "dot"}, layer="below",
        )  # fmt: skip
        known = line[line["at"] <= row.happened_at]
        if len(known):
            figure.add_annotation(
                x=row.happened_at, y=1, yref="paper", yanchor="bottom", showarrow=False,
                text=f"<b>{known['score'].iloc[-1]}</b>", font={"color": CONTRAST},
            )  # fmt: skip
