"""Describing the leads that no rule takes, in conditions a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.intervals import MIN_N, Floats, wilson_interval
from analysis.matching import Mask
from analysis.routing.cells import Cell
from analysis.rulesets.columns import Integers

MAX_GAPS: Final = 6
MAX_CONDITIONS: Final = 3

MIN_SHARE: Final = 0.02
"""A gap is worth a line from this share of the leads nobody takes."""

MIN_GAIN: Final = 1.1
"""A further condition must raise what a description explains by a tenth: short ones are read."""

_BEAM: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A kind of leads of which many are taken by no rule.

    Attributes
    ----------
    cells : tuple of Cell
        Conditions on attributes, all of which hold.
    n_leads : int
        Leads like this.
    n_unmatched : int
        Those that no rule takes.
    n_further : int
        Those of them that no gap before this one describes.
    n_mature, n_won : int
        Unmatched leads like this that were handed over nevertheless, are old
        enough to judge, and won.
    open_rules : tuple of str
        Rules that could take leads like this: by what they do, or by other attributes.
    """

    cells: tuple[Cell, ...]
    n_leads: int
    n_unmatched: int
    n_further: int
    n_mature: int
    n_won: int
    open_rules: tuple[str, ...]

    @property
    def unmatched_rate(self) -> float:
        """Share of leads like this that no rule takes."""
        return self.n_unmatched / self.n_leads


def find_gaps(cells: Sequence[Cell], is_in: Mask, n_leads: Integers, is_unmatched: Mask) -> list[tuple[int, ...]]:
    """Choose the conditions that describe most of the unmatched leads, the most telling first.

    Parameters
    ----------
    cells : sequence of Cell
        Of every attribute that can be told apart.
    is_in : boolean array of shape (n_patterns, n_cells)
        Which pattern lies in which cells.
    n_leads : array of shape (n_patterns,)
        Leads of each pattern.
    is_unmatched : boolean array of shape (n_patterns,)
        Patterns that no rule takes.

    Returns
    -------
    list of tuples
        Numbers of the cells of each description.

    Notes
    -----
    Subgroup discovery by weighted relative accuracy, with covering: what one
    description holds is taken away before the next is sought [1]_. At most three
    conditions, at least 20 leads and 2 % of all that are unmatched.

    References
    ----------
    .. [1] N. Lavrac, B. Kavsek, P. Flach, L. Todorovski. "Subgroup discovery with
       CN2-SD". Journal of Machine Learning Research 5, 2004.
    """
    weight = n_leads.astype(np.float64)
    least = max(MIN_N, MIN_SHARE * float(weight @ is_unmatched))
    found: list[tuple[int, ...]] = []
    while len(found) < MAX_GAPS:
        best = _best(cells, is_in, weight, is_unmatched, least)
        if best is None:
            break
        found.append(best)
        weight = np.where(is_in[:, list(best)].all(axis=1), 0.0, weight)
    return found


def _best(
    cells: Sequence[Cell], is_in: Mask, weight: Floats, is_unmatched: Mask, least: float
) -> tuple[int, ...] | None:
    if not weight.sum():
        return None
    base = float(weight @ is_unmatched / weight.sum())
    candidates: dict[tuple[int, ...], float] = {(): 0.0}
    best, best_gain = None, 0.0
    for _ in range(MAX_CONDITIONS):
        candidates = _longer(cells, is_in, weight, is_unmatched, least, base, candidates)
        ranked = sorted(candidates.items(), key=lambda item: (-item[1], item[0]))[:_BEAM]
        if ranked and ranked[0][1] > best_gain * MIN_GAIN:
            best, best_gain = ranked[0]
        candidates = dict(ranked)
    return best


def _longer(
    cells: Sequence[Cell],
    is_in: Mask,
    weight: Floats,
    is_unmatched: Mask,
    least: float,
    base: float,
    shorter: dict[tuple[int, ...], float],
) -> dict[tuple[int, ...], float]:
    """Add a condition to each description, and weigh what it explains beyond the base rate."""
    longer: dict[tuple[int, ...], float] = {}
    for chosen in shorter:
        inside = weight * is_in[:, list(chosen)].all(axis=1)
        n, n_unmatched = inside @ is_in, (inside * is_unmatched) @ is_in
        low, _ = wilson_interval(n_unmatched, n)
        taken = {cells[number].field for number in chosen}
        for number in np.flatnonzero((n_unmatched >= least) & (low > base)).tolist():
            if cells[number].field not in taken:
                key = tuple(sorted((*chosen, number)))
                longer[key] = float(n_unmatched[number] - base * n[number])
    return longer
