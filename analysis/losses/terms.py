"""The columns that the chances of a case may depend on, each under the cause it speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.intervals import MIN_N, Floats
from analysis.losses.cases import Cases
from analysis.losses.handling import is_other_department
from analysis.losses.mixed import Design
from analysis.matching import Mask
from analysis.rulesets.columns import Integers

GROUPS: Final = {"source": "blind_spot", "owner": "rep", "quarter": "market"}
"""Columns of the cases whose levels share a spread, and the cause they speak for."""

MAX_LEVELS: Final = 60
"""Levels with effects of their own, the most frequent first; the others are as usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the chances of the cases may depend on, and to which cause each column belongs.

    Attributes
    ----------
    design : Design
        Columns for all cases to learn from.
    accounted : array of shape (n_high, n_columns)
        The same columns for the high scores of the period.
    causes, labels : tuples of str
        Cause and name of each column; the intercept has none.
    points : array of shape (n_columns,)
        Points of a column; 0 where it is no rule.
    gap : array of shape (n_high,)
        Points that limits took away or gave: sum of the rules' points minus the score.
    """

    design: Design
    accounted: Floats
    causes: tuple[str, ...]
    labels: tuple[str, ...]
    points: Floats
    gap: Floats

    def of(self, cause: str) -> Mask:
        """Return which columns belong to a cause."""
        return np.array([each == cause for each in self.causes])


def terms_of(cases: Cases, chosen: Integers, accounted: Integers, *, is_rules_only: bool = False) -> Terms:
    """Put together the columns: rules, handling, unknown facts, and groups.

    Parameters
    ----------
    cases : Cases
        The handoffs.
    chosen, accounted : arrays of int
        Rows to learn from, and rows to account for.
    is_rules_only : bool
        Leave out handling, unknown facts and groups.
    """
    found = [_Term(values=np.ones(len(cases.table)), cause="", label="")]
    found += _rule_terms(cases, chosen)
    found += [] if is_rules_only else [*_handling_terms(cases), *_data_terms(cases)]
    for number, (column, cause) in enumerate(() if is_rules_only else GROUPS.items()):
        found += _group_terms(cases.table[column].iloc[chosen], cases.table[column], cause, number)
    columns = np.column_stack([term.values for term in found]).astype(np.float64)
    total = cases.multiplicity @ cases.ruleset.points + cases.ruleset.base
    return Terms(
        design=Design(columns=columns[chosen], group_no=np.array([term.group_no for term in found])),
        accounted=columns[accounted],
        causes=tuple(term.cause for term in found),
        labels=tuple(term.label for term in found),
        points=np.array([term.points for term in found], dtype=np.float64),
        gap=(total - cases.table["score"].to_numpy())[accounted].astype(np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    values: np.ndarray
    cause: str
    label: str
    points: int = 0
    group_no: int = -1


def _rule_terms(cases: Cases, chosen: Integers) -> list[_Term]:
    found = [
        _Term(values=values, cause="score", label=column.id, points=column.points)
        for column, values in zip(cases.ruleset.columns, cases.multiplicity.T, strict=True)
        if np.ptp(values[chosen]) > 0
    ]
    is_high = cases.table["is_high"].to_numpy(dtype=bool)
    if cases.ruleset.outside is not None and found and 0 < is_high[chosen].sum() < len(chosen):
        # What another tool's score promises is one step per point; a single rule could not say
        # that high scores break it, and what they break would pass for luck.
        found.append(_Term(values=is_high, cause="score", label=cases.ruleset.columns[0].id))
    return found


def _handling_terms(cases: Cases) -> list[_Term]:
    handling = cases.table["handling"].to_numpy()
    found = {
        ("late", "late"): handling == "late",
        ("no_contact", "none"): handling == "none",
        ("department", "other"): is_other_department(cases),
    }
    return [
        _Term(values=values, cause=cause, label=label)
        for (cause, label), values in found.items()
        if MIN_N <= values.sum() <= len(values) - MIN_N
    ]


def _data_terms(cases: Cases) -> list[_Term]:
    n_unknown = cases.unknown.sum(axis=0)
    return [
        _Term(values=cases.unknown[:, number], cause="data", label=field)
        for number, field in enumerate(cases.fields)
        if MIN_N <= n_unknown[number] <= len(cases.unknown) - MIN_N
    ]


def _group_terms(learned: pd.Series, values: pd.Series, cause: str, group_no: int) -> list[_Term]:
    counts = learned.value_counts()
    levels = sorted(map(str, counts[counts >= MIN_N].index[:MAX_LEVELS]))
    if len(levels) < 2:
        return []
    place = pd.Index(levels).get_indexer(pd.Index(values))
    return [
        _Term(values=place == number, cause=cause, label=level, group_no=group_no)
        for number, level in enumerate(levels)
    ]
