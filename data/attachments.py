"""The connections to DuckDB: one in-memory instance per process that snapshots are attached to."""

from __future__ import annotations

import itertools
import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Final

import duckdb

from data.errors import WorkspaceError

MEMORY_LIMIT: Final = os.environ.get("LEADCAL_MEMORY_LIMIT", "6GB")
"""What DuckDB may use before it spills to the workspace's own folder."""

_NO_EXTENSIONS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

_lock = threading.Lock()
_aliases: dict[tuple[str, int, int], str] = {}
_alias_numbers = itertools.count()


@lru_cache(maxsize=1)
def instance() -> duckdb.DuckDBPyConnection:
    """Return the one in-memory instance of this process, to which snapshots are attached."""
    connection = duckdb.connect(":memory:", config=_NO_EXTENSIONS)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    return connection


def attach(path: Path) -> str:
    """Attach a snapshot read-only, once per process, and return its alias."""
    key = _key(path)
    with _lock:
        if key not in _aliases:
            alias = f"snapshot_{next(_alias_numbers)}"
            try:
                instance().execute(f"ATTACH {_literal(str(path))} AS {alias} (READ_ONLY)")
            except duckdb.Error as error:
                raise _unreadable(path, error) from error
            _aliases[key] = alias
        return _aliases[key]


def detach(path: Path) -> None:
    """Let go of a snapshot: an instance that holds the old file would not see the new one."""
    with _lock:
        alias = _aliases.pop(_key(path), None)
        if alias is not None:
            instance().execute(f"DETACH {alias}")


def _key(path: Path) -> tuple[str, int, int]:
    status = path.stat()
    # The inode is part of the key: a workspace that was deleted and made anew has
    # other contents under the same path.
    return str(path.resolve()), status.st_ino, status.st_mtime_ns


def _unreadable(path: Path, error: Exception) -> WorkspaceError:
    if "lock" in str(error).lower():
        return WorkspaceError(f"{path}: another process is writing to this file; close it and try again")
    return WorkspaceError(
        f"{path}: is not a readable DuckDB file; restore it, or write the number of another snapshot into {path.parent / 'current'}"
    )


def connect_building(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a file that is being built, for writing; what does not fit into memory goes beside it."""
    connection = duckdb.connect(str(path), config=_NO_EXTENSIONS)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"SET temp_directory = {_literal(str(path.parent / '.spill'))}")
    return connection


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
