"""Merges checked rows into the history by key, in the one transaction of a writer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb
import pandas as pd

from data.contract import PROVENANCE, TABLES, Table
from data.imports.checking import Checked
from data.imports.duplicates import good_rows
from data.imports.plan import GOOD
from data.imports.progress import Tell, execute
from data.imports.scratch import identifier, literal


def accepted_rows(table: Table, checked: Checked) -> str:
    """Return a relation of the rows of `table` that come in, each key once, with ``_feed`` and ``_row``."""
    feeds = checked.of_table(table.name)
    rows = good_rows(table, feeds, checked.bad)
    repeats = checked.duplicates[table.name].repeats
    if repeats is None:
        return rows
    return f"(SELECT * FROM {rows} ANTI JOIN read_parquet({literal(str(repeats))}) USING (_feed, _row))"


def merge(connection: duckdb.DuckDBPyConnection, checked: Checked, tell: Tell | None = None) -> pd.DataFrame:
    """Insert new rows and update changed ones; return table, n_accepted, n_new, n_updated, n_unchanged.

    An update touches only the columns that the files give: a column that no file
    mentions keeps what it says. `tell` hears how far it is, and may raise to stop it.
    """
    counts = [
        _merge_table(connection, table, checked, tell) for table in TABLES.values() if checked.of_table(table.name)
    ]
    return pd.DataFrame(counts, columns=["table", "n_accepted", "n_new", "n_updated", "n_unchanged"])


def provided_columns(table: Table, checked: Checked) -> list[str]:
    """Return the columns of `table` that any of its feeds fills."""
    feeds = checked.of_table(table.name)
    return [name for name in table.column_names if any(name in feed.plan.provided for feed in feeds)]


def same_key(table: Table) -> str:
    """Return the condition that a row of `table` and a row ``f`` of the import are the same."""
    return " AND ".join(f"{identifier(table.name)}.{identifier(name)} = f.{identifier(name)}" for name in table.key)


def with_changes(table: Table, checked: Checked) -> str:
    """Return the condition that a row ``f`` of the import changes its row of `table`; empty when none can."""
    names = _changeable(table, checked)
    return " OR ".join(f"{identifier(table.name)}.{name} IS DISTINCT FROM f.{name}" for name in names)


def _changeable(table: Table, checked: Checked) -> list[str]:
    """Return what an update may touch: columns that the mapping itself fills, not defaults."""
    given = {name for feed in checked.of_table(table.name) for name in feed.plan.given}
    return [identifier(name) for name in table.column_names if name in given and name not in table.key]


def _merge_table(
    connection: duckdb.DuckDBPyConnection, table: Table, checked: Checked, tell: Tell | None
) -> tuple[str, int, int, int, int]:
    def number(sql: str) -> int:
        found = execute(connection, sql, tell)
        return int(str(found[0][0])) if found else 0

    feeds = checked.of_table(table.name)
    if feeds[0].path is None:  # it is there already
        n_new = feeds[0].counts[GOOD]
        return table.name, n_new, n_new, 0, 0
    rows = accepted_rows(table, checked)
    columns = ", ".join(map(identifier, provided_columns(table, checked)))
    target = identifier(table.name)
    insert = f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {rows}"
    if not number(f"SELECT count(*) FROM (SELECT 1 FROM {target} LIMIT 1)"):
        n_new = number(insert)
        return table.name, n_new, n_new, 0, 0
    key = ", ".join(map(identifier, table.key))
    n_known = number(f"SELECT count(*) FROM {rows} SEMI JOIN {target} USING ({key})")
    n_updated = number(_update(table, rows, checked)) if n_known and _changeable(table, checked) else 0
    n_new = number(f"{insert} ANTI JOIN {target} USING ({key})" if n_known else insert)
    return table.name, n_known + n_new, n_new, n_updated, n_known - n_updated


def _update(table: Table, rows: str, checked: Checked) -> str:
    changes = ", ".join(f"{name} = f.{name}" for name in _changeable(table, checked))
    return (
        f"UPDATE {identifier(table.name)} SET {changes} FROM {rows} AS f "
        f"WHERE {same_key(table)} AND ({with_changes(table, checked)})"
    )


def record(
    connection: duckdb.DuckDBPyConnection,
    *,
    by: str,
    files: Sequence[str],
    n_rows: int,
    n_imported: int,
    n_rejected: int,
) -> str:
    """Write the provenance of this import, and return its id."""
    values = {
        "import_id": uuid.uuid4().hex,
        "at": datetime.now(UTC).replace(tzinfo=None),
        "by": by,
        "files": json.dumps(list(files), ensure_ascii=False),
        "n_rows": n_rows,
        "n_imported": n_imported,
        "n_rejected": n_rejected,
    }
    names = ", ".join(identifier(name) for name in PROVENANCE.column_names)
    marks = ", ".join(f"${name}" for name in PROVENANCE.column_names)
    connection.execute(f"INSERT INTO {identifier(PROVENANCE.name)} ({names}) VALUES ({marks})", values)
    return str(values["import_id"])
