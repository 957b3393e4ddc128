"""What every part of the points page works on: the leads, today's points, and those of the sheet."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from analysis.calibration import Calibration
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.workbench import Bench
from dashboard import loading, loading_points, notices
from dashboard.loading import Snapshot
from dashboard.texts import Speaker
from dashboard.workbench.sheet import Sheet, open_sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The leads a person chose, the points in force, and their own.

    Attributes
    ----------
    current : Snapshot
        State of the history.
    selection : Selection
        Which decisions.
    path, stamp : str, int
        File of the ruleset and its state: the key of cached answers.
    ruleset : Ruleset
        Today's points; with rules of ours, never the score of another tool.
    sheet : Sheet
        What was put into the grid.
    """

    current: Snapshot
    selection: Selection
    path: str
    stamp: int
    ruleset: Ruleset
    sheet: Sheet

    @property
    def changes(self) -> dict[str, int]:
        """Points of the sheet that differ from today's, by rule or tier."""
        return self.sheet.changes(self.ruleset)

    @property
    def mine(self) -> Ruleset:
        """Today's ruleset with the points of the sheet."""
        return self.ruleset.with_points(self.changes)

    @property
    def bench(self) -> Bench:
        """Rule patterns of the leads, all together and by quarter; cached."""
        return loading_points.bench(self.current, self.selection, self.path, self.stamp)

    @property
    def today(self) -> Calibration:
        """Calibration of today's points; cached."""
        return loading_points.today(self.current, self.selection, self.path, self.stamp)


def open_desk(current: Snapshot, selection: Selection, path: str) -> Desk:
    """Return the desk for a ruleset, with what was typed into its sheet since the last run."""
    stamp = loading.stamp_of(path)
    ruleset = loading.ruleset(path, stamp)
    sheet = open_sheet(f"{path}@{stamp}", ruleset)
    return Desk(current=current, selection=selection, path=path, stamp=stamp, ruleset=ruleset, sheet=sheet)


def require_decisions(say: Speaker, desk: Desk) -> None:
    """Replay the decisions; stops the page when there is nothing to weigh."""
    with st.spinner(say("app.loading")):
        total = desk.today
    if not total.n_decisions:
        notices.empty(say, "no_handoffs")
    if not total.n_mature:
        notices.empty(say, "none_mature", n=say.count(total.n_immature), days=desk.selection.horizon_days)
