"""What the history holds: how much of which time, and which imports brought it."""

from __future__ import annotations

import json

import pandas as pd

from analysis.sqlfiles import sql_text
from data.engine import Engine


def holdings(engine: Engine) -> pd.DataFrame:
    """Return how much there is of each table of the contract.

    Parameters
    ----------
    engine : Engine
        Where the history is.

    Returns
    -------
    DataFrame
        One row per table: `table_name`, `n_rows`, `first_at`, `last_at` (UTC;
        NaT when there is nothing).
    """
    return engine.query(sql_text("holdings"))


def import_history(engine: Engine, n_most: int = 100) -> pd.DataFrame:
    """Return the latest imports, newest first.

    Parameters
    ----------
    engine : Engine
        Where the history is.
    n_most : int
        How many at most.

    Returns
    -------
    DataFrame
        `import_id`, `imported_at` (UTC), `imported_by`, `files` (tuple of
        names), `n_rows` (read), `n_imported` (new or changed), `n_rejected`.
    """
    found = engine.query(sql_text("import_history"), {"n_most": n_most})
    return found.assign(files=found["files"].map(_names))


def _names(text: object) -> tuple[str, ...]:
    """Read a JSON list of names; a text that is none stands for itself."""
    if not isinstance(text, str):
        return ()
    try:
        names = json.loads(text)
    except ValueError:
        return (text,)
    return tuple(str(name) for name in names) if isinstance(names, list) else (text,)
