"""The SQL statements of `analysis`, kept as files so that they can be read, shown and linted."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sql_text(name: str) -> str:
    """Return the text of the statement in `analysis/sql/<name>.sql`.

    Parameters
    ----------
    name : str
        File name without its ending.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    return files("analysis").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
