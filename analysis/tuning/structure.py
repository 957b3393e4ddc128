"""How points become a score where they do not simply add up: points that fade, and limits on sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.rulesets.columns import Integers as Ints
from analysis.rulesets.columns import decayed

NO_LIMIT: Final = 1 << 30
"""Stands for a limit that is not there; no score comes near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the points of rules are worth together.

    A rule may own several columns of the multiplicities, one for each halving of
    its points. Columns belong to parts, whose sums are limited; parts belong to
    axes, whose sums are limited again.

    Attributes
    ----------
    rule_ids : tuple of str
        What has points of its own: a rule, or one tier of a rule.
    rule, step : arrays of shape (n_columns,), int
        Rule of each column, and how often its points were halved, as
        `analysis.rulesets.columns.decayed` cuts them to whole points.
    part : array of shape (n_rules,), int
        Part of each rule.
    part_limits : array of shape (n_parts, 2), int
        Least and greatest sum of each part.
    axis : array of shape (n_parts,), int
        Axis of each part.
    axis_limits : array of shape (n_axes, 2), int
        Least and greatest sum of each axis.
    """

    rule_ids: tuple[str, ...]
    rule: Ints
    step: Ints
    part: Ints
    part_limits: Ints
    axis: Ints
    axis_limits: Ints

    def scores(self, multiplicity: NDArray[np.uint8], points: Ints) -> Ints:
        """Score each row: points of columns, limited by part, then by axis.

        Parameters
        ----------
        multiplicity : array of shape (n_rows, n_columns)
            How often each column counts.
        points : array of shape (n_rules,), int
            Points of each rule.
        """
        sums = np.zeros((len(self.part_limits), len(multiplicity)), dtype=np.int64)
        for rule in np.flatnonzero(points):
            sums[self.part[rule]] += self.gives(multiplicity, int(rule), int(points[rule]))
        return self.limited(sums)

    def gives(self, multiplicity: NDArray[np.uint8], rule: int, points: int) -> Ints:
        """Return what one rule gives to each row, before limits, shape (n_rows,)."""
        total = np.zeros(len(multiplicity), dtype=np.int64)
        for column in np.flatnonzero(self.rule == rule):
            worth = decayed(points, int(self.step[column]))
            if worth:
                total += worth * multiplicity[:, column].astype(np.int64)
        return total

    def limited(self, sums: Ints) -> Ints:
        """Return scores from the sums of the parts, shape (n_parts, n_rows)."""
        total = np.zeros(sums.shape[1], dtype=np.int64)
        for axis, (low, high) in enumerate(self.axis_limits):
            own = np.zeros(sums.shape[1], dtype=np.int64)
            for part in np.flatnonzero(self.axis == axis):
                own += np.clip(sums[part], *self.part_limits[part])
            total += np.clip(own, low, high)
        return total

    @property
    def capped(self) -> tuple[Ints, ...]:
        """Columns that share a limit, by limit: only their joint counts tell what they give."""
        is_limited = np.abs(self.part_limits).min(axis=1) < NO_LIMIT
        is_axis_limited = np.abs(self.axis_limits).min(axis=1) < NO_LIMIT
        part = self.part[self.rule]
        axes = [np.flatnonzero(self.axis[part] == axis) for axis in np.flatnonzero(is_axis_limited)]
        parts = [np.flatnonzero(part == own) for own in np.flatnonzero(is_limited & ~is_axis_limited[self.axis])]
        return tuple(columns for columns in [*axes, *parts] if len(columns))
