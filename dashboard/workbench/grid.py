"""The grid of rules: today, evidence, proposal, mine; and what a proposal may do with each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from analysis.rulesets import Ruleset
from dashboard import tables
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.workbench import words
from dashboard.workbench.sheet import Row, Sheet

MAX_POINTS: Final = 100
_ROW_PIXELS: Final = 35
_MAX_ROWS: Final = 20


def draw(
    say: Speaker, ruleset: Ruleset, evidence: pd.DataFrame, proposed: Mapping[str, int] | None, sheet: Sheet
) -> None:
    """Draw the grid; what is typed into it is taken over at the start of the next run."""
    frame = _frame(say, ruleset, evidence, proposed, sheet.base)
    st.data_editor(
        frame,
        key=sheet.key(),
        hide_index=True,
        num_rows="fixed",
        height=_ROW_PIXELS * (min(len(frame), _MAX_ROWS) + 1) + 3,
        disabled=[name for name in frame.columns if name not in Row.__dataclass_fields__],
        column_config=_columns(say, has_proposal=proposed is not None),
        alt=say("points.grid_alt", n=len(frame)),
    )


def twin(
    say: Speaker, ruleset: Ruleset, evidence: pd.DataFrame, proposed: Mapping[str, int] | None, sheet: Sheet
) -> Twin:
    """Return the grid as a table that can be read aloud and downloaded."""
    names = list(ruleset.adjustable)
    table = Builder(say, "points.table")
    table.column("rule", [words.rule_name(ruleset, name, say) for name in names])
    table.column("today", list(ruleset.adjustable.values()))
    table.column("proposal", [None if proposed is None else proposed.get(name) for name in names], _or_dash)
    table.column("mine", [sheet.rows[name].mine for name in names])
    table.column("verdict", [say(f"rule_verdict.{verdict}") for verdict in evidence["verdict"]])
    for heading, name in (("points", "evidence"), ("points_low", "evidence_low"), ("points_high", "evidence_high")):
        table.column(heading, list(evidence[name]), lambda value: f"{value:+.1f}")
    table.column("n_leads", list(evidence["n_mature"]), say.count)
    table.column("n_won", list(evidence["n_won"]), say.count)
    table.column("win_rate", list(evidence["win_rate"]), say.percent)
    table.column("other_rate", list(evidence["other_win_rate"]), say.percent)
    return table.twin()


def download(say: Speaker, found: Twin) -> None:
    """Offer the grid as a file."""
    st.download_button(
        say("exhibit.download"),
        tables.csv(found.exported),
        file_name="leadcal-points.csv",
        mime="text/csv",
        key="points-csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _frame(
    say: Speaker,
    ruleset: Ruleset,
    evidence: pd.DataFrame,
    proposed: Mapping[str, int] | None,
    rows: Mapping[str, Row],
) -> pd.DataFrame:
    found = list(evidence.itertuples())
    names, today = list(ruleset.adjustable), list(ruleset.adjustable.values())
    return pd.DataFrame(
        {
            "rule": [words.rule_name(ruleset, name, say) for name in names],
            "today": today,
            "mine": [rows[name].mine for name in names],
            "proposal": [_proposal(name, ruleset, proposed) for name in names],
            "evidence": [words.evidence(row, say) for row in found],
            "counts": [words.counts(row, say) for row in found],
            "verdict": [say(f"rule_verdict.{row.verdict}") for row in found],
            "locked": [rows[name].locked for name in names],
            "low": [rows[name].low for name in names],
            "high": [rows[name].high for name in names],
        }
    )


def _proposal(name: str, ruleset: Ruleset, proposed: Mapping[str, int] | None) -> str:
    if proposed is None:
        return ""
    before, after = ruleset.adjustable[name], proposed.get(name, ruleset.adjustable[name])
    return "" if before == after else f"{before} → {after}"


def _columns(say: Speaker, *, has_proposal: bool) -> dict[str, Any]:
    def heading(name: str) -> dict[str, str]:
        return {"label": say(f"points.column.{name}"), "help": say(f"points.column_help.{name}")}

    number = {"min_value": -MAX_POINTS, "max_value": MAX_POINTS, "step": 1, "required": True}
    return {
        "rule": st.column_config.TextColumn(**heading("rule"), pinned=True, width=150),
        "today": st.column_config.NumberColumn(**heading("today"), width=72),
        "mine": st.column_config.NumberColumn(**heading("mine"), **number, width=104),
        "proposal": st.column_config.TextColumn(**heading("proposal"), width=92) if has_proposal else None,
        "evidence": st.column_config.TextColumn(**heading("evidence"), width=104),
        "counts": st.column_config.TextColumn(**heading("counts"), width=116),
        "verdict": st.column_config.TextColumn(**heading("verdict"), width=116),
        "locked": st.column_config.CheckboxColumn(**heading("locked"), width=76),
        "low": st.column_config.NumberColumn(**heading("low"), **number, width=76),
        "high": st.column_config.NumberColumn(**heading("high"), **number, width=76),
    }


def _or_dash(value: Any) -> str:
    return "–" if value is None else str(value)
