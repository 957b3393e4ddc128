"""Score bands: how often they win, and how many of their leads anybody tried."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from analysis.calibration import MIN_COVERAGE
from dashboard.figures import style
from dashboard.texts import Speaker
from dashboard.theme import CONTRAST, MUTED


def band_figure(bands: pd.DataFrame, base_rate: float, say: Speaker) -> go.Figure:
    """Draw the win rate of each score band with its interval and n.

    A band with too few handoffs has no bar and says so; a band of which sales
    worked little is grey and hatched. The dashed line is the rate of all handoffs.

    Parameters
    ----------
    bands : DataFrame
        As in `analysis.calibration.Calibration.bands`; at least one row.
    base_rate : float
        Win rate of all handoffs, in [0, 1]; NaN draws no line.
    say : Speaker
        Gives the words.
    """
    figure = style.blank(height=400)
    enough = bands[bands["is_enough"]]
    for is_covered, name, marker in (
        (True, "enough_trace", style.solid()),
        (False, "thin_trace", style.hatched()),
    ):
        _add_bars(figure, enough[enough["is_covered"] == is_covered], say(f"calibration.{name}"), marker, say)
    for band in bands.itertuples():
        _add_value(figure, band, say)
    top = max([*enough["win_high"], base_rate if base_rate == base_rate else 0.0, 0.01 if len(enough) else 0.1])
    figure.update_xaxes(
        tickvals=list(bands["band_no"]),
        ticktext=[_tick(band, say) for band in bands.itertuples()],
        range=[-0.5, len(bands) - 0.5],
        showgrid=False,
        tickangle=0,
    )
    figure.update_yaxes(tickformat=".0%" if top > 0.05 else ".1%", range=[0, top * 1.18], nticks=6)
    _add_base_rate(figure, base_rate, say)
    figure.update_traces(showlegend=not bool(enough["is_covered"].all()), selector={"type": "bar"})
    figure.update_layout(showlegend=True)
    return figure


def add_ghost(figure: go.Figure, bands: pd.DataFrame, ghost: str, say: Speaker) -> None:
    """Stand the win rates of other bands behind those of `band_figure`, as outlines.

    Bands with too few handoffs have none. `ghost` is the key of its name; `<ghost>_hover` says a rate.
    """
    enough = bands[bands["is_enough"]]
    figure.add_bar(
        x=enough["band_no"],
        y=enough["win_rate"],
        width=0.78,
        marker={"color": "rgba(0,0,0,0)", "line": {"color": MUTED, "width": 2.5}},
        name=say(ghost),
        hovertext=[say(f"{ghost}_hover", rate=say.percent(rate)) for rate in enough["win_rate"]],
        hoverinfo="text",
    )
    figure.data = (figure.data[-1], *figure.data[:-1])
    figure.update_yaxes(range=[0, max([figure.layout.yaxis.range[1], *(enough["win_rate"] * 1.18)])])
    figure.update_traces(showlegend=True)
    figure.update_layout(showlegend=True)


def coverage_figure(bands: pd.DataFrame, say: Speaker) -> go.Figure:
    """Draw the share of each band that sales worked, highest band first.

    The dashed line is the share below which the band's win rate is not taken to
    speak for the band; such bands are grey and hatched.
    """
    rows = bands.iloc[::-1]
    figure = style.blank(height=style.ROW_PIXELS)
    positions = pd.Series(style.row_positions(len(rows)), index=rows.index)
    for is_covered, marker in ((True, style.solid()), (False, style.hatched())):
        part = rows[rows["is_covered"] == is_covered]
        figure.add_bar(
            x=part["coverage"].fillna(0),
            y=positions[part.index],
            orientation="h",
            width=0.4,
            marker=marker,
            name=say(f"calibration.{'coverage_covered' if is_covered else 'coverage_thin'}"),
            hovertext=[coverage_label(band, say) for band in part.itertuples()],
            hoverinfo="text",
        )
    style.rows_layout(figure, [coverage_label(band, say) for band in rows.itertuples()], limit=1)
    for position in positions:  # not through the labels
        figure.add_shape(
            type="line",
            x0=MIN_COVERAGE,
            x1=MIN_COVERAGE,
            y0=position - 0.22,
            y1=position + 0.22,
            line={"color": CONTRAST, "width": 2, "dash": "dot"},
        )
    figure.update_layout(showlegend=not bool(rows["is_covered"].all()))
    return figure


def band_name(band: object, say: Speaker) -> str:
    """Return the name of a band in the language of `say`."""
    return getattr(band, f"name_{say.language}")


def band_range(band: object, say: Speaker) -> str:
    """Return the scores of a band in words."""
    has_low, has_high = not pd.isna(band.score_low), not pd.isna(band.score_high)
    if has_low and has_high and band.score_low == band.score_high:
        return say("range.one", score=band.score_low)
    if has_low and has_high:
        return say("range.from_to", low=band.score_low, high=band.score_high)
    if has_low:
        return say("range.from", low=band.score_low)
    return say("range.up_to", high=band.score_high) if has_high else say("range.all")


def coverage_label(band: object, say: Speaker) -> str:
    """Return the name of a band with its coverage and the counts behind it."""
    total = band.n_worked + band.n_standing
    if total == 0:
        return f"<b>{band_name(band, say)}</b>  {say('calibration.coverage_none')}"
    share = say(
        "calibration.coverage_text",
        rate=say.percent(band.coverage),
        worked=say.count(band.n_worked),
        total=say.count(total),
    )
    return f"<b>{band_name(band, say)}</b>  {share}"


def _add_bars(figure: go.Figure, part: pd.DataFrame, name: str, marker: dict[str, object], say: Speaker) -> None:
    if part.empty:
        return
    figure.add_bar(
        x=part["band_no"],
        y=part["win_rate"],
        width=0.5,
        marker=marker,
        name=name,
        error_y=style.whiskers(part["win_rate"], part["win_low"], part["win_high"]),
        hovertext=[_hover(band, say) for band in part.itertuples()],
        hoverinfo="text",
    )


def _add_value(figure: go.Figure, band: object, say: Speaker) -> None:
    """Write the rate above the interval, or why there is none."""
    text = f"<b>{say.percent(band.win_rate)}</b>" if band.is_enough else f"<i>{_reason(band, say)}</i>"
    figure.add_annotation(
        x=band.band_no, y=band.win_high if band.is_enough else 0, yanchor="bottom", yshift=6, text=text, showarrow=False
    )


def _reason(band: object, say: Speaker) -> str:
    return say("calibration.too_few") if band.n_mature else say("calibration.none")


def _add_base_rate(figure: go.Figure, base_rate: float, say: Speaker) -> None:
    """Draw the line of all handoffs; what it is stands in the legend, where no bar can be in its way."""
    if base_rate != base_rate:
        return
    line = {"color": CONTRAST, "width": 1.8, "dash": "dash"}
    figure.add_hline(y=base_rate, line=line, layer="above")
    name = say("calibration.all_handoffs", rate=say.percent(base_rate))
    figure.add_scatter(x=[None], y=[None], mode="lines", line=line, name=name, showlegend=True, hoverinfo="skip")


def _tick(band: object, say: Speaker) -> str:
    return say(
        "calibration.band_label", name=band_name(band, say), range=band_range(band, say), n=say.count(band.n_mature)
    )


def _hover(band: object, say: Speaker) -> str:
    interval = f"{say('calibration.table.win_interval')}: {say.interval(band.win_low, band.win_high)}"
    counts = f"{say('calibration.table.n_won')}: {say.count(band.n_won)} / {say.count(band.n_mature)}"
    return f"<b>{band_name(band, say)}</b> {say.percent(band.win_rate)}<br>{interval}<br>{counts}"
