"""Charts of a slide: PowerPoint's own, so that a meeting can edit their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lxml import etree
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_PATTERN_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from dashboard.reporting import fit, levels
from dashboard.reporting.blocks import Bar, Bars, Chart, Curve, Form, Readings, Steps
from dashboard.theme import CONTRAST, MUTED, PRIMARY

LATIN: Final = "Arial"
EAST_ASIAN: Final = "Yu Gothic"

_FORMATS: Final[dict[Form, str]] = {"percent": "0%", "count": "#,##0", "points": "0"}
_SMALL: Final = 9
_LABEL_ROOM: Final = 34.0
"""Width of a label beside a bar, in heights of its letters."""


def add(shapes: Any, chart: Chart, box: tuple[int, int, int, int]) -> Any:
    """Put a chart into a box (left, top, width, height in EMU) and return its shape."""
    if isinstance(chart, Bars):
        frame = _bars(shapes, chart, box)
    elif isinstance(chart, Steps):
        frame = _steps(shapes, chart, box)
    elif isinstance(chart, Curve):
        frame = _curve(shapes, chart, box)
    else:
        frame = _readings(shapes, chart, box)
    properties = frame._element.nvGraphicFramePr.cNvPr
    properties.set("name", chart.frame.title)
    properties.set("descr", chart.frame.alt)
    return frame


def set_fonts(properties: Any) -> None:
    """Name the fonts of both scripts on run properties; without the second, Japanese falls back to anything."""
    for tag, face in (("a:latin", LATIN), ("a:ea", EAST_ASIAN)):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
        etree.SubElement(properties, qn(tag)).set("typeface", face)


def colour(code: str) -> RGBColor:
    """Return a colour of the theme."""
    return RGBColor.from_string(code.removeprefix("#"))


def _place(shapes: Any, kind: Any, box: tuple[int, int, int, int], data: Any) -> tuple[Any, Any]:
    frame = shapes.add_chart(kind, *(Emu(side) for side in box), data)
    chart = frame.chart
    chart.font.size = Pt(_SMALL)
    set_fonts(chart.font._element)
    chart.has_title = False
    return frame, chart


def _bars(shapes: Any, chart: Bars, box: tuple[int, int, int, int]) -> Any:
    has_rest = any(bar.rest > 0 for bar in chart.bars)
    data = CategoryChartData()
    data.categories = [bar.label if chart.is_upright else _label(bar) for bar in chart.bars]
    data.add_series(chart.solid_name or chart.frame.title, [bar.value for bar in chart.bars])
    if has_rest:
        data.add_series(chart.rest_name, [bar.rest for bar in chart.bars])
    kind = XL_CHART_TYPE.COLUMN_CLUSTERED if chart.is_upright else XL_CHART_TYPE.BAR_CLUSTERED
    frame, drawn = _place(shapes, XL_CHART_TYPE.BAR_STACKED if has_rest else kind, box, data)
    plot = drawn.plots[0]
    plot.gap_width = 45
    series = plot.series[0]
    _fill(series.format.fill, PRIMARY)
    for place, bar in enumerate(chart.bars):
        if bar.is_muted:
            _hatch(series.points[place].format.fill, MUTED)
    if has_rest:
        plot.overlap = 100
        _hatch(plot.series[1].format.fill, PRIMARY)
    _whiskers(series, chart.bars)
    _axes(drawn, chart.form, is_upright=chart.is_upright)
    drawn.value_axis.minimum_scale = 0
    _legend(drawn, is_shown=has_rest)
    return frame


def _label(bar: Bar) -> str:
    return f"{fit.clipped(bar.label, _LABEL_ROOM)}\n{fit.clipped(bar.text, _LABEL_ROOM)}"


def _whiskers(series: Any, bars: Sequence[Bar]) -> None:
    more = [bar.high - bar.value if bar.value is not None and bar.high is not None else 0.0 for bar in bars]
    less = [bar.value - bar.low if bar.value is not None and bar.low is not None else 0.0 for bar in bars]
    if any(more) or any(less):
        _error_bars(series, more, less)


def _steps(shapes: Any, chart: Steps, box: tuple[int, int, int, int]) -> Any:
    places = levels.levels(chart)
    base, limit = levels.span(places)
    data = CategoryChartData()
    data.categories = [f"{fit.clipped(step.label, _LABEL_ROOM)}\n{step.text}" for step in chart.steps]
    lows = [0.0 if step.is_total else min(level) for step, level in zip(chart.steps, places, strict=True)]
    data.add_series(" ", lows)
    for name, chosen in (
        (chart.total_name, [step.is_total for step in chart.steps]),
        (chart.more_name, [not step.is_total and step.value > 0 for step in chart.steps]),
        (chart.less_name, [not step.is_total and step.value <= 0 for step in chart.steps]),
    ):
        lengths = [abs(step.value) if is_in else 0.0 for step, is_in in zip(chart.steps, chosen, strict=True)]
        data.add_series(name, lengths)
    frame, drawn = _place(shapes, XL_CHART_TYPE.BAR_STACKED, box, data)
    plot = drawn.plots[0]
    plot.gap_width, plot.overlap = 45, 100
    plot.series[0].format.fill.background()
    for series, code in zip(list(plot.series)[1:], (MUTED, CONTRAST, PRIMARY), strict=True):
        _fill(series.format.fill, code)
    for place, step in enumerate(chart.steps):
        if not step.is_total and not step.is_clear:
            is_more = step.value > 0
            _hatch(plot.series[2 if is_more else 3].points[place].format.fill, CONTRAST if is_more else PRIMARY)
    _axes(drawn, "count", is_upright=False)
    drawn.value_axis.minimum_scale, drawn.value_axis.maximum_scale = base, limit * 1.01
    _legend(drawn, is_shown=True)
    _hide_first(drawn.legend)
    return frame


def _curve(shapes: Any, chart: Curve, box: tuple[int, int, int, int]) -> Any:
    data = XyChartData()
    parts = (
        (chart.step_name, [point.step for point in chart.points]),
        (chart.smooth_name, [point.smooth for point in chart.points]),
        (f"{chart.interval_name} (-)", [point.low for point in chart.points]),
        (f"{chart.interval_name} (+)", [point.high for point in chart.points]),
    )
    for name, values in parts:
        series = data.add_series(name)
        for point, value in zip(chart.points, values, strict=True):
            series.add_data_point(point.at, value)
    frame, drawn = _place(shapes, XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, box, data)
    looks = ((PRIMARY, 2.25, None), (CONTRAST, 1.75, "DASH"), (MUTED, 0.75, "ROUND_DOT"), (MUTED, 0.75, "ROUND_DOT"))
    for series, (code, width, dash) in zip(drawn.plots[0].series, looks, strict=True):
        series.smooth = False
        series.format.line.color.rgb = colour(code)
        series.format.line.width = Pt(width)
        if dash is not None:
            series.format.line.dash_style = MSO_LINE_DASH_STYLE[dash]
    _axes(drawn, "percent", is_upright=True)
    drawn.value_axis.minimum_scale = 0
    drawn.value_axis.maximum_scale = min(max(*(point.high for point in chart.points), 0.02) * 1.05, 1.0)
    drawn.category_axis.tick_labels.number_format, drawn.category_axis.tick_labels.number_format_is_linked = "0", False
    drawn.category_axis.has_title = True
    drawn.category_axis.axis_title.text_frame.text = chart.at_name
    _plain(drawn.category_axis.axis_title.text_frame)
    _legend(drawn, is_shown=True)
    return frame


def _readings(shapes: Any, chart: Readings, box: tuple[int, int, int, int]) -> Any:
    data = CategoryChartData()
    data.categories = [fit.clipped(row.label, _LABEL_ROOM) for row in chart.rows]
    for place, name in enumerate(chart.names):
        data.add_series(name, [row.values[place] for row in chart.rows])
    frame, drawn = _place(shapes, XL_CHART_TYPE.BAR_CLUSTERED, box, data)
    plot = drawn.plots[0]
    plot.gap_width, plot.overlap = 60, 0
    low, high = levels.reach(chart)
    for place, (series, code) in enumerate(zip(plot.series, (MUTED, CONTRAST, PRIMARY), strict=True)):
        _fill(series.format.fill, code)
        ends = [(row.values[place], row.low[place], row.high[place]) for row in chart.rows]
        more = [0.0 if None in end else end[2] - end[0] for end in ends]  # type: ignore[operator]
        less = [0.0 if None in end else end[0] - end[1] for end in ends]  # type: ignore[operator]
        if any(more):
            _error_bars(series, more, less)
    _axes(drawn, "points", is_upright=False)
    drawn.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    drawn.value_axis.minimum_scale, drawn.value_axis.maximum_scale = float(round(low - 0.5)), float(round(high + 0.5))
    _legend(drawn, is_shown=True)
    return frame


def _axes(drawn: Any, form: Form, *, is_upright: bool) -> None:
    value, category = drawn.value_axis, drawn.category_axis
    value.has_major_gridlines = True
    value.major_gridlines.format.line.color.rgb = colour("#DDE2E8")
    value.format.line.fill.background()
    value.tick_labels.number_format, value.tick_labels.number_format_is_linked = _FORMATS[form], False
    category.format.line.color.rgb = colour("#8A94A0")
    category.has_major_gridlines = False
    if not is_upright:
        # The first row is at the top, and the scale stays at the bottom.
        category.reverse_order = True
        value.tick_label_position = XL_TICK_LABEL_POSITION.HIGH


def _legend(drawn: Any, *, is_shown: bool) -> None:
    drawn.has_legend = is_shown
    if is_shown:
        drawn.legend.position = XL_LEGEND_POSITION.TOP
        drawn.legend.include_in_layout = False


def _hide_first(legend: Any) -> None:
    """Leave the first series out of the legend: it only lifts the others to where they begin."""
    entry = etree.Element(qn("c:legendEntry"))
    etree.SubElement(entry, qn("c:idx")).set("val", "0")
    etree.SubElement(entry, qn("c:delete")).set("val", "1")
    legend._element.find(qn("c:legendPos")).addnext(entry)


def _fill(fill: Any, code: str) -> None:
    fill.solid()
    fill.fore_color.rgb = colour(code)


def _hatch(fill: Any, code: str) -> None:
    fill.patterned()
    fill.pattern = MSO_PATTERN_TYPE.WIDE_UPWARD_DIAGONAL
    fill.fore_color.rgb = colour(code)
    fill.back_color.rgb = colour("#FFFFFF")


def _plain(frame: Any) -> None:
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.size, run.font.bold = Pt(_SMALL), False
            set_fonts(run.font._element)


def _error_bars(series: Any, more: Sequence[float], less: Sequence[float]) -> None:
    """Add intervals to the bars; python-pptx has no way of its own to do that."""
    element = series._element
    bars = etree.Element(qn("c:errBars"))
    for tag, value in (("c:errBarType", "both"), ("c:errValType", "cust"), ("c:noEndCap", "0")):
        etree.SubElement(bars, qn(tag)).set("val", value)
    for tag, values in (("c:plus", more), ("c:minus", less)):
        literal = etree.SubElement(etree.SubElement(bars, qn(tag)), qn("c:numLit"))
        etree.SubElement(literal, qn("c:formatCode")).text = "General"
        etree.SubElement(literal, qn("c:ptCount")).set("val", str(len(values)))
        for place, value in enumerate(values):
            point = etree.SubElement(literal, qn("c:pt"))
            point.set("idx", str(place))
            etree.SubElement(point, qn("c:v")).text = repr(float(value))
    line = etree.SubElement(etree.SubElement(bars, qn("c:spPr")), qn("a:ln"))
    line.set("w", "12700")
    solid = etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr"))
    solid.set("val", "1F2933")
    element.find(qn("c:cat")).addprevious(bars)
