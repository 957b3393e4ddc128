"""Which files an import reads, and which table a file in the contract's own columns fills."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from fnmatch import fnmatchcase
from pathlib import Path

from data.contract import TABLES, Table
from data.errors import InputError
from data.imports.mapping import GENERATED_IDS, Cell, Feed, FileSpec, Mapping
from data.imports.masking import masked
from data.imports.plan import find_column, normal_name
from data.imports.source import CSV_SUFFIXES, PARQUET_SUFFIXES, REJECTS_SUFFIX, Source
from data.imports.workbooks import WORKBOOK_SUFFIXES


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files to read: those given, and the data files of folders given, by name.

    Raises
    ------
    InputError
        If a path does not exist, a folder holds no data file, or two files have the same name.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(item for item in path.iterdir() if _is_data(item))
            if not found:
                raise InputError(
                    f"{path}: holds no CSV, Excel or Parquet file; give a folder that does, or name the files"
                )
            files += found
        elif path.is_file():
            files.append(path)
        else:
            raise InputError(f"{path}: there is no such file or folder; check the path")
    files = list(dict.fromkeys(path.resolve() for path in files))
    if not files:
        raise InputError("no file was given; name at least one file or folder")
    names = [path.name for path in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{twice}: two files have this name; rename one, so that messages can tell them apart")
    return files


def assign_files(mapping: Mapping, files: Iterable[Path], *, is_folder: bool) -> dict[str, list[Path]]:
    """Return the files of each alias of the mapping.

    Raises
    ------
    InputError
        If an alias has no file, or a file that was named (rather than found in a folder) has no alias.
    """
    assigned: dict[str, list[Path]] = {alias: [] for alias in mapping.files}
    for path in files:
        alias = next((spec.alias for spec in mapping.files.values() if _matches(path, spec.patterns)), None)
        if alias is not None:
            assigned[alias].append(path)
        elif not is_folder:
            patterns = ", ".join(pattern for spec in mapping.files.values() for pattern in spec.patterns)
            raise InputError(f"{path.name}: {mapping.path} reads no file of this name; it reads {patterns}")
    for alias, spec in mapping.files.items():
        if not assigned[alias] and not spec.is_optional:
            raise InputError(
                f"{mapping.path} line {spec.line}: no file {' or '.join(spec.patterns)} was given; "
                "add it to the import, or say optional = true"
            )
    return assigned


def contract_mapping(sources: MappingType[str, Source]) -> Mapping:
    """Return the mapping of files that are in the contract's own columns.

    Raises
    ------
    InputError
        If a file fits no table, or its table lacks a column it needs.
    """
    feeds = tuple(_contract_feed(alias, source) for alias, source in sources.items())
    files = {alias: source.spec for alias, source in sources.items()}
    return Mapping(path="contract", name="contract", files=files, feeds=feeds, is_contract=True)


def contract_spec(number: int) -> FileSpec:
    """Return the settings of a file that no mapping describes."""
    return FileSpec(alias=f"file{number}")


def unused_columns(source: Source, used: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of a file that no feed reads, in the order of the file."""
    indexes = {find_column(source.names, column) for column in used}
    return tuple(name for number, name in enumerate(source.names) if number not in indexes and name)


def _contract_feed(alias: str, source: Source) -> Feed:
    table = _table_of(source)
    cells = {}
    for column in table.columns:
        index = find_column(source.names, column.name)
        if index is not None:
            cells[column.name] = Cell(columns=(source.names[index],))
    for name in _needed(table):
        if name not in cells:
            raise InputError(
                f"{source.header_place}: has no column {name}, which {table.name} needs; "
                "add it, or say in a mapping which column it is"
            )
    return Feed(table=table.name, file=alias, cells=cells)


def _table_of(source: Source) -> Table:
    stem = re.sub(r"[^a-z0-9]+", "_", source.path.stem.casefold())
    named = [table for name, table in TABLES.items() if stem == name or stem.startswith(name + "_")]
    if named:
        return max(named, key=lambda table: len(table.name))
    header = {normal_name(name) for name in source.names}
    fitting = {
        table.name: len(header & set(table.column_names))
        for table in TABLES.values()
        if header.issuperset(_needed(table))
    }
    best = [name for name, n_columns in fitting.items() if n_columns == max(fitting.values())]
    if len(best) == 1:
        return TABLES[best[0]]
    if best:
        raise InputError(f"{source.name}: could be {' or '.join(best)}; rename it to {best[0]}.csv, or give a mapping")
    raise InputError(
        f"{source.header_place}: its columns ({masked(', '.join(source.names[:8]))}) are no table of the "
        f"data contract; rename it to one of {', '.join(TABLES)}, or give a mapping (--map)"
    )


def _needed(table: Table) -> list[str]:
    """Return the columns that a file must have, in the contract's order: the same file, the same message."""
    generated = GENERATED_IDS.get(table.name, ("", ()))[0]
    return [
        column.name
        for column in table.columns
        if column.required and column.default is None and column.name != generated
    ]


def _matches(path: Path, patterns: Iterable[str]) -> bool:
    # Mac file names come decomposed: NFC makes them comparable with what a person types.
    names = {unicodedata.normalize("NFC", path.name).casefold()}
    wanted = [unicodedata.normalize("NFC", pattern).casefold() for pattern in patterns]
    if path.stem.endswith(REJECTS_SUFFIX):  # what came from a workbook goes back as CSV
        stem = unicodedata.normalize("NFC", path.stem.removesuffix(REJECTS_SUFFIX)).casefold()
        names |= {stem + Path(pattern).suffix for pattern in wanted}
    return any(fnmatchcase(name, pattern) for name in names for pattern in wanted)


def _is_data(path: Path) -> bool:
    is_hidden = path.name.startswith((".", "~$"))  # ~$ is what Excel leaves beside an open workbook
    kinds = (*CSV_SUFFIXES, *WORKBOOK_SUFFIXES, *PARQUET_SUFFIXES)
    return path.is_file() and not is_hidden and path.suffix.lower() in kinds
