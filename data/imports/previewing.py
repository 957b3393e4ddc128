"""What an import would do: counts against the history, and the first rows raw and parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from data.contract import TABLES, Column, Table
from data.imports.checking import Checked
from data.imports.merging import accepted_rows, provided_columns, same_key, with_changes
from data.imports.parsing import ParsedFeed
from data.imports.scratch import Scratch, identifier
from data.store import open_reader
from data.workspace import Workspace

SAMPLE_ROWS: Final = 20
"""Rows of each feed that a sample shows."""

SAMPLE_COLUMNS: Final = ("file", "table", "line", "column", "source", "raw", "parsed")


class HistoryView:
    """The history as it would be after an import, without changing it."""

    def __init__(self, workspace: Workspace, checked: Checked, scratch: Scratch) -> None:
        self._reader = open_reader(workspace) if workspace.current_number() is not None else None
        self._checked = checked
        self._scratch = scratch

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query that sees the tables of the history and the rows of the import."""
        if self._reader is None:
            return self._scratch.connection.execute(sql).fetchall()
        return list(self._reader.query(sql).itertuples(index=False, name=None))

    def merged(self, table_name: str) -> str:
        """Return a relation of the rows of a table as they would be, as far as the import says them."""
        table = TABLES[table_name]
        if not self._checked.of_table(table_name):
            return identifier(table_name) if self._reader else _nothing(table)
        provided = provided_columns(table, self._checked)
        accepted = accepted_rows(table, self._checked)
        columns = [identifier(column.name) if column.name in provided else _null(column) for column in table.columns]
        new = f"SELECT {', '.join(columns)} FROM {accepted}"
        if self._reader is None:
            return f"({new})"
        names = ", ".join(map(identifier, table.column_names))
        key = ", ".join(map(identifier, table.key))
        return f"({new} UNION ALL SELECT {names} FROM {identifier(table_name)} ANTI JOIN {accepted} USING ({key}))"

    def tables(self) -> pd.DataFrame:
        """Return what would be new, updated and unchanged, by table."""
        counts = [self._counts(table) for table in TABLES.values() if self._checked.of_table(table.name)]
        return pd.DataFrame(counts, columns=["table", "n_accepted", "n_new", "n_updated", "n_unchanged"])

    def _counts(self, table: Table) -> tuple[str, int, int, int, int]:
        rows = accepted_rows(table, self._checked)
        n_accepted = self._number(f"SELECT count(*) AS n FROM {rows}")
        if self._reader is None:
            return table.name, n_accepted, n_accepted, 0, 0
        target = identifier(table.name)
        key = ", ".join(map(identifier, table.key))
        n_known = self._number(f"SELECT count(*) AS n FROM {rows} SEMI JOIN {target} USING ({key})")
        differs = with_changes(table, self._checked)
        n_updated = (
            self._number(f"SELECT count(*) AS n FROM {target} JOIN {rows} AS f ON {same_key(table)} WHERE {differs}")
            if differs
            else 0
        )
        return table.name, n_accepted, n_accepted - n_known, n_updated, n_known - n_updated

    def _number(self, sql: str) -> int:
        return int(self.rows(sql)[0][0])


def sample(checked: Checked, scratch: Scratch) -> pd.DataFrame:
    """Return the first rows of each feed, cell by cell, as they stand in the file and as they were understood."""
    found = [row for feed in checked.feeds for row in _sampled(feed, scratch)]
    return pd.DataFrame(found, columns=list(SAMPLE_COLUMNS), dtype=object)


def _sampled(feed: ParsedFeed, scratch: Scratch) -> list[tuple[object, ...]]:
    plan = feed.plan
    cells = [cell for cell in plan.cells if cell.cell.value is None]
    if not cells:
        return []
    rows = scratch.connection.execute(plan.sampled(plan.source.beginning(), feed.lookups, SAMPLE_ROWS)).fetchall()
    lines = plan.source.line_numbers([int(row[0]) for row in rows]) or [int(row[0]) + 1 for row in rows]
    return [
        (plan.source.name, plan.table.name, line, cell.column.name, plan.label(cell), raw, parsed)
        for row, line in zip(rows, lines, strict=True)
        for cell, raw, parsed in _pairs(cells, row)
    ]


def _pairs(cells: Sequence[Any], row: Sequence[Any]) -> list[tuple[Any, Any, Any]]:
    """Return each cell with its raw text and its value, which stand alternately after the row number."""
    return [(cell, row[1 + 2 * number], row[2 + 2 * number]) for number, cell in enumerate(cells)]


def _nothing(table: Table) -> str:
    return f"(SELECT {', '.join(map(_null, table.columns))} WHERE false)"


def _null(column: Column) -> str:
    return f"CAST(NULL AS {column.kind.value}) AS {identifier(column.name)}"
