"""What the tuner learns from: how often each rule applied, with counts of leads and wins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import Floats
from analysis.tuning.structure import Structure

Ints: TypeAlias = NDArray[np.int64]

MAX_MULTIPLICITY: Final = 255
"""How often a rule may count for one lead; a cap in the ruleset keeps it far below."""

MAX_RULES: Final = 500

ROUNDING: Final = 1e-9
"""Weights are sums of floats: a win may exceed its lead by as much, relatively."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternCounts:
    """Leads that are alike for the rules, counted.

    Attributes
    ----------
    rule_ids : tuple of str
        Rules, in the order of the columns of `multiplicity`.
    multiplicity : array of shape (n_patterns, n_rules), uint8
        How often each rule counts for a lead of the pattern.
    period : array of shape (n_patterns,), int
        Period of the decisions, 0, 1, … in the order of time. All zero when
        time plays no part.
    n_leads, n_won : arrays of shape (n_patterns,)
        Weighted leads and weighted wins among them; fractions are allowed.
    n_scored : array of shape (n_patterns,)
        Leads that count for the volume at the threshold, open and standing ones
        included. `n_leads` unless something else is known.
    structure : Scores or None
        How points become a score; None where they simply add up.
    """

    rule_ids: tuple[str, ...]
    multiplicity: NDArray[np.uint8]
    period: Ints
    n_leads: Floats
    n_won: Floats
    n_scored: Floats
    structure: Structure | None = None

    @property
    def is_linear(self) -> bool:
        """Whether a score is the sum of points times multiplicities: no limits, nothing that fades."""
        return self.structure is None

    @property
    def tuned_ids(self) -> tuple[str, ...]:
        """What has points of its own: the columns, or, with a structure, its rules."""
        return self.rule_ids if self.structure is None else self.structure.rule_ids

    @property
    def n_rules(self) -> int:
        """Rules, whether they count for anybody or not."""
        return int(self.multiplicity.shape[1])

    @property
    def n_periods(self) -> int:
        """Periods, counted from 0 to the last one that occurs."""
        return 1 + int(self.period.max(initial=-1))

    def scores(self, points: ArrayLike) -> Ints:
        """Score each pattern: points times multiplicity, or as the structure says.

        Parameters
        ----------
        points : array-like of shape (n_rules,), int
            Points of each of `tuned_ids`.

        Raises
        ------
        ValueError
            If there is not one whole number for each rule.
        """
        whole = checked_points(points, len(self.tuned_ids))
        if self.structure is not None:
            return self.structure.scores(self.multiplicity, whole)
        scores = np.zeros(len(self.multiplicity), dtype=np.int64)
        for rule in np.flatnonzero(whole):
            scores += whole[rule] * self.multiplicity[:, rule]
        return scores

    def rows(self, is_kept: NDArray[np.bool_]) -> PatternCounts:
        """Return the patterns for which `is_kept` holds; periods keep their numbers."""
        return replace(
            self,
            multiplicity=self.multiplicity[is_kept],
            period=self.period[is_kept],
            n_leads=self.n_leads[is_kept],
            n_won=self.n_won[is_kept],
            n_scored=self.n_scored[is_kept],
        )

    def reweighted(self, n_leads: Floats, n_won: Floats) -> PatternCounts:
        """Return the same patterns with other weights; the volume stays as it is."""
        return replace(self, n_leads=n_leads, n_won=n_won)


def pattern_counts(
    multiplicity: ArrayLike,
    n_leads: ArrayLike,
    n_won: ArrayLike,
    *,
    period: ArrayLike | None = None,
    n_scored: ArrayLike | None = None,
    rule_ids: tuple[str, ...] | None = None,
    structure: Structure | None = None,
) -> PatternCounts:
    """Check counts and merge rows that are alike.

    Parameters
    ----------
    multiplicity : array-like of shape (n_rows, n_rules), int
        How often each rule counts; 0 to 255.
    n_leads, n_won : array-like of shape (n_rows,)
        Weighted leads and wins, 0 <= n_won <= n_leads.
    period : array-like of shape (n_rows,), int, optional
        Period of each row, at least 0; one period for all when left out.
    n_scored : array-like of shape (n_rows,), optional
        Leads that count for the volume at the threshold.
    rule_ids : tuple of str, optional
        Names of the columns; "0", "1", … when left out.
    structure : Structure, optional
        How points become a score, where they do not simply add up.

    Raises
    ------
    ValueError
        If shapes do not agree, a number is impossible, or nothing is left to learn from.
    """
    matrix = _checked_multiplicity(multiplicity)
    n_rows, n_rules = matrix.shape
    leads, won = _column("n_leads", n_leads, n_rows), _column("n_won", n_won, n_rows)
    scored = leads if n_scored is None else _column("n_scored", n_scored, n_rows)
    periods = np.zeros(n_rows, dtype=np.int64) if period is None else _checked_period(period, n_rows)
    names = tuple(str(rule) for rule in range(n_rules)) if rule_ids is None else tuple(rule_ids)
    if len(names) != n_rules or len(set(names)) < n_rules:
        raise ValueError(f"rule_ids must name each of the {n_rules} columns once.")
    if not bool(np.all(won <= leads * (1 + ROUNDING) + ROUNDING)):
        raise ValueError("n_won must be at most n_leads in every row.")
    first, group = _groups(matrix, periods)
    n_groups = len(first)
    total_leads = weighted_counts(group, leads, n_groups)
    return PatternCounts(
        rule_ids=names,
        multiplicity=matrix[first],
        period=periods[first],
        n_leads=total_leads,
        n_won=np.minimum(weighted_counts(group, won, n_groups), total_leads),
        n_scored=weighted_counts(group, scored, n_groups),
        structure=structure,
    )


def thinned(counts: PatternCounts, size: int, seed: int) -> PatternCounts:
    """Draw about `size` patterns, those with many leads more surely, weighted to stand for all.

    Parameters
    ----------
    counts : PatternCounts
        The leads.
    size : int
        Patterns to draw, about.
    seed : int
        Of the drawing.
    """
    chance = counts.n_leads * (size / counts.n_leads.sum())
    for _ in range(5):  # patterns that are certain leave their share to the others
        is_certain = chance >= 1
        room, rest = size - is_certain.sum(), chance[~is_certain].sum()
        if room <= 0 or rest <= 0:
            break
        chance = np.where(is_certain, 1.0, chance * (room / rest))
    chance = np.clip(chance, 0, 1)
    is_drawn = np.random.default_rng(seed).random(len(chance)) < chance
    drawn = counts.rows(is_drawn)
    factor = 1 / chance[is_drawn]
    return replace(drawn, n_leads=drawn.n_leads * factor, n_won=drawn.n_won * factor, n_scored=drawn.n_scored * factor)


def checked_points(points: ArrayLike, n_rules: int) -> Ints:
    """Return points as integers.

    Raises
    ------
    ValueError
        If there is not one whole number for each rule.
    """
    given = np.asarray(points)
    whole = given.astype(np.int64)
    if given.shape != (n_rules,) or not bool(np.all(given == whole)):
        raise ValueError(f"points must be {n_rules} whole numbers, one for each rule.")
    return whole


def weighted_counts(index: Ints, weights: Floats, size: int) -> Floats:
    """Add up the weights of each index from 0 to `size` - 1."""
    return np.bincount(index, weights, size).astype(np.float64, copy=False)


def _checked_multiplicity(multiplicity: ArrayLike) -> NDArray[np.uint8]:
    given = np.asarray(multiplicity)
    if given.ndim != 2 or not given.size or given.shape[1] > MAX_RULES:
        raise ValueError(f"multiplicity must have rows and 1 to {MAX_RULES} columns; its shape is {given.shape}.")
    if given.dtype == np.bool_:
        given = given.view(np.uint8)
    if given.dtype != np.uint8:
        if not bool(np.all((given >= 0) & (given <= MAX_MULTIPLICITY) & (given == np.floor(given)))):
            raise ValueError(f"multiplicity must hold whole numbers from 0 to {MAX_MULTIPLICITY}.")
        given = given.astype(np.uint8)
    return np.ascontiguousarray(given)


def _column(name: str, values: ArrayLike, n_rows: int) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (n_rows,) or not bool(np.all(np.isfinite(column) & (column >= 0))):
        raise ValueError(f"{name} must hold {n_rows} finite numbers, none below 0.")
    return column


def _checked_period(period: ArrayLike, n_rows: int) -> Ints:
    given = np.asarray(period)
    whole = given.astype(np.int64)
    if whole.shape != (n_rows,) or not bool(np.all((whole == given) & (whole >= 0))):
        raise ValueError(f"period must hold {n_rows} whole numbers, none below 0.")
    return whole


def _groups(matrix: NDArray[np.uint8], period: Ints) -> tuple[Ints, Ints]:
    """Return the first row of each distinct (period, pattern) and the group of each row.

    Rows are told apart by a 64-bit hash, checked against the rows themselves;
    sorting whole rows would take ten times as long.
    """
    odd = np.random.default_rng(0).integers(0, 2**63, matrix.shape[1] + 1, dtype=np.uint64) * 2 + 1
    key = period.astype(np.uint64) * odd[-1]
    for rule in range(matrix.shape[1]):
        key += matrix[:, rule] * odd[rule]
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    is_same = bool(np.array_equal(period[first][group], period)) and bool(np.array_equal(matrix[first[group]], matrix))
    if not is_same:  # pragma: no cover - two patterns with one hash: about never, but then exact
        rows = np.column_stack([period, matrix])
        _, first, group = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    # Groups by first appearance, so that the result does not depend on the hash.
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[group.ravel()]
