"""The funnel as bars from one line, so that lengths can be compared."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import PRIMARY


def funnel_figure(steps: pd.DataFrame, say: Speaker, limit: float = 0, *, is_narrow: bool = False) -> go.Figure:
    """Draw how many leads reached each stage.

    The solid part of a bar was recorded; the hatched part is known only because
    the lead was seen in a later stage.

    Parameters
    ----------
    steps : DataFrame
        As in `analysis.funnel.Funnel.steps`; at least one row.
    say : Speaker
        Gives the words.
    limit : float
        Leads that fill the width; 0 takes the largest stage.
    is_narrow : bool
        Write only the share of all leads, where several funnels stand side by side.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    positions = style.row_positions(len(steps))
    recorded = steps["n_recorded"].clip(upper=steps["n_leads"])
    hover = [_hover(step, say) for step in steps.itertuples()]
    parts = (
        ("funnel.recorded", recorded, 0, style.solid()),
        ("funnel.implied", steps["n_leads"] - recorded, recorded, style.hatched(PRIMARY)),
    )
    for name, length, base, marker in parts:
        figure.add_bar(
            x=length, y=positions, base=base, orientation="h", width=0.4, marker=marker, name=say(name),
            hovertext=hover, hoverinfo="text", customdata=list(steps["stage"]),
        )  # fmt: skip
    labels = [_label(step, say, is_narrow=is_narrow) for step in steps.itertuples()]
    style.rows_layout(figure, labels, limit=limit or max(steps["n_leads"].max(), 1))
    figure.update_layout(showlegend=bool((steps["n_leads"] > recorded).any()))
    return figure


def _label(step: object, say: Speaker, *, is_narrow: bool = False) -> str:
    line = say("funnel.stage_line", stage=say.word("stages", step.stage), n=say.count(step.n_leads))
    if step.position == 0:
        return line
    return f"{line}  {say.percent(step.total_rate) if is_narrow else _shares(step, say)}"


def _shares(step: object, say: Speaker) -> str:
    step_rate = say("funnel.step", rate=say.percent(step.step_rate))
    total_rate = say("funnel.total", rate=say.percent(step.total_rate))
    return say("format.separator").join((step_rate, total_rate))


def _hover(step: object, say: Speaker) -> str:
    recorded = f"{say('funnel.recorded')}: {say.count(step.n_recorded)}"
    between = say.interval(step.step_low, step.step_high)
    lines = [_label(step, say), recorded]
    if step.position > 0:
        lines.append(f"{say('funnel.table.step_interval')}: {between}")
    return "<br>".join(lines)
