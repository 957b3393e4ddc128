"""The place where files are read and checked before anything touches the history.

Parsing happens in an engine instance of its own, which sees only the files of the
import and a temporary folder. Results are Parquet files in that folder: compressed,
written and read in streams, so that memory stays bounded whatever the size.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import duckdb

from data.imports.progress import Tell, execute, progress_settings

PARSE_MEMORY: Final = os.environ.get("LEADCAL_IMPORT_MEMORY", "2GB")
"""What reading and checking may use before it spills to the temporary folder."""


class Scratch:
    """An engine instance over a temporary folder.

    Parameters
    ----------
    folder : Path
        Empty folder; whoever made it removes it.
    files : iterable of Path
        The only other files that may be read.

    Attributes
    ----------
    tell : callable or None
        Hears how far a long step is, and may raise to stop it.
    """

    def __init__(self, folder: Path, files: Iterable[Path]) -> None:
        self.folder = folder
        self._n_files = 0
        self.tell: Tell | None = None
        self.connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        for setting in (
            "TimeZone = 'UTC'",
            f"memory_limit = {literal(PARSE_MEMORY)}",
            f"temp_directory = {literal(str(folder / 'spill'))}",
            "preserve_insertion_order = true",
            *progress_settings(),
            "enable_external_file_cache = false",
        ):
            self.connection.execute(f"SET {setting}")
        confine(self.connection, [folder], files)
        self.connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def path(self, suffix: str) -> Path:
        """Return the path of a file that does not exist yet."""
        self._n_files += 1
        return self.folder / f"part{self._n_files:04d}{suffix}"

    def write(self, sql: str) -> Path:
        """Write the answer to `sql` to a new Parquet file, in its order."""
        path = self.path(".parquet")
        execute(
            self.connection, f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)", self.tell
        )
        return path

    def value(self, sql: str) -> int:
        """Return the one number that `sql` yields."""
        # fetchall: a result of which one row was fetched counts as unfinished.
        rows = self.connection.execute(sql).fetchall()
        return int(rows[0][0] or 0) if rows else 0

    def readable(self, path: Path) -> Path:
        """Return a path to the same file that the engine does not take for a pattern."""
        if not set(str(path)) & set("*?["):
            return path
        link = self.path(path.suffix.lower())
        try:
            link.symlink_to(path)
        except OSError:  # not every system lets everybody make links
            shutil.copyfile(path, link)
        return link


def confine(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path], files: Iterable[Path]) -> None:
    """Let a connection read and write nothing but its own database, `folders` and `files`, for good."""
    places = ", ".join(literal(str(folder) + os.sep) for folder in folders)
    paths = ", ".join(literal(str(path)) for path in files)
    for setting in (
        f"allowed_directories = [{places}]",
        f"allowed_paths = [{paths}]",
        "enable_external_access = false",
    ):
        connection.execute(f"SET {setting}")


def literal(text: str) -> str:
    """Return `text` as a SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return `name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def parquet(path: Path) -> str:
    """Return a relation over a Parquet file of the scratch folder, its row numbers as ``_row``."""
    return (
        f"(SELECT * RENAME (file_row_number AS _row) FROM read_parquet({literal(str(path))}, file_row_number = true))"
    )
