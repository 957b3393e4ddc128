"""The stock of each stage, split by age against the stage's own pace."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, PRIMARY

_PARTS = (("in_time", PRIMARY), ("overdue", CONTRAST))


def stock_figure(stages: pd.DataFrame, say: Speaker) -> go.Figure:
    """Draw how many leads stand in each stage, and how many of them longer than is usual.

    Parameters
    ----------
    stages : DataFrame
        As `analysis.ageing.Ageing.stages`; at least one row.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    positions = style.row_positions(len(stages))
    labels = [stock_label(row, say) for row in stages.itertuples()]
    lengths = {"in_time": stages["n_stock"] - stages["n_overdue"], "overdue": stages["n_overdue"]}
    bases = {"in_time": 0, "overdue": lengths["in_time"]}
    codes = {"in_time": "", "overdue": ".over"}
    for part, colour in _PARTS:
        marker = style.solid(colour) if part == "in_time" else style.hatched(colour)
        figure.add_bar(
            x=lengths[part], y=positions, base=bases[part], orientation="h", width=0.4, marker=marker,
            name=say(f"stock.{part}"), hovertext=labels, hoverinfo="text",
            customdata=[f"{stage}{codes[part]}" for stage in stages["stage"]],
        )  # fmt: skip
    style.rows_layout(figure, labels, limit=max(stages["n_stock"].max(), 1))
    figure.update_layout(showlegend=True)
    return figure


def stock_label(row: object, say: Speaker) -> str:
    """Return a stage with its stock in words."""
    stage = say.word("stages", row.stage)
    if not row.is_enough:
        return say("stock.row_few", stage=stage, n=say.count(row.n_stock))
    return say(
        "stock.row",
        stage=stage,
        n=say.count(row.n_stock),
        n_over=say.count(row.n_overdue),
        days=say.count(row.p80_days),
    )
