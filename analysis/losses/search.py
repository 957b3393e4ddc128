"""Which cases come out otherwise than they should? All conditions of up to three facts, from counts.

Each case brings a residual: what happened minus what was expected. A condition
joins up to three facts, and its excess is the sum of the residuals of its cases.
All combinations of values of some attributes are summed at once (`numpy.bincount`
over small whole numbers), level by level: a condition is only refined while enough
cases remain and while even the best refinement could still stand out [1]_. Facts that
hold or do not hold, such as rules, are taken first, for then few cases remain. The time grows
linearly with the cases.

References
----------
.. [1] S. Wrobel. "An algorithm for multi-relational discovery of subgroups". PKDD
   1997, Lecture Notes in Computer Science 1263; optimistic estimates after M.
   Atzmueller. "Subgroup discovery". WIREs Data Mining 5(1), 2015. doi:10.1002/widm.1144
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import MIN_N, Floats
from analysis.losses.facts import Dimension
from analysis.matching import Mask

Items: TypeAlias = tuple[tuple[int, int], ...]
"""A condition: place of each dimension and code in it, by ascending place."""

Places: TypeAlias = tuple[int, ...]

MAX_FACTS: Final = 3

MIN_VARIANCE: Final = 4.0
"""Below, not even the best or worst possible result could be told from chance among many."""

MIN_Z: Final = 1.5
"""Standard errors from which a condition is worth a second look on other cases."""

MIN_GAIN_Z: Final = 3.0
"""Standard errors by which a condition must beat each simpler one that it refines: each has hundreds of refinements."""

N_KEPT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A condition whose cases come out worse (or better) than they should.

    Attributes
    ----------
    items : tuple of (int, int)
        Place of each dimension, and code in it.
    n : int
        Cases.
    excess, variance : float
        Sum of their residuals, and of the variances of these.
    z : float
        Excess in standard errors, all cases together being as expected.
    """

    items: Items
    n: int
    excess: float
    variance: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a search found.

    Attributes
    ----------
    candidates : tuple of Candidate
        Those that stand out, the most certain first.
    n_looked_at : int
        Conditions with enough cases.
    """

    candidates: tuple[Candidate, ...]
    n_looked_at: int


def find_conditions(
    dimensions: Sequence[Dimension],
    residual: Floats,
    variance: Floats,
    *,
    max_facts: int = MAX_FACTS,
    min_n: int = MIN_N,
    min_variance: float = MIN_VARIANCE,
    min_z: float = MIN_Z,
    min_gain: float = MIN_GAIN_Z,
    n_kept: int = N_KEPT,
) -> Findings:
    """Search all conditions of up to `max_facts` facts for those with too large a sum of residuals.

    Parameters
    ----------
    dimensions : sequence of Dimension
        What may be asked of a case; at most one value of each.
    residual, variance : arrays of shape (n_cases,)
        What happened minus what was expected, and the variance of it.
    max_facts : int
        Facts in a condition.
    min_n, min_variance : int, float
        Conditions with less are not looked at.
    min_z, min_gain : float
        Standard errors from which a condition stands out, and by which its excess must exceed its share of
        each simpler one that it refines.
    n_kept : int
        How many to return at most.
    """
    search = _Search(dimensions, residual, variance, max_facts, (min_n, min_variance, min_z, min_gain))
    found: list[Candidate] = []
    for size in range(1, max_facts + 1):
        for table in search.level(size):
            found += search.outstanding(table)
        found = sorted(found, key=lambda each: (-each.z, each.items))[:n_kept]
    return Findings(candidates=tuple(found), n_looked_at=search.n_looked_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The sums of all conditions on the same dimensions; one axis for each dimension in `crossed`.

    The facts in `given` hold; place 0 of an axis is none of its values. Counted
    are conditions with enough cases, alive those of them that may be refined.
    """

    given: Places
    crossed: Places
    n: NDArray[np.int64]
    excess: Floats
    variance: Floats
    is_counted: Mask
    is_alive: Mask


class _Search:
    def __init__(
        self,
        dimensions: Sequence[Dimension],
        residual: Floats,
        variance: Floats,
        max_facts: int,
        limits: tuple[int, float, float, float],
    ) -> None:
        self._codes = [dimension.codes for dimension in dimensions]
        self._sizes = [len(dimension.labels) + 1 for dimension in dimensions]
        self._single = [place for place, size in enumerate(self._sizes) if size == 2]
        self._many = [place for place, size in enumerate(self._sizes) if size > 2]
        self._residual, self._variance = residual, variance
        self._max_facts = max_facts
        self._min_n, self._min_variance, self._min_z, self._min_gain = limits
        self._total = max(float(variance.sum()), 1e-12)
        self._tables: dict[tuple[Places, Places], _Table] = {}
        self._rows: dict[Places, _Rows] = {(): _Rows.of(np.arange(len(residual)), self)}
        self.n_looked_at = 0

    def level(self, size: int) -> Iterator[_Table]:
        """Sum up all conditions of so many facts whose simpler ones are worth refining."""
        for n_given in range(min(size, len(self._single)) + 1):
            for given in combinations(self._single, n_given):
                crossings = [
                    crossed for crossed in combinations(self._many, size - n_given) if self._is_open(given, crossed)
                ]
                rows = self._rows_of(given, size) if crossings else None
                for crossed in crossings:
                    if rows:
                        yield self._summed(given, crossed, rows)

    def outstanding(self, table: _Table) -> list[Candidate]:
        """Return the conditions of a table that stand out, beside everything and beside each simpler one."""
        z = np.where(table.is_counted, table.excess / np.sqrt(self._beside_all(table.variance)), -np.inf)
        is_out = z >= self._min_z
        for parent_excess, parent_variance in self._parents(table):
            if not is_out.any():
                return []
            share = np.minimum(table.variance / np.maximum(parent_variance, 1e-12), 1.0)
            gain = table.excess - parent_excess * share
            is_out &= gain >= self._min_gain * np.sqrt(np.maximum(table.variance * (1 - share), 1e-9))
            is_out &= share < 1 - 1e-9
        return [
            Candidate(
                items=self._items(table, place),
                n=int(table.n[place]),
                excess=float(table.excess[place]),
                variance=float(table.variance[place]),
                z=float(z[place]),
            )
            for place in map(tuple, np.argwhere(is_out))
        ]

    def _beside_all(self, variance: Floats) -> Floats:
        """Return the variance of an excess, all cases together being as expected."""
        beside: Floats = np.maximum(variance * (1 - variance / self._total), 1e-12)
        return beside

    def _items(self, table: _Table, place: tuple[int, ...]) -> Items:
        crossed = [(dimension, int(code)) for dimension, code in zip(table.crossed, place, strict=True)]
        return tuple(sorted([*((given, 1) for given in table.given), *crossed]))

    def _parents(self, table: _Table) -> Iterator[tuple[Floats, Floats]]:
        """Give the sums of each simpler condition, in the shape of the table."""
        if len(table.given) + len(table.crossed) == 1:
            return
        for given in table.given:
            parent = self._tables[(tuple(each for each in table.given if each != given), table.crossed)]
            yield parent.excess, parent.variance
        for axis in range(len(table.crossed)):
            parent = self._tables[(table.given, table.crossed[:axis] + table.crossed[axis + 1 :])]
            yield np.expand_dims(parent.excess, axis), np.expand_dims(parent.variance, axis)

    def _is_open(self, given: Places, crossed: Places) -> bool:
        """Say whether any condition on these dimensions is worth a look, going by the simpler ones."""
        if len(given) + len(crossed) == 1:
            return True
        for key in self._simpler(given, crossed):
            if key not in self._tables or not self._tables[key].is_alive.any():
                return False
        return True

    @staticmethod
    def _simpler(given: Places, crossed: Places) -> Iterator[tuple[Places, Places]]:
        for number in range(len(given)):
            yield given[:number] + given[number + 1 :], crossed
        for number in range(len(crossed)):
            yield given, crossed[:number] + crossed[number + 1 :]

    def _summed(self, given: Places, crossed: Places, rows: _Rows) -> _Table:
        shape = tuple(self._sizes[place] for place in crossed)
        key = np.zeros(len(rows.residual), dtype=np.int64)
        for place, size in zip(crossed, shape, strict=True):
            key = key * size + rows.codes[place]
        n_cells = int(np.prod(shape, dtype=np.int64))
        n = np.bincount(key, minlength=n_cells).reshape(shape)
        excess, variance = (
            np.bincount(key, weights=values, minlength=n_cells).astype(np.float64).reshape(shape)
            for values in (rows.residual, rows.variance)
        )
        is_counted = (n >= self._min_n) & (variance >= self._min_variance)
        for axis in range(len(shape)):
            is_counted[(slice(None),) * axis + (0,)] = False
        for simpler in self._simpler(given, crossed):
            if simpler in self._tables and simpler != ((), ()):
                axes = [number for number, place in enumerate(crossed) if place not in simpler[1]]
                is_counted &= np.expand_dims(self._tables[simpler].is_alive, axes)
        self.n_looked_at += int(is_counted.sum())
        is_last = len(given) + len(crossed) == self._max_facts
        is_alive = is_counted
        if not is_last:
            best = np.bincount(key, weights=rows.best, minlength=n_cells).reshape(shape)
            # No refinement has more than all positive residuals, nor a smaller spread than at either end.
            ends = np.minimum(self._beside_all(np.full(shape, self._min_variance)), self._beside_all(variance))
            is_alive = is_counted & (best >= self._min_z * np.sqrt(ends))
        table = _Table(
            given=given, crossed=crossed, n=n, excess=excess, variance=variance, is_counted=is_counted,
            is_alive=is_alive,
        )  # fmt: skip
        if not is_last:
            self._tables[(given, crossed)] = table
        return table

    def _rows_of(self, given: Places, size: int) -> _Rows:
        """Return the cases for which all the given facts hold; those of one fact are kept."""
        if given in self._rows:
            return self._rows[given]
        base = self._rows_of(given[:-1], size)
        rows = base.narrowed(np.flatnonzero(base.codes[given[-1]] == 1))
        if len(given) == 1:
            self._rows[given] = rows
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Some of the cases."""

    codes: list[NDArray[np.int64]]
    residual: Floats
    variance: Floats
    best: Floats

    @classmethod
    def of(cls, rows: NDArray[np.intp], search: _Search) -> _Rows:
        residual = search._residual[rows]
        return cls(
            codes=[codes[rows] for codes in search._codes],
            residual=residual,
            variance=search._variance[rows],
            best=np.maximum(residual, 0.0),
        )

    def narrowed(self, rows: NDArray[np.intp]) -> _Rows:
        return _Rows(
            codes=[codes[rows] for codes in self.codes],
            residual=self.residual[rows],
            variance=self.variance[rows],
            best=self.best[rows],
        )


def holds(dimensions: Sequence[Dimension], items: Items) -> Mask:
    """Return for which cases a condition holds; shape (n_cases,)."""
    is_in = np.ones(len(dimensions[0].codes), dtype=bool)
    for place, code in items:
        is_in &= dimensions[place].codes == code
    return is_in
