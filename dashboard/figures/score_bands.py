"""Score bands with more to say: any outcome, the period before, money, the grid, and what nobody tried."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import style
from dashboard.figures.calibration import add_ghost, band_figure, band_name, band_range
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED, PRIMARY

CELL_PIXELS = 92


def outcome_figure(bands: pd.DataFrame, before: pd.DataFrame | None, base_rate: float, say: Speaker) -> go.Figure:
    """Draw the rate of each band, and behind it the outline of what it was in the period before.

    Parameters
    ----------
    bands, before : DataFrame
        As in `analysis.calibration.Calibration.bands`, of the same bands; None
        where there is no period before.
    base_rate : float
        Rate of all handoffs.
    say : Speaker
        Gives the words.
    """
    figure = band_figure(bands, base_rate, say)
    rows = {row.band_no: row for row in bands.itertuples()}
    for bar in figure.select_traces({"type": "bar"}):
        bar.customdata = [f"b{band_no}.mature" for band_no in bar.x]
        bar.hovertext = [_hover(rows[band_no], say) for band_no in bar.x]
    if before is not None and before["is_enough"].any():
        add_ghost(figure, before, "bands.before", say)
    return figure


def amount_figure(bands: pd.DataFrame, amounts: pd.DataFrame, say: Speaker) -> go.Figure:
    """Draw what a handoff of each band brought on average; bands that cannot be judged have no bar and say so.

    Parameters
    ----------
    bands : DataFrame
        As in `analysis.calibration.Calibration.bands`.
    amounts : DataFrame
        As `analysis.score_bands.mean_amounts`, of the same bands.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=400)
    enough = amounts[amounts["is_amount_enough"]]
    figure.add_bar(
        x=bands["band_no"][amounts["is_amount_enough"]],
        y=enough["amount_mean"],
        width=0.5,
        marker=style.solid(),
        error_y=style.whiskers(enough["amount_mean"], enough["amount_low"], enough["amount_high"]),
        customdata=[f"b{band_no}.won" for band_no in enough.index],
        hovertext=[say.money(mean) for mean in enough["amount_mean"]],
        hoverinfo="text",
    )
    for row in amounts.itertuples():
        text = (
            f"<b>{say.money(row.amount_mean)}</b>" if row.is_amount_enough else f"<i>{say('calibration.too_few')}</i>"
        )
        top = row.amount_high if row.is_amount_enough else 0
        figure.add_annotation(x=row.Index, y=top, yanchor="bottom", yshift=6, text=text, showarrow=False)
    top = max([*enough["amount_high"], 1.0])
    ticks = [
        say("bands.amount_label", name=band_name(band, say), range=band_range(band, say), n=say.count(n))
        for band, n in zip(bands.itertuples(), amounts["n_known"], strict=True)
    ]
    figure.update_xaxes(tickvals=list(bands["band_no"]), ticktext=ticks, range=[-0.5, len(bands) - 0.5], tickangle=0)
    figure.update_xaxes(showgrid=False)
    values = _round_steps(top)
    figure.update_yaxes(range=[0, top * 1.18], tickvals=values, ticktext=[say.money(value) for value in values])
    figure.update_layout(showlegend=False)
    return figure


def grid_figure(cells: pd.DataFrame, say: Speaker) -> go.Figure:
    """Draw the win rate by level of fit and engagement, with n; what cannot be judged is empty and says so.

    Parameters
    ----------
    cells : DataFrame
        As `analysis.score_bands.score_grid`.
    say : Speaker
        Gives the words.
    """
    wide = cells.assign(
        shown=cells["win_rate"].where(cells["is_enough"] & cells["is_covered"]),
        text=[cell_text(cell, say) for cell in cells.itertuples()],
        code=[f"g{cell.fit_no}x{cell.engagement_no}.mature" for cell in cells.itertuples()],
    ).pivot(index="fit_no", columns="engagement_no")
    figure = style.blank(height=CELL_PIXELS * len(wide) + 70)
    figure.add_heatmap(
        z=wide["shown"],
        text=wide["text"],
        customdata=wide["code"],
        texttemplate="%{text}",
        textfont={"size": 12},  # else it shrinks with the cells, on a phone until nobody can read it
        hovertemplate="%{text}<extra></extra>",
        colorscale=[[0, "rgba(47,125,196,0.10)"], [1, "rgba(47,125,196,0.62)"]],
        showscale=False,
        xgap=4,
        ygap=4,
    )
    for cell in cells[~(cells["is_enough"] & cells["is_covered"])].itertuples():  # a cell without a rate draws no text
        figure.add_annotation(
            x=cell.engagement_no, y=cell.fit_no, text=cell_text(cell, say), showarrow=False, font={"size": 12}
        )
    for axis, update in (("engagement", figure.update_xaxes), ("fit", figure.update_yaxes)):
        levels = cells.drop_duplicates(f"{axis}_no").sort_values(f"{axis}_no")
        update(
            tickvals=list(levels[f"{axis}_no"]),
            ticktext=[_short_range(level, axis) for level in levels.itertuples()],
            tickangle=0,
            title=say(f"bands.{axis}"),
            showgrid=False,
            zeroline=False,
        )
    return figure


def level_range(level: object, axis: str, say: Speaker) -> str:
    """Return the points of a level in words."""
    low, high = getattr(level, f"{axis}_low"), getattr(level, f"{axis}_high")
    if pd.isna(low) and pd.isna(high):
        return say("range.all")
    if pd.isna(low):
        return say("range.up_to", high=high)
    if pd.isna(high):
        return say("range.from", low=low)
    return say("range.one", score=low) if low == high else say("range.from_to", low=low, high=high)


def _round_steps(top: float) -> list[float]:
    """Return three to six round numbers from 0 to `top`."""
    size = 10 ** math.floor(math.log10(top / 3))
    step = max(step for step in (size, 2 * size, 5 * size) if step * 3 <= top)
    return [number * step for number in range(int(top // step) + 1)]


def _short_range(level: object, axis: str) -> str:
    low, high = getattr(level, f"{axis}_low"), getattr(level, f"{axis}_high")
    if pd.isna(low):
        return f"≤ {high}"
    if pd.isna(high):
        return f"≥ {low}"
    return f"{low}" if low == high else f"{low} – {high}"


def cell_text(cell: object, say: Speaker) -> str:
    """Return what stands in a cell of the grid."""
    grade = f"{cell.grade}  " if cell.grade else ""
    counts = say("bands.cell_n", n=say.count(cell.n_mature))
    if not cell.n_mature:
        return f"{grade}<i>{say('bands.cell_empty')}</i>"
    if not cell.is_enough:
        return f"{grade}<i>{say('calibration.too_few')}</i><br>{counts}"
    if not cell.is_covered:
        return f"{grade}<i>{say('bands.cell_uncovered')}</i><br>{counts}"
    return f"{grade}<b>{say.percent(cell.win_rate)}</b><br>{counts}"


def bounds_figure(bands: pd.DataFrame, bounds: pd.DataFrame, weighted: pd.DataFrame, say: Speaker) -> go.Figure:
    """Draw for each band what its whole might win: between the worst and the best case, narrower under the assumption.

    Parameters
    ----------
    bands : DataFrame
        As in `analysis.calibration.Calibration.bands`; drawn highest first.
    bounds : DataFrame
        As `analysis.unknowns.selection_bounds`, of the same bands.
    weighted : DataFrame
        As `analysis.propensity.weighted_rates`; its estimates are marked where
        there is enough for one.
    say : Speaker
        Gives the words.
    """
    names = [
        f"<b>{band_name(band, say)}</b>  {say('bands.cell_n', n=say.count(band.n_mature))}"
        for band in bands.itertuples()
    ]
    figure = style.blank(height=style.ROW_PIXELS)
    places = pd.Series(style.row_positions(len(bands))[::-1], index=bands.index)
    spans = (
        ("worst_low", "best_high", "bounds_free", MUTED, 0.42),
        ("ordered_low", "ordered_high", "bounds_ordered", PRIMARY, 0.26),
    )
    for low, high, name, colour, width in spans:
        is_fine = bounds["is_ordered_possible"] if low == "ordered_low" else bounds["coverage"].notna()
        part = bounds[is_fine]
        figure.add_bar(
            x=part[high] - part[low],
            base=part[low],
            y=places[part.index],
            width=width,
            orientation="h",
            marker=style.hatched(colour) if colour == MUTED else style.solid(colour),
            name=say(f"bands.{name}"),
            hovertext=[say.interval(*pair) for pair in zip(part[low], part[high], strict=True)],
            hoverinfo="text",
        )
    _add_estimates(figure, bands, weighted, places, say)
    style.rows_layout(figure, names[::-1], limit=1)
    figure.update_xaxes(visible=True, tickformat=".0%", nticks=6, side="bottom")
    figure.update_layout(showlegend=True, height=len(bands) * style.ROW_PIXELS + 110)
    return figure


def _add_estimates(
    figure: go.Figure, bands: pd.DataFrame, weighted: pd.DataFrame, places: pd.Series, say: Speaker
) -> None:
    tried = bands[bands["is_enough"]]
    figure.add_scatter(
        x=tried["win_rate"],
        y=places[tried.index],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 20, "color": CONTRAST, "line": {"width": 3}},
        name=say("bands.tried"),
        hovertext=[say.percent(rate) for rate in tried["win_rate"]],
        hoverinfo="text",
    )
    enough = weighted[weighted["is_enough"].astype(bool)]
    figure.add_scatter(
        x=enough["weighted_rate"],
        y=places[enough["band_no"]],
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": CONTRAST},
        name=say("bands.weighted"),
        hovertext=[say.percent(rate) for rate in enough["weighted_rate"]],
        hoverinfo="text",
    )


def _hover(band: object, say: Speaker) -> str:
    counts = say("bands.hover", n=say.count(band.n_won), total=say.count(band.n_mature))
    return f"<b>{band_name(band, say)}</b> {say.percent(band.win_rate)}<br>{say.interval(band.win_low, band.win_high)}<br>{counts}"
