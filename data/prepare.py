"""Tables prepared at import, so that questions cost little.

The contract's tables say what happened; the schema `prep` holds the same facts
in the order and types in which they are asked for. It is derived: it is
dropped and built again at every commit, and nothing else ever writes to it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Final

import duckdb

_STEPS: Final = ("prepare_leads.sql", "prepare_touches.sql", "prepare_evidence.sql", "prepare_meta.sql")


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
    connection.execute("DELETE FROM meta WHERE key = 'layout'")
    connection.execute("INSERT INTO meta VALUES ('layout', ?)", [layout()])


@cache
def layout() -> str:
    """Return what tells this way of preparing from every other: a digest of its statements.

    A digest instead of a number, because nobody can forget to raise it.
    """
    lines = "\n".join(_read(step) for step in _STEPS).splitlines()
    code = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def _read(name: str) -> str:
    return resources.files("data").joinpath("sql", name).read_text(encoding="utf-8")
