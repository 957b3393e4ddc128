"""Tables prepared at import, so that questions cost little.

The contract's tables say what happened; the schema `prep` holds the same facts
in the order and types in which they are asked for. It is derived: it is
dropped and built again at every commit, and nothing else ever writes to it.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

import duckdb

_STEPS: Final = ("prepare_leads.sql", "prepare_touches.sql", "prepare_meta.sql")


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Build the schema `prep` from the contract's tables.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Connection to a store that holds the contract's tables, outside a transaction.
    """
    connection.execute("DROP SCHEMA IF EXISTS prep CASCADE")
    connection.execute("CHECKPOINT")  # frees the blocks of the old tables before the new ones need them
    connection.execute("CREATE SCHEMA prep")
    for step in _STEPS:
        connection.execute(_read(step))


def _read(name: str) -> str:
    return resources.files("data").joinpath("sql", name).read_text(encoding="utf-8")
