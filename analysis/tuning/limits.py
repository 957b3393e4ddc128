"""What a proposal must respect: what was agreed, how far it may go, and the volume at the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.tuning.counts import Ints, PatternCounts, checked_points
from data.errors import LeadcalError

MAX_POINTS: Final = 1000
"""No rule is worth more; points are small numbers that people add up in their heads."""


class TuningError(LeadcalError):
    """The limits contradict each other, or leave nothing to propose; `str()` says it in English.

    Attributes
    ----------
    code : str
        One of "range", "changes", "volume", "tiers", "rules": for other languages.
    values : dict
        The numbers and names of its sentence.
    """

    def __init__(self, message: str, code: str, **values: object) -> None:
        super().__init__(message)
        self.code, self.values = code, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """The share of leads at or above the threshold that a proposal must keep.

    Attributes
    ----------
    threshold : int
        Score from which a lead is handed off.
    share : float
        Wanted share of the leads (`PatternCounts.n_scored`) at or above it, in [0, 1].
    tolerance : float
        How far the share may be from it, in [0, 1].
    """

    threshold: int
    share: float
    tolerance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Limits that every proposal keeps.

    Attributes
    ----------
    today : array of shape (n_rules,), int
        Points in force.
    low, high : arrays of shape (n_rules,), int
        Least and greatest points of each rule; equal where a rule is locked.
    max_changes : int
        How many rules may differ from today.
    max_rules : int
        How many rules may have points other than 0.
    tiers : tuple of tuple of int
        Groups of rules (column numbers) whose points must not fall from one to the next.
    volume : Volume or None
        The volume at the threshold to keep, or None.
    """

    today: Ints
    low: Ints
    high: Ints
    max_changes: int
    max_rules: int
    tiers: tuple[tuple[int, ...], ...]
    volume: Volume | None

    @property
    def is_free(self) -> NDArray[np.bool_]:
        """Rules that may move at all."""
        return self.low < self.high


def constraints(
    today: ArrayLike,
    *,
    low: ArrayLike = -5,
    high: ArrayLike = 5,
    sign: ArrayLike = 0,
    is_locked: ArrayLike = False,
    max_step: int | None = None,
    max_changes: int | None = None,
    max_rules: int | None = None,
    tiers: Sequence[Sequence[int]] = (),
    volume: Volume | None = None,
    rule_ids: Sequence[str] | None = None,
) -> Constraints:
    """Put limits together, and find out where they contradict each other.

    Parameters
    ----------
    today : array-like of shape (n_rules,), int
        Points in force.
    low, high : array-like of int, one or one per rule
        Range of points. Today's points may lie outside; a proposal may not.
    sign : array-like of int, one or one per rule
        1: never below 0; -1: never above 0; 0: either.
    is_locked : array-like of bool, one or one per rule
        Rules that keep today's points, whatever the other limits say.
    max_step : int, optional
        How far the points of one rule may move.
    max_changes, max_rules : int, optional
        How many rules may differ from today, and have points at all.
    tiers : sequence of sequences of int
        Column numbers whose points must not fall from one to the next.
    volume : Volume, optional
        The volume at the threshold to keep.
    rule_ids : sequence of str, optional
        Names for the messages.

    Raises
    ------
    TuningError
        If a rule has no points left that it may have.
    ValueError
        If a shape or a number is impossible.
    """
    n_rules = np.asarray(today).size
    points = checked_points(today, n_rules)
    lows, highs = _per_rule(low, n_rules), _per_rule(high, n_rules)
    signs, locks = _per_rule(sign, n_rules), _per_rule(is_locked, n_rules).astype(bool)
    lows = np.where(signs > 0, np.maximum(lows, 0), lows)
    highs = np.where(signs < 0, np.minimum(highs, 0), highs)
    if max_step is not None:
        lows, highs = np.maximum(lows, points - max_step), np.minimum(highs, points + max_step)
    lows, highs = np.where(locks, points, lows), np.where(locks, points, highs)
    _check_ranges(points, lows, highs, rule_ids)
    groups = tuple(tuple(int(rule) for rule in group) for group in tiers)
    members = [rule for group in groups for rule in group]
    if len(set(members)) < len(members) or any(not 0 <= rule < n_rules for rule in members):
        raise ValueError("tiers must name columns, each at most once.")
    for name, limit in (("max_changes", max_changes), ("max_rules", max_rules), ("max_step", max_step)):
        if limit is not None and limit < 0:
            raise ValueError(f"{name} must be at least 0, not {limit}.")
    return Constraints(
        today=points,
        low=lows,
        high=highs,
        max_changes=n_rules if max_changes is None else min(max_changes, n_rules),
        max_rules=n_rules if max_rules is None else min(max_rules, n_rules),
        tiers=groups,
        volume=volume,
    )


def keep_volume(counts: PatternCounts, today: ArrayLike, threshold: int, tolerance: float) -> Volume:
    """Return the volume that today's points give at a threshold, to be kept.

    Parameters
    ----------
    counts : PatternCounts
        The leads; `n_scored` is what counts.
    today : array-like of shape (n_rules,), int
        Points in force.
    threshold : int
        Score from which a lead is handed off.
    tolerance : float
        How far the share may move, in [0, 1].
    """
    return Volume(threshold=threshold, share=volume_share(counts, today, threshold), tolerance=tolerance)


def volume_share(counts: PatternCounts, points: ArrayLike, threshold: int) -> float:
    """Return the share of the scored leads at or above the threshold, in [0, 1]."""
    total = counts.n_scored.sum()
    return float(counts.n_scored[counts.scores(points) >= threshold].sum() / total) if total > 0 else 0.0


def violations(limits: Constraints, points: ArrayLike, counts: PatternCounts | None = None) -> tuple[str, ...]:
    """Name the limits that a card breaks: none for every proposal.

    Parameters
    ----------
    limits : Constraints
        The limits.
    points : array-like of shape (n_rules,), int
        The card.
    counts : PatternCounts, optional
        Needed to judge the volume.

    Returns
    -------
    tuple of str
        Of "range", "max_changes", "max_rules", "tiers", "volume".
    """
    card = checked_points(points, len(limits.today))
    broken = {
        "range": bool(np.any((card < limits.low) | (card > limits.high))),
        "max_changes": int(np.count_nonzero(card != limits.today)) > limits.max_changes,
        "max_rules": int(np.count_nonzero(card)) > limits.max_rules,
        "tiers": any(bool(np.any(np.diff(card[list(group)]) < 0)) for group in limits.tiers),
        "volume": counts is not None and volume_excess(limits, counts, card) > 0,
    }
    return tuple(name for name, is_broken in broken.items() if is_broken)


def volume_excess(limits: Constraints, counts: PatternCounts, points: ArrayLike) -> float:
    """Return by how much the share at the threshold misses its range; 0 inside it."""
    if limits.volume is None:
        return 0.0
    share = volume_share(counts, points, limits.volume.threshold)
    return share_excess(limits.volume, share)


def share_excess(volume: Volume, share: float) -> float:
    """Return by how much a share misses the range of a volume; 0 inside it."""
    return max(0.0, abs(share - volume.share) - volume.tolerance - SHARE_ROUNDING)


SHARE_ROUNDING: Final = 1e-6
"""Shares are sums of floats; a proposal is not refused for less than a lead in a million."""


def tier_bounds(limits: Constraints, points: Ints) -> tuple[Ints, Ints]:
    """Return the range that the other members of its tier group leave each rule.

    Rules outside all groups keep their own range. Members that already break
    their tier get the range of their neighbours, which may be empty.
    """
    low, high = limits.low.copy(), limits.high.copy()
    for group in limits.tiers:
        members = list(group)
        card = points[members]
        low[members[1:]] = np.maximum(low[members[1:]], np.maximum.accumulate(card)[:-1])
        high[members[:-1]] = np.minimum(high[members[:-1]], np.minimum.accumulate(card[::-1])[::-1][1:])
    return low, high


def _per_rule(values: ArrayLike, n_rules: int) -> Ints:
    column = np.broadcast_to(np.asarray(values).astype(np.int64), (n_rules,)).copy()
    if bool(np.any(np.abs(column) > MAX_POINTS)):
        raise ValueError(f"points go from -{MAX_POINTS} to {MAX_POINTS}.")
    return column


def _check_ranges(today: Ints, low: Ints, high: Ints, rule_ids: Sequence[str] | None) -> None:
    for rule in np.flatnonzero(low > high)[:1]:
        name = rule_ids[rule] if rule_ids is not None else f"no. {rule}"
        raise TuningError(
            f"Rule {name} has {today[rule]} points today and none that it may have "
            f"(sign, range and step leave {low[rule]} to {high[rule]}): widen its range or its step, or lock it.",
            "range",
            rule=name,
            today=int(today[rule]),
            low=int(low[rule]),
            high=int(high[rule]),
        )
