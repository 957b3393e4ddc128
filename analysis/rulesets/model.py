"""What a ruleset is once it was read: rules, limits, gates, bands, grid and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.rulesets.columns import Column, Integers, columns_of
from analysis.rulesets.predicates import OutsideScore
from analysis.rulesets.rules import AXES, Axis, Band, Gate, Grid, Limit, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTest:
    """An example that a version must get right before it is released.

    Attributes
    ----------
    higher, lower : dict
        Described leads of which the first must outrank the second; or
    lead : dict
        a described lead, with the expected `score`, `band`, `grade` or `is_gated`.
    """

    id: str
    label_ja: str
    label_en: str
    higher: Mapping[str, Any] | None = None
    lower: Mapping[str, Any] | None = None
    lead: Mapping[str, Any] | None = None
    score: int | None = None
    band: str | None = None
    grade: str | None = None
    is_gated: bool | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Points, gates and bands that two departments agreed on.

    Attributes
    ----------
    id, version : str, int
        Name and number; a change of a released version is a new version.
    valid_from : date or None
        Day from which it is in force.
    outcome : str
        Stage that counts as success.
    threshold : int
        Score from which a lead is handed over.
    rules, gates : tuples
        In the order of the file. The score of another tool is a single rule,
        whose predicate is an `OutsideScore`.
    bands : tuple of Band
        Ascending; scores below the lowest threshold belong to the lowest band.
    groups, axis_limits : tuples of Limit
        Limits on the points of some rules together; first groups, then axes.
    grid : Grid or None
        Grades of fit and engagement.
    tests : tuple of ScoreTest
        Examples the version must get right.
    is_released : bool
        The text equals what was released; False for a draft.
    content_hash : str
        SHA-256 of the text.
    path : str
        Where it was read.
    """

    id: str
    version: int
    label_ja: str
    label_en: str
    outcome: str
    threshold: int
    rules: tuple[Rule, ...]
    bands: tuple[Band, ...]
    gates: tuple[Gate, ...] = ()
    groups: tuple[Limit, ...] = ()
    axis_limits: tuple[Limit, ...] = ()
    grid: Grid | None = None
    tests: tuple[ScoreTest, ...] = ()
    valid_from: date | None = None
    is_released: bool = False
    content_hash: str = ""
    path: str = ""

    @property
    def kind(self) -> Literal["points", "score"]:
        """Whether the points are ours, or the score is that of another tool."""
        return "points" if self.outside is None else "score"

    @property
    def outside(self) -> OutsideScore | None:
        """The other tool's score that this ruleset reads; None when the points are ours."""
        predicate = self.rules[0].predicate if self.rules else None
        return predicate if isinstance(predicate, OutsideScore) else None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the multiplicity matrix: one per rule, more for tiers and half-lives."""
        return tuple(column for number, rule in enumerate(self.rules) for column in columns_of(rule, number))

    @property
    def points(self) -> Integers:
        """Points of each column, shape (n_columns,): before limits, a score is multiplicity times these."""
        return np.array([column.points for column in self.columns], dtype=np.int64)

    @property
    def is_linear(self) -> bool:
        """Whether each column's points may be chosen freely and scores are plain sums: no limits, no half-lives."""
        has_steps = any(rule.half_life_days is not None for rule in self.rules)
        return not (self.groups or self.axis_limits or has_steps or self.outside)

    @property
    def base(self) -> int:
        """Points every lead has; not 0 only for the score of another tool."""
        return 0 if self.outside is None else self.outside.low

    def axis_of(self, group: Limit) -> Axis | None:
        """Return the axis of a group of rules; None when no rule belongs to it."""
        return next((rule.axis for rule in self.rules if rule.group == group.id), None)

    @property
    def min_score(self) -> int:
        """Lowest score the rules allow."""
        return self._extreme(_worst) if self.outside is None else self.outside.low - 1

    @property
    def max_score(self) -> int:
        """Highest score the rules allow."""
        return self._extreme(_best) if self.outside is None else self.outside.high

    def _extreme(self, bound: Callable[[Rule], int]) -> int:
        total = 0
        for axis in AXES:
            rules = [rule for rule in self.rules if rule.axis == axis]
            points = sum(bound(rule) for rule in rules if not rule.group)
            for group in self.groups:
                members = [rule for rule in rules if rule.group == group.id]
                points += _clipped(sum(bound(rule) for rule in members), [group] if members else [])
            total += _clipped(points, [limit for limit in self.axis_limits if limit.id == axis])
        return total

    def band_of(self, score: int) -> Band:
        """Return the band to which `score` belongs."""
        reached = [band for band in self.bands if band.threshold <= score]
        return reached[-1] if reached else self.bands[0]

    def with_points(self, points: Mapping[str, int]) -> Ruleset:
        """Return the same rules with other points; needs no new replay.

        Parameters
        ----------
        points : mapping of str to int
            New points by rule id, or for one tier by the id of its column, such
            as `visits[3]`; what is not named keeps its points.

        Raises
        ------
        KeyError
            If there is no rule or tier of that name.
        """
        unknown = set(points) - set(self.adjustable)
        if unknown:
            raise KeyError(f"no rule called {', '.join(sorted(unknown))}")
        return replace(self, rules=tuple(_with_points(rule, points) for rule in self.rules), is_released=False)

    @property
    def adjustable(self) -> dict[str, int]:
        """What can be changed without a new replay: points by rule id, and by column id for tiers."""
        if self.outside is not None:
            return {}
        found: dict[str, int] = {}
        for rule in self.rules:
            if rule.tiers:
                found |= {f"{rule.id}[{tier.start}]": tier.points for tier in rule.tiers}
            else:
                found[rule.id] = rule.points
        return found

    def table(self) -> pd.DataFrame:
        """Return the rules as a table: one row per rule, in the order of the file."""
        names = ("id", "label_ja", "label_en", "axis", "group", "points", "cap", "within_days", "half_life_days")
        columns = (*names, "is_locked")
        rows = [{name: getattr(rule, name) for name in columns} for rule in self.rules]
        table = pd.DataFrame(rows, columns=list(columns)).rename(columns={"id": "rule_id"})
        table = table.astype({"within_days": "Int64", "half_life_days": "Int64"})
        table.insert(0, "rule_no", range(len(table)))
        return table


def _with_points(rule: Rule, points: Mapping[str, int]) -> Rule:
    if not rule.tiers:
        return replace(rule, points=int(points.get(rule.id, rule.points)))
    tiers = tuple(replace(tier, points=int(points.get(f"{rule.id}[{tier.start}]", tier.points))) for tier in rule.tiers)
    return replace(rule, tiers=tiers, points=tiers[-1].points)


def _worst(rule: Rule) -> int:
    return min(0, *_reachable(rule))


def _best(rule: Rule) -> int:
    return max(0, *_reachable(rule))


def _reachable(rule: Rule) -> tuple[int, ...]:
    return tuple(tier.points for tier in rule.tiers) or (rule.points * rule.cap, 0)


def _clipped(points: int, limits: Iterable[Limit]) -> int:
    for limit in limits:
        points = points if limit.high is None else min(points, limit.high)
        points = points if limit.low is None else max(points, limit.low)
    return points
