"""Definitions held against each other: the leads of each, and how well any two agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY, SERIES

FATES = {
    "won": style.solid(SERIES[2]),
    "not_won": style.solid(PRIMARY),
    "immature": style.hatched(CONTRAST),
    "standing": style.hatched(MUTED),
    "already_decided": style.solid(MUTED),
}
"""What became of leads, in the order drawn; what nobody can judge is hatched."""

_CELL = 44


def venn_figure(fates: Mapping[str, Mapping[str, int]], names: Mapping[str, str], say: Speaker) -> go.Figure:
    """Draw the leads that both, one or the other definition means, by what became of them.

    Parameters
    ----------
    fates : mapping
        Part of the Venn diagram -> fate -> number of leads.
    names : mapping
        Name of each part that is drawn, in order.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=style.ROW_PIXELS)
    positions = style.row_positions(len(names))
    sums = {cell: sum(fates[cell].values()) for cell in names}
    for fate, marker in FATES.items():
        values = [fates[cell][fate] for cell in names]
        if not any(values):
            continue
        word = say(f"definitions.fate.{fate}")
        figure.add_bar(
            x=[n or None for n in values],  # a bar without leads would leave its outline
            y=positions,
            orientation="h",
            width=0.42,
            marker=marker,
            name=word,
            hovertext=[f"{names[cell]}<br>{word}: {say.count(n)}" for cell, n in zip(names, values, strict=True)],
            hoverinfo="text",
            customdata=list(names),
        )
    labels = [say("definitions.differ.cell_text", name=names[cell], n=say.count(sums[cell])) for cell in names]
    style.rows_layout(figure, labels, limit=max([*sums.values(), 1]))
    figure.update_layout(
        barmode="stack", showlegend=True, legend_traceorder="normal", height=len(names) * style.ROW_PIXELS + 76
    )
    return figure


def matrix_figure(pairs: pd.DataFrame, codes: Sequence[str], names: Mapping[str, str], say: Speaker) -> go.Figure:
    """Draw how well any two definitions agree beyond chance, below the diagonal.

    Parameters
    ----------
    pairs : DataFrame
        As from `analysis.definitions.compare.matrix`.
    codes : sequence of str
        The definitions, in order.
    names : mapping
        Their names.
    say : Speaker
        Gives the words.
    """
    place = {code: number for number, code in enumerate(codes)}
    values = np.full((len(codes), len(codes)), np.nan)
    hovers = np.full(values.shape, "", dtype=object)
    for row in pairs.itertuples():
        first, second = sorted((place[row.a], place[row.b]), reverse=True)
        values[first, second], hovers[first, second] = row.kappa, _hover(row, names, say)
    figure = style.blank(height=_CELL * len(values) + 50)
    numbers = [str(number) for number in range(1, len(codes) + 1)]
    figure.add_heatmap(
        z=values,
        x=numbers,
        y=[f"{number} {names[code]}" for number, code in zip(numbers, codes, strict=True)],
        text=[["" if np.isnan(value) else f"{round(value, 1) + 0.0:.1f}" for value in row] for row in values],
        texttemplate="%{text}",
        textfont_size=12,
        hovertext=hovers,
        hoverinfo="text",
        zmin=-1,
        zmax=1,
        zmid=0,
        colorscale=[[0, "rgba(210,105,30,0.75)"], [0.5, "rgba(125,133,144,0.12)"], [1, "rgba(47,125,196,0.75)"]],
        showscale=False,
        xgap=2,
        ygap=2,
    )
    figure.update_xaxes(side="bottom", type="category", showgrid=False)
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return figure


def _hover(row: object, names: Mapping[str, str], say: Speaker) -> str:
    return say(
        "definitions.together.hover",
        a=names[row.a],
        b=names[row.b],
        kappa="–" if pd.isna(row.kappa) else f"{row.kappa:.2f}",
        interval="–" if pd.isna(row.kappa) else f"{row.kappa_low:.2f}–{row.kappa_high:.2f}",
        n=say.count(row.n_both),
    )
