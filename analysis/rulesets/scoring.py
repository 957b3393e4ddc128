"""Points from multiplicities: whole numbers, and limits after the sums."""

from __future__ import annotations

import numpy as np

from analysis.rulesets.columns import Integers
from analysis.rulesets.model import Ruleset
from analysis.rulesets.rules import AXES, Axis, Level, Limit


def axis_points(ruleset: Ruleset, multiplicity: Integers) -> Integers:
    """Return the points on each axis.

    Parameters
    ----------
    ruleset : Ruleset
        Points and limits. A group's limit holds first, then that of its axis.
    multiplicity : array of shape (n_rows, n_columns)
        In the order of `ruleset.columns`.

    Returns
    -------
    array of shape (n_rows, 2)
        Fit and engagement, as in `AXES`; they add up to the score.
    """
    limits = {limit.id: limit for limit in ruleset.axis_limits}
    points = np.zeros((len(multiplicity), len(AXES)), dtype=np.int64)
    for number, axis in enumerate(AXES):
        for group in (None, *ruleset.groups):
            part = _part(ruleset, multiplicity, axis, group)
            if part is not None:
                points[:, number] += part
        _limit(points[:, number], limits.get(axis))
    if ruleset.outside is not None:
        points[:, AXES.index(ruleset.rules[0].axis)] += ruleset.base
    return points


def scores_of(ruleset: Ruleset, multiplicity: Integers) -> Integers:
    """Return the score of each row: the sum of its axes."""
    if not ruleset.groups and not ruleset.axis_limits:
        return multiplicity @ ruleset.points + ruleset.base
    total: Integers = axis_points(ruleset, multiplicity).sum(axis=1)
    return total


def grades_of(ruleset: Ruleset, points: Integers) -> list[str]:
    """Return the grade of each row of `axis_points`; empty texts when the ruleset has no grid."""
    if ruleset.grid is None:
        return [""] * len(points)
    fit = _levels(ruleset.grid.fit, points[:, 0])
    engagement = _levels(ruleset.grid.engagement, points[:, 1])
    return [first + second for first, second in zip(fit, engagement, strict=True)]


def _part(ruleset: Ruleset, multiplicity: Integers, axis: Axis, group: Limit | None) -> Integers | None:
    name = "" if group is None else group.id
    chosen = [
        number
        for number, column in enumerate(ruleset.columns)
        if ruleset.rules[column.rule_no].axis == axis and ruleset.rules[column.rule_no].group == name
    ]
    if not chosen:
        return None
    part: Integers = multiplicity[:, chosen] @ ruleset.points[chosen]
    _limit(part, group)
    return part


def _limit(points: Integers, limit: Limit | None) -> None:
    if limit is not None and (limit.low is not None or limit.high is not None):
        np.clip(points, limit.low, limit.high, out=points)


def _levels(levels: tuple[Level, ...], points: Integers) -> list[str]:
    place = np.searchsorted(np.array([level.threshold for level in levels[1:]], dtype=np.int64), points, side="right")
    return [levels[number].grade for number in place]
