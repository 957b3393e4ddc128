"""From replayed decisions to what the tuner learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.tuning.counts import PatternCounts, pattern_counts

SCORED = ("n_mature", "n_immature", "n_already_decided", "n_standing")
"""Leads that have a score, and so count for the volume at the threshold."""


class ReplayedPatterns(Protocol):
    """What is needed of `analysis.replay.PatternTable`."""

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Columns of `multiplicity`."""
        ...

    @property
    def multiplicity(self) -> NDArray[np.integer]:
        """How often each rule fired, by pattern."""
        ...

    @property
    def is_gated(self) -> NDArray[np.bool_]:
        """Patterns that a gate keeps from being handed off, whatever their score."""
        ...

    @property
    def counts(self) -> pd.DataFrame:
        """Columns `n_won` and those of `SCORED`, by pattern."""
        ...


def counts_of_periods(tables: Sequence[ReplayedPatterns], weights: Sequence[Floats] | None = None) -> PatternCounts:
    """Put the patterns of consecutive periods together.

    Parameters
    ----------
    tables : sequence of ReplayedPatterns
        One for each period, in the order of time, from the same rules: as
        `analysis.replay.pattern_table` gives them for selections of one quarter
        each.
    weights : sequence of arrays, optional
        For each table a factor per pattern for its mature leads, where an
        exploration sample makes some of them stand for more.

    Returns
    -------
    PatternCounts
        Mature decisions to learn from, and all scored leads for the volume.
        Gated patterns are left out: points do not decide about them.

    Raises
    ------
    ValueError
        If there is no table, or they are not about the same rules.
    """
    if not tables or any(table.rule_ids != tables[0].rule_ids for table in tables):
        raise ValueError("tables must be given, all about the same rules.")
    parts = []
    for period, table in enumerate(tables):
        is_open = ~table.is_gated
        factor = np.ones(len(table.counts)) if weights is None else np.asarray(weights[period], dtype=np.float64)
        parts.append(
            (
                table.multiplicity[is_open],
                np.full(int(is_open.sum()), period),
                (table.counts["n_mature"].to_numpy() * factor)[is_open],
                (table.counts["n_won"].to_numpy() * factor)[is_open],
                table.counts[list(SCORED)].sum(axis=1).to_numpy(dtype=np.float64)[is_open],
            )
        )
    multiplicity, periods, n_leads, n_won, n_scored = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pattern_counts(
        multiplicity, n_leads, n_won, period=periods, n_scored=n_scored, rule_ids=tuple(tables[0].rule_ids)
    )
