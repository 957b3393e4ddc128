"""Header rows: which columns a file has, whoever wrote it and however the names are spelt."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.imports.mapping import FileSpec
from data.imports.scratch import Scratch
from data.imports.source import Source

Names = Mapping[str, Sequence[str]]
"""Other spellings of a column, by the name that a preset uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeader:
    """The name of a file and its column names, as they stand in it."""

    name: str
    columns: tuple[str, ...]

    def find(self, name: str, names: Names | None = None) -> str | None:
        """Return the column that is called `name`, or else by the first of its other spellings.

        Width, case, spaces, underscores and hyphens do not count: ``CreatedDate``,
        ``created_date`` and ``Created Date`` are the same.
        """
        plain = {}
        for column in reversed(self.columns):
            plain[plain_name(column)] = column
        for spelling in (name, *(names or {}).get(name, ())):
            if spelling in self.columns:
                return spelling
            if plain_name(spelling) in plain:
                return plain[plain_name(spelling)]
        return None


def plain_name(name: str) -> str:
    """Return a column name without regard to width, case, spaces, underscores and hyphens."""
    return re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", name).casefold())


def is_mail(column: str) -> bool:
    """True for a column of mail addresses, which must not become ids: those are shown and logged."""
    return re.search(r"mail|メール|メアド", plain_name(column)) is not None


def read_headers(paths: Iterable[Path]) -> list[FileHeader]:
    """Read the header row of each file, in the way an import reads it.

    Raises
    ------
    InputError
        If a file has none.
    """
    files = list(paths)
    with tempfile.TemporaryDirectory(prefix="leadcal-headers-") as folder, Scratch(Path(folder), files) as scratch:
        sources = [Source(path, FileSpec(alias=f"file{number}"), scratch) for number, path in enumerate(files)]
        return [FileHeader(name=source.path.name, columns=tuple(source.names)) for source in sources]
