"""Table twins of the page on definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.definitions import Definition
from analysis.meeting.alignment import Alignment
from dashboard.defining.sentences import kappa_span, kappa_text
from dashboard.defining.words import definition_name, definition_text, part_text
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH


def definitions_table(definitions: Sequence[Definition], say: Speaker) -> Twin:
    """Return definitions with their wording and their condition in words."""
    table = Builder(say, "definitions.table")
    if all(each.id for each in definitions):
        table.column("name", [definition_name(each, say) for each in definitions])
        _meaning(table, definitions, say)
        return table.twin()
    table.column("term", [say(f"definitions.term.{each.term}") for each in definitions])
    table.column("by", [say(f"definitions.by.{each.by}") for each in definitions])
    _meaning(table, definitions, say)
    start = say("definitions.from_start")
    table.column(
        "valid_from", [start if each.valid_from is None else say.date(each.valid_from) for each in definitions]
    )
    table.column("agreed_by", [say("format.comma").join(each.agreed_by) or DASH for each in definitions])
    return table.twin()


def _meaning(table: Builder, definitions: Sequence[Definition], say: Speaker) -> None:
    table.column("text", [definition_text(each, say) for each in definitions])
    table.column(
        "condition",
        [say("definitions.no_condition") if each.part is None else part_text(each.part, say) for each in definitions],
    )


def cells_table(cells: pd.DataFrame, names: Mapping[str, str], say: Speaker) -> Twin:
    """Return the parts of the Venn diagram and what became of their leads."""
    table = Builder(say, "definitions.cells")
    table.column("cell", [names[cell] for cell in cells["cell"]])
    table.columns(cells, say.count, "n_leads", "n_accepted", "n_answered")
    table.column("accepted_rate", cells["accepted_rate"].where(cells["is_answered_enough"]), say.percent)
    table.columns(cells, say.count, "n_mature", "n_won")
    table.column("win_rate", cells["win_rate"].where(cells["is_enough"]), say.percent)
    has_any = cells["n_mature"] > 0
    table.interval("win_interval", cells["win_low"].where(has_any), cells["win_high"].where(has_any))
    table.columns(cells, say.count, "n_immature", "n_standing", "n_already_decided")
    return table.twin()


def pairs_table(pairs: pd.DataFrame, names: Mapping[str, str], say: Speaker) -> Twin:
    """Return how well any two definitions agree."""
    table = Builder(say, "definitions.pairs")
    for side in ("a", "b"):
        table.column(side, [names[code] for code in pairs[side]])
    table.columns(pairs, say.count, "n_a", "n_b", "n_both")
    table.column("agreement", pairs["agreement_rate"], say.percent)
    table.column("kappa", pairs["kappa"], kappa_text)
    table.interval("interval", pairs["kappa_low"], pairs["kappa_high"], kappa_span)
    return table.twin()


def alignment_table(found: Alignment, names: Mapping[str, str], say: Speaker) -> Twin:
    """Return the three readings of each rule, and where two differ by more than chance."""
    rows = found.rules
    table = Builder(say, "alignment.table")
    table.column("rule", [names[column] for column in rows["column_id"]])
    table.column("points", rows["points"], say.signed)
    for reading in ("sales", "deals"):
        table.column(reading, rows[f"{reading}_points"], _point)
        ends = (rows[f"{reading}_{end}"] for end in ("low", "high"))
        table.interval(
            f"{reading}_interval", *ends, lambda low, high: DASH if pd.isna(low) else f"{low:.1f}–{high:.1f}"
        )
    table.column("differs", [_differs(row, say) for _, row in rows.iterrows()])
    return table.twin()


def _point(value: float) -> str:
    return DASH if pd.isna(value) else f"{round(value, 1) + 0.0:.1f}"


def _differs(row: pd.Series, say: Speaker) -> str:
    named = {"marketing": "marketing_differs", "sales": "sales_differ", "departments": "departments_differ"}
    found = [say(f"alignment.differs.{name}") for name, column in named.items() if row[column]]
    return say("format.comma").join(found) or say("alignment.differs.none")
