"""Cutting attributes into cells that no handoff rule cuts any further.

Two leads in the same cells are alike for every condition on an attribute. So the
leads that no rule takes can be described by cells, exactly, and nobody has to
choose where to cut: the rules themselves say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import pandas as pd

from analysis.matching import match_values, read_attribute_values
from analysis.routing.model import Asked, RoutingRule
from analysis.rulesets.predicates import AttributePredicate, Condition, KOfPredicate
from data.contract import TABLES, Kind
from data.engine import Engine

MAX_VALUES: Final = 30
"""An attribute with more distinct values is told apart only by what rules ask of it."""

_WHOLE: Final = {column.name for column in TABLES["leads"].columns if column.kind in (Kind.INTEGER, Kind.BIGINT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Leads that are alike for every rule, as far as one attribute goes.

    Attributes
    ----------
    field : str
        The attribute.
    kind : str
        "range" (numbers from `low` to `high`, both included, None without end),
        "values" (any of them), "others" (known, but none of `values`), "unknown".
    is_fact : bool
        A field of `lead_facts` rather than a column of `leads`.
    """

    field: str
    kind: Literal["range", "values", "others", "unknown"]
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    is_fact: bool = False

    @property
    def predicate(self) -> AttributePredicate:
        """The condition that holds for the leads of the cell, and for no others."""
        if self.kind == "unknown":
            return AttributePredicate(field=self.field, is_fact=self.is_fact, is_unknown=True)
        if self.kind == "range":
            return AttributePredicate(field=self.field, is_fact=self.is_fact, low=self.low, high=self.high)
        is_excluded = self.kind == "others"
        return AttributePredicate(field=self.field, is_fact=self.is_fact, values=self.values, is_excluded=is_excluded)

    def meets(self, predicate: AttributePredicate) -> bool:
        """Whether the leads of the cell meet a condition on its attribute: all do, or none."""
        if self.kind == "others":  # none of the texts that any rule names
            return predicate.is_excluded
        number = self.low if self.low is not None else self.high
        value = self.values[0] if self.kind == "values" else None if number is None else str(number)
        row = pd.DataFrame({"field": [self.field], "value": pd.Series([value], dtype="str"), "number": [number]})
        return bool(match_values(row.astype({"number": "float64"}), predicate)[0])


def cells_of(engine: Engine, rules: Sequence[RoutingRule], also: Sequence[str] = ()) -> tuple[Cell, ...]:
    """Cut every attribute that the rules ask for, and some others by their values.

    Parameters
    ----------
    also : sequence of str
        Attributes to tell apart although no rule asks for them; those with more
        than 30 values are left out.
    """
    asked: dict[str, list[AttributePredicate]] = {}
    for predicate in (each for rule in rules for each in attribute_predicates(rule.predicate)):
        asked.setdefault(predicate.field, []).append(predicate)
    values = read_attribute_values(engine, [*asked, *also])
    cells: list[Cell] = []
    for field, predicates in asked.items():
        of_field = values[values["field"] == field]
        is_range = any(each.low is not None or each.high is not None for each in predicates)
        cells += _ranges(field, predicates) if is_range else _values(field, predicates, of_field)
    for field in dict.fromkeys(name for name in also if name not in asked):
        cells += _one_by_one(field, values.loc[values["field"] == field, "value"])
    return tuple(cells)


def attribute_predicates(predicate: Asked) -> tuple[AttributePredicate, ...]:
    """Return the conditions on attributes of one handoff rule."""
    asked = predicate.conditions if isinstance(predicate, KOfPredicate) else ()
    return tuple(each.predicate for each in asked if isinstance(each.predicate, AttributePredicate))


def is_open(predicate: Asked, cells: Sequence[Cell]) -> bool:
    """Whether a rule can still take leads of these cells, by what they do or by their other attributes."""
    if not isinstance(predicate, KOfPredicate):
        return True
    return sum(_can_hold(condition, cells) for condition in predicate.conditions) >= predicate.need


def _can_hold(condition: Condition, cells: Sequence[Cell]) -> bool:
    asked = condition.predicate
    if not isinstance(asked, AttributePredicate):
        return True
    return all(cell.meets(asked) for cell in cells if cell.field == asked.field)


def _ranges(field: str, predicates: Sequence[AttributePredicate]) -> list[Cell]:
    is_fact = predicates[0].is_fact
    lows = {float(each.low) for each in predicates if each.low is not None}
    lows |= {_after(field, float(each.high)) for each in predicates if each.high is not None}
    for number in (float(v) for each in predicates for v in each.values if not isinstance(v, str | bool)):
        lows |= {number, _after(field, number)}
    cuts = [None, *sorted(lows), None]
    cells = [
        Cell(field=field, kind="range", is_fact=is_fact, low=low, high=None if high is None else _before(field, high))
        for low, high in pairwise(cuts)
    ]
    return [*cells, Cell(field=field, kind="unknown", is_fact=is_fact)]


def _after(field: str, number: float) -> float:
    return np.floor(number) + 1 if field in _WHOLE else float(np.nextafter(number, np.inf))


def _before(field: str, number: float) -> float:
    return np.ceil(number) - 1 if field in _WHOLE else float(np.nextafter(number, -np.inf))


def _values(field: str, predicates: Sequence[AttributePredicate], of_field: pd.DataFrame) -> list[Cell]:
    """Join the values that the same rules ask for; what no rule names is the rest."""
    is_fact = predicates[0].is_fact
    of_field = of_field[of_field["value"].notna()]
    included = [_included(each) for each in predicates]
    matched = np.column_stack([match_values(of_field, each) for each in included])
    groups: dict[tuple[bool, ...], list[str]] = {}
    for value, signature in zip(of_field["value"], matched.tolist(), strict=True):
        groups.setdefault(tuple(signature), []).append(value)
    named = [tuple(values) for signature, values in groups.items() if any(signature)]
    cells = [Cell(field=field, kind="values", values=values, is_fact=is_fact) for values in named]
    everything = tuple(value for values in named for value in values)
    if everything:
        cells.append(Cell(field=field, kind="others", values=everything, is_fact=is_fact))
    return [*cells, Cell(field=field, kind="unknown", is_fact=is_fact)]


def _included(predicate: AttributePredicate) -> AttributePredicate:
    return AttributePredicate(
        field=predicate.field, is_fact=predicate.is_fact, values=predicate.values, patterns=predicate.patterns,
        is_unknown=predicate.is_unknown,
    )  # fmt: skip


def _one_by_one(field: str, values: pd.Series) -> list[Cell]:
    known = sorted(values.dropna().unique())
    if not known or len(known) > MAX_VALUES:
        return []
    return [
        *(Cell(field=field, kind="values", values=(value,)) for value in known),
        Cell(field=field, kind="unknown"),
    ]
