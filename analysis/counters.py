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
    field_of,
    match_touches,
    match_values,
    read_attribute_values,
    read_touch_types,
)
from analysis.rulesets.model import AttributePredicate, OptOutPredicate, Ruleset, TouchPredicate
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
    """

    touches: pd.DataFrame
    values: Integers
    bound: int
    cap: int
    constant: int = 0


def counters(engine: Engine, ruleset: Ruleset, *, n_touches_max: int, is_ranked: bool) -> tuple[Counter, ...]:
    """Match the rules, then the gates, of a ruleset against the dictionaries of a history.

    Parameters
    ----------
    n_touches_max : int
        Most touches that any lead has.
    is_ranked : bool
        Whether the touches that will be counted carry ranks, which let the
        engine stop at the cap.
    """
    predicates = [(rule.predicate, rule.cap, rule.within_days) for rule in ruleset.rules]
    predicates += [(gate.predicate, 1, None) for gate in ruleset.gates]
    types = read_touch_types(engine)
    asked = [predicate for predicate, _, _ in predicates if not isinstance(predicate, TouchPredicate)]
    values = read_attribute_values(engine, [field_of(predicate) for predicate in asked])
    known_fields = set(values["field"])
    return tuple(
        _touch_counter(types, predicate, cap, within_days, n_touches_max if is_ranked else None, n_touches_max)
        if isinstance(predicate, TouchPredicate)
        else _value_counter(values, predicate, known_fields)
        for predicate, cap, within_days in predicates
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
    matched = types[mask]
    n_of_type = np.full(len(matched), _ANY_RANK)
    n_of_kind = np.full(len(matched), _ANY_RANK)
    bound = n_touches_max
    if ranked is not None:
        is_whole = _is_whole_kind(types, mask)[mask]
        n_of_kind[is_whole] = cap
        n_of_type[~is_whole] = cap
        n_counted = matched["kind_no"][is_whole].nunique() + int((~is_whole).sum())
        bound = min(bound, cap * n_counted)
    touches = pd.DataFrame(
        {
            "type_no": matched["type_no"].to_numpy(dtype=np.int64),
            "before_days": np.int64(_EVER_DAYS if within_days is None else within_days),
            "n_of_type": n_of_type,
            "n_of_kind": n_of_kind,
        }
    )
    return Counter(touches=touches, values=_no_values(), bound=max(bound, 1), cap=cap)


def _is_whole_kind(types: pd.DataFrame, mask: Mask) -> Mask:
    """Return for each type whether all types of its kind are matched: then the rank within the kind decides."""
    is_whole: Mask = pd.Series(mask).groupby(types["kind_no"].to_numpy()).transform("all").to_numpy(dtype=bool)
    return is_whole


def _value_counter(
    values: pd.DataFrame, predicate: AttributePredicate | OptOutPredicate, known_fields: set[str]
) -> Counter:
    matched = values["value_no"].to_numpy(dtype=np.int64)[match_values(values, predicate)]
    is_opt_out = isinstance(predicate, OptOutPredicate)
    # A field nobody ever filled is not in the dictionary: it is unknown for every lead.
    is_always = not is_opt_out and predicate.is_unknown and field_of(predicate) not in known_fields
    bound = _OPT_OUT_CHANNELS if is_opt_out else 1
    return Counter(touches=_no_touches(), values=matched, bound=bound, cap=1, constant=int(is_always))


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
        touches = [self._placed(number, counter.touches) for number, counter in enumerate(self.counters)]
        values = [
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
            counts[:, number] = np.minimum(((word >> self.shifts[number]) & mask) + counter.constant, counter.cap)
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
