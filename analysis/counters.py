"""Many small counts in few whole numbers, so that the engine adds them all at once.

A counter is how often one rule, or one gate, fires at a decision. Each gets as
many bits of a word as its largest possible value needs, so that sums of words
are sums of counters and nothing ever spills into a neighbour.
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

N_WORDS: Final = 2
WORD_BITS: Final = 62
WORDS: Final = tuple(f"word_{number}" for number in range(N_WORDS))

_EVER_DAYS: Final = 32001  # ages are kept up to 32000 days
_ANY_RANK: Final = 256  # ranks are kept up to 255
_OPT_OUT_CHANNELS: Final = 3
_TOUCH_TYPES: Final = {"type_no": "int32", "before_days": "int16", "n_of_type": "int16", "n_of_kind": "int16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One counter, and what adds to it.

    Attributes
    ----------
    touches : DataFrame
        `type_no`, `before_days` (smaller ages count), `n_of_type`, `n_of_kind`
        (smaller ranks count).
    values : array
        `value_no` of the attribute values that count.
    bound : int
        Largest sum the engine can produce.
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


def counters(engine: Engine, needs: Sequence[Need], *, n_touches_max: int, is_ranked: bool) -> tuple[Counter, ...]:
    """Match what must be counted against the dictionaries of a history.

    Parameters
    ----------
    n_touches_max : int
        Most touches that any lead has.
    is_ranked : bool
        Whether the touches that will be counted carry ranks, which let the
        engine stop at the cap.
    """
    types = read_touch_types(engine)
    asked = [need.predicate for need in needs if not isinstance(need.predicate, TouchPredicate)]
    values = read_attribute_values(engine, [field_of(predicate) for predicate in asked])
    known_fields = set(values["field"])
    return tuple(
        _touch_counter(
            types, need.predicate, need.cap, need.within_days, n_touches_max if is_ranked else None, n_touches_max
        )
        if isinstance(need.predicate, TouchPredicate)
        else _value_counter(values, need.predicate, known_fields)
        for need in needs
    )


def _touch_counter(
    types: pd.DataFrame,
    predicate: TouchPredicate,
    cap: int,
    within_days: int | None,
    ranked: int | None,
    n_touches_max: int,
) -> Counter:
    mask = match_touches(types, predicate)
    kind_no = types["kind_no"].to_numpy(dtype=np.int64)
    n_matched = int(mask.sum())
    n_of_type = np.full(n_matched, _ANY_RANK)
    n_of_kind = np.full(n_matched, _ANY_RANK)
    bound = n_touches_max
    if ranked is not None and n_matched:
        is_whole = _is_whole_kind(kind_no, mask)[mask]
        n_of_kind[is_whole] = cap
        n_of_type[~is_whole] = cap
        n_counted = len(np.unique(kind_no[mask][is_whole])) + int((~is_whole).sum())
        bound = min(bound, cap * n_counted)
    touches = pd.DataFrame(
        {
            "type_no": types["type_no"].to_numpy(dtype=np.int64)[mask],
            "before_days": np.full(n_matched, _EVER_DAYS if within_days is None else within_days),
            "n_of_type": n_of_type,
            "n_of_kind": n_of_kind,
        }
    )
    return Counter(touches=touches, values=_no_values(), bound=max(bound, 1), cap=cap)


def _is_whole_kind(kind_no: Integers, mask: Mask) -> Mask:
    """Return for each type whether all types of its kind are matched: then the rank within the kind decides."""
    n_missed = np.bincount(kind_no, weights=~mask)
    is_whole: Mask = n_missed[kind_no] == 0
    return is_whole


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
    return pd.DataFrame({name: _no_values() for name in ("type_no", "before_days", "n_of_type", "n_of_kind")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the counters lie in the words; see `layouts`."""

    counters: tuple[Counter, ...]
    words: tuple[int, ...]
    shifts: tuple[int, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return what one touch, and one attribute value, adds to each word, for the engine."""
        touch_keys = ["type_no", "before_days", "n_of_type", "n_of_kind"]
        nothing = {word: np.int64(0) for word in WORDS}
        touches = [_no_touches().assign(**nothing)]
        touches += [self._placed(number, counter.touches) for number, counter in enumerate(self.counters)]
        values = [pd.DataFrame({"value_no": _no_values()}).assign(**nothing)]
        values += [
            self._placed(number, pd.DataFrame({"value_no": counter.values}))
            for number, counter in enumerate(self.counters)
        ]
        return {
            # Types as narrow as those of the prepared tables spare the engine a conversion per touch.
            "touch_rules": pd.concat(touches).groupby(touch_keys, as_index=False).sum().astype(_TOUCH_TYPES),
            "value_rules": pd.concat(values).groupby("value_no", as_index=False).sum().astype({"value_no": "int32"}),
        }

    def _placed(self, number: int, frame: pd.DataFrame) -> pd.DataFrame:
        columns = {word: np.int64(0) for word in WORDS}
        columns[WORDS[self.words[number]]] = np.int64(1) << np.int64(self.shifts[number])
        return frame.assign(**columns)

    def unpack(self, frame: pd.DataFrame) -> Integers:
        """Return the counts in the words of `frame`, capped; shape (n_rows, n_counters)."""
        counts = np.empty((len(frame), len(self.counters)), dtype=np.int64)
        for number, counter in enumerate(self.counters):
            word = frame[WORDS[self.words[number]]].to_numpy(dtype=np.int64)
            mask = (1 << counter.bound.bit_length()) - 1
            found = np.minimum(((word >> self.shifts[number]) & mask) + counter.constant, counter.cap)
            counts[:, number] = 1 - found if counter.is_inverted else found
        return counts


def layouts(of: Sequence[Counter]) -> tuple[Layout, ...]:
    """Place counters into words; more than fit into one question are spread over several."""
    done: list[Layout] = []
    current: list[Counter] = []
    words: list[int] = []
    shifts: list[int] = []
    word, used = 0, 0
    for counter in of:
        width = counter.bound.bit_length()
        if used + width > WORD_BITS:
            word, used = word + 1, 0
        if word == N_WORDS:
            done.append(Layout(counters=tuple(current), words=tuple(words), shifts=tuple(shifts)))
            current, words, shifts, word = [], [], [], 0
        current.append(counter)
        words.append(word)
        shifts.append(used)
        used += width
    return (*done, Layout(counters=tuple(current), words=tuple(words), shifts=tuple(shifts)))
