"""What a person has put into the grid so far, kept in the session, with a way back.

The grid itself only remembers edits since it was first drawn. Here they become
the rows in use; every change of them by other means draws the grid anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from analysis.rulesets import Ruleset
from analysis.workbench import usual_range
from dashboard import state

_KEPT: Final = "points-sheet"
_N_STEPS_BACK: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a person decided about one rule: points, and what a proposal may do with it."""

    mine: int
    locked: bool
    low: int
    high: int


@dataclass(slots=True, kw_only=True)
class Sheet:
    """The rows of one ruleset, by the name of the rule or tier.

    Attributes
    ----------
    code : str
        Which ruleset, in which state of its file.
    revision : int
        Raised whenever the grid must be drawn anew.
    base, rows : dict
        What the grid was drawn with, and what is in use.
    back : list of dict
        Earlier rows, the latest last.
    language : str
        In which the grid is drawn; on a click the session must not be asked for it.
    """

    code: str
    revision: int
    base: dict[str, Row]
    rows: dict[str, Row]
    back: list[dict[str, Row]] = field(default_factory=list)
    language: str = ""

    def key(self) -> str:
        """Return the key of the grid."""
        return f"points-grid-{self.revision}-{self.language}"

    @property
    def points(self) -> dict[str, int]:
        """Points of each rule or tier."""
        return {name: row.mine for name, row in self.rows.items()}

    def changes(self, ruleset: Ruleset) -> dict[str, int]:
        """Return the points that differ from those of the ruleset."""
        return {name: value for name, value in self.points.items() if value != ruleset.adjustable[name]}

    def take_edits(self) -> None:
        """Take over what was typed into the grid since it was drawn; also on a click."""
        edits = state.widget(self.key())
        if edits is None:  # not drawn yet, or forgotten on another page: draw it with what is in use
            self.base = dict(self.rows)
            return
        edited = dict(self.base)
        names = list(edited)
        for number, cells in edits["edited_rows"].items():
            name = names[int(number)]
            edited[name] = replace(edited[name], **_clean(cells))
        if edited != self.rows:
            self._remember()
            self.rows = edited

    def put(self, points: Mapping[str, int]) -> None:
        """Replace points by others, and draw the grid anew."""
        self.take_edits()
        self._remember()
        self.rows = {name: replace(row, mine=points.get(name, row.mine)) for name, row in self.rows.items()}
        self._redraw()

    def undo(self) -> None:
        """Go one change back."""
        self.take_edits()
        if self.back:
            self.rows = self.back.pop()
            self._redraw()

    def _remember(self) -> None:
        self.back = [*self.back, dict(self.rows)][-_N_STEPS_BACK:]

    def _redraw(self) -> None:
        self.revision += 1
        self.base = dict(self.rows)


def open_sheet(code: str, ruleset: Ruleset) -> Sheet:
    """Return the sheet of a ruleset, with what was typed since the last run."""
    sheet = state.kept(_KEPT)
    if not isinstance(sheet, Sheet) or sheet.code != code:
        revision = sheet.revision + 1 if isinstance(sheet, Sheet) else 0
        rows = _usual_rows(ruleset)
        sheet = Sheet(code=code, revision=revision, base=dict(rows), rows=rows)
        state.keep(_KEPT, sheet)
    sheet.language = state.language()
    sheet.take_edits()
    return sheet


def _usual_rows(ruleset: Ruleset) -> dict[str, Row]:
    locked = {rule.id for rule in ruleset.rules if rule.is_locked}
    rows = {}
    for name, points in ruleset.adjustable.items():
        low, high = usual_range(points)
        rows[name] = Row(mine=points, locked=name.partition("[")[0] in locked, low=low, high=high)
    return rows


def _clean(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells that hold something; an emptied cell keeps its value."""
    known = {name: value for name, value in cells.items() if value is not None and name in Row.__dataclass_fields__}
    return {name: bool(value) if name == "locked" else int(value) for name, value in known.items()}
