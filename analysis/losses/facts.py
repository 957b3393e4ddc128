"""What was known of each case at its handoff, as small whole numbers, for searches and comparisons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import ATTRIBUTES, OTHER, coded_values, unpacked
from analysis.intervals import MIN_N
from analysis.losses.cases import HANDLINGS, Cases
from analysis.matching import Mask, match_touches, read_touch_types
from analysis.rule_fields import predicates_of
from analysis.rulesets import Ruleset
from analysis.rulesets.predicates import TouchPredicate
from analysis.sqlfiles import sql_text
from data.engine import Engine

FACTS: Final = tuple(ATTRIBUTES)
"""Attributes that are read."""

HANDLING: Final = "handling"
MONTH: Final = "created_month"
RULE: Final = "rule"
TOUCH: Final = "touch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One thing by which cases may be told apart.

    Attributes
    ----------
    name : str
        One of `FACTS`, `HANDLING`, `MONTH`, `RULE` or `TOUCH`; there are several rules and touches.
    labels : tuple of str
        Values; '' is unknown, a rule or kind of touch is its own single value.
    codes : array of shape (n_cases,)
        Place of each case in `labels`, counted from 1; 0 where it is none of them.
    """

    name: str
    labels: tuple[str, ...]
    codes: NDArray[np.int64]

    def __getitem__(self, rows: NDArray[np.int64]) -> Dimension:
        return Dimension(name=self.name, labels=self.labels, codes=self.codes[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was believed of each case at its handoff.

    Attributes
    ----------
    codes : dict of arrays of shape (n_cases,)
        Place in `labels` by the names of `FACTS`.
    labels : dict of tuples of str
        Values of each attribute; '' is unknown.
    created_at : array of shape (n_cases,), datetime64[us]
        When the lead was created.
    """

    codes: dict[str, NDArray[np.int16]]
    labels: dict[str, tuple[str, ...]]
    created_at: NDArray[np.datetime64]


def case_facts(engine: Engine, cases: Cases) -> Facts:
    """Read what was believed of each case at its handoff; nothing learned later is in it."""
    values = coded_values(engine, FACTS)
    words = pd.DataFrame({"value_no": values["value_no"].astype("int32"), "word": values["word"]})
    sql = f"WITH moment_values AS (\n{sql_text('moment_values')}),\n\n"
    sql += f"decision_segments AS (\n{sql_text('decision_segments')})\n\n{sql_text('case_facts')}"
    found = engine.query(sql, tables={"moments": moments_of(cases), "segment_values": words})
    codes, labels = unpacked(values, found["segment_word"].to_numpy(dtype=np.int64), FACTS)
    return Facts(codes=codes, labels=labels, created_at=found["created_at"].to_numpy(dtype="datetime64[us]"))


def moments_of(cases: Cases, rows: NDArray[np.int64] | None = None) -> pd.DataFrame:
    """Return the moments of some cases, all by default, numbered by their row: `moment_no`, `lead_no`, `decided_at`."""
    chosen = np.arange(len(cases.table)) if rows is None else rows
    part = cases.table[["lead_no", "decided_at"]].iloc[chosen]
    return part.assign(moment_no=chosen).reset_index(drop=True)


def touch_counts(engine: Engine, cases: Cases, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Count what the leads of some cases had done by their handoff.

    Returns
    -------
    DataFrame
        One row per case of `rows`, in their order, and one column per kind of touch, by name.
    """
    found = engine.query(sql_text("touch_counts"), tables={"moments": moments_of(cases, rows)})
    table = found.pivot(index="moment_no", columns="kind", values="n_touches")
    return table.reindex(rows).fillna(0).astype("int64").rename_axis(columns=None)


def fact_dimensions(facts: Facts, names: Iterable[str] = FACTS) -> list[Dimension]:
    """Return the attributes as dimensions; unknown is a value, values that no code was left for are none."""
    return [
        _without(
            Dimension(name=name, labels=facts.labels[name], codes=facts.codes[name].astype(np.int64) + 1),
            [place for place, label in enumerate(facts.labels[name]) if label == OTHER],
        )
        for name in names
    ]


def handling_dimension(cases: Cases) -> Dimension:
    """Return how each case was handled as a dimension; not recorded is no value."""
    known = [name for name in HANDLINGS if name != "unknown"]
    codes = pd.Index(known).get_indexer(pd.Index(cases.table[HANDLING])) + 1
    return Dimension(name=HANDLING, labels=tuple(known), codes=codes.astype(np.int64))


def month_dimension(facts: Facts) -> Dimension:
    """Return the months (UTC) of creation as a dimension, labels such as "2025-06"."""
    months = facts.created_at.astype("datetime64[M]")
    known, codes = np.unique(months, return_inverse=True)
    return Dimension(name=MONTH, labels=tuple(map(str, known)), codes=codes.astype(np.int64) + 1)


def rule_dimensions(cases: Cases) -> list[Dimension]:
    """Return each rule as a dimension of its own: whether it gave any points."""
    ruleset = cases.ruleset
    has_fired = np.zeros((len(cases.table), len(ruleset.rules)), dtype=np.int64)
    for place, column in enumerate(ruleset.columns):
        has_fired[cases.multiplicity[:, place] > 0, column.rule_no] = 1
    if ruleset.outside is not None:
        return []
    return [
        Dimension(name=RULE, labels=(rule.id,), codes=fired)
        for rule, fired in zip(ruleset.rules, np.ascontiguousarray(has_fired.T), strict=True)
    ]


def touch_dimensions(counts: pd.DataFrame, kinds: Iterable[str]) -> list[Dimension]:
    """Return some kinds of touches as dimensions of their own: whether there was any; `counts` as from `touch_counts`."""
    return [
        Dimension(name=TOUCH, labels=(kind,), codes=np.minimum(counts[kind].to_numpy(dtype=np.int64), 1))
        for kind in kinds
        if kind in counts
    ]


def unseen_kinds(engine: Engine, ruleset: Ruleset) -> list[str]:
    """Return the kinds of touches that no rule asks for, by name."""
    types = read_touch_types(engine)
    is_seen: Mask = np.zeros(len(types), dtype=bool)
    for rule in ruleset.rules:
        for predicate in predicates_of(rule):
            if isinstance(predicate, TouchPredicate):
                is_seen |= match_touches(types, predicate)
    seen = set(types.loc[is_seen, "kind"])
    return sorted(set(types["kind"]) - seen)


def usable(dimensions: Iterable[Dimension]) -> list[Dimension]:
    """Return the dimensions with the values of which there are enough cases, and which do not hold for all."""
    found = []
    for dimension in dimensions:
        n = np.bincount(dimension.codes, minlength=len(dimension.labels) + 1)[1:]
        few = np.flatnonzero((n < MIN_N) | (n > len(dimension.codes) - MIN_N))
        if len(few) < len(dimension.labels):
            found.append(_without(dimension, list(few)))
    return found


def _without(dimension: Dimension, places: list[int]) -> Dimension:
    """Return a dimension without some of its labels."""
    kept = [place for place in range(len(dimension.labels)) if place not in set(places)]
    new = np.zeros(len(dimension.labels) + 1, dtype=np.int64)
    new[np.array(kept, dtype=np.int64) + 1] = np.arange(1, len(kept) + 1)
    labels = tuple(dimension.labels[place] for place in kept)
    return Dimension(name=dimension.name, labels=labels, codes=new[dimension.codes])
