"""Why a number changed: from before to after, one step per cause."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from analysis.decomposition import Decomposition
from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY


def waterfall_figure(
    change: Decomposition, names: Sequence[str], ends: tuple[str, str], codes: Sequence[str], say: Speaker
) -> go.Figure:
    """Draw a change as rows that begin where the one above ended.

    Parameters
    ----------
    change : Decomposition
        Where it begins and ends, and `n_effect` per cause, in whole numbers that add up to the change.
    names : sequence of str
        The causes in words.
    ends : pair of str
        What stands above the first and the last row.
    codes : sequence of str
        What a click on each row chooses, the first and the last included.
    say : Speaker
        Gives the words.
    """
    n_before, n_after, steps = change.n_before, change.n_after, change.effects["n_effect"].tolist()
    starts = [n_before + sum(steps[:number]) for number in range(len(steps))]
    parts = [say("changes.effect", name=name, n=say.signed(step)) for name, step in zip(names, steps, strict=True)]
    labels = [ends[0], *parts, ends[1]]
    lengths, bases = [n_before, *map(abs, steps), n_after], [0, *_lows(starts, steps), 0]
    markers = [style.solid(MUTED), *(style.solid(PRIMARY if step >= 0 else CONTRAST) for step in steps)]
    colours = [marker["color"] for marker in (*markers, style.solid(MUTED))]
    figure = style.blank(height=style.ROW_PIXELS)
    figure.add_bar(
        x=lengths, base=bases, y=style.row_positions(len(labels)), orientation="h", width=0.4,
        marker={"color": colours}, hovertext=labels, hoverinfo="text",
        customdata=list(codes),
    )  # fmt: skip
    top = max(1, n_before, n_after, *(start + max(step, 0) for start, step in zip(starts, steps, strict=True)))
    low = min(0, *(base for base in bases))
    style.rows_layout(figure, labels, limit=top)
    figure.update_xaxes(range=[low, top])
    return figure


def _lows(starts: list[int], steps: list[int]) -> list[int]:
    return [start + min(step, 0) for start, step in zip(starts, steps, strict=True)]
