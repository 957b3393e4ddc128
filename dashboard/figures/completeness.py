"""What is known of the leads of each source: sources down, attributes across."""

from __future__ import annotations

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker

N_SOURCES: Final = 12
"""Sources drawn, those with most leads; the table has them all."""

_ROW_PIXELS: Final = 46
_HEAD_PIXELS: Final = 110

# Of one colour, more of it where more is known. Faint enough for the number in the cell
# to be read in both themes; the number is what counts.
_SCALE: Final = [[0.0, "rgba(47,125,196,0.03)"], [1.0, "rgba(47,125,196,0.5)"]]


def completeness_figure(completeness: pd.DataFrame, say: Speaker) -> go.Figure:
    """Draw the share of leads for which each attribute is known, one row per source.

    Parameters
    ----------
    completeness : DataFrame
        As returned by `analysis.completeness.completeness`.
    say : Speaker
        Gives the words.
    """
    sources = list(dict.fromkeys(completeness["source"]))[:N_SOURCES]
    wide = completeness.pivot_table(index="source", columns="attribute", values="known_rate", sort=False).loc[sources]
    attributes = [say.word("attribute", name) for name in wide.columns]
    n_leads = completeness.groupby("source", sort=False)["n_leads"].first()
    figure = style.blank(len(sources) * _ROW_PIXELS + _HEAD_PIXELS)
    figure.add_heatmap(
        z=wide.to_numpy(),
        x=list(range(len(attributes))),
        y=style.row_positions(len(sources)),
        zmin=0,
        zmax=1,
        colorscale=_SCALE,
        showscale=False,
        xgap=2,
        ygap=22,
        text=[[cell_text(rate) for rate in row] for row in wide.to_numpy()],
        texttemplate="%{text}",
        textfont={"size": 12},
        hovertext=[
            [_hover(source, name, wide.at[source, name], n_leads[source], say) for name in wide.columns]
            for source in sources
        ],
        hoverinfo="text",
    )
    _label_rows(figure, [_row_label(source, n_leads[source], say) for source in sources])
    figure.update_xaxes(
        side="top", tickmode="array", tickvals=list(range(len(attributes))), ticktext=attributes, tickangle=-90,
        showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[-0.6, len(sources) - 0.25])
    return figure


def _label_rows(figure: go.Figure, labels: list[str]) -> None:
    """Write each label above its row, where a phone has room for it too."""
    for position, label in zip(style.row_positions(len(labels)), labels, strict=True):
        figure.add_annotation(
            x=0, y=position + 0.25, xref="paper", xanchor="left", yanchor="bottom", text=label, showarrow=False,
            align="left",
        )  # fmt: skip


def _row_label(source: str, n_leads: int, say: Speaker) -> str:
    return say("data.source_label", source=say.source(source), n=say.count(n_leads))


def cell_text(rate: float) -> str:
    """Return a share in as few signs as possible; 100 only when nothing is missing, 0 only when all is."""
    if 0 < rate < 0.01:
        return "<1"
    return f"{min(rate, 0.99) * 100:.0f}" if rate < 1 else "100"


def _hover(source: str, attribute: str, rate: float, n_leads: int, say: Speaker) -> str:
    return say(
        "data.completeness_hover",
        source=say.source(source),
        attribute=say.word("attribute", attribute),
        rate=say.percent(rate),
        n=say.count(n_leads),
    )
