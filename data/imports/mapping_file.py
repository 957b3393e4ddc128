"""Reads a mapping from a TOML file; every mistake is one line that names file and line."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NoReturn

import duckdb

from data.contract import TABLES, Table
from data.errors import InputError
from data.imports.mapping import (
    EXCEL_DATES,
    GENERATED_IDS,
    Cell,
    Condition,
    ConditionKind,
    Feed,
    FileSpec,
    Join,
    Mapping,
)
from data.imports.toml_lines import line_of, toml_lines

_TOP: Final = ("name", "about", "time_zone", "dates", "unknown", "file")
_FILE: Final = ("name", "sheet", "encoding", "delimiter", "header_line", "optional")
_FEED: Final = ("from", "join", "only_where", "keep")
_SOURCES: Final = ("column", "first_of", "id_of", "value", "template")
_CELL: Final = (*_SOURCES, "file", "part_before", "dates", "time_zone", "map", "others", "unknown")
_JOIN: Final = ("file", "on", "must_match", "unique")


class MappingError(InputError):
    """A mapping that cannot be used; names file and line."""


def load_mapping(path: Path) -> Mapping:
    """Read the mapping file at `path`.

    Raises
    ------
    MappingError
        If it cannot be read, is no TOML, or says something that is not in the
        mapping language; the text names the line and what to write instead.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: cannot be read as a mapping ({error}); give a TOML file in UTF-8") from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, name: str) -> Mapping:
    """Read a mapping from `text`; `name` stands for its file in messages."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name}: is no valid TOML: {error}; correct that place") from error
    return _Parser(document, toml_lines(text), name).mapping()


class _Parser:
    """Walks the document; `path` arguments are the way from its top, for messages."""

    def __init__(self, document: dict[str, Any], lines: dict[tuple[str | int, ...], int], name: str) -> None:
        self.document = document
        self.lines = lines
        self.name = name

    def fail(self, path: Iterable[str | int], problem: str) -> NoReturn:
        raise MappingError(f"{self.name} line {line_of(self.lines, *path)}: {problem}")

    def line(self, *path: str | int) -> int:
        return line_of(self.lines, *path)

    def mapping(self) -> Mapping:
        self.known_keys(self.document, (*_TOP, *TABLES), ())
        files = {alias: self.file(alias, raw) for alias, raw in self.table(self.document, "file").items()}
        if not files:
            self.fail((), 'names no file; add one, for example [file.leads] with name = "leads.csv"')
        feeds = tuple(
            self.feed(table, number, raw, files) for table in TABLES for number, raw in enumerate(self.feeds(table))
        )
        if not feeds:
            self.fail((), f"fills no table; add one of {', '.join(f'[[{table}]]' for table in TABLES)}")
        return Mapping(path=self.name, name=self.text(self.document, "name") or self.name, files=files, feeds=feeds)

    def file(self, alias: str, raw: object) -> FileSpec:
        path = ("file", alias)
        if not isinstance(raw, dict):
            self.fail(path, f'file.{alias} must be a table: write [file.{alias}] and under it name = "..."')
        self.known_keys(raw, _FILE, path)
        header_line = raw.get("header_line", 1)
        if not isinstance(header_line, int) or header_line < 1:
            self.fail((*path, "header_line"), f"header_line must be a line number from 1, not {header_line!r}")
        pattern, *others = self.texts(raw, "name", path) or ("*",)
        return FileSpec(
            alias=alias,
            pattern=pattern,
            other_patterns=tuple(others),
            sheet=self.text(raw, "sheet", path),
            encoding=self.text(raw, "encoding", path),
            delimiter=self.delimiter(raw, path),
            header_line=header_line,
            is_optional=self.flag(raw, "optional", path),
            line=self.line(*path),
        )

    def delimiter(self, raw: dict[str, Any], path: tuple[str, ...]) -> str | None:
        delimiter = self.text(raw, "delimiter", path)
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
            self.fail((*path, "delimiter"), f"delimiter must be one character, not {delimiter!r}")
        return delimiter

    def feeds(self, table: str) -> list[dict[str, Any]]:
        raw = self.document.get(table, [])
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            self.fail((table,), f"write [[{table}]] with two brackets: a table may be filled several times")
        return raw

    def feed(self, table: str, number: int, raw: dict[str, Any], files: dict[str, FileSpec]) -> Feed:
        path = (table, number)
        columns = TABLES[table].column_names
        self.known_keys(raw, (*_FEED, *columns), path)
        file = self.feed_file(raw, path, files)
        joins = tuple(self.join(item, (*path, "join"), files) for item in self.list_of_tables(raw, "join", path))
        cells = {column: self.cell(raw[column], (*path, column), joins) for column in columns if column in raw}
        self.required_columns(TABLES[table], cells, path)
        if raw.get("keep", "first") != "first":
            self.fail((*path, "keep"), f'keep must be "first", not {raw["keep"]!r}; leave it out to be told of all')
        return Feed(
            table=table,
            file=file,
            cells=cells,
            joins=joins,
            conditions=self.conditions(raw, path),
            is_first_kept="keep" in raw,
            line=self.line(*path),
        )

    def required_columns(self, table: Table, cells: dict[str, Cell], path: tuple[str | int, ...]) -> None:
        generated = GENERATED_IDS.get(table.name, ("", ()))[0]
        for column in table.columns:
            if column.required and column.default is None and column.name not in cells and column.name != generated:
                self.fail(path, f'{table.name} needs {column.name}; add {column.name} = "<column of your file>"')

    def feed_file(self, raw: dict[str, Any], path: tuple[str | int, ...], files: dict[str, FileSpec]) -> str:
        file = self.text(raw, "from", path)
        if file is None and len(files) == 1:
            return next(iter(files))
        if file is None:
            self.fail(path, f'does not say which file it reads; add from = "..." with one of {", ".join(files)}')
        return self.known_file(file, files, (*path, "from"))

    def known_file(self, file: str, files: Iterable[str], path: tuple[str | int, ...]) -> str:
        if file not in files:
            self.fail(path, f"there is no file called {file!r}; use one of {', '.join(files)}")
        return file

    def join(self, raw: dict[str, Any], path: tuple[str | int, ...], files: dict[str, FileSpec]) -> Join:
        self.known_keys(raw, _JOIN, path)
        file = self.known_file(self.text(raw, "file", path) or "", files, path)
        pairs = raw.get("on")
        if not isinstance(pairs, dict) or not pairs or not all(isinstance(other, str) for other in pairs.values()):
            self.fail(path, 'join needs on = { "column here" = "column there" }')
        return Join(
            file=file,
            on=tuple(pairs.items()),
            must_match=self.flag(raw, "must_match", path),
            is_unique=self.flag(raw, "unique", path),
            line=self.line(*path),
        )

    def conditions(self, raw: dict[str, Any], path: tuple[str | int, ...]) -> tuple[Condition, ...]:
        found = self.table(raw, "only_where", path)
        return tuple(self.condition(column, value, (*path, "only_where")) for column, value in found.items())

    def condition(self, column: str, raw: object, path: tuple[str | int, ...]) -> Condition:
        kind: ConditionKind
        values: tuple[str, ...] = ()
        if isinstance(raw, dict) and set(raw) in ({"is"}, {"is_not"}):
            kind = "is" if "is" in raw else "is_not"
            values = self.texts(raw, kind, path)
        elif raw in ("filled", "empty"):
            kind = "filled" if raw == "filled" else "empty"
        else:
            self.fail(
                path, f'only_where {column!r} must be "filled", "empty", {{ is = [...] }} or {{ is_not = [...] }}'
            )
        return Condition(column=column, kind=kind, values=values, line=self.line(*path))

    def cell(self, raw: object, path: tuple[str | int, ...], joins: tuple[Join, ...]) -> Cell:
        if isinstance(raw, str):
            raw = {"column": raw}
        if not isinstance(raw, dict):
            self.fail(path, f"{path[-1]} must name a column, or be {{ value = ... }} for a constant, not {raw!r}")
        self.known_keys(raw, _CELL, path)
        if sum(key in raw for key in _SOURCES) != 1:
            self.fail(path, f"{path[-1]} needs exactly one of {', '.join(_SOURCES)}")
        file = self.text(raw, "file", path)
        if file is not None and file not in {join.file for join in joins}:
            self.fail(
                path,
                f"{path[-1]} takes a column of {file!r}, which is not joined; add join = [{{ file = {file!r}, on = ... }}]",
            )
        values, others, otherwise = self.value_map(raw, path)
        columns = self.columns(raw, path)
        return Cell(
            columns=columns,
            file=file,
            value=_as_text(raw["value"]) if "value" in raw else None,
            template=self.text(raw, "template", path),
            is_id="id_of" in raw,
            part_before=self.part_before(raw, columns, path),
            dates=self.dates(raw, path),
            time_zone=self.time_zone(raw, path),
            values=values,
            others=others,
            otherwise=otherwise,
            unknown=self.texts(raw, "unknown", path) if "unknown" in raw else self.texts(self.document, "unknown", ()),
            line=self.line(*path),
        )

    def columns(self, raw: dict[str, Any], path: tuple[str | int, ...]) -> tuple[str, ...]:
        if "column" in raw and not isinstance(raw["column"], str):
            self.fail(path, f"{path[-1]}: a column is named by a text, not {raw['column']!r}")
        key = next((key for key in ("column", "first_of", "id_of") if key in raw), None)
        columns = self.texts(raw, key, path) if key else ()
        if key and not columns:
            self.fail((*path, key), f"{path[-1]}: {key} names no column")
        return columns

    def part_before(self, raw: dict[str, Any], columns: tuple[str, ...], path: tuple[str | int, ...]) -> str | None:
        sign = self.text(raw, "part_before", path)
        if "part_before" in raw and (not sign or not columns):
            self.fail((*path, "part_before"), 'part_before is the sign between several values of a column, such as ";"')
        return sign

    def flag(self, raw: dict[str, Any], key: str, path: tuple[str | int, ...]) -> bool:
        value = raw.get(key, False)
        if not isinstance(value, bool):
            self.fail((*path, key), f"{key} must be true or false, not {value!r}")
        return value

    def value_map(self, raw: dict[str, Any], path: tuple[str | int, ...]) -> tuple[dict[str, str], Any, str | None]:
        values = {str(key): _as_text(value) for key, value in self.table(raw, "map", path).items()}
        others = raw.get("others", "reject")
        if "others" in raw and not values:
            self.fail(path, "others says what becomes of texts that map does not name; add map = { ... }")
        if isinstance(others, dict) and set(others) == {"value"}:
            return values, "reject", _as_text(others["value"])
        if others not in ("reject", "keep", "unknown"):
            self.fail(path, f'others must be "reject", "keep", "unknown" or {{ value = "..." }}, not {others!r}')
        return values, others, None

    def dates(self, raw: dict[str, Any], path: tuple[str | int, ...]) -> tuple[str, ...]:
        holder, where = (raw, path) if "dates" in raw else (self.document, ())
        formats = self.texts(holder, "dates", where)
        for text in formats:
            if text == EXCEL_DATES:
                continue
            if _refused("SELECT try_strptime('2024-01-01', ?)", text) or "%" not in text:
                self.fail((*where, "dates"), f"{text!r} is no date format; write for example %d/%m/%Y %H:%M")
        return formats

    def time_zone(self, raw: dict[str, Any], path: tuple[str | int, ...]) -> str:
        holder, where = (raw, path) if "time_zone" in raw else (self.document, ())
        zone = self.text(holder, "time_zone", where) or "UTC"
        if _refused("SELECT timezone(?, TIMESTAMP '2024-01-01')", zone):
            self.fail((*where, "time_zone"), f"there is no time zone {zone!r}; write for example Asia/Tokyo or UTC")
        return zone

    def known_keys(self, raw: dict[str, Any], known: Iterable[str], path: tuple[str | int, ...]) -> None:
        known = tuple(known)
        for key in raw:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                advice = f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(known)}"
                self.fail((*path, key), f"unknown key {key!r}; {advice}")

    def text(self, raw: dict[str, Any], key: str, path: tuple[str | int, ...] = ()) -> str | None:
        value = raw.get(key)
        if value is not None and not isinstance(value, str):
            self.fail((*path, key), f"{key} must be a text in quotes, not {value!r}")
        return value

    def texts(self, raw: dict[str, Any], key: str, path: tuple[str | int, ...]) -> tuple[str, ...]:
        value = raw.get(key, [])
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail((*path, key), f'{key} must be a list of texts, for example ["a", "b"], not {value!r}')
        return tuple(value)

    def table(self, raw: dict[str, Any], key: str, path: tuple[str | int, ...] = ()) -> dict[str, Any]:
        value = raw.get(key, {})
        if not isinstance(value, dict):
            self.fail((*path, key), f"{key} must be a table: {key} = {{ ... }}")
        return value

    def list_of_tables(self, raw: dict[str, Any], key: str, path: tuple[str | int, ...]) -> list[dict[str, Any]]:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail((*path, key), f"{key} must be a list: {key} = [{{ ... }}]")
        return value


def _as_text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@lru_cache(maxsize=1_000)
def _refused(sql: str, value: str) -> bool:
    """True when the engine refuses `value`; asked once, for a mapping says the same of many columns."""
    with duckdb.connect(":memory:") as connection:
        try:
            connection.execute(sql, [value])
        except duckdb.Error:
            return True
    return False
