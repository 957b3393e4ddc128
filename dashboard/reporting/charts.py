"""Charts as drawings: readable in print and without colours; the same numbers give the same text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dashboard.reporting import fit, levels
from dashboard.reporting.blocks import Bar, Bars, Chart, Curve, Form, Readings, Steps
from dashboard.reporting.svg import (
    FAINT,
    GRID,
    INK,
    SIZE,
    SMALL,
    WIDTH,
    Drawing,
    column,
    step_of,
    tick_text,
    ticks,
)
from dashboard.theme import CONTRAST, MUTED, PRIMARY

ROW: Final = 24.0
BAR: Final = 13.0
LEGEND: Final = 20.0
AXIS: Final = 20.0
UPRIGHT: Final = 150.0
CURVE: Final = 170.0
LEADS: Final = 40.0
READING: Final = 31.0

SHAPES: Final = ("square", "circle", "diamond")
COLOURS: Final = (MUTED, CONTRAST, PRIMARY)
"""Of the readings, in their order."""

_Scale = Callable[[float], float]


def draw(chart: Chart, name: str) -> str:
    """Return a chart as SVG; `name` tells it from the others of the document."""
    drawing = Drawing(name)
    if isinstance(chart, Bars):
        height = _upright(drawing, chart) if chart.is_upright else _bars(drawing, chart)
    elif isinstance(chart, Steps):
        height = _steps(drawing, chart)
    elif isinstance(chart, Curve):
        height = _curve(drawing, chart)
    else:
        height = _readings(drawing, chart)
    return drawing.done(height, chart.frame.title, chart.frame.alt)


def _bars(drawing: Drawing, chart: Bars) -> float:
    left = column([bar.label for bar in chart.bars], 60, 230)
    right = WIDTH - column([bar.text for bar in chart.bars], 60, 260)
    ends = [bar.high if bar.high is not None else (bar.value or 0.0) + bar.rest for bar in chart.bars]
    limit = max([*ends, chart.reference or 0.0, 1e-9])
    scale = _scale(0.0, limit, left, right - 6)
    top = _legend(drawing, _bar_legend(chart))
    bottom = top + ROW * len(chart.bars)
    _grid_across(drawing, scale, (0.0, limit), (top, bottom), chart.form)
    for place, bar in enumerate(chart.bars):
        middle = top + ROW * (place + 0.5)
        _row_texts(drawing, bar.label, bar.text, (left, right), middle, is_faint=bar.value is None)
        _row_bar(drawing, bar, scale, middle)
    if chart.reference is not None:
        x = scale(chart.reference)
        drawing.line((x, top), (x, bottom), CONTRAST, width=1.6, dash="5 3")
    return bottom + AXIS


def _row_bar(drawing: Drawing, bar: Bar, scale: _Scale, middle: float) -> None:
    if bar.value is None:
        return
    start, end = scale(0.0), scale(bar.value)
    drawing.box(
        (start, middle - BAR / 2), end - start, BAR, MUTED if bar.is_muted else PRIMARY, is_hatched=bar.is_muted
    )
    if bar.rest > 0:
        drawing.box((end, middle - BAR / 2), scale(bar.value + bar.rest) - end, BAR, PRIMARY, is_hatched=True)
    if bar.low is not None and bar.high is not None:
        drawing.whisker((scale(bar.low), middle), (scale(bar.high), middle))


def _bar_legend(chart: Bars) -> list[tuple[str, str, str]]:
    items = []
    has_muted, has_rest = any(bar.is_muted for bar in chart.bars), any(bar.rest > 0 for bar in chart.bars)
    if chart.solid_name and (has_muted or has_rest):
        items.append(("box", PRIMARY, chart.solid_name))
    if has_muted:
        items.append(("hatch", MUTED, chart.muted_name))
    if has_rest:
        items.append(("hatch", PRIMARY, chart.rest_name))
    if chart.reference is not None:
        items.append(("dash", CONTRAST, chart.reference_name))
    return items


def _upright(drawing: Drawing, chart: Bars) -> float:
    highest = max([bar.high or 0.0 for bar in chart.bars if bar.value is not None] + [1e-9])
    top = _legend(drawing, _bar_legend(chart)) + 4
    bottom = top + UPRIGHT
    left = 40.0
    scale = _scale(0.0, highest * 1.02, bottom, top)
    _grid_along(drawing, scale, (0.0, highest), (left, WIDTH), chart.form)
    room = (WIDTH - left) / len(chart.bars)
    widest = max(fit.width(bar.label) for bar in chart.bars) * SMALL + 12
    every = max(int(widest / room) + 1, 1)
    for place, bar in enumerate(chart.bars):
        middle = left + room * (place + 0.5)
        _upright_bar(drawing, bar, scale, (middle, bottom), min(room * 0.68, 40))
        if place % every == 0:
            drawing.text((middle, bottom + 14), bar.label, anchor="middle", size=SMALL, colour=FAINT)
    drawing.line((left, bottom), (WIDTH, bottom), FAINT)
    return bottom + AXIS


def _upright_bar(drawing: Drawing, bar: Bar, scale: _Scale, foot: tuple[float, float], width: float) -> None:
    middle, bottom = foot
    if bar.value is None:
        drawing.cross((middle, bottom - 6))
        return
    colour = MUTED if bar.is_muted else PRIMARY
    top = scale(bar.value)
    drawing.box((middle - width / 2, top), width, bottom - top, colour, is_hatched=bar.is_muted)
    if bar.low is not None and bar.high is not None:
        drawing.whisker((middle, scale(bar.low)), (middle, scale(bar.high)))


def _steps(drawing: Drawing, chart: Steps) -> float:
    places = levels.levels(chart)
    base, limit = levels.span(places)
    left = column([step.label for step in chart.steps], 60, 230)
    right = WIDTH - column([step.text for step in chart.steps], 60, 200)
    scale = _scale(base, limit, left + 4, right - 8)
    names = [("box", MUTED, chart.total_name), ("box", CONTRAST, chart.more_name), ("box", PRIMARY, chart.less_name)]
    top = _legend(drawing, [*names, ("hatch", CONTRAST, chart.unclear_name)])
    bottom = top + ROW * len(chart.steps)
    _grid_across(drawing, scale, (base, limit), (top, bottom), "count")
    for place, (step, level) in enumerate(zip(chart.steps, places, strict=True)):
        middle = top + ROW * (place + 0.5)
        _row_texts(drawing, step.label, step.text, (left, right), middle, is_bold=step.is_total)
        low, high = max(min(level), base), max(level)
        colour = MUTED if step.is_total else CONTRAST if step.value > 0 else PRIMARY
        width = max(scale(high) - scale(low), 1.5)
        is_hatched = not step.is_clear and not step.is_total
        drawing.box((scale(low), middle - BAR / 2), width, BAR, colour, is_hatched=is_hatched)
        if place + 1 < len(chart.steps):
            x = scale(level[1])
            drawing.line((x, middle + BAR / 2), (x, middle + ROW - BAR / 2), FAINT)
    return bottom + AXIS


def _curve(drawing: Drawing, chart: Curve) -> float:
    points = chart.points
    legend = [("line", PRIMARY, chart.step_name), ("band", PRIMARY, chart.interval_name)]
    top = _legend(drawing, [*legend, ("dash", CONTRAST, chart.smooth_name)]) + 14
    bottom, left = top + CURVE, 44.0
    first, last = points[0].at, points[-1].at
    margin = max((last - first) * 0.01, 0.5)
    across = _scale(first - margin, last + margin, left, WIDTH - 8)
    limit = min(max(*(point.high for point in points), 0.02) * 1.03, 1.0)
    up = _scale(0.0, limit, bottom, top)
    drawing.text((0, top - 8), chart.value_name, size=SMALL, colour=FAINT)
    _grid_along(drawing, up, (0.0, limit), (left, WIDTH - 8), "percent")
    band = [(across(point.at), up(min(point.high, limit))) for point in points]
    band += [(across(point.at), up(min(point.low, limit))) for point in reversed(points)]
    drawing.area(band, PRIMARY, 0.18)
    drawing.path([(across(point.at), up(point.smooth)) for point in points], CONTRAST, dash="6 4")
    drawing.path(_stairs(chart, across, up), PRIMARY, width=2.4)
    return _leads(drawing, chart, across, bottom)


def _stairs(chart: Curve, across: _Scale, up: _Scale) -> list[tuple[float, float]]:
    """Return the steps, each changing halfway to the next score."""
    points, places = chart.points, []
    for place, point in enumerate(points):
        before = points[place - 1].at if place else point.at
        after = points[place + 1].at if place + 1 < len(points) else point.at
        y = up(point.step)
        places += [(across((before + point.at) / 2), y), (across((point.at + after) / 2), y)]
    return places


def _leads(drawing: Drawing, chart: Curve, across: _Scale, top: float) -> float:
    """Draw how many leads have each score, below the curve."""
    top, most = top + 20, max(*(point.n for point in chart.points), 1.0)
    bottom = top + LEADS
    width = max((across(1) - across(0)) * 0.7, 0.8)
    for point in chart.points:
        tall = LEADS * point.n / most
        drawing.box((across(point.at) - width / 2, bottom - tall), width, tall, MUTED)
    drawing.text((0, top - 4), chart.n_name, size=SMALL, colour=FAINT)
    drawing.line((44, bottom), (WIDTH - 8, bottom), FAINT)
    for value in ticks(chart.points[0].at, chart.points[-1].at, 8):
        drawing.text((across(value), bottom + 13), f"{value:g}", anchor="middle", size=SMALL, colour=FAINT)
    drawing.text((WIDTH - 8, bottom + 26), chart.at_name, anchor="end", size=SMALL, colour=FAINT)
    return bottom + 32


def _readings(drawing: Drawing, chart: Readings) -> float:
    left = column([row.label for row in chart.rows], 80, 250)
    low, high = levels.reach(chart)
    scale = _scale(low, high, left + 6, WIDTH - 10)
    shapes = list(zip(SHAPES, COLOURS, chart.names, strict=True))
    top = _legend(drawing, [(shape, colour, name) for shape, colour, name in shapes])
    bottom = top + READING * len(chart.rows)
    _grid_across(drawing, scale, (low, high), (top, bottom), "points")
    for place, row in enumerate(chart.rows):
        middle = top + READING * (place + 0.5)
        if place:
            drawing.line((0, middle - READING / 2), (WIDTH, middle - READING / 2), GRID, width=0.6)
        drawing.text((0, middle + 4), fit.clipped(row.label, (left - 6) / SIZE), size=SIZE)
        for number, (shape, colour, _) in enumerate(shapes):
            value, y = row.values[number], middle + (number - 1) * 9.5
            if value is None:
                continue
            ends = (row.low[number], row.high[number])
            if ends[0] is not None and ends[1] is not None:
                drawing.whisker((scale(max(ends[0], low)), y), (scale(min(ends[1], high)), y), colour)
            drawing.mark((scale(min(max(value, low), high)), y), shape, colour)
    drawing.text((WIDTH - 10, bottom + 26), chart.axis_name, anchor="end", size=SMALL, colour=FAINT)
    return bottom + AXIS + 10


def _row_texts(
    drawing: Drawing,
    label: str,
    text: str,
    edges: tuple[float, float],
    middle: float,
    *,
    is_faint: bool = False,
    is_bold: bool = False,
) -> None:
    drawing.text((0, middle + 4), fit.clipped(label, (edges[0] - 6) / SIZE), bold=is_bold)
    room = (WIDTH - edges[1]) / SIZE
    drawing.text((edges[1], middle + 4), fit.clipped(text, room), colour=FAINT if is_faint else INK, bold=is_bold)


def _grid_across(
    drawing: Drawing, scale: _Scale, ends: tuple[float, float], edges: tuple[float, float], form: Form
) -> None:
    places = ticks(*ends)
    for value in places:
        x = scale(value)
        drawing.line((x, edges[0]), (x, edges[1]), FAINT if value == 0 else GRID)
        drawing.text(
            (x, edges[1] + 13), tick_text(value, form, step_of(places)), anchor="middle", size=SMALL, colour=FAINT
        )


def _grid_along(
    drawing: Drawing, scale: _Scale, ends: tuple[float, float], edges: tuple[float, float], form: Form
) -> None:
    places = ticks(*ends, most=4)
    for value in places:
        y = scale(value)
        drawing.line((edges[0], y), (edges[1], y), GRID)
        drawing.text(
            (edges[0] - 6, y + 3), tick_text(value, form, step_of(places)), anchor="end", size=SMALL, colour=FAINT
        )


def _legend(drawing: Drawing, items: list[tuple[str, str, str]]) -> float:
    """Draw what is what, and return where the chart begins."""
    if not items:
        return 4.0
    x, y = 0.0, 11.0
    for kind, colour, name in items:
        wide = fit.width(name) * SMALL + 26
        if x and x + wide > WIDTH:
            x, y = 0.0, y + 16
        _sign(drawing, kind, colour, (x, y))
        drawing.text((x + 20, y), name, size=SMALL, colour=FAINT)
        x += wide + 12
    return y + LEGEND - 9


def _sign(drawing: Drawing, kind: str, colour: str, at: tuple[float, float]) -> None:
    x, y = at[0], at[1] - 4
    if kind in ("box", "hatch"):
        drawing.box((x, y - 4), 14, 8, colour, is_hatched=kind == "hatch")
    elif kind == "band":
        drawing.area([(x, y - 4), (x + 14, y - 4), (x + 14, y + 4), (x, y + 4)], colour, 0.25)
    elif kind in ("line", "dash"):
        drawing.line((x, y), (x + 14, y), colour, width=2.2, dash="5 3" if kind == "dash" else "")
    else:
        drawing.mark((x + 7, y), kind, colour)


def _scale(low: float, high: float, start: float, end: float) -> _Scale:
    length = (high - low) or 1.0
    return lambda value: start + (value - low) / length * (end - start)
