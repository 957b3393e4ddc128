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
    """

    def __init__(self, folder: Path, files: Iterable[Path]) -> None:
        self.folder = folder
        self._n_files = 0
        self.connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        allowed = ", ".join(literal(str(path)) for path in files)
        for setting in (
            "TimeZone = 'UTC'",
            f"memory_limit = {literal(PARSE_MEMORY)}",
            f"temp_directory = {literal(str(folder / 'spill'))}",
            "preserve_insertion_order = true",
            "enable_progress_bar = false",
            "enable_external_file_cache = false",
            f"allowed_directories = [{literal(str(folder) + os.sep)}]",
            f"allowed_paths = [{allowed}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self.connection.execute(f"SET {setting}")

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
        self.connection.execute(f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)")
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
