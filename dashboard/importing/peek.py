"""A first look into files, before anything is known about them: encoding, columns, a few values."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.imports.mapping import FileSpec
from data.imports.scratch import Scratch
from data.imports.source import Source
from data.presets import FileHeader

N_ROWS: Final = 200
"""Rows that are looked at for examples."""

N_EXAMPLES: Final = 3
_MAX_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """What a file looks like.

    Attributes
    ----------
    header : FileHeader
        Its name and columns.
    encoding : str or None
        As found; None for files that have none (Parquet, Excel).
    doubt : str or None
        Another encoding that fits all its bytes too.
    examples : dict of str to tuple of str
        First different values of each column.
    """

    header: FileHeader
    encoding: str | None
    doubt: str | None
    examples: dict[str, tuple[str, ...]]


def peek(paths: Iterable[Path]) -> list[Peek]:
    """Look into each file, in the way an import reads it.

    Raises
    ------
    InputError
        If a file cannot be read at all.
    """
    files = list(paths)
    with tempfile.TemporaryDirectory(prefix="leadcal-peek-") as folder, Scratch(Path(folder), files) as scratch:
        return [_peek(Source(path, FileSpec(alias=f"file{n}"), scratch), scratch) for n, path in enumerate(files)]


def _peek(source: Source, scratch: Scratch) -> Peek:
    relation = source.staged()
    cells = ", ".join(f"c{number}" for number in range(len(source.names)))
    rows = scratch.connection.execute(f"SELECT {cells} FROM {relation} LIMIT {N_ROWS}").fetchall()
    examples = {name: _first([row[number] for row in rows]) for number, name in enumerate(source.names) if name}
    return Peek(
        header=FileHeader(name=source.path.name, columns=tuple(source.names)),
        encoding=source.encoding.name if source.encoding else None,
        doubt=source.encoding.doubt if source.encoding else None,
        examples=examples,
    )


def _first(values: list[str | None]) -> tuple[str, ...]:
    different = dict.fromkeys(" ".join(value.split()) for value in values if value and value.strip())
    return tuple(
        value if len(value) <= _MAX_CHARACTERS else f"{value[: _MAX_CHARACTERS - 1]}…"
        for value in list(different)[:N_EXAMPLES]
    )
