"""What took the high scores that lost: steps beyond the promise, and numbers with signs beside their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.theme import MUTED, PRIMARY, SERIES

LOST, SAVED = SERIES[6], SERIES[2]
"""Beyond chance more losses, or fewer; both are also said in words."""


def steps_figure(
    steps: Sequence[float],
    bounds: Sequence[tuple[float, float]],
    is_clear: Sequence[bool],
    labels: Sequence[str],
    codes: Sequence[str],
) -> go.Figure:
    """Draw parts of a sum as rows, each beginning where the one above ended; the last row is the sum.

    Parameters
    ----------
    steps : sequence of float
        The parts, and last their sum.
    bounds : sequence of pairs
        Interval of each part; NaN where it has none.
    is_clear : sequence of bool
        Whether chance does not explain it; other parts are hatched.
    labels, codes : sequences of str
        What stands above each row, and what a click on it chooses.
    """
    ends = [sum(steps[: number + 1]) for number in range(len(steps) - 1)] + [steps[-1]]
    starts = [0.0, *ends[:-2], 0.0]
    positions = style.row_positions(len(steps))
    figure = style.blank(height=style.ROW_PIXELS)
    groups = [_group(step, clear) for step, clear in zip(steps[:-1], is_clear[:-1], strict=True)] + ["sum"]
    for group in dict.fromkeys(groups):
        rows = [number for number, each in enumerate(groups) if each == group]
        figure.add_bar(
            x=[abs(steps[row]) for row in rows], base=[min(starts[row], ends[row]) for row in rows],
            y=[positions[row] for row in rows], orientation="h", width=0.4, marker=_marker(group),
            hovertext=[labels[row] for row in rows], hoverinfo="text", customdata=[codes[row] for row in rows],
        )  # fmt: skip
    known = [row for row in range(len(steps)) if bounds[row][0] == bounds[row][0]]
    shifts = {row: ends[row] - steps[row] for row in known}
    middles = [ends[row] for row in known]
    lows, highs = ([shifts[row] + bounds[row][side] for row in known] for side in (0, 1))
    figure.add_scatter(
        x=middles, y=[positions[row] for row in known], mode="markers", hoverinfo="skip",
        marker={"color": MUTED, "size": 5}, error_x=style.whiskers(middles, lows, highs) | {"color": MUTED},
    )  # fmt: skip
    low, high = min(0.0, *starts, *ends, *lows), max(0.0, *starts, *ends, *highs)
    _rows(figure, labels, low, high)
    return figure


def signed_figure(
    values: Sequence[float],
    bounds: Sequence[tuple[float, float]],
    is_clear: Sequence[bool],
    labels: Sequence[str],
    codes: Sequence[str],
) -> go.Figure:
    """Draw numbers around 0 with their intervals, one row each; parameters as for `steps_figure`."""
    positions = style.row_positions(len(values))
    figure = style.blank(height=style.ROW_PIXELS)
    groups = [_group(value, clear) for value, clear in zip(values, is_clear, strict=True)]
    for group in dict.fromkeys(groups):
        rows = [number for number, each in enumerate(groups) if each == group]
        middles = [values[row] for row in rows]
        lows, highs = ([bounds[row][side] for row in rows] for side in (0, 1))
        figure.add_bar(
            x=middles, y=[positions[row] for row in rows], orientation="h", width=0.4, marker=_marker(group),
            error_x=style.whiskers(middles, lows, highs), hovertext=[labels[row] for row in rows], hoverinfo="text",
            customdata=[codes[row] for row in rows],
        )  # fmt: skip
    lows, highs = ([pair[side] for pair in bounds if pair[side] == pair[side]] for side in (0, 1))
    _rows(figure, labels, min([0.0, *values, *lows]), max([0.0, *values, *highs]))
    return figure


def _rows(figure: go.Figure, labels: Sequence[str], low: float, high: float) -> None:
    span = (high - low) or 1.0
    style.rows_layout(figure, labels, limit=high)
    figure.update_xaxes(range=[low - 0.02 * span, high + 0.02 * span])
    figure.add_vline(x=0, line={"color": MUTED, "width": 1.2, "dash": "dot"}, layer="below")


def _group(value: float, is_clear: bool) -> str:
    if not is_clear:
        return "unclear"
    return "lost" if value > 0 else "saved"


def _marker(group: str) -> dict[str, object]:
    if group == "unclear":
        return style.hatched()
    return style.solid({"lost": LOST, "saved": SAVED, "sum": PRIMARY}[group])
