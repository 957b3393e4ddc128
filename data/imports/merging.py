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
from data.imports.scratch import identifier, literal


def accepted_rows(table: Table, checked: Checked) -> str:
    """Return a relation of the rows of `table` that come in, each key once, with ``_feed`` and ``_row``."""
    feeds = checked.of_table(table.name)
    rows = good_rows(table, feeds, checked.bad)
    repeats = checked.duplicates[table.name].repeats
    if repeats is None:
        return rows
    return f"(SELECT * FROM {rows} ANTI JOIN read_parquet({literal(str(repeats))}) USING (_feed, _row))"


def merge(connection: duckdb.DuckDBPyConnection, checked: Checked) -> pd.DataFrame:
    """Insert new rows and update changed ones; return table, n_accepted, n_new, n_updated, n_unchanged.

    An update touches only the columns that the files give: a column that no file
    mentions keeps what it says.
    """
    counts = [_merge_table(connection, table, checked) for table in TABLES.values() if checked.of_table(table.name)]
    return pd.DataFrame(counts, columns=["table", "n_accepted", "n_new", "n_updated", "n_unchanged"])


def _merge_table(
    connection: duckdb.DuckDBPyConnection, table: Table, checked: Checked
) -> tuple[str, int, int, int, int]:
    feeds = checked.of_table(table.name)
    provided = [name for name in table.column_names if any(name in feed.plan.provided for feed in feeds)]
    rows = accepted_rows(table, checked)
    columns = ", ".join(identifier(name) for name in provided)
    target = identifier(table.name)
    if not _number(connection, f"SELECT count(*) FROM (SELECT 1 FROM {target} LIMIT 1)"):
        n_new = _number(connection, f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {rows}")
        return table.name, n_new, n_new, 0, 0
    key = ", ".join(identifier(name) for name in table.key)
    n_known = _number(connection, f"SELECT count(*) FROM {rows} SEMI JOIN {target} USING ({key})")
    given = {name for feed in feeds for name in feed.plan.given}
    n_updated = _update(connection, table, rows, [name for name in provided if name in given])
    n_new = _number(
        connection, f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {rows} ANTI JOIN {target} USING ({key})"
    )
    return table.name, n_known + n_new, n_new, n_updated, n_known - n_updated


def _update(connection: duckdb.DuckDBPyConnection, table: Table, rows: str, given: Sequence[str]) -> int:
    names = [identifier(name) for name in given if name not in table.key]
    if not names:
        return 0
    target = identifier(table.name)
    same_key = " AND ".join(f"{target}.{identifier(name)} = f.{identifier(name)}" for name in table.key)
    differs = " OR ".join(f"{target}.{name} IS DISTINCT FROM f.{name}" for name in names)
    changes = ", ".join(f"{name} = f.{name}" for name in names)
    return _number(connection, f"UPDATE {target} SET {changes} FROM {rows} AS f WHERE {same_key} AND ({differs})")


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


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    rows = connection.execute(sql).fetchall()
    return int(rows[0][0]) if rows else 0
