"""The grid of rules: today, evidence, proposal, mine; and what a proposal may do with each."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import partial
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
_GRID_PIXELS: Final = 780
"""What there is room for in a window of 1280 pixels: beyond that the grid scrolls sideways."""

_RULE_PIXELS: Final = (110, 200)
_PAD_PIXELS: Final = 17
_PEN_PIXELS: Final = 20
"""The pen in the heading of a column that can be edited."""


def draw(
    say: Speaker, ruleset: Ruleset, evidence: pd.DataFrame, proposed: Mapping[str, int] | None, sheet: Sheet
) -> None:
    """Draw the grid; what is typed into it is taken over at the start of the next run."""
    rows = shown(say, ruleset, evidence, proposed, sheet.base)
    st.data_editor(
        rows,
        key=sheet.key(),
        hide_index=True,
        num_rows="fixed",
        height=_ROW_PIXELS * (min(len(rows), _MAX_ROWS) + 1) + 3,
        disabled=[name for name in rows.columns if name not in Row.__dataclass_fields__],
        column_config=_columns(say, rows, has_proposal=proposed is not None),
        alt=say("points.grid_alt", n=len(rows)),
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


def shown(
    say: Speaker,
    ruleset: Ruleset,
    evidence: pd.DataFrame,
    proposed: Mapping[str, int] | None,
    rows: Mapping[str, Row],
) -> pd.DataFrame:
    """Return the rules as they stand in the grid."""
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
            "verdict": [words.short_verdict(row.verdict, say) for row in found],
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


def _columns(say: Speaker, rows: pd.DataFrame, *, has_proposal: bool) -> dict[str, Any]:
    widths = pixels(say, rows, has_proposal=has_proposal)
    number = {"min_value": -MAX_POINTS, "max_value": MAX_POINTS, "step": 1, "required": True}
    kinds: dict[str, Any] = {
        "rule": partial(st.column_config.TextColumn, pinned=True),
        "today": st.column_config.NumberColumn,
        "locked": st.column_config.CheckboxColumn,
        **dict.fromkeys(("mine", "low", "high"), partial(st.column_config.NumberColumn, **number)),
    }

    def column(name: str) -> Any:
        kind = kinds.get(name, st.column_config.TextColumn)
        return kind(say(f"points.column.{name}"), help=say(f"points.column_help.{name}"), width=widths[name])

    return {name: column(name) if name in widths else None for name in rows.columns}


def pixels(say: Speaker, rows: pd.DataFrame, *, has_proposal: bool) -> dict[str, int]:
    """Return how wide each column must be for its heading and its cells; the names of the rules take what is left."""
    widths = {}
    for name in rows.columns[1:]:
        pen = _PEN_PIXELS if name in Row.__dataclass_fields__ else 0
        cells = [] if name == "locked" else [str(cell) for cell in rows[name]]
        heading = _text_pixels(say(f"points.column.{name}")) + pen
        widths[name] = _PAD_PIXELS + max([heading, *map(_text_pixels, cells)])
    if not has_proposal:
        del widths["proposal"]
    least, most = _RULE_PIXELS
    return {"rule": min(max(_GRID_PIXELS - sum(widths.values()), least), most), **widths}


def _text_pixels(text: str) -> int:
    """Return about how wide a text is: Japanese letters are twice as wide as others."""
    return sum(14 if unicodedata.east_asian_width(letter) in "WF" else 7 for letter in text)


def _or_dash(value: Any) -> str:
    return "–" if value is None else str(value)
