"""Journeys: the order in which a lead entered the stages, and what counts as reached.

A journey is a sequence of entries in order of time; entries at the same moment
are in the order of the stages. Four definitions say which stages it reached:

strict
    There are entries into the start and every stage up to this one, each at or
    after the one before.
ordered
    There is an entry into the start, and one into this stage at or after it;
    stages between may be skipped.
implied
    There is an entry into this stage or a later one.
open
    There is an entry into this stage, wherever the journey began.

Strict is part of ordered, ordered of open, open of implied.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mode: TypeAlias = Literal["strict", "ordered", "implied", "open"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)

Entry: TypeAlias = tuple[int, bool]
"""Number of the stage (1 = first of the funnel), and whether the entry lies in the period."""

CODE_COLUMNS: Final = ("code_1", "code_2", "code_3", "code_4")
_BITS: Final = 6
_MASK: Final = 2**_BITS - 1


def decode(codes: Sequence[int], *, is_later_pass: bool = False) -> tuple[Entry, ...]:
    """Return the entries of a journey from the packed form of `sql/journeys.sql`.

    Parameters
    ----------
    codes : sequence of int
        The four packed numbers.
    is_later_pass : bool
        A recycled pass has no entry into the first stage, but the lead is
        still a lead: it begins in the first stage with the pass.
    """
    entries = []
    for code in codes:
        rest = int(code)
        while rest:
            packed = rest & _MASK
            entries.append((packed >> 1, bool(packed & 1)))
            rest >>= _BITS
    if is_later_pass and entries:
        entries.insert(0, (1, entries[0][1]))
    return tuple(entries)


def reached(entries: Sequence[Entry], stages: Sequence[int], mode: Mode) -> list[int | None]:
    """Return for each stage which entry reached it, or None.

    Parameters
    ----------
    entries : sequence of Entry
        A journey in order of time.
    stages : sequence of int
        Numbers of the stages of the funnel, ascending.
    mode : {"strict", "ordered", "implied", "open"}
        What counts as reached; see the module.

    Returns
    -------
    list
        One item per stage: the earliest index into
        `entries` at which the stage counts as reached.
    """
    if mode == "implied":
        return [_first(entries, stage, is_later_enough=True) for stage in stages]
    if mode == "open":
        return [_first(entries, stage) for stage in stages]
    found: list[int | None] = [_first(entries, stages[0])]
    for stage in stages[1:]:
        anchor = found[-1] if mode == "strict" else found[0]
        found.append(None if anchor is None else _first(entries, stage, anchor))
    return found


def followed(entries: Sequence[Entry], found: Sequence[int | None], stages: Sequence[int]) -> list[bool]:
    """Return for each stage whether it was reached at or after the stage before it was.

    `found` is what `reached` gave; the first stage follows nothing.
    """
    return [False] + [
        before is not None and now is not None and (now >= before or _first(entries, stages[step], before) is not None)
        for step, (before, now) in enumerate(pairwise(found), start=1)
    ]


def goes_on(entries: Sequence[Entry], since: int, stage: int, mode: Mode) -> bool:
    """Return whether a journey that reached a stage with entry `since` reached `stage` with it or later."""
    return _first(entries, stage, since, is_later_enough=mode == "implied") is not None


def _first(entries: Sequence[Entry], stage: int, since: int = 0, *, is_later_enough: bool = False) -> int | None:
    for index in range(since, len(entries)):
        number = entries[index][0]
        if number == stage or (is_later_enough and number > stage):
            return index
    return None


Flags: TypeAlias = NDArray[np.bool_]
Reach: TypeAlias = tuple[Flags, Flags]
"""Which journey reached, and which followed to, which stage: shape (n_journeys, n_stages)."""


def count_reached(journeys: pd.DataFrame, key: str, stages: Sequence[int], reach: Reach) -> pd.DataFrame:
    """Count the journeys that reached each stage.

    Parameters
    ----------
    journeys : DataFrame
        Packed journeys: `label`, `month_start`, `journey_no`, `code_1` to
        `code_4`, `n`, as `sql/journeys.sql` returns them.
    key : {"label", "month_start"}
        Column to count by.
    stages : sequence of int
        Numbers of the stages, ascending.
    reach : Reach
        One item of `reach_table`, of the same journeys and stages.

    Returns
    -------
    DataFrame
        One row per value of `key` and stage: `key`, `code`, `n_leads`,
        `n_followed` (of them, those that came from the stage before).
    """
    numbers, groups = pd.factorize(journeys[key])
    index = pd.DataFrame({key: groups}).astype({key: journeys[key].dtype})
    n = journeys["n"].to_numpy(dtype=np.int64)
    n_leads, n_followed = (_sum_by(numbers, len(groups), n, flag).ravel() for flag in reach)
    return index.merge(pd.DataFrame({"code": list(stages)}), how="cross").assign(n_leads=n_leads, n_followed=n_followed)


def reach_table(
    journeys: pd.DataFrame, stages: Sequence[int], *, is_period: bool, modes: Sequence[Mode] = MODES
) -> dict[Mode, Reach]:
    """Return for each of the modes which journey reached, and followed to, which stage.

    In a period, only what was reached by an entry in it counts.
    """
    rows = journeys[["journey_no", *CODE_COLUMNS]].to_numpy(dtype=np.int64)
    distinct, inverse = np.unique(rows, axis=0, return_inverse=True)
    decoded = [decode(row[1:].tolist(), is_later_pass=bool(row[0] > 1)) for row in distinct]
    table: dict[Mode, Reach] = {}
    for mode in modes:
        has_reached = np.zeros((len(decoded), len(stages)), dtype=np.bool_)
        has_followed = np.zeros_like(has_reached)
        for number, entries in enumerate(decoded):
            found = reached(entries, stages, mode)
            has_reached[number] = [index is not None and (entries[index][1] or not is_period) for index in found]
            has_followed[number] = followed(entries, found, stages)
        table[mode] = has_reached[inverse.ravel()], has_followed[inverse.ravel()]
    return table


def _sum_by(numbers: NDArray[np.int64], n_groups: int, n: NDArray[np.int64], flags: Flags) -> NDArray[np.int64]:
    sums = np.zeros((n_groups, flags.shape[1]), dtype=np.int64)
    np.add.at(sums, numbers, flags * n[:, None])
    return sums
