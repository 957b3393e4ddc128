"""Many small counts in few whole numbers, so that one addition adds them all at once.

Each counter gets as many bits of a word as its largest possible value needs, so
that sums of words are sums of counters and nothing ever spills into a neighbour.
What one touch or attribute value adds depends on few things: its type and its age
as far as a window asks, or its value. Those that add the same share a cell; the
engine names the cell of each touch, and the words of the cells are added here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counters import EVER_DAYS, Counter, Integers
from analysis.keys import distinct_digits

N_WORDS: Final = 2
WORD_BITS: Final = 62
"""Bits of a word that counters use."""

_MAX_WIDTH: Final = 16
"""Bits of which one table says what they come to."""

WORDS: Final = tuple(f"word_{number}" for number in range(N_WORDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the counters lie in the words; see `layouts`.

    Attributes
    ----------
    counters : tuple of Counter
        What is counted.
    words, shifts : tuples of int
        For each counter its word, and its lowest bit there.
    """

    counters: tuple[Counter, ...]
    words: tuple[int, ...]
    shifts: tuple[int, ...]

    @property
    def n_words(self) -> int:
        """Words in use; at least 1."""
        return max(self.words, default=0) + 1

    def unpack(self, words: Integers) -> Integers:
        """Return the counts in the words, shape (n_words, n_rows), capped; shape (n_rows, n_counters)."""
        counts = np.empty((words.shape[1], len(self.counters)), dtype=np.int64, order="F")
        for number, counter in enumerate(self.counters):
            mask = (1 << counter.bound.bit_length()) - 1
            counts[:, number] = _reported((words[self.words[number]] >> self.shifts[number]) & mask, counter)
        return counts

    def distinct(self, words: Integers) -> tuple[Integers, Integers]:
        """Tell rows apart by their capped counts, as `analysis.keys.distinct_digits` does.

        Counts beyond a cap are alike. A table says for each stretch of a word what it
        comes to; so a million words are read once per stretch and not once per counter.
        """
        return distinct_digits(self._digits(words), words.shape[1])

    def _digits(self, words: Integers) -> Iterator[tuple[Integers, int]]:
        for word, numbers in self._stretches():
            first = self.shifts[numbers[0]]
            width = self.shifts[numbers[-1]] + self.counters[numbers[-1]].bound.bit_length() - first
            values = (words[word] >> first) & ((1 << width) - 1)
            if width > _MAX_WIDTH:  # a single counter
                counter = self.counters[numbers[0]]
                yield _reported(values, counter), counter.cap + 1
                continue
            yield self._table(numbers, width)[values], math.prod(self.counters[n].cap + 1 for n in numbers)

    def _stretches(self) -> Iterator[tuple[int, list[int]]]:
        """Give neighbours of a word that are narrow enough for a table."""
        place, numbers = (-1, 0), list[int]()
        for number, (word, shift, counter) in enumerate(zip(self.words, self.shifts, self.counters, strict=True)):
            end = shift + counter.bound.bit_length()
            if numbers and (word != place[0] or end - place[1] > _MAX_WIDTH):
                yield place[0], numbers
                numbers = []
            if not numbers:
                place = (word, shift)
            numbers.append(number)
        if numbers:
            yield place[0], numbers

    def _table(self, numbers: list[int], width: int) -> Integers:
        """Return what each value of a stretch of bits comes to."""
        values, table = np.arange(1 << width), np.zeros(1 << width, dtype=np.int64)
        for number in numbers:
            counter = self.counters[number]
            count = (values >> (self.shifts[number] - self.shifts[numbers[0]])) & (
                (1 << counter.bound.bit_length()) - 1
            )
            table = table * (counter.cap + 1) + _reported(count, counter)
        return table


def _reported(count: Integers, counter: Counter) -> Integers:
    found = np.minimum(count + counter.constant, counter.cap)
    return 1 - found if counter.is_inverted else found


def words_of(frame: pd.DataFrame) -> Integers:
    """Return the words of a table with the columns `WORDS`; shape (N_WORDS, n_rows)."""
    return np.stack([frame[name].to_numpy(dtype=np.int64) for name in WORDS])


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What one touch, or one attribute value, adds to each word.

    Attributes
    ----------
    rules : mapping from str to DataFrame
        "touch": `type_no`, `first_cell`, `oldest_days`: a touch of this type and of
        an age in days lies in the cell `first_cell + min(age, oldest_days)`.
        "value": `value_no`, `cell`.
    words : array of shape (n_words, n_cells)
        What a cell adds.
    """

    rules: Mapping[str, pd.DataFrame]
    words: NDArray[np.int64]

    @classmethod
    def of(cls, layout: Layout) -> Cells:
        """Number the cells of a layout."""
        ones = np.zeros((layout.n_words, len(layout.counters)), dtype=np.int64)
        for number, (word, shift) in enumerate(zip(layout.words, layout.shifts, strict=True)):
            ones[word, number] = np.int64(1) << np.int64(shift)
        touch_rules, of_touches = _touch_cells(layout.counters, ones)
        value_rules, of_values = _value_cells(layout.counters, ones)
        value_rules["cell"] += of_touches.shape[1]
        return cls(
            rules={"touch": touch_rules.astype("int32"), "value": value_rules.astype("int32")},
            words=np.hstack([of_touches, of_values]),
        )

    def add(self, sums: Integers, batches: Iterable[Mapping[str, NDArray[Any]]]) -> None:
        """Add words up by moment.

        Parameters
        ----------
        sums : array of shape (n_words, n_moments)
            Is added to.
        batches : iterable of mappings
            Arrays `moment_no` (0 to n_moments - 1) and `cell` of one length.
        """
        for batch in batches:
            for own, words in zip(sums, self.words, strict=True):
                np.add.at(own, batch["moment_no"], words[batch["cell"]])


def _touch_cells(counters: Sequence[Counter], ones: Integers) -> tuple[pd.DataFrame, Integers]:
    """Return the cells of each type of touch, and their words: types that count alike share them."""
    type_nos = _all([counter.touches["type_no"].to_numpy(dtype=np.int64) for counter in counters])
    windows = np.zeros((len(type_nos), len(counters)), dtype=np.int64)
    for number, counter in enumerate(counters):
        place = np.searchsorted(type_nos, counter.touches["type_no"])
        windows[place, number] = counter.touches["before_days"]
    profile, profiles = distinct_rows(windows)
    oldest = np.where(profiles < EVER_DAYS, profiles, 0).max(axis=1, initial=0)
    first_cell = np.cumsum(oldest + 1) - oldest - 1
    # One age after another: a window of 30 days takes the ages 0 to 29.
    ages = np.arange(int((oldest + 1).sum())) - np.repeat(first_cell, oldest + 1)
    is_within = ages[:, None] < np.repeat(profiles, oldest + 1, axis=0)
    rules = {"type_no": type_nos, "first_cell": first_cell[profile], "oldest_days": oldest[profile]}
    return pd.DataFrame(rules).astype(np.int64), ones @ is_within.T.astype(np.int64)


def _value_cells(counters: Sequence[Counter], ones: Integers) -> tuple[pd.DataFrame, Integers]:
    """Return the cell of each attribute value, and the words of the cells."""
    value_nos = _all([counter.values for counter in counters])
    words = np.zeros((len(value_nos), len(ones)), dtype=np.int64)
    for number, counter in enumerate(counters):
        words[np.searchsorted(value_nos, counter.values)] += ones[:, number]
    cell, cells = distinct_rows(words)
    return pd.DataFrame({"value_no": value_nos, "cell": cell}).astype(np.int64), cells.T


def _all(parts: Sequence[Integers]) -> Integers:
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)


def distinct_rows(rows: Integers) -> tuple[Integers, Integers]:
    """Return for each row which of the distinct rows it is, and these; in the order of their first appearance."""
    if rows.shape[1] == 1:
        code, values = pd.factorize(np.ascontiguousarray(rows[:, 0]))
        return code.astype(np.int64), values[:, None]
    place = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        code, values = pd.factorize(column)
        place = pd.factorize(place * max(len(values), 1) + code)[0] if place.any() else code
    first = np.empty(int(place.max(initial=-1)) + 1, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    return place.astype(np.int64), rows[first]
