"""What must be counted for a ruleset, and which touches and attribute values add to each count.

A counter is how often one rule, or one gate, fires at a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.matching import (
    Mask,
    match_touches,
    match_values,
    read_attribute_values,
    read_touch_types,
)
from analysis.rulesets.columns import Need, fold, need_of, needs_of
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import (
    AttributePredicate,
    BantPredicate,
    OptOutPredicate,
    TouchPredicate,
    ValuePredicate,
    field_of,
)
from data.engine import Engine

Integers: TypeAlias = NDArray[np.int64]

EVER_DAYS: Final = 32001
"""Ages are kept up to 32000 days: a window of so many days never ends."""

_OPT_OUT_CHANNELS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One counter, and what adds to it.

    Attributes
    ----------
    touches : DataFrame
        `type_no`, `before_days` (smaller ages count).
    values : array
        `value_no` of the attribute values that count.
    bound : int
        Largest sum there can be.
    cap : int
        Largest count that is reported.
    constant : int
        Added at every decision.
    is_inverted : bool
        It holds where nothing was counted.
    """

    touches: pd.DataFrame
    values: Integers
    bound: int
    cap: int
    constant: int = 0
    is_inverted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What must be counted for a ruleset, each thing once, and how it makes up the rules.

    Attributes
    ----------
    needs : tuple of Need
        What is counted.
    of_rules, of_gates : tuples
        For each rule, and each gate, which of the needs.
    """

    ruleset: Ruleset
    needs: tuple[Need, ...]
    of_rules: tuple[tuple[int, ...], ...]
    of_gates: tuple[int, ...]

    @classmethod
    def of(cls, ruleset: Ruleset) -> Questions:
        """List what a ruleset needs; rules that ask the same share a counter."""
        # By their text, because to Python the values true and 1 are the same.
        places: dict[str, int] = {}
        needs: list[Need] = []

        def place(need: Need) -> int:
            if repr(need) not in places:
                places[repr(need)] = len(needs)
                needs.append(need)
            return places[repr(need)]

        of_rules = tuple(tuple(place(need) for need in needs_of(rule)) for rule in ruleset.rules)
        of_gates = tuple(place(need_of(gate.condition)) for gate in ruleset.gates)
        return cls(ruleset=ruleset, needs=tuple(needs), of_rules=of_rules, of_gates=of_gates)

    def multiplicity(self, counts: Integers) -> Integers:
        """Turn counts, shape (n_rows, n_needs), into the columns of the rules, shape (n_rows, n_columns)."""
        parts = [
            fold(rule, counts[:, list(needs)])
            for rule, needs in zip(self.ruleset.rules, self.of_rules, strict=True)
            if needs
        ]
        return np.hstack(parts) if parts else np.zeros((len(counts), 0), dtype=np.int64)

    def gated(self, counts: Integers) -> Mask:
        """Return which gates are shut, shape (n_rows, n_gates)."""
        wanted = np.array([self.needs[place].cap for place in self.of_gates], dtype=np.int64)
        is_shut: Mask = counts[:, list(self.of_gates)] >= wanted
        return is_shut


def counters(engine: Engine, needs: Sequence[Need]) -> tuple[Counter, ...]:
    """Match what must be counted against the dictionaries of a history."""
    types = read_touch_types(engine)
    asked = [need.predicate for need in needs if not isinstance(need.predicate, TouchPredicate)]
    in_words = {field_of(predicate) for predicate in asked if not _is_range(predicate)}
    fields = {field_of(predicate) for predicate in asked}
    values = read_attribute_values(engine, sorted(fields), without_text=fields - in_words)
    known_fields = set(values["field"].unique())
    return tuple(
        _touch_counter(types, need.predicate, need)
        if isinstance(need.predicate, TouchPredicate)
        else _value_counter(values, need.predicate, known_fields)
        for need in needs
    )


def _is_range(predicate: ValuePredicate) -> bool:
    """Return whether the numbers of an attribute are all that is asked for."""
    if not isinstance(predicate, AttributePredicate) or predicate.is_unknown:
        return False
    return not predicate.patterns and not predicate.values


def _touch_counter(types: pd.DataFrame, predicate: TouchPredicate, need: Need) -> Counter:
    matched = types[match_touches(types, predicate)]
    before_days = EVER_DAYS if need.within_days is None else min(need.within_days, EVER_DAYS)
    touches = pd.DataFrame(
        {
            "type_no": matched["type_no"].to_numpy(dtype=np.int64),
            "before_days": np.full(len(matched), before_days, dtype=np.int64),
        }
    )
    return Counter(touches=touches, values=_no_values(), bound=max(int(matched["n_most"].sum()), 1), cap=need.cap)


def _value_counter(values: pd.DataFrame, predicate: ValuePredicate, known_fields: set[str]) -> Counter:
    if isinstance(predicate, BantPredicate):
        return _bant_counter(values, predicate)
    matched = values["value_no"].to_numpy(dtype=np.int64)[match_values(values, predicate)]
    is_opt_out = isinstance(predicate, OptOutPredicate)
    # A field nobody ever filled is not in the dictionary: it is unknown for every lead.
    is_always = (
        isinstance(predicate, AttributePredicate) and predicate.is_unknown and field_of(predicate) not in known_fields
    )
    bound = _OPT_OUT_CHANNELS if is_opt_out else 1
    return Counter(touches=_no_touches(), values=matched, bound=bound, cap=1, constant=int(is_always))


def _bant_counter(values: pd.DataFrame, predicate: BantPredicate) -> Counter:
    """Count an answer; "unknown" is every lead but those with one of the other answers."""
    is_inverted = "unknown" in predicate.answers
    others = tuple(answer for answer in ("yes", "no") if (answer in predicate.answers) != is_inverted)
    told = BantPredicate(item=predicate.item, answers=others)
    matched = values["value_no"].to_numpy(dtype=np.int64)[match_values(values, told)]
    return Counter(touches=_no_touches(), values=matched, bound=1, cap=1, is_inverted=is_inverted)


def _no_values() -> Integers:
    return np.empty(0, dtype=np.int64)


def _no_touches() -> pd.DataFrame:
    return pd.DataFrame({name: _no_values() for name in ("type_no", "before_days")})
