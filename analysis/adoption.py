"""Had other points been in force since a day in the past: who would have been handed over, and who held back?

Counterfactual, so only half of it is known: what became of leads that nobody
worked can be bounded, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import pandas as pd

from analysis.patterns import PatternTable
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection
from analysis.swaps import version_swaps
from analysis.workbench import consequences, move_table
from data.engine import Engine

_MOVES: Final = {"swapped_in": "in", "swapped_out": "out", "stays_in": "stay", "stays_out": "below"}
_MONTH_DAYS: Final = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What other points would have changed since a day.

    Attributes
    ----------
    since, until : date
        First and last day of the decisions.
    moves : DataFrame
        As `workbench.Consequences.swaps`: the leads that would have been handed
        over in addition ("in"), held back ("out"), and the others.
    """

    since: date
    until: date
    moves: pd.DataFrame

    @property
    def n_months(self) -> float:
        """Length of the time, in months of 30.4 days."""
        return ((self.until - self.since).days + 1) / _MONTH_DAYS

    def count(self, move: str, name: str) -> int:
        """Return one of the counts of a move."""
        return int(self.moves.loc[self.moves["move"] == move, name].sum())

    def n_above(self, *, is_mine: bool) -> int:
        """Return how many leads would be at or above the threshold."""
        return sum(self.count(move, "n_leads") for move in (("in", "stay") if is_mine else ("out", "stay")))


def since(selection: Selection, day: date) -> Selection:
    """Return the part of a selection that was decided on a day or later.

    Raises
    ------
    ValueError
        If nothing of the selection lies on or after the day.
    """
    start = day if selection.start is None else max(selection.start, day)
    if start > _last_day(selection):
        raise ValueError(f"{day} is after the last day of the selection, {_last_day(selection)}.")
    return replace(selection, start=start)


def adopted(engine: Engine, before: Ruleset, after: Ruleset, selection: Selection, day: date) -> Adoption:
    """Hold one ruleset against another over the decisions since a day; their rules may differ.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    ValueError
        As for `since`.
    """
    chosen = since(selection, day)
    found = version_swaps(engine, before, after, chosen).threshold.set_index("change").rename(index=_MOVES)
    return _adoption(chosen, move_table(found))


def adopted_points(patterns: PatternTable, before: Ruleset, after: Ruleset, selection: Selection) -> Adoption:
    """As `adopted`, for the same rules with other points: no query.

    Parameters
    ----------
    patterns : PatternTable
        Of `selection`.
    selection : Selection
        As from `since`.
    """
    return _adoption(selection, consequences(patterns, before, after).swaps)


def _adoption(selection: Selection, moves: pd.DataFrame) -> Adoption:
    return Adoption(since=selection.start or selection.as_of.date(), until=_last_day(selection), moves=moves)


def _last_day(selection: Selection) -> date:
    last = selection.as_of.date()
    return last if selection.end is None else min(selection.end - timedelta(days=1), last)
