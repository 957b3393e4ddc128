"""Reading what follows from the points: limits, bands, and the grid of grades."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from analysis.rulesets.fields import Fields, Source, show, suggestion
from analysis.rulesets.parse_rules import named
from analysis.rulesets.rules import AXES, Band, Cell, Grid, Level, Limit

_LOWEST: Final = -(10**9)


def read_group(fields: Fields, line: int) -> Limit:
    """Read one `[[group]]`."""
    identifier, label_ja, label_en = named(fields, "group")
    return _limit(fields, identifier, label_ja, label_en, line)


def read_axis_limits(top: Fields) -> tuple[Limit, ...]:
    """Read `[axis.fit]` and `[axis.engagement]`."""
    data = top.value("axis")
    if data is None:
        return ()
    axes = Fields(top.source, ("axis",), data, "axis", "axes")
    limits = []
    for axis in AXES:
        if axis in axes:
            fields = Fields(top.source, ("axis", axis), axes.value(axis), f"axis {axis}", "axis")
            label_ja, label_en = fields.both_languages("label", default=axis)
            limits.append(_limit(fields, axis, label_ja, label_en, top.source.line(("axis", axis))))
            fields.finish()
    axes.value("fit"), axes.value("engagement")
    axes.finish()
    return tuple(limits)


def _limit(fields: Fields, identifier: str, label_ja: str, label_en: str, line: int) -> Limit:
    low, high = fields.get("min_points"), fields.get("max_points")
    if low is None and high is None:
        fields.source.fail(fields.path, f"{fields.title} limits nothing; add max_points or min_points")
    if low is not None and high is not None and low > high:
        fields.fail("min_points", f"min_points = {low} is above max_points = {high}; swap them")
    return Limit(id=identifier, label_ja=label_ja, label_en=label_en, low=low, high=high, line=line)


def read_bands(top: Fields, floor: int) -> tuple[Band, ...]:
    """Read every `[[band]]`, ascending; the lowest without a threshold begins at `floor` or lower."""
    tables = top.tables("band")
    if not tables:
        top.source.fail((), "the ruleset has no bands; add at least one [[band]] with name and threshold")
    given = [data.get("threshold") if isinstance(data, dict) else None for data in tables]
    is_falling = len(tables) > 1 and given[0] is not None and (given[-1] is None or given[0] > given[-1])
    lowest = len(tables) - 1 if is_falling else 0
    bands = [_band(top, number, data, is_lowest=number == lowest) for number, data in enumerate(tables)]
    _check_order(top.source, ("band",), [band.threshold for band in bands], "bands", is_falling=is_falling)
    bands.sort(key=lambda band: band.threshold)
    if bands[0].threshold == _LOWEST:
        # It takes every score below the next band; a number that no score undercuts says so.
        bands[0] = replace(bands[0], threshold=min([floor, *(band.threshold - 1 for band in bands[1:2])]))
    return tuple(bands)


def _check_order(
    source: Source, path: tuple[str, ...], thresholds: Sequence[int], what: str, *, is_falling: bool
) -> None:
    for number, (first, second) in enumerate(itertools.pairwise(thresholds), start=1):
        if (first <= second) if is_falling else (first >= second):
            source.fail(
                (*path, number, "threshold"),
                f"threshold = {second} after {first}: {what} must rise all the way, or fall all the way; put them in order",
            )


def _band(top: Fields, number: int, data: Any, *, is_lowest: bool) -> Band:
    fields = Fields(top.source, ("band", number), data, f"band {number + 1}", "band")
    acted = _action(fields)
    if not is_lowest:  # only the lowest band may go without
        fields.required("threshold", "10")
    threshold = fields.get("threshold")
    fields.finish()
    return Band(threshold=_LOWEST if threshold is None else threshold, **acted)


def _action(fields: Fields) -> dict[str, Any]:
    name_ja, name_en = fields.get("name")
    action_ja, action_en = fields.both_languages("action", default="-")
    return {
        "name_ja": name_ja,
        "name_en": name_en,
        "owner": fields.get("owner", "-"),
        "action_ja": action_ja,
        "action_en": action_en,
        "deadline_hours": fields.get("deadline_hours"),
    }


def read_grid(top: Fields) -> Grid | None:
    """Read `[grid]` and its cells; every grade must belong to exactly one."""
    data = top.value("grid")
    if data is None:
        return None
    fields = Fields(top.source, ("grid",), data, "the grid", "grid")
    fit, engagement = (_levels(fields, axis) for axis in AXES)
    for axis in AXES:
        fields.value(axis)
    fields.get("cell")
    grid = Grid(fit=fit, engagement=engagement, cells=())
    cells = tuple(_cell(fields, number, item, grid) for number, item in enumerate(fields.tables("cell")))
    fields.finish()
    _check_cells(fields, grid, cells)
    return replace(grid, cells=cells)


def _levels(fields: Fields, axis: str) -> tuple[Level, ...]:
    fields.get(axis)
    tables = fields.tables(axis)
    levels = []
    for number, data in enumerate(tables):
        inner = Fields(fields.source, ("grid", axis, number), data, f"grade {number + 1} of {axis}", "level")
        if number < len(tables) - 1:  # best first: only the last may go without
            inner.required("threshold", "10")
        threshold = inner.get("threshold")
        levels.append(Level(grade=inner.get("grade"), threshold=_LOWEST if threshold is None else threshold))
        inner.finish()
    if not levels:
        fields.fail(axis, f'{axis} = [] has no grades; write for example {axis} = [{{ grade = "A", threshold = 5 }}]')
    for number, (first, second) in enumerate(itertools.pairwise(levels), start=1):
        if second.threshold >= first.threshold:
            fields.source.fail(
                ("grid", axis, number, "threshold"),
                f"threshold = {second.threshold} after {first.threshold}: grades must fall, the best first; put them in order",
            )
    return tuple(levels[::-1])


def _cell(fields: Fields, number: int, data: Any, grid: Grid) -> Cell:
    inner = Fields(fields.source, ("grid", "cell", number), data, f"cell {number + 1} of the grid", "cell")
    grades = inner.get("grades")
    for grade in grades:
        if grade not in grid.grades:
            inner.fail(
                "grades", f"grades name {show(grade)}, which the grid does not have; {suggestion(grade, grid.grades)}"
            )
    cell = Cell(grades=grades, **_action(inner))
    inner.finish()
    return cell


def _check_cells(fields: Fields, grid: Grid, cells: Sequence[Cell]) -> None:
    seen: set[str] = set()
    for number, cell in enumerate(cells):
        twice = [grade for grade in cell.grades if grade in seen]
        if twice:
            fields.source.fail(
                ("grid", "cell", number, "grades"), f"grade {twice[0]} belongs to two cells; name it once"
            )
        seen |= set(cell.grades)
    missing = [grade for grade in grid.grades if grade not in seen]
    if missing:
        fields.source.fail(fields.path, f"no cell of the grid takes {', '.join(missing)}; add them to a [[grid.cell]]")
