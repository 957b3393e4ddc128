"""How much there is of which time, and which imports brought it."""

from __future__ import annotations

import pandas as pd

from analysis.holdings import holdings, import_history
from data.contract import PROVENANCE, TABLES
from data.store import create_table_sql
from tests.analysis.histories import day, history


def test_every_table_is_counted_with_its_first_and_last_moment():
    engine = history(
        leads=[{"lead_id": "a", "created_at": day(1)}, {"lead_id": "b", "created_at": day(3)}],
        costs=[{"source": "web", "campaign": "", "month": day(0).date(), "amount": 1}],
    )
    result = holdings(engine).set_index("table_name")
    assert set(result.index) == set(TABLES)
    assert tuple(result.loc["leads"]) == (2, day(1), day(3))
    assert result.loc["costs", "last_at"] == day(0)
    assert result.loc["deals", "n_rows"] == 0
    assert pd.isna(result.loc["deals", "first_at"])


def test_imports_are_listed_newest_first_with_their_files():
    engine = history()
    engine.connection.execute(create_table_sql(PROVENANCE))
    for number, files in enumerate(('["a.csv", "b.csv"]', "demo", None)):
        engine.connection.execute(
            'INSERT INTO imports (import_id, "at", "by", files, n_rows, n_imported, n_rejected) VALUES (?, ?, ?, ?, 3, 2, 1)',
            [str(number), day(number), "tanaka", files],
        )
    result = import_history(engine)
    assert list(result["import_id"]) == ["2", "1", "0"]
    assert list(result["files"]) == [(), ("demo",), ("a.csv", "b.csv")]
    assert list(import_history(engine, n_most=1)["import_id"]) == ["2"]
