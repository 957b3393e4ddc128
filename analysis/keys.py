"""Rows of small numbers as one whole number each, and which of them are alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]

_MAX_KEY: Final = 2**62
_MAX_TABLE: Final = 2**24
"""Largest range in which keys are told apart by a table: some 80 MB for a moment."""


def distinct_digits(digits: Iterable[tuple[Integers, int]], n_rows: int) -> tuple[Integers, Integers]:
    """Tell rows apart by their digits.

    Parameters
    ----------
    digits : iterable of (array of shape (n_rows,), int)
        One digit of each row, 0 or more, and how many values it can have; the first weighs most.
    n_rows : int
        Number of rows.

    Returns
    -------
    place : array of shape (n_rows,)
        Which of the distinct rows each is; they are in the order of their digits.
    example : array of shape (n_distinct,)
        A row of each.
    """
    key, n_keys = np.zeros(n_rows, dtype=np.int64), 1
    for digit, size in digits:
        if n_keys * size > _MAX_KEY:
            key, example = _distinct(key, n_keys)
            n_keys = len(example)
        key *= size
        key += digit
        n_keys *= size
    return _distinct(key, n_keys)


def _distinct(key: Integers, n_keys: int) -> tuple[Integers, Integers]:
    """Number keys from 0 to n_keys - 1 that occur, in their order."""
    if n_keys <= _MAX_TABLE:
        is_seen = np.zeros(n_keys, dtype=bool)
        is_seen[key] = True
        number = np.empty(n_keys, dtype=np.int32)
        number[is_seen] = np.arange(np.count_nonzero(is_seen), dtype=np.int32)
        place = number[key].astype(np.int64)
    else:
        place = pd.factorize(key, sort=True)[0].astype(np.int64)
    example = np.empty(int(place.max(initial=-1)) + 1, dtype=np.int64)
    example[place[::-1]] = np.arange(len(place))[::-1]
    return place, example
