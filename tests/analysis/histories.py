"""Small histories in a real DuckDB, for tests that compare SQL with a row-by-row definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import duckdb
import pandas as pd
from numpy.typing import NDArray

from data.contract import STAGES, TABLES
from data.store import create_table_sql

DAY_ZERO = datetime(2025, 1, 1)
POSITIONS = {stage.stage: stage.position for stage in STAGES}


def day(days: float) -> datetime:
    """The moment `days` after the first day of the history."""
    return DAY_ZERO + timedelta(days=days)


@dataclass
class MemoryEngine:
    """A history in memory; implements `data.engine.Engine`."""

    connection: duckdb.DuckDBPyConnection
    snapshot: int = 1
    data_end: datetime | None = None

    def query(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
    ) -> pd.DataFrame:
        cursor = self.connection.cursor()
        for name, frame in (tables or {}).items():
            cursor.register(name, frame)
        return cursor.execute(sql, dict(params or {})).df()

    def stream(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
    ) -> Iterator[dict[str, NDArray[Any]]]:
        # Two rows at a time, so that small histories have answers in parts, too.
        found = self.query(sql, params, tables)
        for start in range(0, len(found), 2):
            yield {name: column.to_numpy()[start : start + 2] for name, column in found.items()}


def history(**rows: list[dict[str, Any]]) -> MemoryEngine:
    """A history with the given rows per table; columns left out are NULL or their default."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for table in TABLES.values():
        connection.execute(create_table_sql(table))
        _insert(connection, table.name, rows.get(table.name, []))
    connection.execute("CREATE TABLE stages (stage VARCHAR, position INTEGER, department VARCHAR, sla_days INTEGER)")
    stages = rows.get("stages", [{"stage": stage.stage, "position": stage.position} for stage in STAGES])
    _insert(connection, "stages", stages)
    connection.execute("CREATE SCHEMA prep")
    connection.execute(resources.files("data").joinpath("sql", "prepare_leads.sql").read_text(encoding="utf-8"))
    return MemoryEngine(connection)


def with_touches(engine: MemoryEngine) -> MemoryEngine:
    """Prepare what is made of the touches, too."""
    engine.connection.execute(
        resources.files("data").joinpath("sql", "prepare_touches.sql").read_text(encoding="utf-8")
    )
    return engine


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    defaults = {column.name: column.default for column in TABLES[table].columns} if table in TABLES else {}
    columns = sorted({name for row in rows for name in row} | {name for name, value in defaults.items() if value})
    values = [tuple(row.get(name, defaults.get(name)) for name in columns) for row in rows]
    marks = ", ".join(["(" + ", ".join(["?"] * len(columns)) + ")"] * len(values))
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES {marks}', [value for row in values for value in row])
