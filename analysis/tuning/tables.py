"""Leads by score and rule: what every change of one or two rules would do, from one pass over the patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.tuning.counts import Ints, PatternCounts

Singles: TypeAlias = NDArray[np.float32]

CHUNK_ROWS: Final = 4096
"""Rows that are expanded to floats at a time: they stay in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMatrix:
    """Multiplicities as 0/1 columns, one for each rule and each multiplicity that occurs.

    A change of d points moves the leads of a column by d times its level, all
    alike; that is what makes tables of counts sufficient.

    Attributes
    ----------
    columns : array of shape (n_patterns, n_columns), uint8
        1 where the rule counts exactly `level` times.
    rule, level : arrays of shape (n_columns,), int
        Rule and multiplicity of each column.
    """

    columns: NDArray[np.uint8]
    rule: Ints
    level: Ints

    def of(self, is_wanted: NDArray[np.bool_]) -> LevelMatrix:
        """Return the columns of some rules alone."""
        is_kept = is_wanted[self.rule]
        if is_kept.all():
            return self
        return LevelMatrix(columns=self.columns[:, is_kept], rule=self.rule[is_kept], level=self.level[is_kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCounts:
    """Weighted leads by cell (period and score) and column, and by pairs of columns.

    Attributes
    ----------
    single : array of shape (n_cells, n_columns)
        Leads of the cell for which the column holds.
    pair : array of shape (n_cells, n_first, n_columns)
        Leads for which a column of `first` and another both hold.
    first : array of shape (n_first,), int
        Columns that pairs were counted for.
    """

    single: Singles
    pair: Singles
    first: Ints


def level_matrix(counts: PatternCounts, is_wanted: NDArray[np.bool_]) -> LevelMatrix:
    """Expand the multiplicities of the wanted rules to 0/1 columns."""
    highest = counts.multiplicity.max(axis=0, initial=0)
    rules = np.flatnonzero(is_wanted & (highest > 0))
    if highest[rules].max(initial=0) <= 1:  # the columns as they are
        is_all = len(rules) == counts.n_rules
        columns = counts.multiplicity if is_all else np.ascontiguousarray(counts.multiplicity[:, rules])
        return LevelMatrix(columns=columns, rule=rules, level=np.ones(len(rules), dtype=np.int64))
    pairs = [
        (int(rule), int(value))
        for rule in rules
        for value in np.flatnonzero(np.bincount(counts.multiplicity[:, rule]))
        if value > 0
    ]
    matrix = np.empty((len(counts.multiplicity), len(pairs)), dtype=np.uint8)
    for column, (index, value) in enumerate(pairs):
        matrix[:, column] = counts.multiplicity[:, index] == value
    rule, level = np.array(pairs, dtype=np.int64).reshape(-1, 2).T.copy()
    return LevelMatrix(columns=matrix, rule=rule, level=level)


def cell_counts(matrix: LevelMatrix, weight: Floats, cell: Ints, n_cells: int, first: Ints) -> CellCounts:
    """Count leads by cell and column, and by pairs of columns.

    Parameters
    ----------
    matrix : LevelMatrix
        The rules.
    weight : array of shape (n_patterns,)
        Weighted leads of each pattern.
    cell : array of shape (n_patterns,), int
        Cell of each pattern, from 0 to `n_cells` - 1.
    n_cells : int
        Number of cells.
    first : array of int
        Columns to count pairs for; may be empty.

    Notes
    -----
    Patterns are sorted by cell; within a cell the counts of all pairs are one
    matrix product. Single precision is enough to choose which changes to look
    at; those are then evaluated exactly.
    """
    n_columns = matrix.columns.shape[1]
    # Sixteen bits are sorted by counting, several times faster than by comparing.
    order = np.argsort(cell.astype(np.uint16) if n_cells <= 1 << 16 else cell, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=n_cells))])
    out = np.zeros((n_cells, 1 + len(first), n_columns), dtype=np.float32)
    weights = weight.astype(np.float32)
    for index in np.flatnonzero(np.diff(bounds)):
        for start in range(bounds[index], bounds[index + 1], CHUNK_ROWS):
            rows = order[start : min(start + CHUNK_ROWS, bounds[index + 1])]
            block = matrix.columns[rows].astype(np.float32)
            left = np.empty((len(rows), 1 + len(first)), dtype=np.float32)
            left[:, 0] = weights[rows]
            np.multiply(block[:, first], left[:, :1], out=left[:, 1:])
            out[index] += left.T @ block
    return CellCounts(single=out[:, 0], pair=out[:, 1:], first=first)
