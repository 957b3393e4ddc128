"""From replayed decisions to what the tuner learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.intervals import Floats
from analysis.rulesets.model import Ruleset
from analysis.rulesets.rules import AXES, Limit
from analysis.tuning.counts import PatternCounts, pattern_counts
from analysis.tuning.structure import NO_LIMIT, Structure

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


def structure_of(ruleset: Ruleset) -> Structure | None:
    """Return how the points of a ruleset become a score; None where they simply add up.

    Parameters
    ----------
    ruleset : Ruleset
        Its points do not matter here. The result scores as `analysis.rulesets.scoring.scores_of` does.
    """
    if ruleset.is_linear or ruleset.outside is not None:
        return None
    names, columns = list(ruleset.adjustable), ruleset.columns
    own = [column.id if column.id in ruleset.adjustable else ruleset.rules[column.rule_no].id for column in columns]
    rules = [ruleset.rules[columns[own.index(name)].rule_no] for name in names]
    groups = {group.id: group for group in ruleset.groups}
    parts = sorted({(AXES.index(rule.axis), rule.group) for rule in rules})
    axes = {limit.id: limit for limit in ruleset.axis_limits}
    return Structure(
        rule_ids=tuple(names),
        rule=np.array([names.index(name) for name in own], dtype=np.int64),
        step=np.array([column.step or 0 for column in columns], dtype=np.int64),
        part=np.array([parts.index((AXES.index(rule.axis), rule.group)) for rule in rules], dtype=np.int64),
        part_limits=np.array([_bounds(groups.get(group)) for _, group in parts], dtype=np.int64),
        axis=np.array([axis for axis, _ in parts], dtype=np.int64),
        axis_limits=np.array([_bounds(axes.get(axis)) for axis in AXES], dtype=np.int64),
    )


def _bounds(limit: Limit | None) -> tuple[int, int]:
    low = None if limit is None else limit.low
    high = None if limit is None else limit.high
    return (-NO_LIMIT if low is None else low, NO_LIMIT if high is None else high)


def counts_of_periods(
    tables: Sequence[ReplayedPatterns],
    weights: Sequence[Floats] | None = None,
    structure: Structure | None = None,
) -> PatternCounts:
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
    structure : Structure, optional
        How points become a score, where they do not simply add up: `structure_of` the ruleset.

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
        multiplicity,
        n_leads,
        n_won,
        period=periods,
        n_scored=n_scored,
        rule_ids=tuple(tables[0].rule_ids),
        structure=structure,
    )
