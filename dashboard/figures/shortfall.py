"""What happened against what was planned: one bar per stage, and a mark where it should end."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.figures.rows import rows_figure
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST


def shortfall_figure(stages: pd.DataFrame, labels: list[str], say: Speaker) -> go.Figure:
    """Draw the stages of a period against their targets.

    Parameters
    ----------
    stages : DataFrame
        As `analysis.target_gap.TargetGap.stages`; at least one row.
    labels : list of str
        What stands above each bar.
    say : Speaker
        Gives the words.
    """
    bounds = stages["n_low"].tolist(), stages["n_high"].tolist()
    figure = rows_figure(stages["n_actual"].tolist(), labels, stages["stage"].tolist(), bounds)
    figure.update_traces(name=say("shortfall.so_far"), showlegend=False)
    figure.add_scatter(
        x=stages["n_target"], y=style.row_positions(len(stages)), mode="markers", name=say("shortfall.table.n_target"),
        marker={"symbol": "line-ns-open", "size": 14, "line": {"width": 3, "color": CONTRAST}, "color": CONTRAST},
        hovertext=labels, hoverinfo="text", customdata=stages["stage"], showlegend=True,
    )  # fmt: skip
    top = max(1.0, *bounds[1], *stages["n_target"].tolist())
    figure.update_xaxes(range=[0, top * 1.02])
    figure.update_layout(showlegend=True)
    return figure
