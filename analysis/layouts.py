"""Many small counts in few whole numbers, so that one addition adds them all at once.

Each counter gets as many bits of a word as its largest possible value needs, so
that sums of words are sums of counters and nothing ever spills into a neighbour.
What one touch or attribute value adds depends on few things: its type and its age
as far as a window asks, or its value. Those that add the same share a cell; the
engine names the cell of each touch, and the words of the cells are added here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.counters import EVER_DAYS, Counter, Integers

N_WORDS: Final = 2
WORD_BITS: Final = 60
"""Bits of a word that counters use; three are left for what became of a decision."""

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

    def unpack(self, frame: pd.DataFrame) -> Integers:
        """Return the counts in the words of `frame`, capped; shape (n_rows, n_counters)."""
        counts = np.empty((len(frame), len(self.counters)), dtype=np.int64, order="F")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What one touch, or one attribute value, adds to each word.

    Attributes
    ----------
    touch_rules : DataFrame
        `type_no`, `first_cell`, `oldest_days`: a touch of this type and of an age
        in days lies in the cell `first_cell + min(age, oldest_days)`.
    value_rules : DataFrame
        `value_no`, `cell`.
    words : array of shape (n_words, n_cells)
        What a cell adds.
    """

    touch_rules: pd.DataFrame
    value_rules: pd.DataFrame
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
            touch_rules=touch_rules.astype("int32"),
            value_rules=value_rules.astype("int32"),
            words=np.hstack([of_touches, of_values]),
        )

    def sums(self, batches: Iterable[Mapping[str, NDArray[Any]]], n_moments: int) -> NDArray[np.int64]:
        """Add up the words by moment.

        Parameters
        ----------
        batches : iterable of mappings
            Arrays `moment_no` (0 to n_moments - 1) and `cell` of one length.
        n_moments : int
            Number of moments.

        Returns
        -------
        array of shape (n_words, n_moments)
        """
        sums = np.zeros((len(self.words), n_moments), dtype=np.int64)
        for batch in batches:
            for number, words in enumerate(self.words):
                np.add.at(sums[number], batch["moment_no"], words[batch["cell"]])
        return sums


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
